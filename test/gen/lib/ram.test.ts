import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { elaborate, instance, module, type ModuleDef } from '../../../gen/hdl/index.ts';
import { simpleDualPort, trueDualPort, type RamShape } from '../../../gen/lib/ram.ts';
import { AssertionFailure } from '../../../sim/simulator.ts';
import { root, run, which } from '../../../sim/tools/index.ts';
import { chance, randomBits, simulate, type Chance } from './bench.ts';

const shapes: RamShape[] = [
  { width: 32, depth: 16 },
  { width: 64, depth: 100, lane: 8, latency: 2, style: 'block' },
  { width: 512, depth: 40, lane: 8, latency: 4, style: 'ultra' },
  { width: 9, depth: 3, latency: 3 },
];
const title = ({ width, depth, lane = width, latency = 1 }: RamShape): string =>
  `${depth} × ${width} bits in lanes of ${lane}, latency ${latency}`;

/** The row after a write with mask. */
function merged(old: bigint, data: bigint, mask: bigint, lane: number, width: number): bigint {
  let row = old;
  for (let i = 0; i < width / lane; i++) {
    const bits = ((1n << BigInt(lane)) - 1n) << BigInt(i * lane);
    if ((mask >> BigInt(i)) & 1n) row = (row & ~bits) | (data & bits);
  }
  return row;
}

/** Read data on its way: the first register moves with the port's enable, the others always. */
class Pipe {
  readonly #stages: bigint[];
  constructor(latency: number) {
    this.#stages = Array.from({ length: latency }, () => 0n);
  }
  get output(): bigint {
    return this.#stages.at(-1)!;
  }
  edge(read: bigint | undefined): void {
    for (let i = this.#stages.length - 1; i > 0; i--) this.#stages[i] = this.#stages[i - 1]!;
    if (read !== undefined) this.#stages[0] = read;
  }
}

describe.each(shapes.map((shape) => [title(shape), shape] as const))('simple dual port: %s', (_, shape) => {
  test('agrees with a model, also when one row is read and written at once', () => {
    const { width, depth, lane = width, latency = 1 } = shape;
    const sim = simulate(simpleDualPort(shape));
    const random = chance(depth);
    const rows = Array.from({ length: depth }, () => 0n);
    const pipe = new Pipe(latency);
    for (let cycle = 0; cycle < 1500; cycle++) {
      const [at, from] = [Math.floor(random() * depth), Math.floor(random() * depth)];
      const [writes, reads] = [random() < 0.7, random() < 0.8];
      const [data, mask] = [randomBits(random, width), randomBits(random, width / lane)];
      sim.poke('write_enable', writes ? 1 : 0);
      sim.poke('write_address', at);
      sim.poke('write_data', data);
      sim.poke('write_mask', mask);
      sim.poke('read_enable', reads ? 1 : 0);
      sim.poke('read_address', from);
      expect(sim.peek('read_data')).toBe(pipe.output);
      pipe.edge(reads ? rows[from] : undefined);
      if (writes) rows[at] = merged(rows[at]!, data, mask, lane, width);
      sim.cycle();
    }
  });
});

interface Drive {
  readonly enable: number;
  readonly write: number;
  readonly address: number;
  readonly mask: bigint;
  readonly data: bigint;
}

/** Random use of both ports that never meets on a row being written. */
function traffic({ width, depth, lane = width }: RamShape, random: Chance, cycles: number): { a: Drive; b: Drive }[] {
  const drive = (): Drive => ({
    enable: random() < 0.8 ? 1 : 0,
    write: random() < 0.5 ? 1 : 0,
    address: Math.floor(random() * depth),
    mask: randomBits(random, width / lane),
    data: randomBits(random, width),
  });
  return Array.from({ length: cycles }, () => {
    const [a, b] = [drive(), drive()];
    return { a, b: a.address === b.address ? { ...b, enable: 0 } : b };
  });
}

/** The RAM with its ports outside. */
function around(ram: ReturnType<typeof trueDualPort>): ModuleDef<any> {
  return module('around', ram.ports, ({ a, b }: any) => {
    const inner = instance(ram) as any;
    for (const [outer, port] of [
      [a, inner.a],
      [b, inner.b],
    ]) {
      for (const name of ['enable', 'write', 'address', 'mask', 'data']) port[name].value = outer[name];
      outer.q.value = port.q;
    }
  });
}

describe.each(shapes.map((shape) => [title(shape), shape] as const))('true dual port: %s', (_, shape) => {
  const { width, depth, lane = width, latency = 1 } = shape;
  const drives = traffic(shape, chance(width), 600);

  /** What both ports show in each cycle. */
  function expected(): [bigint, bigint][] {
    const rows = Array.from({ length: depth }, () => 0n);
    const pipes = { a: new Pipe(latency), b: new Pipe(latency) };
    return drives.map((ports) => {
      const seen: [bigint, bigint] = [pipes.a.output, pipes.b.output];
      for (const port of ['a', 'b'] as const) {
        const { enable, write, address } = ports[port];
        pipes[port].edge(enable && !write ? rows[address] : undefined);
      }
      for (const { enable, write, address, mask, data } of [ports.a, ports.b]) {
        if (enable && write) rows[address] = merged(rows[address]!, data, mask, lane, width);
      }
      return seen;
    });
  }

  test('the model agrees with the rules', () => {
    const sim = simulate(around(trueDualPort(shape)));
    const seen = drives.map((ports) => {
      for (const port of ['a', 'b'] as const)
        for (const [name, value] of Object.entries(ports[port])) sim.poke(`${port}_${name}`, value);
      const now = [sim.peek('a_q'), sim.peek('b_q')];
      sim.cycle();
      return now;
    });
    expect(seen).toEqual(expected());
  });

  test.runIf(which('iverilog'))('the SystemVerilog does too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hermes-ram-'));
    try {
      const mask = width / lane;
      const bits = Math.max(1, Math.ceil(Math.log2(depth)));
      const rowBits = 2 * (2 + bits + mask + width);
      const pack = ({ enable, write, address, mask: m, data }: Drive): bigint =>
        (((((((BigInt(enable) << 1n) | BigInt(write)) << BigInt(bits)) | BigInt(address)) << BigInt(mask)) | m) <<
          BigInt(width)) |
        data;
      const lines = drives.map(({ a, b }) => ((pack(a) << BigInt(rowBits / 2)) | pack(b)).toString(16));
      writeFileSync(join(folder, 'drives.hex'), lines.join('\n'));
      const port = (p: string): string =>
        `{${['enable', 'write', 'address', 'mask', 'data'].map((name) => `${p}_${name}`).join(', ')}}`;
      const declared = (p: string): string =>
        `logic ${p}_enable, ${p}_write; logic [${bits - 1}:0] ${p}_address; ` +
        `logic [${mask - 1}:0] ${p}_mask; logic [${width - 1}:0] ${p}_data, ${p}_q;`;
      const bench = `module bench;
        logic clk = 0, rst_n = 1; ${declared('a')} ${declared('b')}
        logic [${rowBits - 1}:0] drives [${drives.length}];
        ram_tdp #(.WIDTH(${width}), .DEPTH(${depth}), .LANE(${lane}), .LATENCY(${latency})) ram (.*);
        initial begin
          $readmemh("drives.hex", drives);
          for (int i = 0; i < ${drives.length}; i++) begin
            {${port('a')}, ${port('b')}} = drives[i];
            #1 $display("q %h %h", a_q, b_q);
            clk = 1; #1 clk = 0;
          end
        end
      endmodule`;
      writeFileSync(join(folder, 'bench.sv'), bench);
      const compiled = await run(
        'iverilog',
        ['-g2012', '-o', 'sim.vvp', 'bench.sv', join(root, 'rtl-templates/ram_tdp.sv')],
        { cwd: folder },
      );
      expect(compiled.output).toBe('');
      const { output } = await run('vvp', ['-n', 'sim.vvp'], { cwd: folder });
      const seen = output
        .split('\n')
        .filter((line) => line.startsWith('q '))
        .map((line) => line.split(' ').slice(1));
      expect(seen.length).toBe(drives.length);
      for (const [i, [a, b]] of expected().entries()) {
        // Registers without reset are unknown until first used.
        for (const [k, value] of [a, b].entries())
          if (!/x/.test(seen[i]![k]!)) expect(BigInt(`0x${seen[i]![k]}`)).toBe(value);
      }
      expect(seen.filter(([a, b]) => /x/.test(a!) || /x/.test(b!)).length).toBeLessThan(40);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('two ports on one row, one of them writing, stop the simulation', () => {
  const sim = simulate(around(trueDualPort({ width: 32, depth: 16 })));
  for (const port of ['a', 'b']) {
    sim.poke(`${port}_enable`, 1);
    sim.poke(`${port}_address`, 5);
  }
  sim.cycle();
  sim.poke('b_write', 1);
  expect(() => sim.cycle()).toThrow(AssertionFailure);
});

test('several sizes of the hand-written RAM stand in one design', () => {
  const one = around(trueDualPort({ width: 32, depth: 16 }));
  const pair = module(
    'pair',
    { one: one.ports, other: trueDualPort({ width: 8, depth: 4 }).ports },
    ({ one, other }: any) => {
      for (const [ram, io] of [
        [trueDualPort({ width: 32, depth: 16 }), one],
        [trueDualPort({ width: 8, depth: 4 }), other],
      ] as const) {
        const inner = instance(ram as any) as any;
        for (const p of ['a', 'b']) {
          for (const name of ['enable', 'write', 'address', 'mask', 'data']) inner[p][name].value = io[p][name];
          io[p].q.value = inner[p].q;
        }
      }
    },
  );
  expect(() => elaborate(() => pair)).not.toThrow();
});
