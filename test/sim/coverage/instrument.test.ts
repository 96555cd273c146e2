/** The instrumented netlist of small designs: what is found in them, what is seen, and that they do what they did. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  assertThat,
  bool,
  elaborate,
  input,
  instance,
  module,
  mux,
  output,
  payload,
  pipeline,
  reg,
  switchOn,
  enumeration,
  u,
  unused,
  when,
} from '../../../gen/hdl/index.ts';
import type { Module } from '../../../gen/ir/index.ts';
import { instrument, passageName, seenName, type Flag } from '../../../sim/coverage/instrument.ts';
import { named, pointsOf, stagesOf } from '../../../sim/coverage/points.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';

/** Three stages; the second one waits and throws away when it is told to. */
const line = module(
  'line',
  {
    enter: input(bool),
    value: input(u(8)),
    waits: input(bool),
    other: input(bool),
    drop: input(bool),
    left: output(bool),
    out: output(u(8)),
  },
  (io) => {
    const { first, second, third } = pipeline('first', 'second', 'third');
    const value = payload(u(8), 'value');
    first.enter(io.enter);
    first.put(value, io.value);
    const busy = io.waits.and(second.valid);
    second.halt(busy.or(io.other));
    second.flush(io.drop);
    io.left.value = third.firing;
    io.out.value = third.get(value);
  },
);

const lineOf = (): Module => elaborate(() => line).top;

const flags: readonly Flag[] = [
  { name: 'odd', stage: 'first', when: 'leaving', condition: (of) => named(of, 'other') },
  { name: 'waited', stage: 'second', when: 'ever', condition: (of) => named(of, 'busy') },
  { name: 'other at the end', stage: 'second', when: 'leaving', condition: (of) => named(of, 'other') },
];

const observed = (path: string): boolean => path.endsWith(seenName) || path.endsWith(passageName);

function started(top: Module) {
  const made = instrument(top, top.name, flags);
  const simulator = WasmSimulator.create(made.top, { keep: observed });
  simulator.poke('rst_n', 0);
  simulator.cycle(2);
  simulator.poke('rst_n', 1);
  const seen = (): string[] => {
    const bytes = simulator.signal(seenName).getBytes();
    return made.points
      .get('')!
      .flatMap(({ kind, name }, i) => (((bytes[i >> 3]! >> (i & 7)) & 1) === 1 ? [`${kind} ${name}`] : []));
  };
  return { made, simulator, seen };
}

test('reasons to wait and to throw away come from the pipeline itself', () => {
  const top = lineOf();
  expect(stagesOf(top).map(({ name, halts, flushes }) => [name, halts.length, flushes.length])).toEqual([
    ['first', 0, 0],
    ['second', 2, 1],
    ['third', 0, 0],
  ]);
  const names = pointsOf(top).filter(({ kind }) => kind === 'stall' || kind === 'flush');
  expect(names.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'stall first: the next stage is held up',
    'stall second: busy',
    'stall second: other',
    'stall second: the next stage is held up',
    'flush second: drop',
  ]);
});

test('a reason counts only while an item is there', () => {
  const { simulator, seen } = started(lineOf());
  simulator.poke('waits', 1);
  simulator.poke('other', 1);
  simulator.poke('drop', 1);
  simulator.cycle(5);
  expect(seen().filter((name) => /^(?:stall|flush)/.test(name))).toEqual([]);
  simulator.poke('drop', 0);
  simulator.poke('waits', 0);
  simulator.poke('enter', 1);
  simulator.cycle(3);
  expect(seen().filter((name) => /^(?:stall|flush)/.test(name))).toEqual([
    'stall first: the next stage is held up',
    'stall second: other',
  ]);
});

test('flags go with their item, and end with it', () => {
  const { simulator } = started(lineOf());
  const passage = simulator.signal(passageName);
  const left: [value: number, flags: number][] = [];
  const cycle = (inputs: Record<string, number>): void => {
    for (const name of ['enter', 'value', 'waits', 'other', 'drop']) simulator.poke(name, inputs[name] ?? 0);
    if (simulator.peekNumber('left') === 1) left.push([simulator.peekNumber('out'), passage.get()]);
    simulator.cycle();
  };
  cycle({ enter: 1, value: 1, other: 1 }); // `odd` when it leaves the first stage
  cycle({ enter: 1, value: 2, waits: 1 }); // 1 waits in the second
  cycle({ enter: 1, value: 2 }); // 1 goes on, 2 enters
  cycle({ waits: 1 }); // 2 waits,
  cycle({ waits: 1, drop: 1, enter: 1, value: 3 }); // is thrown away while it waits, and 3 takes its place
  cycle({});
  cycle({});
  cycle({});
  expect(left).toEqual([
    [1, 0b011],
    [3, 0b000],
  ]);
});

test('branches are named by all conditions on the way to them, and by what is left over', () => {
  const State = enumeration('state', ['IDLE', 'BUSY']);
  const machine = module(
    'machine',
    { go: input(bool), stop: input(bool), hurry: input(bool), out: output(bool) },
    (io) => {
      const state = reg(State, 'IDLE');
      switchOn(state, {
        IDLE: () => when(io.go, () => (state.next = 'BUSY')),
        BUSY: () =>
          when(io.stop, () => (state.next = 'IDLE')).elseWhen(io.hurry, () => {
            state.next = 'IDLE';
          }),
      });
      io.out.value = state.is('BUSY');
    },
  );
  const names = pointsOf(elaborate(() => machine).top)
    .filter(({ kind }) => kind === 'branch')
    .map(({ name }) => name);
  expect(names).toEqual([
    'state_q == 0',
    'state_q == 0, go',
    'state_q == 0, !go',
    'state_q == 1',
    'state_q == 1, stop',
    'state_q == 1, !stop, hurry',
    'state_q == 1, !stop, !hurry',
  ]);
});

test('expressions of one bit count with both values, but constants and what an assertion asks do not', () => {
  const checked = module('checked', { a: input(bool), b: input(u(4)), out: output(bool) }, (io) => {
    assertThat(io.b.ne(9), 'never nine');
    io.out.value = mux(io.b.lt(3).and(io.a), io.a.not(), io.b.lt(0).or(io.a));
  });
  const points = pointsOf(elaborate(() => checked).top).filter(({ kind }) => kind === 'condition');
  const names = points.map(({ name }) => name).sort();
  expect(names.filter((name) => name.endsWith('= 1'))).toEqual([
    '!a = 1',
    '((b < 3) & a) ? !a : ((b < 0) | a) = 1',
    '(b < 0) | a = 1',
    '(b < 3) & a = 1',
    'b < 3 = 1',
  ]);
  expect(names).toHaveLength(10);
});

test('only pipelines and their parts are instrumented, each for itself', () => {
  const pair = module('pair', { enter: input(bool), other: input(bool), left: output(bool) }, (io) => {
    const common = { value: 0, waits: 0, drop: 0 };
    const one = instance(line, { ...common, enter: io.enter, other: io.other });
    const two = instance(line, { ...common, enter: io.enter, other: 0 });
    unused(one.out);
    unused(two.out);
    io.left.value = one.left.and(two.left);
  });
  const made = instrument(elaborate(() => pair).top, 'line', flags);
  expect(made.pipelines).toEqual(['one', 'two']);
  expect([...made.points.keys()]).toEqual(['one', 'two']);
  const simulator = WasmSimulator.create(made.top, { keep: observed });
  simulator.poke('rst_n', 0);
  simulator.cycle(2);
  simulator.poke('rst_n', 1);
  simulator.poke('enter', 1);
  simulator.poke('other', 1);
  simulator.cycle(4);
  const place = made.points.get('one')!.findIndex(({ name }) => name === 'second: other');
  const seen = ['one', 'two'].map((path) => (simulator.signal(`${path}.${seenName}`).getBig() >> BigInt(place)) & 1n);
  expect(seen).toEqual([1n, 0n]);
});

test('an instrumented design does what it did', () => {
  const top = lineOf();
  const plain = WasmSimulator.create(top);
  const { simulator: changed } = started(top);
  const bit = fc.integer({ min: 0, max: 1 });
  const inputs = fc.record({ enter: bit, value: fc.integer({ min: 0, max: 255 }), waits: bit, other: bit, drop: bit });
  fc.assert(
    fc.property(fc.array(inputs, { minLength: 20, maxLength: 60 }), (cycles) => {
      const runs = [plain, changed].map((simulator) => {
        simulator.poke('rst_n', 0);
        simulator.cycle(2);
        simulator.poke('rst_n', 1);
        return cycles.map((values) => {
          for (const [name, value] of Object.entries(values)) simulator.poke(name, value);
          const seen = [simulator.peek('left'), simulator.peek('left') === 1n ? simulator.peek('out') : 0n];
          simulator.cycle();
          return seen;
        });
      });
      expect(runs[1]).toEqual(runs[0]);
    }),
    { numRuns: 30 },
  );
});

test('a name that the design does not have is an error that says where', () => {
  const wrong: Flag = { name: 'gone', stage: 'second', when: 'ever', condition: (of) => named(of, 'vanished') };
  expect(() => instrument(lineOf(), 'line', [wrong])).toThrow(
    'coverage looks at `vanished` of module line, which has no such signal',
  );
  const elsewhere: Flag = { ...wrong, instance: 'unit', condition: (of) => named(of, 'other') };
  expect(() => instrument(lineOf(), 'line', [elsewhere])).toThrow(
    'looks into `unit` of line, which has no such instance',
  );
});
