/**
 * In-order pipelines. A stage `put`s payloads; any later stage that `get`s one makes the registers in between appear. A stage
 * moves its item on when it is valid, nothing halts it and the next stage is free; `flush` removes the item, and another may
 * take its place at once. Bubbles close up.
 */
import { builder, type Draft } from './builder.ts';
import { type Payload } from './payload.ts';
import { report } from './report.ts';
import { when } from './signals.ts';
import { bool, type AnyType, type Bool, type Reg, type UIntType, type ValueOf, type Wire } from './types.ts';
import { anyOf, mux } from './combine.ts';
import { placeOf, type UInt, type Value } from './values.ts';

export class Stage {
  readonly name: string;
  /** An item is here. The first stage's is driven by the design, the others' are registers. */
  readonly valid: Bool;
  /** The item leaves for the next stage (the last: retires) in this cycle, and is not flushed. */
  readonly firing: Bool;
  /** Nothing holds the item up: it leaves in this cycle if it is valid. */
  readonly ready: Bool;
  readonly #pipeline: Line;
  readonly #index: number;
  readonly #halts: Bool[] = [];
  readonly #flushes: Bool[] = [];
  readonly #puts = new Map<Payload, Value>();
  readonly #carried = new Map<Payload, Draft & object>();
  readonly #values = new Map<Payload, Value>();

  constructor(pipeline: Line, name: string, index: number) {
    this.#pipeline = pipeline;
    this.#index = index;
    this.name = name;
    const module = builder();
    const named = (what: string): Partial<Draft> => ({ hint: `${name}_${what}`, prefix: [] });
    this.valid =
      index === 0
        ? module.signal(bool, 'wire', named('valid'))
        : module.signal(bool, 'reg', { ...named('valid'), domain: module.useDomain(), reset: 0n });
    this.firing = module.signal(bool, 'wire', { ...named('firing'), unusedOk: true });
    this.ready = module.signal(bool, 'wire', { ...named('ready'), unusedOk: true });
  }

  /** Says when an item enters; the first stage only. */
  enter(condition: Bool): void {
    if (this.#index > 0) return report('H051', `items enter at the first stage, not at \`${this.name}\``);
    (this.valid as unknown as Wire<typeof bool>).value = condition;
  }

  /** Holds the item here, and everything behind it, while `condition` is 1. */
  halt(condition: Bool): void {
    this.#halts.push(condition);
  }

  /** Removes the item that is here while `condition` is 1. */
  flush(condition: Bool): void {
    this.#flushes.push(condition);
  }

  /** Gives a payload its value for the item that is here; later stages carry it. */
  put<T extends AnyType>(key: Payload<T>, value: ValueOf<T>): void {
    if (this.#pipeline.stages.some((stage) => stage.#puts.has(key)))
      return report('H053', `payload \`${key.name ?? '?'}\` already has a value`);
    this.#puts.set(key, value as Value);
  }

  /** The payload of the item that is here. */
  get<T extends AnyType>(key: Payload<T>): ValueOf<T> {
    const known = this.#values.get(key) ?? this.#puts.get(key);
    if (known) return known as ValueOf<T>;
    // Whether this is a register or the value that is put here is known only when the body is complete.
    const hint = (): string => `${this.name}_${key.name ?? 'payload'}`;
    const value = builder().signal(key.type, 'wire', { hint, prefix: [] }) as Value;
    this.#carried.set(key, placeOf(value)!.signal);
    this.#values.set(key, value);
    return value as ValueOf<T>;
  }

  get #flushed(): Bool {
    return anyOf(...this.#flushes);
  }

  /** @internal Turns what was asked for into registers, from the last stage to the first. */
  settle(): void {
    for (const [key, draft] of this.#carried) {
      const put = this.#puts.get(key);
      const value = this.#values.get(key)! as Value & { value: unknown; next: unknown };
      const previous = this.#pipeline.stages[this.#index - 1];
      if (put) value.value = put;
      else if (!previous) {
        report('H052', `payload \`${key.name ?? '?'}\` is asked for, but no stage up to this one puts it`);
        value.value = 0;
      } else {
        draft.kind = 'reg';
        draft.domain = builder().useDomain();
        const source = previous.get(key);
        when(previous.firing, () => {
          value.next = source;
        });
      }
    }
  }

  /** @internal Hand-shakes between stages. */
  control(): void {
    const next = this.#pipeline.stages[this.#index + 1];
    const held = anyOf(...this.#halts);
    const free = next ? anyOf(next.valid.not(), next.ready, next.#flushed) : bool.of(1);
    const flushed = this.#flushed;
    (this.ready as unknown as Wire<typeof bool>).value = held.not().and(free);
    (this.firing as unknown as Wire<typeof bool>).value = this.valid.and(this.ready).and(flushed.not());
    const previous = this.#pipeline.stages[this.#index - 1];
    if (!previous) return;
    const valid = this.valid as unknown as Reg<typeof bool>;
    when(previous.firing, () => {
      valid.next = 1;
    }).elseWhen(this.ready.or(flushed), () => {
      valid.next = 0;
    });
  }
}

interface Line {
  readonly stages: Stage[];
}

/** A pipeline with the named stages, first to last: `const { fetch, decode } = pipeline('fetch', 'decode')`. */
export function pipeline<const N extends string>(...names: N[]): { readonly [K in N]: Stage } {
  const line: Line = { stages: [] };
  names.forEach((name, index) => line.stages.push(new Stage(line, name, index)));
  builder().finishers.push(() => {
    for (const stage of line.stages) stage.control();
    for (const stage of line.stages.toReversed()) stage.settle();
  });
  return Object.fromEntries(line.stages.map((stage) => [stage.name, stage])) as { [K in N]: Stage };
}

/** A later stage that may hold the newest value of a register. */
export interface Producer {
  readonly stage: Stage;
  /** The stage's item writes register `index` with `value`. */
  readonly writes: Bool;
  readonly index: UInt;
  readonly value: UInt;
  /** The value is there in this cycle; without it the reader has to wait. */
  readonly available?: Bool;
}

/**
 * Full bypass: the value of register `index` as the item at the reading stage has to see it, from the youngest producer that
 * writes it (list them youngest first), else `stored`. `wait` is 1 where that producer has no value yet.
 */
export function bypass<W extends number>(
  index: UInt,
  stored: UInt<W>,
  producers: readonly Producer[],
): { value: UInt<W>; wait: Bool } {
  const hits = producers.map(({ stage, writes, index: written }) => stage.valid.and(writes).and(written.eq(index)));
  const value = hits.reduceRight<UInt<W>>(
    (older, hit, i) => mux<UIntType<W>>(hit, producers[i]!.value as UInt<W>, older as never) as UInt<W>,
    stored,
  );
  const waits = producers.map(({ available }, i) => {
    if (!available) return bool.of(0);
    const younger = anyOf(...hits.slice(0, i));
    return hits[i]!.and(younger.not()).and(available.not());
  });
  return { value, wait: anyOf(...waits) };
}
