/** A host with a simulated CL in its cloud shell: everything goes through the shell's ports. */
import type { Config, ShellName } from '../../gen/config.ts';
import { shellTables } from '../../gen/shell/index.ts';
import { portsOf, spareOf } from '../../gen/shell/ports.ts';
import type { Simulator } from '../simulator.ts';
import { AxiLiteMaster } from './axi-lite.ts';
import { AxiMaster, type BurstOptions } from './axi.ts';
import { barOf, type WordAccess } from './bar.ts';
import { ProtocolError, TimeoutError } from './errors.ts';
import { defaultTimeout, type Bar, type Dma, type Host, type SimulatorKind } from './host.ts';
import { Interrupts } from './interrupts.ts';
import { MappedMemory } from './mapped-memory.ts';
import { random, type Random } from './random.ts';
import { Recorder } from './recorder.ts';
import { Timeline, type Agent } from './timeline.ts';
import { Xdma } from './xdma.ts';

/** The shell gives up on registers and on the host's own accesses after 8 us: at 250 MHz, */
export const hostPatience = 2000;
/** XDMA waits for 5 s. No CL should stand still for even this many cycles. */
export const dmaPatience = 20_000;

const resetCycles = 32;
const flrPatience = 100_000;

/** How a host reaches slot memory: what makes the bursts on DMA_PCIS, and when the shell loses patience with them. */
interface MemoryPath {
  readonly timing: Required<Pick<BurstOptions, 'patience' | 'deadline'>>;
  readonly open: (timeline: Timeline, pcis: AxiMaster, random: Random, stalls: number) => Dma & Agent;
}

const memoryPaths: Readonly<Record<ShellName, MemoryPath>> = {
  f1: {
    timing: { patience: dmaPatience, deadline: Infinity },
    open: (timeline, pcis, chance) => new Xdma(timeline, pcis, chance),
  },
  f2: {
    timing: { patience: hostPatience, deadline: hostPatience },
    open: (timeline, pcis, chance, stalls) => new MappedMemory(timeline, pcis, chance, stalls),
  },
};

export interface ShellOptions {
  readonly kind: SimulatorKind;
  readonly config: Config;
  /** Of everything that is left to chance. */
  readonly seed: number;
  /** Share of the cycles, 0 to less than 1, in which each channel of the shell pauses. */
  readonly stalls: number;
  readonly timeout?: number;
}

/** The shell is that of the configuration. */
export class ShellHost implements Host {
  readonly kind: SimulatorKind;
  readonly config: Config;
  readonly timeout: number;
  readonly simulator: Simulator;
  /** Where others can take part in every cycle. */
  readonly timeline: Timeline;
  readonly bar0: Bar;
  /** BAR0 word by word with any byte strobes, which a host's processor can also ask for. */
  readonly words: WordAccess;
  readonly bar1?: Bar;
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
    const shell = shellTables[config.shell];
    const options = (name: string) => ({ name, random: chance.fork(), stalls, patience: hostPatience });
    const registers = [['ocl', shell.ocl] as const, ...Object.entries(shell.empty)].map(([name, face]) => {
      const master = new AxiLiteMaster(timeline, face, options(name.toUpperCase()));
      return [name, timeline.add(master)] as const;
    });
    const path = memoryPaths[config.shell];
    const pcis = new AxiMaster(timeline, shell.pcis, { ...options('DMA_PCIS'), ...path.timing });
    this.dma = timeline.add(path.open(timeline, pcis, chance.fork(), stalls));
    timeline.add(pcis);
    this.interrupts = timeline.add(new Interrupts(timeline, chance.fork()));
    this.#masters = [...registers.map(([, master]) => master), pcis];
    const bars = Object.fromEntries(registers.map(([name, master]) => [name, barOf(master)]));
    this.bar0 = bars['ocl']!;
    this.words = registers.find(([name]) => name === 'ocl')![1];
    if (bars['bar1']) this.bar1 = bars['bar1'];
    this.sda = bars['sda']!;
    this.#disturb(chance.fork());
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
      throw new Error('this host has not recorded its cycles; make it with createShellHost');
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

  /** What the CL has to ignore is anything: here it is left to chance. */
  #disturb(chance: Random): void {
    const { ocl, pcis } = shellTables[this.config.shell];
    for (const [name, { direction, type }] of Object.entries({ ...spareOf(ocl), ...spareOf(pcis) })) {
      if (direction !== 'input') continue;
      const bytes = Uint8Array.from({ length: Math.ceil(type.width / 8) }, () => chance.below(256));
      const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
      this.simulator.poke(name, name.endsWith('burst') ? 1 : BigInt.asUintN(type.width, value));
    }
  }

  #reset(): void {
    const { simulator } = this;
    const { ocl, pcis, empty } = shellTables[this.config.shell];
    simulator.poke('rst_main_n', 0);
    simulator.cycle(resetCycles);
    for (const slave of [ocl, pcis, ...Object.values(empty)]) {
      for (const name of Object.keys(portsOf(slave)).filter((port) => /_[br]valid$/.test(port))) {
        if (simulator.peekNumber(name) !== 0) throw new ProtocolError(name, simulator.cycles, 'valid is 1 in reset');
      }
    }
    simulator.poke('rst_main_n', 1);
    simulator.cycle(resetCycles);
  }
}
