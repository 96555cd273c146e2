/** The hermes module with bus masters on its ports, and the commands as a host gives them. */
import { expect } from 'vitest';
import { bar4, configure, type Config } from '../../../gen/config.ts';
import { Command, Control, Counters, Engine, Request, Response } from '../../../gen/device/layout.ts';
import { hermes } from '../../../gen/device/hermes.ts';
import { elaborate } from '../../../gen/hdl/index.ts';
import type { Module } from '../../../gen/ir/index.ts';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { WasmSimulator, type WasmOptions } from '../../../sim/wasm/index.ts';
import { chance, reset, step, type Agent, type Chance } from '../lib/bench.ts';
import { BurstMaster, LiteMaster, type Access, type BurstOptions } from './axi.ts';

export type CommandFields = Partial<Record<keyof typeof Request, number>>;

export interface Answer {
  readonly id: number;
  readonly status: number;
  readonly detail: bigint;
}

const netlists = new Map<string, Module>();

/** The device, elaborated without a warning, once for each configuration. */
function netlist(config: Config): Module {
  const key = JSON.stringify(config);
  const known = netlists.get(key);
  if (known) return known;
  const { top, warnings } = elaborate(() => hermes(config) as never);
  expect(warnings.map(({ message }) => message)).toEqual([]);
  netlists.set(key, top);
  return top;
}

export class DeviceBench {
  readonly config: Config;
  readonly sim: WasmSimulator;
  readonly chance: Chance;
  ocl!: LiteMaster;
  pcis!: BurstMaster;
  /** Looks at the device in every cycle, before the edge. */
  readonly watchers: (() => void)[] = [];
  /** Edges at which an engine's interrupt was 1. */
  readonly interrupts: { readonly engine: number; readonly edge: number }[] = [];
  #agents: readonly Agent[] = [];

  constructor(given: Partial<Config> = {}, seed = 1, options?: WasmOptions) {
    this.config = configure(given, 'small');
    this.chance = chance(seed);
    this.sim = WasmSimulator.create(netlist(this.config), options);
    this.restart();
  }

  /** The shell's reset, and bus masters that know of nothing before it. */
  restart(): void {
    this.ocl = new LiteMaster(this.sim, 'ocl_', this.chance);
    this.pcis = new BurstMaster(this.sim, 'pcis_', this.chance);
    this.interrupts.length = 0;
    const interrupt = this.sim.port('interrupt');
    const watch: Agent = {
      drive: () => {},
      sample: () => {
        const raised = interrupt.getBig();
        for (let engine = 0; raised >> BigInt(engine) !== 0n; engine++) {
          if ((raised >> BigInt(engine)) & 1n) this.interrupts.push({ engine, edge: this.sim.cycles });
        }
        for (const watcher of this.watchers) watcher();
      },
    };
    this.#agents = [this.ocl, this.pcis, watch];
    reset(this.sim);
  }

  tick(cycles = 1): void {
    for (let i = 0; i < cycles; i++) step(this.sim, this.#agents);
  }

  /** Lets cycles pass until it holds; returns how many. */
  until(holds: () => boolean, limit = 20_000, what = 'it'): number {
    let cycles = 0;
    for (; !holds(); cycles++) {
      if (cycles >= limit) throw new Error(`${what} has not happened after ${limit} cycles`);
      this.tick();
    }
    return cycles;
  }

  /** Waits for an access; it must succeed unless `resp` says otherwise. */
  wait(access: Access, resp = 0): Access {
    this.until(() => access.done, 20_000, 'an answer');
    expect(access.resp).toBe(resp);
    return access;
  }

  read32(offset: number): number {
    return new DataView(this.wait(this.ocl.read(offset)).bytes.buffer).getUint32(0, true);
  }

  read64(offset: number): bigint {
    return BigInt(this.read32(offset)) | (BigInt(this.read32(offset + 4)) << 32n);
  }

  write32(offset: number, value: number, strobe = 0xf): void {
    this.wait(this.ocl.write(offset, value, strobe));
  }

  /** Writes the request without ringing the doorbell. */
  prepare(engine: number, fields: CommandFields): void {
    const request = new DataView(new ArrayBuffer(16));
    for (const [name, value] of Object.entries(fields)) {
      const at = Request[name as keyof typeof Request];
      if (name === 'length') request.setUint32(at, value, true);
      else if (name === 'id') request.setUint16(at, value, true);
      else request.setUint8(at, value);
    }
    const base = Engine.EHCMDREQ.offset + engine * Engine.EHCMDREQ.stride;
    const writes = [0, 4, 8, 12].map((at) => this.ocl.write(base + at, request.getUint32(at, true)));
    for (const write of writes) this.wait(write);
  }

  /** Rings the doorbell; the access is done when the host has its answer. */
  ring(engine: number): Access {
    return this.ocl.write(control(engine) + Control.exec, 1, 1);
  }

  start(engine: number, fields: CommandFields): void {
    this.prepare(engine, fields);
    this.wait(this.ring(engine));
  }

  /** Waits for EHCMDDONE. */
  finish(engine: number, limit = 100_000): Answer {
    this.until(() => this.ocl.outstanding === 0); // the doorbell has been rung
    const from = this.sim.cycles;
    while (this.read32(control(engine)) >>> 8 !== 1) {
      if (this.sim.cycles - from > limit) throw new Error(`engine ${engine} has not finished after ${limit} cycles`);
    }
    return this.response(engine);
  }

  response(engine: number): Answer {
    const base = Engine.EHCMDRES.offset + engine * Engine.EHCMDRES.stride;
    const head = this.read32(base + Response.id);
    return { id: head & 0xffff, status: (head >>> 16) & 0xff, detail: this.read64(base + Response.r0) };
  }

  command(engine: number, fields: CommandFields): Answer {
    this.start(engine, fields);
    return this.finish(engine);
  }

  /** A slot of the type, 0 program or 1 data. */
  request(type: number, engine = 0): number {
    const { status, detail } = this.command(engine, { opcode: Command.RequestSlot, type });
    expect(status).toBe(0);
    return Number(detail);
  }

  release(type: number, slot: number, engine = 0): number {
    return this.command(engine, { opcode: Command.ReleaseSlot, type, slot }).status;
  }

  run(engine: number, programSlot: number, dataSlot: number, length: number): Answer {
    return this.command(engine, { opcode: Command.Run, programSlot, dataSlot, length });
  }

  programAt(slot: number): number {
    return bar4(this.config).programOffset + slot * this.config.programSlotBytes;
  }

  dataAt(slot: number): number {
    return bar4(this.config).dataOffset + slot * this.config.dataSlotBytes;
  }

  dmaWrite(address: number, bytes: Uint8Array, options?: BurstOptions): void {
    this.wait(this.pcis.write(address, bytes, options));
  }

  dmaRead(address: number, length: number, options?: BurstOptions): Uint8Array {
    return this.wait(this.pcis.read(address, length, options)).bytes;
  }

  /** Assembles into a fresh program slot. */
  load(source: string): { readonly slot: number; readonly length: number } {
    const { program } = assemble(source);
    const slot = this.request(0);
    this.dmaWrite(this.programAt(slot), program);
    return { slot, length: program.length };
  }

  cycles(engine: number): number {
    return Number(this.read64(Counters.EHXCYCLES.offset + engine * Counters.EHXCYCLES.stride));
  }

  instructions(engine: number): number {
    return Number(this.read64(Counters.EHXINSNS.offset + engine * Counters.EHXINSNS.stride));
  }
}

function control(engine: number): number {
  return Engine.EHCMDCTRL.offset + engine * Engine.EHCMDCTRL.stride;
}
