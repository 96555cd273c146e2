/**
 * Names from TypeScript variables. The names step rewrites `const x = …` so that it calls `begin` before and `end` after the
 * initialiser; what the initialiser made and left without a name is then called `x`, and what helpers inside it made is
 * prefixed with `x`. Without that step a design still works, with plainer names.
 */
import type { Module } from '../ir/netlist.ts';
import { activeBuilder, type Nameable } from './builder.ts';
import { Memory } from './memory.ts';
import { handles } from './module.ts';
import { Payload } from './payload.ts';
import { refTo, Value } from './values.ts';

const functions = globalThis as unknown as {
  __hermesBegin: (name: string) => string;
  __hermesName: (name: string, value: unknown, doc?: string) => unknown;
  __hermesDoc: (doc: string, declared: unknown) => unknown;
};

functions.__hermesBegin = (name) => {
  activeBuilder()?.prefix.push(name);
  return name;
};

functions.__hermesName = (name, value, doc) => {
  const module = activeBuilder();
  if (!module) return withDoc(value, doc);
  module.prefix.pop();
  give(name, value, doc);
  return value;
};

functions.__hermesDoc = (doc, declared) => withDoc(declared, doc);

/** What the names step does for variables, for names that a program computes: `const x = make()` with `name` for `x`. */
export function named<T>(name: string, make: () => T, doc?: string): T {
  functions.__hermesBegin(name);
  return functions.__hermesName(name, make(), doc) as T;
}

/** Declarations outside modules carry their comment themselves: modules, ports, and whatever has a property `doc`. */
function withDoc(declared: unknown, doc: string | undefined): unknown {
  const plain =
    doc && typeof declared === 'object' && declared !== null && Object.getPrototypeOf(declared) === Object.prototype;
  if (!plain) return declared;
  if ('netlist' in declared) return { ...declared, netlist: { doc, ...(declared.netlist as Module) } };
  if (!('direction' in declared || 'doc' in declared)) return declared;
  return { ...declared, doc: (declared as { doc?: string }).doc ?? doc };
}

function give(name: string, value: unknown, doc: string | undefined): void {
  if (value instanceof Value) return nameValue(name, value, doc);
  if (value instanceof Memory) return label(value.draft, name, doc);
  if (value instanceof Payload) {
    value.name ??= name;
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const placed = handles.get(value);
  if (placed) return label(placed, name, doc);
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (isPlain)
    for (const [key, element] of Object.entries(value))
      if (element instanceof Value || element instanceof Memory) give(`${name}_${key}`, element, undefined);
}

function nameValue(name: string, value: Value, doc: string | undefined): void {
  const module = activeBuilder()!;
  if (value.expr.op === 'ref') {
    const draft = value.expr.signal as unknown as Nameable & { instancePort?: boolean; kind: string; owner?: unknown };
    if (draft.owner === module && !draft.instancePort) label(draft, name, doc);
    return;
  }
  if (value.expr.op === 'const') return;
  const node = module.draft(value.type, 'node', { value: value.expr, hint: name, ...(doc ? { doc } : {}) });
  value.expr = refTo(node);
}

/** The first variable names a thing; instances keep the name of their module only until then. */
function label(draft: Nameable, name: string, doc: string | undefined): void {
  if (draft.name !== '' || labelled.has(draft)) return;
  labelled.add(draft);
  if (!draft.verbatim && (draft.hint === undefined || !('kind' in draft))) {
    draft.hint = name;
    // Made while its own initialiser was running: that name is no prefix of it.
    draft.prefix = [...activeBuilder()!.prefix];
  }
  if (doc && draft.doc === undefined) draft.doc = doc;
}

const labelled = new WeakSet<object>();
