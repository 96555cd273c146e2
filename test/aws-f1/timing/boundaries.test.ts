import { describe, expect, test } from 'vitest';
import { crossings, type Cut } from '../../../aws-f1/timing/boundaries.ts';
import { presets } from '../../../gen/config.ts';
import {
  bool,
  connect,
  elaborate,
  input,
  instance,
  memory,
  module,
  output,
  reg,
  u,
  when,
} from '../../../gen/hdl/index.ts';
import { clHermes } from '../../../gen/shell/index.ts';

const cut: Cut[] = [{ module: 'around', instance: /^part\d*$/, what: 'part' }];

const part = module(
  'part',
  {
    plain: input(u(8)),
    enabled: input(u(8)),
    added: input(u(8)),
    enable: input(bool),
    held: output(u(8)),
    sum: output(u(8)),
    sliced: output(u(4)),
    through: output(u(8)),
    ram: output(u(8)),
    distributed: output(u(8)),
  },
  (io) => {
    const first = reg(u(8), 0);
    first.next = io.plain;
    const second = reg(u(8), 0);
    when(io.enable, () => {
      second.next = io.enabled;
    });
    const third = reg(u(8), 0);
    third.next = third.add(io.added);
    io.held.value = second;
    io.sum.value = first.add(second);
    io.sliced.value = third.slice(2, 4);
    io.through.value = io.added;
    const table = memory({ type: u(8), depth: 512, style: 'block' });
    when(io.enable, () => table.write({ address: first.zext(9), data: second }));
    io.ram.value = table.read(second.zext(9), { latency: 1 });
    const small = memory({ type: u(8), depth: 16, style: 'distributed' });
    when(io.enable, () => small.write({ address: first.slice(0, 4), data: second }));
    io.distributed.value = small.read(second.slice(0, 4), { latency: 0 });
  },
);

const { held: _held, ...others } = part.ports;
const around = module('around', { ...others, last: output(u(8)), chosen: input(bool) }, (io) => {
  const one = instance(part, {}, { name: 'part' });
  const { held, ...rest } = one;
  connect(rest as object, io as object);
  const last = reg(u(8), 0);
  when(io.chosen, () => {
    last.next = held;
  });
  io.last.value = last;
});

describe('a tiny design', () => {
  const found = crossings(elaborate(() => around).top, cut);
  const of = (port: string) => {
    const { fromRegister, toRegister } = found.find((crossing) => crossing.port === port)!;
    return { fromRegister, toRegister };
  };

  test.each([
    ['plain', { fromRegister: true, toRegister: true }],
    ['enabled', { fromRegister: true, toRegister: true }],
    ['added', { fromRegister: true, toRegister: false }],
    ['enable', { fromRegister: true, toRegister: false }],
    ['held', { fromRegister: true, toRegister: true }],
    ['sum', { fromRegister: false, toRegister: true }],
    ['sliced', { fromRegister: true, toRegister: true }],
    ['through', { fromRegister: true, toRegister: true }],
    ['ram', { fromRegister: true, toRegister: true }],
    ['distributed', { fromRegister: false, toRegister: true }],
  ])('%s', (port, expected) => expect(of(port)).toEqual(expected));

  test('clocks and resets are no crossings, and a place is named', () => {
    expect(found.map(({ port }) => port).sort()).toEqual(Object.keys(part.ports).sort());
    expect(found.find(({ port }) => port === 'sum')!.place).toMatch(/^test\/aws-f1\/timing\/boundaries\.test\.ts:\d+$/);
  });
});

test('in the device: engines, banks, DMA and the shell are looked at, alike ones once', () => {
  const found = crossings(elaborate(() => clHermes({ ...presets.small, engines: 2 })).top);
  expect([...new Set(found.map(({ instance: name }) => name))].sort()).toEqual([
    'cl_hermes.hermes',
    'hermes.command0',
    'hermes.dma',
    'hermes.engine0',
    'hermes.slots',
    'slot_memory.data0',
    'slot_memory.programs',
  ]);
  const response = found.find(({ port, what }) => what === 'engine' && port === 'memory_response')!;
  expect(response, 'the answer comes from a register beside the engine').toMatchObject({ fromRegister: true });
});
