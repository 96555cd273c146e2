/** One program alone with its slot: everything it reads is what a plain array of bytes says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataBase, StackTop } from '../../../../gen/ebpf/abi.ts';
import type { EngineConfig } from '../../../../gen/ebpf/engine/interface.ts';
import {
  AtomicCode,
  atomically,
  hex,
  MemoryUnitBench,
  readBytes,
  writeBytes,
  type Access,
  type Behaviour,
  type Step,
} from './memory-unit-bench.ts';
import { Dice, moods } from './memory-unit-dice.ts';

const shapes: Partial<EngineConfig>[] = [
  { dataSlotBytes: 16384, cacheLines: 64 },
  { dataSlotBytes: 2048, cacheLines: 64 },
  { dataSlotBytes: 4096, cacheLines: 16 },
  { dataSlotBytes: 32768, cacheLines: 128 },
];

/** The memory of a program as bytes, and where its limits are. */
class Model {
  readonly data: Uint8Array;
  readonly stack = new Uint8Array(4096);
  depth = 0;
  constructor(data: Uint8Array) {
    this.data = data.slice();
  }

  frame(depth: number): void {
    if (depth > this.depth) this.stack.fill(0, 4096 - 512 * (depth + 1), 4096 - 512 * depth);
    this.depth = depth;
  }

  /** The value that the access returns, or its error. */
  access({
    kind,
    address,
    size,
    sign,
    data = 0n,
    atomic = 'ADD',
    compare = 0n,
  }: Access): { value: bigint } | { error: number } {
    const count = 1 << size;
    const first = BigInt.asUintN(64, address);
    const within = (low: number, high: number): boolean =>
      first >= BigInt(low) && first + BigInt(count) <= BigInt(high);
    const onStack = within(StackTop - 512 * (this.depth + 1), StackTop);
    if (!onStack && !within(DataBase, DataBase + this.data.length)) {
      return { error: first >= BigInt(StackTop - 8192) && first < BigInt(StackTop + 8192) ? 19 : 18 };
    }
    if (kind === 'ATOMIC' && first % BigInt(count) !== 0n) return { error: 24 };
    const bytes = onStack ? this.stack : this.data;
    const offset = Number(first) - (onStack ? StackTop - 4096 : DataBase);
    const old = readBytes(bytes, offset, count);
    if (kind === 'STORE') writeBytes(bytes, offset, count, data);
    if (kind === 'ATOMIC') writeBytes(bytes, offset, count, atomically(AtomicCode[atomic], size, old, data, compare));
    return { value: kind === 'LOAD' && sign ? BigInt.asUintN(64, BigInt.asIntN(8 * count, old)) : old };
  }
}

/** Accesses that collide often: few lines, the same places of the cache, edges of lines, of the slot and of frames. */
function randomAccess(dice: Dice, slotBytes: number, cacheLines: number, depth: number, recent: bigint[]): Access {
  const kind = dice.pick<Access['kind']>('LOAD', 'LOAD', 'LOAD', 'STORE', 'STORE', 'ATOMIC');
  const size = kind === 'ATOMIC' ? 2 + dice.below(2) : dice.below(4);
  const base = BigInt(DataBase);
  const place = (): bigint => {
    const line = dice.pick(0, 1, 2, cacheLines, cacheLines + 1, dice.below(slotBytes / 64)) % (slotBytes / 64);
    const offset = dice.pick(dice.below(64), 56 + dice.below(8), 8 * dice.below(8));
    switch (dice.below(20)) {
      case 0:
        return base + BigInt(slotBytes - dice.below(12));
      case 1:
        return base - BigInt(dice.below(9));
      case 2:
        return BigInt(StackTop - 512 * (depth + 1) + dice.below(16) - 4);
      case 3:
        return BigInt(StackTop - dice.below(16));
      case 4:
        return BigInt.asUintN(64, dice.bits() >> BigInt(dice.below(64)));
      case 5:
      case 6:
      case 7:
      case 8:
        return BigInt(StackTop - 1 - dice.below(512 * (depth + 1)));
      case 9:
      case 10:
      case 11:
      case 12:
        return (recent.length > 0 ? dice.pick(...recent) : base) + BigInt(dice.below(9) - 4);
      default:
        return base + BigInt(line * 64 + offset);
    }
  };
  const raw = place();
  const address = kind === 'ATOMIC' && dice.below(10) > 0 ? raw - (raw % BigInt(1 << size)) : raw;
  recent.push(address);
  if (recent.length > 4) recent.shift();
  return {
    kind,
    address,
    size,
    sign: dice.chance(0.5),
    data: dice.bits(),
    atomic: dice.pick(...(Object.keys(AtomicCode) as (keyof typeof AtomicCode)[])),
    compare: dice.chance(0.5) ? 0n : dice.bits(),
    hold: dice.chance(0.1) ? dice.below(12) : 0,
  };
}

function program(dice: Dice, config: EngineConfig, behaviour: Behaviour, length: number): void {
  const bench = new MemoryUnitBench(config, behaviour);
  for (let i = 0; i < bench.slot.length; i++) bench.slot[i] = dice.below(256);
  for (let run = 0; run < 2; run++) {
    const model = new Model(bench.slot);
    bench.start();
    const expected: { access: Access; outcome: { value: bigint } | { error: number } }[] = [];
    const recent: bigint[] = [];
    const density = dice.pick(1, 0.7, 0.2);
    let left = length;
    const next = (): Step | 'end' => {
      if (left-- === 0) return 'end';
      if (!dice.chance(density)) return undefined;
      if (dice.chance(0.05)) {
        const depth = Math.min(7, Math.max(0, model.depth + dice.pick(1, -1)));
        if (depth !== model.depth) {
          model.frame(depth);
          return { kind: 'FRAME', depth };
        }
      }
      const access = randomAccess(dice, config.dataSlotBytes, config.cacheLines, model.depth, recent);
      expected.push({ access, outcome: model.access(access) });
      return access;
    };
    bench.run(next, (access, { value, error }) => {
      const want = expected.shift()!;
      expect(want.access).toBe(access);
      const got = error ? { error } : { value };
      const wanted = access.kind === 'STORE' && 'value' in want.outcome ? { value } : want.outcome;
      if (JSON.stringify(got, hex) !== JSON.stringify(wanted, hex))
        expect(JSON.stringify({ at: bench.cycle, access, got }, hex)).toBe(
          JSON.stringify({ at: bench.cycle, access, got: wanted }, hex),
        );
    });
    expect(expected).toEqual([]);
    bench.drain();
    expect(Buffer.compare(bench.slot, model.data)).toBe(0);
  }
}
for (const shape of shapes) {
  const config: EngineConfig = {
    programSlotBytes: 4096,
    branchTargets: 4,
    stepLimit: 1000,
    retirePort: false,
    dataSlotBytes: 0,
    cacheLines: 0,
    ...shape,
  };
  test.each(Object.keys(moods))(
    `slot of ${config.dataSlotBytes} bytes, ${config.cacheLines} lines, memory is %s`,
    (mood) => {
      expect.hasAssertions();
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const dice = new Dice(seed);
          program(dice, config, moods[mood]!(dice), 1200);
        }),
        { numRuns: 3, endOnFailure: true },
      );
    },
  );
}
