/**
 * RAMs beyond what one `memory` says: long read latencies, modules that all who need one size share, true dual ports.
 */
import {
  assertThat,
  bitsFor,
  blackBox,
  bool,
  input,
  mainDomain,
  memory,
  module,
  output,
  shared,
  u,
  when,
} from '../hdl/index.ts';
import type {
  AnyType,
  Bool,
  Memory,
  MemoryOptions,
  ModuleDef,
  Port,
  UInt,
  UIntType,
  Value,
  ValueOf,
} from '../hdl/index.ts';
import { delayLine } from './stream.ts';

/**
 * A read port that answers after `latency` (1 or more) clock edges. Beyond 2 the answer passes through plain registers,
 * which the synthesiser moves into the cascade of a RAM of many blocks: a rule of thumb is one for every 4 UltraRAMs in
 * depth.
 */
export function readLate<T extends AnyType>(
  from: Memory<T>,
  address: UInt,
  latency: number,
  enable?: Bool,
): ValueOf<T> {
  const early = from.read(address, { latency: latency === 1 ? 1 : 2, ...(enable ? { enable } : {}) }) as Value;
  return delayLine(early, Math.max(0, latency - 2)) as Value as ValueOf<T>;
}

export interface RamShape {
  /** Bits of a row. */
  readonly width: number;
  /** Rows. */
  readonly depth: number;
  readonly style?: NonNullable<MemoryOptions<AnyType>['style']>;
  /** Bits that one bit of the write mask covers; default the whole row. */
  readonly lane?: number;
  /** Clock edges from address to data, 1 or more; default 1. */
  readonly latency?: number;
}

/** The part of a module name that tells one shape from another: width, depth, lane, style, read latency. */
function nameOf(kind: string, { width, depth, style = 'auto', lane = width, latency = 1 }: RamShape): string {
  const lanes = lane === width ? [] : [`l${lane}`];
  return [kind, `w${width}`, `d${depth}`, ...lanes, ...(style === 'auto' ? [] : [style]), `r${latency}`].join('_');
}

/**
 * A RAM with a write port and a read port as a module. A read returns what was stored before the edge that samples its
 * address; `mask` has one bit a lane.
 */
export const simpleDualPort = shared((shape: RamShape) => {
  const { width, depth, style = 'auto', lane = width, latency = 1 } = shape;
  const address = u(bitsFor(depth));
  const ports = {
    write: { enable: input(bool), address: input(address), mask: input(u(width / lane)), data: input(u(width)) },
    read: { enable: input(bool), address: input(address), data: output(u(width)) },
  };
  return module(nameOf('ram_sdp', shape), ports, ({ write, read }) => {
    const rows = memory({ type: u(width), depth, style, lane });
    when(write.enable, () => {
      rows.write({ address: write.address, data: write.data, mask: write.mask });
    });
    const late = readLate(rows, read.address, latency, read.enable);
    read.data.value = late;
  });
});

/** One of the two ports of {@link trueDualPort}, seen from inside the RAM. */
type RamPort = Readonly<Record<'enable' | 'write' | 'address' | 'mask' | 'data', Port<UIntType, 'input'>>> & {
  readonly q: Port<UIntType, 'output'>;
};

/**
 * A RAM with two ports `a` and `b`, each of which reads or (with `write`) writes a row a cycle, for BlockRAM and
 * UltraRAM, which have no more ports than that. A write leaves the port's `q` as it is. While one port writes a row the
 * other must not touch it: silicon gives no answer, and the simulators stop.
 */
export const trueDualPort = shared((shape: RamShape) => {
  const { width, depth, style = 'auto', lane = width, latency = 1 } = shape;
  const port = (): RamPort => ({
    enable: input(bool),
    write: input(bool),
    address: input(u(bitsFor(depth))),
    mask: input(u(width / lane)),
    data: input(u(width)),
    q: output(u(width)),
  });
  const ports = { a: port(), b: port() };
  const model: ModuleDef<typeof ports> = module(nameOf('ram_tdp', shape), ports, ({ a, b }) => {
    const rows = memory({ type: u(width), depth, style, lane });
    for (const { enable, write, address, mask, data, q } of [a, b]) {
      when(enable.and(write), () => {
        rows.write({ address, data, mask });
      });
      const late = readLate(rows, address, latency, enable.and(write.not()));
      q.value = late;
    }
    const meet = a.enable.and(b.enable).and(a.address.eq(b.address));
    assertThat(meet.and(a.write.or(b.write)).not(), 'both ports use one row while one of them writes it');
  });
  const parameters = { WIDTH: width, DEPTH: depth, LANE: lane, LATENCY: latency };
  return blackBox('ram_tdp', ports, {
    file: 'ram_tdp.sv',
    parameters: {
      ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, BigInt(value)])),
      STYLE: style,
    },
    domains: [mainDomain],
    model,
    doc: 'True dual-port RAM',
  });
});
