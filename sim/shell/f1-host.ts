/** A host with a simulated CL in the F1 shell: everything goes through the shell's ports. */
import type { Config } from '../../gen/config.ts';
import { interfaces } from '../../gen/shell/f1-ports.ts';
import type { Simulator } from '../simulator.ts';
import { AxiLiteMaster } from './axi-lite.ts';
import { AxiMaster } from './axi.ts';
import { barOf } from './bar.ts';
import { ProtocolError, TimeoutError } from './errors.ts';
import { defaultTimeout, type Bar, type Dma, type Host, type SimulatorKind } from './host.ts';
import { Interrupts } from './interrupts.ts';
import { random } from './random.ts';
import { Recorder } from './recorder.ts';
import { Timeline } from './timeline.ts';
import { Xdma } from './xdma.ts';

/** The shell gives up on registers and on the host's own accesses after 8 us: at 250 MHz, */
export const registerPatience = 2000;
/** XDMA waits for 5 s. No CL should stand still for even this many cycles. */
export const dmaPatience = 20_000;

const resetCycles = 32;
const flrPatience = 100_000;

export interface ShellOptions {
  readonly kind: SimulatorKind;
  readonly config: Config;
  /** Of everything that is left to chance. */
  readonly seed: number;
  /** Share of the cycles, 0 to less than 1, in which each channel of the shell pauses. */
  readonly stalls: number;
  readonly timeout?: number;
}

export class F1Host implements Host {
  readonly kind: SimulatorKind;
  readonly config: Config;
  readonly timeout: number;
  readonly simulator: Simulator;
  /** Where others can take part in every cycle. */
  readonly timeline: Timeline;
  readonly bar0: Bar;
  readonly bar1: Bar;
  /** The management function's BAR4. */
  readonly sda: Bar;
  readonly dma: Dma;
  readonly interrupts: Interrupts;
  readonly #masters: readonly (AxiLiteMaster | AxiMaster)[];

  constructor(simulator: Simulator, { kind, config, seed, stalls, timeout = defaultTimeout }: ShellOptions) {
    this.kind = kind;
    this.config = config;
    this.timeout = timeout;
    this.simulator = simulator;
    const timeline = new Timeline(simulator);
    this.timeline = timeline;
    const chance = random(seed);
    const options = (name: string, patience: number) => ({ name, random: chance.fork(), stalls, patience });
    const lite = (name: 'ocl' | 'bar1' | 'sda'): AxiLiteMaster =>
      timeline.add(new AxiLiteMaster(timeline, interfaces[name], options(name.toUpperCase(), registerPatience)));
    const [ocl, bar1, sda] = [lite('ocl'), lite('bar1'), lite('sda')];
    const pcis = new AxiMaster(timeline, interfaces.dma_pcis, options('DMA_PCIS', dmaPatience));
    const dma = timeline.add(new Xdma(timeline, pcis, chance.fork()));
    timeline.add(pcis);
    this.interrupts = timeline.add(new Interrupts(timeline, chance.fork()));
    this.#masters = [ocl, bar1, sda, pcis];
    this.bar0 = barOf(ocl);
    this.bar1 = barOf(bar1);
    this.sda = barOf(sda);
    this.dma = dma;
    this.#reset();
  }

  get cycles(): number {
    return this.simulator.cycles;
  }

  /** Error responses of the CL. They do not reach a host; the shell counts them in its metrics. */
  get errors(): number {
    return this.#masters.reduce((sum, { errors }) => sum + errors, 0);
  }

  waitInterrupt(engine: number, timeout = this.timeout): Promise<void> {
    return this.interrupts.wait(engine, timeout);
  }

  async flr(): Promise<void> {
    const { simulator, timeline } = this;
    if (timeline.open > 0) throw new Error('a function-level reset while calls are under way; await them first');
    const assert = simulator.port('sh_cl_flr_assert');
    const done = simulator.port('cl_sh_flr_done');
    assert.set(1);
    await this.#until(() => done.get() === 1, flrPatience, 'cl_sh_flr_done after sh_cl_flr_assert');
    // The pulse may be over when the shell takes its request back.
    await this.idle(2);
    assert.set(0);
    await this.idle(4);
  }

  idle(cycles: number): Promise<void> {
    const until = this.cycles + cycles;
    return cycles <= 0 ? Promise.resolve() : this.#until(() => this.cycles >= until, Infinity, '');
  }

  /** Writes the waveform of the last cycles (1000) to a file. The host cannot be used afterwards. */
  async dump(file: string, cycles?: number): Promise<void> {
    if (!(this.simulator instanceof Recorder))
      throw new Error('this host has not recorded its cycles; make it with createF1Host');
    await this.simulator.dump(file, cycles);
  }

  close(): void {
    this.simulator.close();
  }

  /** Looks at the design between edges until `condition` holds. */
  #until(condition: () => boolean, limit: number, what: string): Promise<void> {
    const { timeline } = this;
    const begin = timeline.cycle;
    return timeline.operation((complete, fail) => {
      const agent = timeline.add({
        sample: () => {
          const late = timeline.cycle - begin > limit;
          if (!condition() && !late) return;
          timeline.remove(agent);
          if (late) fail(new TimeoutError(`no ${what} within ${limit} cycles`));
          else complete(undefined as void);
        },
      });
    });
  }

  #reset(): void {
    const { simulator } = this;
    simulator.poke('rst_main_n', 0);
    simulator.cycle(resetCycles);
    for (const { into: _, outOf, ports } of [interfaces.ocl, interfaces.bar1, interfaces.sda, interfaces.dma_pcis]) {
      for (const name of ['bvalid', 'rvalid']) {
        if (name in ports && simulator.peekNumber(outOf + name) !== 0)
          throw new ProtocolError(outOf + name, simulator.cycles, 'valid is 1 in reset');
      }
    }
    simulator.poke('rst_main_n', 1);
    simulator.cycle(resetCycles);
  }
}
