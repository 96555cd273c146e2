/** Memories: rows of one type with synchronous ports. */
import { builder, hintOf, type DraftMemory } from './builder.ts';
import { captureOrigin } from './origin.ts';
import { report } from './report.ts';
import { bitsFor, bool, u, type AnyType, type Bool, type Operand, type ValueOf } from './types.ts';
import { coerce } from './coerce.ts';
import { refTo, type UInt, type Value, valueOf } from './values.ts';
import type { Memory as Netlist } from '../ir/netlist.ts';

export interface MemoryOptions<T extends AnyType> {
  /** Type of a row. */
  readonly type: T;
  /** Rows. */
  readonly depth: number;
  /** Which primitive the synthesiser should take. */
  readonly style?: Netlist['style'];
  /** Bits that one write-mask bit covers; default: the whole row, no mask. */
  readonly lane?: number;
  readonly init?: readonly bigint[];
}

export interface ReadOptions {
  /** The port samples its address only where this is 1, and holds its output otherwise. */
  readonly enable?: Bool;
  /** 0: combinational (shallow memories only); 1: registered; 2: with an output register. Default 1. */
  readonly latency?: 0 | 1 | 2;
}

export interface WriteOptions<T extends AnyType> {
  readonly address: UInt | number;
  readonly data: Operand<T>;
  /** One bit a lane. */
  readonly mask?: UInt;
  readonly enable?: Bool;
}

export class Memory<T extends AnyType = AnyType> {
  readonly rowType: T;
  readonly depth: number;
  /** The netlist's object; for the language itself. */
  readonly draft: DraftMemory;

  constructor(options: MemoryOptions<T>, draft: DraftMemory) {
    this.rowType = options.type;
    this.depth = options.depth;
    this.draft = draft;
  }

  /** Bits of an address. */
  get addressWidth(): any {
    return bitsFor(this.depth);
  }

  /** A read port. It returns what was stored before the clock edge at which it samples its address. */
  read(address: UInt, options: ReadOptions = {}): ValueOf<T> {
    const module = builder();
    const port = this.draft.reads.length;
    const hint = (): string => `${hintOf(this.draft)}_rdata${port === 0 ? '' : port}`;
    const data = module.draft(this.rowType, 'net', { hint, prefix: [] });
    const enable = options.enable && coerce(bool, options.enable, 'H001', 'the read enable');
    this.draft.reads.push({
      address: this.#address(address),
      latency: options.latency ?? 1,
      data,
      ...(enable ? { enable: enable.expr } : {}),
    });
    return valueOf(this.rowType, refTo(data));
  }

  /** A write port, active where the enclosing conditions and `enable` hold. */
  write({ address, data, mask, enable }: WriteOptions<T>): void {
    const path = builder().pathCondition();
    const active = path && enable ? path.and(enable) : (path ?? enable ?? bool.of(1));
    const row = coerce(this.rowType, data, 'H004', `a row of '${hintOf(this.draft)}'`) as Value;
    const lanes = this.draft.width / this.draft.lane;
    const lanesMask = mask && (coerce(u(lanes), mask, 'H001', 'the write mask') as Value);
    const at = typeof address === 'number' ? (u(this.addressWidth).of(address) as UInt) : address;
    this.draft.writes.push({
      address: this.#address(at),
      enable: active.expr,
      data: row.expr,
      ...(lanesMask ? { mask: lanesMask.expr } : {}),
    });
  }

  #address(address: UInt) {
    if (address.width !== this.addressWidth) {
      report(
        'H033',
        `'${hintOf(this.draft)}' has ${this.depth} rows and takes an address of ${this.addressWidth} bits, but is given ${address.width}`,
      );
      return u(this.addressWidth).of(0).expr;
    }
    return address.expr;
  }
}

/** A RAM of `depth` rows, all zero at the start unless `init` says otherwise. Ports are made by `read` and `write`. */
export function memory<T extends AnyType>(options: MemoryOptions<T>): Memory<T> {
  const module = builder();
  const width = options.type.width;
  const lane = options.lane ?? width;
  if (!Number.isInteger(options.depth) || options.depth < 1 || (options.init?.length ?? 0) > options.depth)
    report('H031', `a memory of ${options.depth} rows`);
  if (!Number.isInteger(width / lane))
    report('H032', `rows of ${width} bits cannot be written in lanes of ${lane} bits`);
  const draft: DraftMemory = {
    name: '',
    prefix: [...module.prefix],
    origin: captureOrigin(),
    domain: module.useDomain(),
    depth: options.depth,
    width,
    lane,
    style: options.style ?? 'auto',
    reads: [],
    writes: [],
    ...(options.init ? { init: options.init } : {}),
  };
  module.memories.push(draft);
  return new Memory(options, draft);
}
