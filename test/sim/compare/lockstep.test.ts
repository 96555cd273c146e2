import { expect, test } from 'vitest';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { Divergence, EngineBench, Lockstep, type Retirement } from '../../../sim/compare/index.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';
import { small, steady } from '../../gen/ebpf/engine/bench.ts';

const { program } = assemble('r0 = 5\nr0 += 2\n*(u16 *)(r1 + 4) = r0\nif r0 != 7 goto -2\nexit');
const slotAt = (pc: number): bigint => new DataView(program.buffer).getBigUint64(8 * pc, true);
const step = (pc: number, rest: Partial<Retirement> = {}): Retirement => ({
  pc,
  nextPc: pc + 1,
  instruction: slotAt(pc),
  last: false,
  ...rest,
});

/** What a right engine retires. */
const right = (): Retirement[] => [
  step(0, { register: { index: 0, value: 5n } }),
  step(1, { register: { index: 0, value: 7n } }),
  step(2, { memory: { address: 0x1000_0004n, bytes: Uint8Array.of(7, 0) } }),
  step(3),
  step(4, { nextPc: 4, last: true }),
];

function compare(
  retired: readonly Retirement[],
  end = { r0: 7n, error: null, instructions: 5 },
  data = Uint8Array.of(0, 0, 0, 0, 7, 0, 0, 0),
): void {
  const lockstep = new Lockstep('example', { program, data: new Uint8Array(8) });
  for (const each of retired) lockstep.retire(each);
  lockstep.finish(end, data);
}

test('a run that is right', () => expect(() => compare(right())).not.toThrow());

const change = (index: number, to: Partial<Retirement>): Retirement[] =>
  right().map((each, i) => (i === index ? { ...each, ...to } : each));

test.each<[string, Retirement[], number]>([
  ['register', change(1, { register: { index: 0, value: 8n } }), 1],
  ['register', change(1, { register: { index: 1, value: 7n } }), 1],
  ['register', change(3, { register: { index: 0, value: 7n } }), 3],
  ['memory', change(2, { memory: { address: 0x1000_0004n, bytes: Uint8Array.of(7) } }), 2],
  ['memory', change(2, { memory: { address: 0x1000_0005n, bytes: Uint8Array.of(7, 0) } }), 2],
  ['memory', right().map((each) => ({ ...each, memory: undefined })), 2],
  ['nextPc', change(3, { nextPc: 2 }), 3],
  ['pc', change(2, { pc: 3 }), 2],
  ['instruction', change(0, { instruction: 0n }), 0],
  ['error', change(2, { error: 'E_MEM_OOB' }), 2],
  ['last', change(4, { last: false }), 4],
])('a difference in %s is found at once', (aspect, retired, agreed) => {
  const caught = (() => {
    try {
      compare(retired);
    } catch (error) {
      return error as Divergence;
    }
    return undefined;
  })();
  expect(caught).toBeInstanceOf(Divergence);
  expect(caught!.agreed).toBe(agreed);
  expect(caught!.message.split('\n')[0]).toContain(aspect);
});

test('the report names the place, both sides, the program around it and the registers', () => {
  expect(() => compare(change(1, { register: { index: 0, value: 8n } }))).toThrowErrorMatchingInlineSnapshot(`
    [Divergence: example: after 1 equal instructions, at pc 1: register differ
                     engine                                   model
        pc           1                                        1
        nextPc       2                                        2
        instruction  0x200000007                              0x200000007
      ≠ register     r0 = 0x8                                 r0 = 0x7
        memory       –                                        –
        error        –                                        –
        last         false                                    false
    program:
      0: b7 00 00 00 05 00 00 00  r0 = 5
    > 1: 07 00 00 00 02 00 00 00  r0 += 2
      2: 6b 01 04 00 00 00 00 00  *(u16 *)(r1 + 4) = r0
      3: 55 00 fe ff 07 00 00 00  if r0 != 7 goto -2 <2>
      4: 95 00 00 00 00 00 00 00  exit
    registers before, in both:
      r0  0x5
      r1  0x10000000
      r2  0x8
      r3  0x0
      r4  0x0
      r5  0x0
      r6  0x0
      r7  0x0
      r8  0x0
      r9  0x0
      r10 0x20000000]
  `);
});

test('differences at the end of a run', () => {
  expect(() => compare(right(), { r0: 8n, error: null, instructions: 5 })).toThrow(/r0: engine 0x8, model 0x7/);
  expect(() => compare(right(), { r0: 7n, error: null, instructions: 4 })).toThrow(/instructions: engine 4, model 5/);
  expect(() => compare(right(), undefined, new Uint8Array(8))).toThrow(/data slot, byte 4: engine 0, model 7/);
  expect(() => compare(right().slice(0, 4))).toThrow(/the engine has ended, the model has not/);
  expect(() => compare([...right(), step(4)])).toThrow(/the program has ended/);
});

test('an engine whose slot answers wrongly is caught at the instruction that reads it', () => {
  const bench = new EngineBench(WasmSimulator.create(EngineBench.netlist(small)), small, steady);
  const source = 'r2 = 3\nr0 = *(u8 *)(r1 + 100)\nexit';
  const serve = bench.slots.serve.bind(bench.slots);
  const data = new Uint8Array(128).fill(9);
  bench.slots.serve = () => {
    bench.slots.data[100] = 1;
    serve();
    bench.slots.data[100] = 9;
  };
  expect(() => bench.run({ program: assemble(source).program, data, name: 'disturbed' })).toThrow(
    /disturbed: after 1 equal instructions, at pc 1: register differ/,
  );
});
