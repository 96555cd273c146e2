/** What a host can do to a device that it should not, or not now: scripts of accesses, transfers, commands and resets. */
import { bar4, type Config, type ShellName } from '../../gen/config.ts';
import { Command, Control, Counters, Engine, Extension, Info } from '../../gen/device/layout.ts';
import { between, happens, oneOf, weighted, type Random } from './chance.ts';

/** `wait`: for the answer, before what comes next. */
export type Action = { readonly wait: boolean } & (
  | { readonly do: 'write'; readonly offset: number; readonly value: number; readonly strobe: number }
  | { readonly do: 'read'; readonly offset: number; readonly size: 1 | 2 | 4 }
  | { readonly do: 'dmaWrite'; readonly address: number; readonly length: number; readonly content: Content }
  | { readonly do: 'dmaRead'; readonly address: number; readonly length: number }
  /** Writes a request and rings. `wait`: until EHCMDEXEC is 0. */
  | { readonly do: 'command'; readonly engine: number; readonly words: readonly [number, number, number, number] }
  | { readonly do: 'idle'; readonly cycles: number }
  /** Function-level reset. `wait`: for all accesses under way before it begins. */
  | { readonly do: 'reset' }
);

/** What a transfer carries: one of the programs of {@link contents}, or bytes of this seed. */
export type Content = { readonly program: number } | { readonly seed: number };

export interface Script {
  readonly shell: ShellName;
  /** Of the shell's chances. */
  readonly seed: number;
  /** Share of the cycles in which each channel of the shell pauses. */
  readonly stalls: number;
  /** The shell acknowledges no interrupts meanwhile. */
  readonly masked: boolean;
  /** A program runs on engine 0 all the time, on slots that nobody else touches: it is not to notice. */
  readonly bystander: boolean;
  /** A function-level reset comes before the device is looked at; else all slots are released. */
  readonly reset: boolean;
  readonly actions: readonly Action[];
}

/** Programs that keep engines busy, source text. */
export const contents: readonly string[] = [
  'loop: r3 = *(u64 *)(r1 + 8)\n r3 += 1\n *(u64 *)(r1 + 8) = r3\n lock *(u64 *)(r1 + 16) += r3\n goto loop',
  'r0 = 1\n exit',
  'r3 = 500\n next: r4 = r3\n r4 *= 8\n r4 += r1\n *(u64 *)(r4 + 0) = r3\n r0 += r3\n r3 -= 1\n if r3 != 0 goto next\n exit',
  'loop: r2 /= 3\n r2 ^= r3\n r3 += 7\n *(u32 *)(r10 - 6) = r2\n call f\n goto loop\n f: r0 = *(u16 *)(r10 + 510)\n exit',
  'r0 = *(u64 *)(r1 + 4090)\n exit',
];

/** Gives actions at random for a device of that configuration. */
class Hostility {
  readonly #random: Random;
  readonly #config: Config;

  constructor(random: Random, config: Config) {
    this.#random = random;
    this.#config = config;
  }

  any(): Action[] {
    if (this.#random.below(12) === 0) return this.#rings();
    const wait = happens(this.#random, 0.5);
    const one = weighted<() => Action>(this.#random, [
      [6, () => this.#command()],
      [4, () => this.#write()],
      [2, () => ({ do: 'read', offset: this.#register(), size: oneOf(this.#random, [1, 2, 4]), wait })],
      [4, () => ({ do: 'dmaWrite', ...this.#range(), content: this.#content(), wait })],
      [3, () => ({ do: 'dmaRead', ...this.#range(), wait })],
      [
        2,
        () => ({
          do: 'idle',
          cycles: oneOf(this.#random, [1, 5, 40, 300, between(this.#random, 1, 2000)]),
          wait: true,
        }),
      ],
      [0.3, () => ({ do: 'reset', wait })],
    ])();
    return [one];
  }

  /** Requests slots and puts programs there, so that there is something to disturb. */
  setUp(): Action[] {
    const { programSlots, dataSlots, programSlotBytes, engines } = this.#config;
    const each = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
    const engine = (): number => this.#random.below(engines);
    return [
      ...each(between(this.#random, 1, programSlots), () => request(engine(), 0)),
      ...each(between(this.#random, 1, dataSlots), () => request(engine(), 1)),
      ...each(programSlots, (slot): Action => {
        const program = this.#random.below(contents.length);
        return { do: 'dmaWrite', address: slot * programSlotBytes, length: 256, content: { program }, wait: true };
      }),
    ];
  }

  #command(): Action {
    const { programSlots, dataSlots, engines } = this.#config;
    const slot = (count: number): number =>
      weighted(this.#random, [
        [8, this.#random.below(count)],
        [1, count],
        [1, this.#random.below(256)],
      ]);
    const type = weighted(this.#random, [
      [4, 0],
      [4, 1],
      [1, this.#random.below(256)],
    ]);
    const id = this.#random.below(2 ** 16) * 2 ** 16;
    const words = weighted<() => [number, number, number, number]>(this.#random, [
      [3, () => [Command.RequestSlot + id, 0, type, 0]],
      [3, () => [Command.ReleaseSlot + id, 0, type + 256 * slot(type === 1 ? dataSlots : programSlots), 0]],
      [6, () => [Command.Run + id, 0, slot(programSlots) + 256 * slot(dataSlots), this.#length()]],
      [1, () => [this.#random.below(256) + id, this.#word(), this.#word(), this.#word()]],
    ])();
    return { do: 'command', engine: this.#random.below(engines), words, wait: happens(this.#random, 0.3) };
  }

  /** Doorbells right behind each other: commands that end sooner than their interrupts are acknowledged, or are not taken. */
  #rings(): Action[] {
    const first = this.#random.below(this.#config.engines);
    return Array.from({ length: between(this.#random, 2, 8) }, (): Action => {
      const engine = happens(this.#random, 0.8) ? first : this.#random.below(this.#config.engines);
      return { do: 'write', offset: doorbell(engine), value: 1, strobe: 1, wait: false };
    });
  }

  #length(): number {
    return weighted(this.#random, [
      [6, 8 * between(this.#random, 1, 16)],
      [1, this.#config.programSlotBytes],
      [1, this.#random.below(300)],
      [1, this.#word()],
    ]);
  }

  #word(): number {
    return this.#random.below(2 ** 32);
  }

  /** Of a register, of a hole between registers, or of nothing. */
  #register(): number {
    const { engines } = this.#config;
    const { EHCMDREQ, EHCMDRES, EHCMDCTRL } = Engine;
    const first = weighted(this.#random, [
      [3, EHCMDREQ.offset + this.#random.below(engines + 1) * EHCMDREQ.stride + this.#random.below(EHCMDREQ.bytes)],
      [2, EHCMDRES.offset + this.#random.below(engines + 1) * EHCMDRES.stride + this.#random.below(EHCMDRES.bytes)],
      [4, EHCMDCTRL.offset + this.#random.below(engines + 1) * EHCMDCTRL.stride + this.#random.below(EHCMDCTRL.bytes)],
      [1, Counters.EHXCYCLES.offset + this.#random.below(64)],
      [1, Extension.EHXMAGIC.offset + this.#random.below(16)],
      [1, Info.EHVER.offset + this.#random.below(0x48)],
      [1, this.#random.below(0x4000)],
      [1, this.#random.below(32 * 2 ** 20)],
    ]);
    return first;
  }

  #write(): Action {
    const wait = happens(this.#random, 0.5);
    if (happens(this.#random, 0.4)) {
      const offset = doorbell(this.#random.below(this.#config.engines));
      return { do: 'write', offset, value: 1, strobe: 1, wait };
    }
    const strobe = oneOf(this.#random, [15, 15, 1, 2, 4, 8, 3, 12, 5, 10, 6, 9, 0, this.#random.below(16)]);
    return { do: 'write', offset: this.#register(), value: this.#word(), strobe, wait };
  }

  /** Within a slot, across two, across the end of all, or far outside. */
  #range(): { address: number; length: number } {
    const { programSlots, programSlotBytes, dataSlots, dataSlotBytes } = this.#config;
    const { dataOffset, bytes } = bar4(this.#config);
    const programs = this.#random.below(programSlots) * programSlotBytes;
    const data = dataOffset + this.#random.below(dataSlots) * dataSlotBytes;
    const base = oneOf(this.#random, [programs, data]);
    const length = weighted(this.#random, [
      [3, between(this.#random, 1, 80)],
      [3, 64 * between(this.#random, 1, 8)],
      [2, 4096],
      [1, between(this.#random, 1, 9000)],
    ]);
    const address = weighted(this.#random, [
      [4, base],
      [3, base + this.#random.below(4096)],
      [2, base + 4096 - between(this.#random, 1, 100)],
      [1, dataOffset - between(this.#random, 1, 100)],
      [1, bytes - between(this.#random, 1, 5000)],
      [1, this.#random.below(bytes)],
      [1, bytes + this.#random.below(2 ** 32)],
      // The same as that of a slot but for one bit.
      [1, base + 2 ** between(this.#random, Math.log2(bytes), 45)],
    ]);
    return { address, length };
  }

  #content(): Content {
    return happens(this.#random, 0.6) ? { program: this.#random.below(contents.length) } : { seed: this.#word() };
  }
}

const doorbell = (engine: number): number => Engine.EHCMDCTRL.offset + Engine.EHCMDCTRL.stride * engine + Control.exec;

const request = (engine: number, type: number): Action => ({
  do: 'command',
  engine,
  words: [Command.RequestSlot, 0, type, 0],
  wait: true,
});

/** One script for a device of that configuration. */
export function generateScript(random: Random, config: Config): Script {
  const hostility = new Hostility(random, config);
  const count = between(random, 5, 60);
  const bystander = happens(random, 0.3);
  const actions = [
    ...(happens(random, 0.85) ? hostility.setUp() : []),
    ...Array.from({ length: count }, () => hostility.any()).flat(),
  ];
  return {
    shell: config.shell,
    seed: random.below(2 ** 32),
    stalls: oneOf(random, [0, 0.2, 0.2, 0.6, 0.85]),
    masked: happens(random, 0.1),
    bystander,
    reset: !bystander && happens(random, 0.5),
    actions: bystander ? actions.filter((action) => action.do !== 'reset') : actions,
  };
}
