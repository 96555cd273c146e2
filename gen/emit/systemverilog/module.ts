/** One module as one file: header, ports, types, declarations, then what drives them. */
import type { Expr, Module, Signal } from '../../ir/index.ts';
import * as connections from './connections.ts';
import { Definitions, type Definition, type Root } from './definitions.ts';
import { Expressions, range } from './expression.ts';
import { driversOf, processRoots, ranges, readersOf, synchronisers } from './facts.ts';
import { assignment } from './layout.ts';
import { checkNames } from './legal.ts';
import * as memories from './memory.ts';
import { Normaliser } from './normalise.ts';
import { ProcessPrinter } from './process.ts';
import { processesOf, type Process } from './processes.ts';
import { Names } from './roles.ts';
import { normalised } from './statements.ts';
import { aligned, filled, Lines, type Line } from './text.ts';
import { enumSignals, logic, portType, Types } from './types.ts';

/** A part of the body: what it reads, and how it is written down. */
interface Item {
  readonly roots: readonly Root[];
  readonly print: (lines: Lines) => void;
}

/** The lines of a module's file, without the header that all files share. */
export function moduleLines(module: Module): Line[] {
  checkNames(module);
  return new ModulePrinter(module).lines();
}

class ModulePrinter {
  readonly #module: Module;
  readonly #normal = new Normaliser();
  readonly #names: Names;
  readonly #values: ReadonlyMap<Signal, Expr>;
  readonly #types: Types;
  readonly #exprs: Expressions;
  readonly #definitions: Definitions;
  readonly #items: readonly Item[];
  readonly #shorts: connections.Shortcuts;
  readonly #memories: readonly memories.PlannedMemory[];
  readonly #enums: ReadonlySet<Signal>;
  /** Loop variables. */
  readonly #loops: { readonly i: string; readonly lane: string; readonly row: string };

  constructor(module: Module) {
    this.#module = module;
    const normal = this.#normal;
    const all = [...module.ports, ...module.signals];
    this.#names = new Names([...all, ...module.memories, ...module.instances].map(({ name }) => name));
    this.#types = new Types(this.#names);

    const normalOf = (key: 'value' | 'fallback') =>
      new Map(all.flatMap((signal) => (signal[key] ? [[signal, normal.expr(signal[key])] as const] : [])));
    this.#values = normalOf('value');
    const statements = normalised(module.statements, normal);
    const processes = processesOf({
      module,
      statements,
      values: this.#values,
      fallbacks: normalOf('fallback'),
      normal,
    });
    this.#loops = {
      i: this.#names.take('i', 'element'),
      lane: this.#names.take('lane', 'lane_index'),
      row: this.#names.take('row', 'row_index'),
    };
    this.#memories = module.memories.map((memory) => memories.planned(memory, normal, this.#names));

    const memoryRoots = this.#memories.map(memories.rootsOf);
    const readers = readersOf(
      [...processes.flatMap(processRoots), ...memoryRoots.flat()]
        .map(({ expr }) => expr)
        .concat([...this.#values.values()]),
    );
    this.#shorts = connections.shortcuts(module, processes, readers);
    const written = processes.filter((process) => !connections.isShortcut(process, this.#shorts));

    const printer = (lines: Lines) => new ProcessPrinter(lines, this.#exprs, this.#types, this.#loops.i);
    const processItem = (process: Process): Item => ({
      roots: processRoots(process),
      print: (lines) => printer(lines).print(process),
    });
    this.#items = [
      ...written.filter(({ kind }) => kind !== 'check').map(processItem),
      ...this.#memories.map((plan, i): Item => ({
        roots: memoryRoots[i]!,
        print: (lines) => memories.print(lines, this.#exprs, plan, this.#loops),
      })),
      ...module.instances.map((instance): Item => ({
        roots: connections.rootsOf(instance, this.#shorts, normal),
        print: (lines) => connections.print(lines, this.#exprs, instance, this.#shorts, this.#names),
      })),
      ...written.filter(({ kind }) => kind === 'check').map(processItem),
    ];
    this.#definitions = new Definitions(
      this.#values,
      this.#items.flatMap(({ roots }) => roots),
      this.#names,
    );
    this.#exprs = new Expressions(
      this.#definitions,
      this.#types,
      new Set(module.signals.filter(({ type }) => type.kind === 'struct')),
    );
    this.#enums = enumSignals(module.signals, driversOf(written, this.#values), (expr) => {
      const definition = this.#definitions.of(expr);
      return definition && (definition.signal ?? null);
    });
  }

  lines(): Line[] {
    const body = this.#body(); // first, for it asks for types and tells what is read
    const lines = new Lines();
    lines.comment(this.#module.doc, this.#module.origin);
    this.#ports(lines);
    const declarations = this.#declarations();
    const types = new Lines();
    types.nest(() => this.#types.lines.forEach((line) => types.add(line)));
    const parts = [types.all, declarations, ...body, this.#unused()].filter((part) => part.length > 0);
    parts.forEach((part, i) => {
      const previous = parts[i - 1];
      if (!(previous && isCompact(previous) && isCompact(part))) lines.gap();
      for (const { text, origin } of part) lines.raw([text], origin);
    });
    lines.add('');
    lines.add('endmodule');
    return lines.all;
  }

  #ports(lines: Lines): void {
    const { name, ports, origin } = this.#module;
    const rows = aligned(ports.map((port) => [port.kind, portType(port), '']));
    lines.add(`module ${name} (`, origin);
    lines.nest(() =>
      ports.forEach((port, i) => {
        lines.comment(port.doc, port.origin);
        lines.add(rows[i]! + port.name + (i + 1 < ports.length ? ',' : ''), port.origin);
      }),
    );
    lines.add(');');
  }

  /** Declared names in the order of the source, then those that were derived. */
  #declarations(): Line[] {
    const lines = new Lines();
    lines.nest(() => {
      const crossing = synchronisers(this.#module);
      const signals = this.#module.signals.filter((signal) => !this.#shorts.has(signal));
      const own = signals.map((signal) => ({ type: this.#typeOf(signal), signal }));
      const derived = this.#derived.map(({ name, expr, origin }) => ({ type: logic(expr.width), name, origin }));
      const column = Math.max(0, ...[...own, ...derived].map(({ type }) => type.length)) + 1;
      for (const { type, signal } of own) {
        lines.comment(signal.doc, signal.origin);
        const attribute = crossing.has(signal) ? '(* ASYNC_REG = "TRUE" *) ' : '';
        lines.add(`${attribute}${type.padEnd(column)}${signal.name};`, signal.origin);
      }
      if (own.length > 0) lines.gap();
      for (const { type, name, origin } of derived) lines.add(`${type.padEnd(column)}${name};`, origin);
      if (derived.length > 0) lines.gap();
      for (const plan of this.#memories) memories.declare(lines, plan);
    });
    return lines.all;
  }

  get #derived(): Definition[] {
    return [...this.#written].filter(({ signal }) => !signal);
  }

  #typeOf(signal: Signal): string {
    if (signal.type.kind === 'struct') return this.#types.struct(signal.type);
    if (signal.type.kind === 'enum' && this.#enums.has(signal)) return this.#types.enum(signal.type);
    return logic(signal.type.width);
  }

  readonly #written = new Set<Definition>();

  /** Each item after the wires that it reads. */
  #body(): Line[][] {
    const parts: Line[][] = [];
    const part = (print: (lines: Lines) => void): void => {
      const lines = new Lines();
      lines.nest(() => print(lines));
      if (lines.all.length > 0) parts.push(lines.all);
    };
    const define = (roots: readonly Expr[]): void => {
      for (const definition of this.#definitions.below(roots, this.#written))
        part((lines) => this.#define(lines, definition));
    };
    for (const { roots, print } of this.#items) {
      define(roots.map(({ expr }) => expr));
      part(print);
    }
    define([...this.#values.keys()].map((signal) =>
      this.#normal.make({ op: 'ref', width: signal.type.width, signal }),
    ));
    return parts;
  }

  #define(lines: Lines, definition: Definition): void {
    const { name, expr, signal, origin } = definition;
    lines.raw(assignment(this.#exprs, `${lines.indent}assign ${name} = `, expr, signal?.type, ';', definition), origin);
  }

  /** Reads what nothing else does, so that linters know it is meant. */
  #unused(): Line[] {
    const inner = this.#module.signals.filter((signal) => !this.#shorts.has(signal));
    const sources = [
      ...[...this.#module.ports.filter(({ kind }) => kind === 'input'), ...inner].map((signal) => ({
        key: signal,
        name: signal.name,
        width: signal.type.width,
      })),
      ...this.#derived.map((definition) => ({ key: definition, name: definition.name, width: definition.expr.width })),
    ];
    const bits = sources
      .filter(({ name }) => !this.#exprs.clocks.has(name))
      .flatMap(({ key, name, width }) =>
        ranges(this.#exprs.unread(key, width)).map(({ lo, size }) => name + range(width, lo, size)),
      );
    if (bits.length === 0) return [];
    const name = this.#names.take('unused', 'unused_bits');
    const lines = new Lines();
    lines.nest(() => {
      lines.add('// Read by nothing.');
      lines.add(`logic ${name};`);
      if (bits.length === 1) return lines.add(`assign ${name} = ^${bits[0]};`);
      const [first, ...rest] = filled(
        bits.map((bit, i) => (i + 1 < bits.length ? `${bit},` : `${bit}};`)),
        72,
      );
      lines.add(`assign ${name} = ^{${first}`);
      for (const line of rest) lines.add(`    ${line}`);
    });
    return lines.all;
  }
}

/** Single lines of one kind stand together. */
function isCompact(part: readonly Line[]): boolean {
  return part.length === 1 && part[0]!.text.trimStart().startsWith('assign');
}
