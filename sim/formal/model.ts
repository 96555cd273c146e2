/** From a task to what solvers read: emitted SystemVerilog, a top around design and properties, Yosys. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitSystemVerilog } from '../../gen/emit/index.ts';
import { elaborate } from '../../gen/hdl/index.ts';
import { modulesOf, type Module, type Signal } from '../../gen/ir/index.ts';
import { root, run, tools } from '../tools/index.ts';
import { FormalError, type Fault, type Task } from './task.ts';

export const propertiesFolder = join(root, 'rtl-templates/properties');

/** The files of one proof, in a folder of their own. */
export interface Model {
  readonly folder: string;
  /** For yosys-smtbmc. */
  readonly smt: string;
  /** For ABC, where the task asks for it. */
  readonly aiger?: string;
}

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Builds the model of a task, with a fault where one is given.
 * @throws FormalError where the task does not fit its design, or Yosys refuses the files.
 */
export async function buildModel(task: Task, folder: string, fault?: Fault): Promise<Model> {
  const sources = sourcesOf(task, fault);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of sources) writeFileSync(join(folder, name), text);
  const usesAbc = task.gates === true || (task.mode === 'reachability' && fault === undefined);
  const script = yosysScript(task, sources, usesAbc);
  writeFileSync(join(folder, 'model.ys'), script);
  const { path } = await tools.yosys();
  const { code, output } = await run(path, ['-q', '-s', 'model.ys'], { cwd: folder });
  if (code !== 0) throw new FormalError(`${task.name}: Yosys refuses the model in ${folder}:\n${output.trim()}`);
  return { folder, smt: join(folder, 'model.smt2'), ...(usesAbc && { aiger: join(folder, 'model.aig') }) };
}

/** What Yosys reads: the design, the properties, and the top around both. */
export function sourcesOf(task: Task, fault?: Fault): SourceFile[] {
  const { top } = elaborate(task.design);
  return [...designSources(task, top, fault), ...propertySources(task), topSource(task, top)];
}

/** The emitted files, ready for Yosys, with the fault planted and freed modules replaced. */
function designSources(task: Task, top: Module, fault: Fault | undefined): SourceFile[] {
  const { files } = emitSystemVerilog(top);
  const modules = modulesOf(top);
  const missing = task.free?.find((name) => !modules.some((module) => module.name === name));
  if (missing !== undefined) throw new FormalError(`${task.name}: the design has no module \`${missing}\` to set free`);
  if (fault !== undefined && !files.some(({ name }) => name === fault.file))
    throw new FormalError(`${task.name}: the design has no file ${fault.file} to plant the fault "${fault.what}" in`);
  const needed = new Set(modulesOf(withoutFree(top, task.free ?? [])).map(({ name }) => name));
  return files
    .filter(({ name }) => needed.has(name.replace(/\.sv$/, '')))
    .map(({ name, text }) => {
      const free = task.free?.includes(name.replace(/\.sv$/, ''));
      if (free) return { name, text: freeModule(modules.find((module) => `${module.name}.sv` === name)!) };
      return { name, text: fault?.file === name ? planted(task, text, fault) : text };
    })
    .map(({ name, text }) => ({ name, text: withoutMessages(text) }));
}

/** The design in which modules set free have nothing below them. */
function withoutFree(module: Module, free: readonly string[]): Module {
  const instances = free.includes(module.name)
    ? []
    : module.instances.map((instance) => ({ ...instance, module: withoutFree(instance.module, free) }));
  return { ...module, instances };
}

function planted(task: Task, text: string, { file, find, replace, what }: Fault): string {
  if (text.includes(find)) return text.replace(find, () => replace);
  throw new FormalError(
    `${task.name}: ${file} has no \`${find}\`, so the fault "${what}" cannot be planted; write it for the text as it is emitted now`,
  );
}

/** Yosys knows assertions but not their messages: they become comments, and lines keep their numbers. */
function withoutMessages(text: string): string {
  return text.replaceAll(/\)(\s*)else \$error\((".*")\);/g, ');$1// $2');
}

const rangeOf = ({ type }: Signal): string => (type.width === 1 ? '' : `[${type.width - 1}:0] `);

/** A module with these ports whose outputs take any value in any cycle. */
function freeModule({ name, ports }: Module): string {
  const declared = ports.map((port) => `  ${port.kind} logic ${rangeOf(port)}${port.name}`);
  const outputs = ports.filter(({ kind }) => kind === 'output');
  const free = outputs.flatMap((port) => [
    `  (* anyseq *) logic ${rangeOf(port)}${port.name}_any;`,
    `  assign ${port.name} = ${port.name}_any;`,
  ]);
  return [`module ${name} (`, declared.join(',\n'), ');', ...free, 'endmodule', ''].join('\n');
}

function propertySources(task: Task): SourceFile[] {
  return [...(task.files ?? []), `${task.properties}.sv`].map((name) => ({
    name,
    text: readFileSync(join(propertiesFolder, name), 'utf8'),
  }));
}

/** Names of the ports in the header of a module, which are written one a line. */
function portsIn(text: string, name: string): string[] {
  const header = new RegExp(`module ${name}\\b[\\s\\S]*?\\);`).exec(text)?.[0];
  if (header === undefined) throw new FormalError(`${name}.sv has no module \`${name}\``);
  return [...header.matchAll(/^\s*input\s+logic\s.*?(\w+),?\s*(?:\/\/.*)?$/gm)].map((match) => match[1]!);
}

/**
 * The top: inputs of the design are free, its resets are made here: they hold in the first cycle, which `first` marks for the
 * properties.
 */
function topSource(task: Task, top: Module): SourceFile {
  const { ports } = top;
  const domains = top.domains;
  const clocks = domains.map(({ clock }) => clock);
  if (clocks.length !== 1)
    throw new FormalError(`${task.name}: the design has ${clocks.length} clocks; a formal model has one`);
  const resets = new Map(
    domains.map(({ reset, resetActive }) => [reset, resetActive === 'low' ? 'started' : '!started']),
  );
  const inputs = ports.filter(({ kind, name }) => kind === 'input' && !resets.has(name) && !clocks.includes(name));
  const outputs = ports.filter(({ kind }) => kind === 'output');
  const text = readFileSync(join(propertiesFolder, `${task.properties}.sv`), 'utf8');
  const known = new Set([...ports.map(({ name }) => name), 'first']);
  const wanted = portsIn(text, task.properties);
  const portOf = (name: string): string | undefined =>
    [`${task.prefix ?? ''}${name}`, name].find((each) => known.has(each));
  const stray = wanted.find((name) => portOf(name) === undefined && task.probes?.[name] === undefined);
  if (stray !== undefined)
    throw new FormalError(`${task.name}: ${task.properties}.sv reads \`${stray}\`, which is neither port nor probe`);
  const parameters = Object.entries(task.parameters ?? {}).map(([name, value]) => `.${name}(${value})`);
  const lines = [
    'module formal_top (',
    [
      ...clocks.map((clock) => `  input logic ${clock}`),
      ...inputs.map((port) => `  input logic ${rangeOf(port)}${port.name}`),
    ].join(',\n'),
    ');',
    "  logic started = 1'b0;",
    `  always @(posedge ${clocks[0]}) started <= 1'b1;`,
    '  wire first = !started;',
    ...[...resets].map(([reset, value]) => `  wire ${reset} = ${value};`),
    ...outputs.map((port) => `  wire ${rangeOf(port)}${port.name};`),
    `  ${top.name} dut (${ports.map(({ name }) => `.${name}(${name})`).join(', ')});`,
    `  ${task.properties} ${parameters.length > 0 ? `#(${parameters.join(', ')}) ` : ''}properties (`,
    `    ${wanted.flatMap((name) => (portOf(name) === undefined ? [] : [`.${name}(${portOf(name)})`])).join(', ')}`,
    '  );',
    'endmodule',
    '',
  ];
  return { name: 'formal_top.sv', text: lines.join('\n') };
}

function yosysScript(task: Task, sources: readonly SourceFile[], usesAbc: boolean): string {
  const probes = Object.entries(task.probes ?? {});
  return [
    `read_verilog -sv -formal ${sources.map(({ name }) => name).join(' ')}`,
    'hierarchy -check -top formal_top',
    'proc',
    'flatten',
    ...probes.map(
      ([port, inside]) => `connect -nounset -set properties.${port} ${/^\d/.test(inside) ? inside : `dut.${inside}`}`,
    ),
    ...(task.freeCells ?? []).map((selection) => `delete ${selection}`),
    'opt_clean',
    ...(task.freeMemories
      ? ['memory_collect', ...task.freeMemories.map((name) => `delete formal_top/dut.${name}`), 'opt_clean']
      : []),
    'memory_map',
    'opt -fast',
    'setundef -undriven -anyseq',
    'async2sync',
    'dffunmap',
    'opt_clean',
    'write_smt2 -wires model.smt2',
    ...(usesAbc
      ? [
          'delete -output',
          'delete t:$cover',
          'techmap',
          'opt -fast',
          'dffunmap',
          'simplemap',
          'abc -g AND -fast',
          'opt_clean',
          'write_aiger -zinit -map model.aim model.aig',
        ]
      : []),
    '',
  ].join('\n');
}
