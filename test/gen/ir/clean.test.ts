import { expect, test } from 'vitest';
import { render } from '../../../gen/diagnostics/index.ts';
import {
  bool, bypass, elaborate, enumeration, inDomain, input, instance, memory, module, mux, output, payload, pipeline, reg,
  struct, switchOn, synchroniser, u, vec, when, wire, type Domain,
} from '../../../gen/hdl/index.ts'; // prettier-ignore

const Operation = enumeration('Operation', ['ADD', 'XOR', 'COPY']);
const instruction = struct('instruction', { operation: Operation, from: u(3), to: u(3) });
const slow: Domain = { name: 'slow', clock: 'clk_slow', reset: 'rst_slow_n', resetActive: 'low' };

const alu = () =>
  module('alu', { operation: input(Operation), a: input(u(16)), b: input(u(16)), out: output(u(16)) }, (io) => {
    switchOn(io.operation, {
      ADD: () => {
        io.out.value = io.a.add(io.b);
      },
      XOR: () => {
        io.out.value = io.a.xor(io.b);
      },
      COPY: () => {
        io.out.value = io.a;
      },
    });
  });

/** Valid and ready of both sides in one bundle, and fields of one wire that depend on each other in turn. */
const machine = () => {
  const inner = alu();
  const ports = {
    start: input(bool),
    instruction: input(instruction),
    out: output(u(16)),
    busy: output(bool),
    alarm: output(bool),
  };
  return module('machine', ports, (io) => {
    const INSTRUCTION = payload(instruction);
    const LEFT = payload(u(16));
    const RIGHT = payload(u(16));
    const RESULT = payload(u(16));
    const { decode, execute, write } = pipeline('decode', 'execute', 'write');
    decode.enter(io.start);
    decode.put(INSTRUCTION, io.instruction);

    const file = memory({ type: u(16), depth: 8, style: 'registers' });
    const producers = [execute, write].map((stage) => ({
      stage,
      writes: bool.of(1),
      index: stage.get(INSTRUCTION).to,
      value: stage.get(RESULT),
    }));
    const left = bypass(io.instruction.from, file.read(io.instruction.from, { latency: 0 }), producers);
    const right = bypass(io.instruction.to, file.read(io.instruction.to, { latency: 0 }), producers);
    decode.put(LEFT, left.value);
    decode.put(RIGHT, right.value);
    decode.halt(left.wait.or(right.wait));

    const unit = instance(inner, {
      operation: execute.get(INSTRUCTION).operation,
      a: execute.get(LEFT),
      b: execute.get(RIGHT),
    });
    execute.put(RESULT, unit.out);
    when(write.firing, () => {
      file.write({ address: write.get(INSTRUCTION).to, data: write.get(RESULT) });
    });
    io.out.value = write.get(RESULT);

    const chain = wire(vec(u(4), 4));
    chain.at(0).value = write.get(RESULT).low(4);
    for (let i = 1; i < 4; i++) chain.at(i).value = chain.at(i - 1).add(1);
    io.busy.value = mux(decode.valid, chain.at(3).orReduce(), write.valid);

    inDomain(slow, () => {
      const sampled = synchroniser(bool, 0);
      const alarm = reg(bool, 0);
      sampled.next = write.valid;
      alarm.next = sampled;
      io.alarm.value = alarm;
    });
  });
};

test('a correct design with a pipeline, a memory, instances and two clocks gives no diagnostic', () => {
  expect(render(elaborate(machine).warnings)).toBe('');
});
