/** Plays a script of host traffic on a device, and watches what the device makes of it. */
import { bar4 } from '../../gen/config.ts';
import { Command, Control, Engine } from '../../gen/device/layout.ts';
import { assemble } from '../../gen/ebpf/assembler.ts';
import { modelOf } from '../golden/helpers.ts';
import { Machine } from '../golden/interpreter.ts';
import { HermesDevice, type ShellHost, type Slot } from '../shell/index.ts';
import { random } from '../shell/random.ts';
import { contents, type Action, type Content, type Script } from './actions.ts';
import type { Job } from './cases.ts';
import {
  allSlots,
  asHeld,
  control,
  empty,
  idle,
  known,
  numbers,
  releaseAll,
  settling,
  Violation,
  type RunRequest,
} from './recovery.ts';

const programs = contents.map((text) => assemble(text).program);

/** In BAR0 there is nothing from here on. */
const lastRegister = 0x4000;

/** What happened on the interrupt lines, and when doorbells were rung. */
class Watch {
  readonly #host: ShellHost;
  /** For each engine, the cycle of its last message and how many there were. */
  readonly #last: number[];
  readonly #count: number[];
  /** For each engine, the cycle in which its doorbell was last rung, before the device took it; and how often it was rung. */
  readonly #rung: number[];
  readonly #rings: number[];

  constructor(host: ShellHost) {
    this.#host = host;
    const each = (value: number): number[] => numbers(host.config.engines, () => value);
    [this.#last, this.#count, this.#rung, this.#rings] = [each(-1), each(0), each(-1), each(0)];
    const request = host.simulator.port('cl_sh_apppf_irq_req');
    host.timeline.add({
      sample: () => {
        const bits = request.get();
        if (bits === 0) return;
        for (const [engine] of this.#count.entries()) {
          if (((bits >> engine) & 1) === 0) continue;
          this.#last[engine] = host.cycles;
          this.#count[engine]! += 1;
        }
        if (bits >> this.#count.length !== 0)
          throw new Violation(`an interrupt of an engine that there is not: ${bits}`);
      },
    });
  }

  /** A word of BAR0 is written. */
  writing(offset: number, value: number, strobe: number): void {
    for (const [engine] of this.#rings.entries()) {
      const isRung = offset - (offset % 4) === control(engine) && ((strobe >> Control.exec) & value & 1) === 1;
      if (!isRung) continue;
      this.#rung[engine] = this.#host.cycles;
      this.#rings[engine]! += 1;
    }
  }

  /** A reset is over: nobody waits for the answer to a command any more. */
  forget(): void {
    this.#rung.fill(-1);
  }

  /** @throws Violation when a command has ended without a message, or there is a message without one */
  async check(): Promise<void> {
    for (const [engine, rung] of this.#rung.entries()) {
      const isDone = ((await this.#host.bar0.read(control(engine))) & 0x100) !== 0;
      if (rung >= 0 && !isDone) throw new Violation(`engine ${engine} was rung in cycle ${rung}, and EHCMDDONE is 0`);
      if (this.#last[engine]! < rung)
        throw new Violation(`engine ${engine} was rung in cycle ${rung} and gave no interrupt`);
      if (this.#count[engine]! > this.#rings[engine]!)
        throw new Violation(
          `engine ${engine} gave ${this.#count[engine]} interrupts for ${this.#rings[engine]} commands`,
        );
    }
  }
}

/** A program that runs on engine 0 while others misbehave. */
interface Bystander {
  readonly slots: readonly Slot[];
  readonly end: Promise<void>;
}

const steps = 800;
const steady = assemble(
  `r6 = ${steps / 4}\n loop: r2 = r6\n r2 &= 255\n r2 *= 8\n r2 += r1\n r3 = *(u64 *)(r2 + 0)\n r3 += r6\n *(u64 *)(r2 + 0) = r3\n lock *(u64 *)(r1 + 64) += r3\n r0 *= 31\n r0 += r3\n *(u64 *)(r10 - 8) = r0\n r6 -= 1\n if r6 != 0 goto loop\n exit`,
).program;

async function stand(host: ShellHost): Promise<Bystander> {
  const device = await HermesDevice.open(host);
  const [code, data] = [await device.requestSlot('program'), await device.requestSlot('data')];
  await device.write(code, steady);
  const memory = new Uint8Array(host.config.dataSlotBytes);
  const { r0 } = new Machine({ ...modelOf(host.config), program: steady, data: memory }).run();
  const run = async (): Promise<void> => {
    const result = await device.run(code, data, steady.length);
    if (result.r0 !== r0 || result.error)
      throw new Violation(
        `the program of engine 0 was disturbed: r0 is ${result.r0} and not ${r0}, error ${result.error?.class}`,
      );
  };
  const end = run();
  end.catch(() => {});
  return { slots: [code, data], end };
}

/** Plays actions. Those that would hurt the bystander are left out. */
class Player {
  readonly #host: ShellHost;
  readonly #watch: Watch;
  readonly #spared: readonly Slot[];
  readonly #open: Promise<unknown>[] = [];
  actions = 0;

  constructor(host: ShellHost, watch: Watch, spared: readonly Slot[]) {
    this.#host = host;
    this.#watch = watch;
    this.#spared = spared;
  }

  async play(actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      if (this.#spared.length > 0 && this.#hurts(action)) continue;
      this.actions += 1;
      if (action.do === 'reset' && action.wait) await this.#settled();
      const done = this.#start(action);
      // Whoever fails is noticed at the end, too.
      done.catch(() => {});
      this.#open.push(done);
      if (action.wait || action.do === 'reset') await done;
    }
    await this.#settled();
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#open.splice(0));
  }

  #start(action: Action): Promise<unknown> {
    const { dma } = this.#host;
    switch (action.do) {
      case 'write':
        return this.#write(action.offset, action.value, action.strobe);
      case 'read':
        return this.#read(action.offset, action.size);
      case 'dmaWrite':
        return dma.write(action.address, bytesOf(action.content, action.length));
      case 'dmaRead':
        return this.#dmaRead(action.address, action.length);
      case 'idle':
        return this.#host.idle(action.cycles);
      case 'command':
        return this.#command(action.engine, action.words, action.wait);
      case 'reset':
        return this.#reset();
    }
  }

  async #read(offset: number, size: 1 | 2 | 4): Promise<void> {
    const value = await this.#host.bar0.read(offset, size);
    if (offset >= lastRegister && value !== 0)
      throw new Violation(`BAR0 reads ${value} at ${offset}, where nothing is`);
  }

  async #dmaRead(address: number, length: number): Promise<void> {
    const bytes = await this.#host.dma.read(address, length);
    const isOutside = address >= bar4(this.#host.config).bytes;
    if (isOutside && bytes.some((byte) => byte !== 0))
      throw new Violation(`BAR4 has something at ${address}, past its end`);
  }

  async #write(offset: number, value: number, strobe: number): Promise<void> {
    this.#watch.writing(offset, value, strobe);
    await this.#host.words.write(offset, value, strobe);
  }

  async #command(engine: number, words: readonly number[], wait: boolean): Promise<void> {
    const base = Engine.EHCMDREQ.offset + engine * Engine.EHCMDREQ.stride;
    const writes = words.map((word, n) => this.#write(base + 4 * n, word, 15));
    await Promise.all([...writes, this.#write(control(engine), 1, 1)]);
    if (wait) await idle(this.#host, engine);
  }

  /** As the shell does it, whatever is under way. */
  async #reset(): Promise<void> {
    const { simulator, timeline } = this.#host;
    const [assert, done] = [simulator.port('sh_cl_flr_assert'), simulator.port('cl_sh_flr_done')];
    const begin = timeline.cycle;
    assert.set(1);
    await timeline.operation<void>((complete, fail) => {
      const agent = timeline.add({
        sample: () => {
          const isLate = timeline.cycle - begin > settling;
          if (done.get() === 0 && !isLate) return;
          timeline.remove(agent);
          if (isLate) fail(new Violation(`a function-level reset is not done after ${settling} cycles`));
          else complete();
        },
      });
    });
    await this.#host.idle(2);
    assert.set(0);
    await this.#host.idle(4);
    this.#watch.forget();
  }

  /** Touches the registers or slots of the bystander. */
  #hurts(action: Action): boolean {
    const touches = (from: number, length: number): boolean =>
      this.#spared.some(({ address, bytes }) => from < address + bytes && address < from + length);
    switch (action.do) {
      case 'write': {
        const { EHCMDREQ } = Engine;
        const isRequest = action.offset >= EHCMDREQ.offset - 3 && action.offset < EHCMDREQ.offset + EHCMDREQ.bytes;
        return isRequest || (action.offset >= control(0) - 3 && action.offset < control(1));
      }
      case 'dmaWrite':
        return touches(action.address, action.length);
      case 'command': {
        const [head, , target] = action.words;
        const used = this.#spared.map(({ number }) => number);
        // Its data slot is not for others to run on, nor either slot to be released once it has ended.
        const isRun = (head & 255) === Command.Run;
        const slot = (target >>> 8) & 255;
        const kind = isRun ? 1 : target & 255;
        const isSpared = (isRun || (head & 255) === Command.ReleaseSlot) && slot === used[kind];
        return action.engine === 0 || isSpared;
      }
      case 'reset':
        return true;
      case 'read':
      case 'dmaRead':
      case 'idle':
        return false;
    }
  }
}

function bytesOf(content: Content, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if ('program' in content) bytes.set(programs[content.program]!.subarray(0, length));
  else {
    const chance = random(content.seed);
    for (let i = 0; i < length; i++) bytes[i] = chance.below(256);
  }
  return bytes;
}

/** The last run that each engine was told: what it may still have of it is to be right, too. */
function lastRuns(actions: readonly Action[]): RunRequest[] {
  const last = new Map<number, RunRequest>();
  for (const action of actions) {
    if (action.do !== 'command' || (action.words[0] & 255) !== Command.Run) continue;
    const [, , slots, length] = action.words;
    last.set(action.engine, { engine: action.engine, program: slots & 255, data: (slots >>> 8) & 255, length });
  }
  return [...last.values()];
}

/** What was done. */
export interface Played {
  readonly actions: number;
  /** Instructions compared with the model afterwards. */
  readonly instructions: number;
}

/**
 * @param jobs run in lockstep with the model at the end, on all engines
 * @throws Violation, ProtocolError, TimeoutError, Divergence, AssertionFailure when the device is not as it should be
 */
export async function play(host: ShellHost, script: Script, jobs: readonly Job[]): Promise<Played> {
  const bystander = script.bystander ? await stand(host) : undefined;
  const watch = new Watch(host);
  host.interrupts.acknowledges = !script.masked || script.bystander;
  const player = new Player(host, watch, bystander?.slots ?? []);
  await player.play(script.actions);
  await bystander?.end;
  for (let engine = 0; engine < host.config.engines; engine++) await idle(host, engine);
  host.interrupts.acknowledges = true;
  // A line whose message was not acknowledged makes the next one after 4096 cycles.
  await host.idle(script.masked ? 4200 : 120);
  if (!bystander) await watch.check();
  let instructions = 0;
  for (const request of lastRuns(script.actions)) instructions += await asHeld(host, request);
  if (script.reset) await host.flr();
  else await releaseAll(host);
  await empty(host);
  await allSlots(host);
  return { actions: player.actions, instructions: instructions + (await known(host, jobs)) };
}
