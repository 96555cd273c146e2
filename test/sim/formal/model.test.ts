/** What formal tasks hand to Yosys, and what is said where a task does not fit its design. Solvers run in `npm run formal`. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sliceModule } from '../../../gen/lib/slice.ts';
import { jobsOf, nameOf } from '../../../sim/formal/jobs.ts';
import { propertiesFolder, sourcesOf } from '../../../sim/formal/model.ts';
import { formalTasks } from '../../../sim/formal/tasks/index.ts';
import type { Task } from '../../../sim/formal/task.ts';

const slice: Task = {
  name: 'slice/test',
  what: 'a slice',
  design: () => sliceModule('full', 8),
  properties: 'stream_properties',
  mode: 'bmc',
  depth: 4,
  deep: 9,
  cover: 4,
  faults: [
    { what: 'spill', file: 'skid_buffer_w8.sv', find: "spilled_q <= 1'b1", replace: "spilled_q <= 1'b0", depth: 5 },
  ],
};
const textOf = (task: Task, name: string, fault = false): string =>
  sourcesOf(task, fault ? task.faults[0] : undefined).find((source) => source.name === name)!.text;

describe('sources', () => {
  test('the top has free inputs, makes the reset, and connects ports by name', () => {
    const top = textOf(slice, 'formal_top.sv');
    expect(top).toContain('input logic [7:0] push_bits');
    expect(top).toContain('wire rst_n = started;');
    expect(top).toContain('.pop_bits(pop_bits)');
    expect(top).not.toMatch(/input logic rst_n/);
  });

  test('a fault is planted where it says, and nowhere else', () => {
    expect(textOf(slice, 'skid_buffer_w8.sv')).toContain("spilled_q <= 1'b1");
    expect(textOf(slice, 'skid_buffer_w8.sv', true)).not.toContain("spilled_q <= 1'b1");
  });

  test('a module set free keeps its ports, and what only it used is left out', () => {
    const pipeline = formalTasks.find(({ name }) => name === 'engine/pipeline')!;
    expect(textOf(pipeline, 'alu.sv')).toContain('(* anyseq *) logic [63:0] result_any;');
    expect(sourcesOf(pipeline).map(({ name }) => name)).not.toContain('stack_scrubber.sv');
  });

  test('assertions of the design lose their message, and lines keep their number', () => {
    const dma = textOf(
      formalTasks.find(({ name }) => name === 'pcis/read')!,
      'dma_slave.sv',
    );
    expect(dma).toContain('// "an answer to a write finds no room"');
    expect(dma).not.toContain('$error');
  });
});

describe('tasks that do not fit are refused', () => {
  const wrong: readonly (readonly [string, Partial<Task>, RegExp])[] = [
    ['a module that is not there', { free: ['alu'] }, /slice\/test: the design has no module `alu`/],
    ['a port that is not there', { properties: 'alu_properties' }, /alu_properties.sv reads `slot`, which is neither/],
    [
      'a fault in no file',
      { faults: [{ ...slice.faults[0]!, file: 'x.sv' }] },
      /no file x.sv to plant the fault "spill"/,
    ],
    [
      'a fault in no line',
      { faults: [{ ...slice.faults[0]!, find: 'nothing' }] },
      /skid_buffer_w8.sv has no `nothing`/,
    ],
  ];
  test.each(wrong)('%s', (_, change, message) => {
    const task = { ...slice, ...change };
    expect(() => sourcesOf(task, task.faults[0])).toThrow(message);
  });
});

describe('all tasks', () => {
  test('have names of their own, a cover, and a fault for each file of properties', () => {
    const names = formalTasks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const bitten = new Set(formalTasks.filter(({ faults }) => faults.length > 0).map(({ properties }) => properties));
    expect([...new Set(formalTasks.map(({ properties }) => properties))].filter((file) => !bitten.has(file))).toEqual(
      [],
    );
    expect(formalTasks.filter(({ cover }) => cover < 1)).toEqual([]);
  });

  test('use every file of properties', () => {
    const used = new Set(formalTasks.flatMap(({ properties, files = [] }) => [`${properties}.sv`, ...files]));
    expect(readdirSync(propertiesFolder).toSorted()).toEqual([...used].toSorted());
  });

  test.each(formalTasks)('$name fits its design, and its faults can be planted', (task) => {
    expect(sourcesOf(task).at(-1)!.name).toBe('formal_top.sv');
    for (const fault of task.faults) expect(sourcesOf(task, fault)).not.toEqual(sourcesOf(task));
  });
});

test('jobs of a task: proof, cover and faults, deeper where asked', () => {
  expect(jobsOf(slice, false).map((job) => [nameOf(job), job.depth])).toEqual([
    ['slice/test', 4],
    ['slice/test cover', 4],
    ['slice/test fault: spill', 5],
  ]);
  expect(jobsOf(slice, true)[0]!.depth).toBe(9);
});
