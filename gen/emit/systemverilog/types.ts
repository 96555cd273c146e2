/**
 * Types as a module declares them. Enums and structs are declared inside each module that uses them: no tool chokes on
 * that (packages crash Icarus 11, types at file scope collide), and a file stands on its own.
 */
import { isReserved } from '../../hdl/reserved.ts';
import type { EnumType, Expr, Signal, SignalKind, StructType, Type } from '../../ir/index.ts';
import { decimal } from './literals.ts';
import type { Names } from './roles.ts';

export function isPort(kind: SignalKind): boolean {
  return kind === 'input' || kind === 'output' || kind === 'inout';
}

/** `logic`, `logic [7:0]`. */
export const logic = (width: number): string => (width === 1 ? 'logic' : `logic [${width - 1}:0]`);

/** The type of a port: a row of one bit stays a row. */
export const portType = ({ kind, type }: Signal): string => {
  const text = type.kind === 'vec' && type.width === 1 ? 'logic [0:0]' : logic(type.width);
  return kind === 'inout' ? text.replace('logic', 'wire') : text;
};

/** A field as SystemVerilog may call it; fields of a struct differ in name, with or without the underscore. */
const legalField = (name: string): string => (isReserved(name) ? `${name}_` : name);

/** `a.b` where bits of a struct are exactly a member, at any depth. */
export function fieldPath(type: Type, lo: number, width: number): string | undefined {
  if (type.kind !== 'struct') return undefined;
  const field = type.fields.find(
    (candidate) => lo >= candidate.lo && lo + width <= candidate.lo + candidate.type.width,
  );
  if (!field) return undefined;
  if (field.lo === lo && field.type.width === width) return legalField(field.name);
  const inner = fieldPath(field.type, lo - field.lo, width);
  return inner && `${legalField(field.name)}.${inner}`;
}

/** Type of bits of a value of `type`, where they are a member or an element. */
export function typeAt(type: Type, lo: number, width: number): Type | undefined {
  if (lo === 0 && width === type.width) return type;
  if (type.kind === 'struct') {
    const field = type.fields.find(
      (candidate) => lo >= candidate.lo && lo + width <= candidate.lo + candidate.type.width,
    );
    return field && typeAt(field.type, lo - field.lo, width);
  }
  return type.kind === 'vec' && lo % type.element.width === 0 && width === type.element.width
    ? type.element
    : undefined;
}

/** What an expression is known to mean. */
export function typeOf(expr: Expr): Type | undefined {
  switch (expr.op) {
    case 'ref':
      return expr.signal.type;
    case 'slice': {
      const of = typeOf(expr.a);
      return of && typeAt(of, expr.lo, expr.width);
    }
    case 'index': {
      const of = typeOf(expr.a);
      return of?.kind === 'vec' && of.element.width === expr.width ? of.element : undefined;
    }
    case 'mux':
      return typeOf(expr.a) ?? typeOf(expr.b);
    case 'cat':
      return expr.type;
    default:
      return undefined;
  }
}

const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();

/** What tells two structs of one name apart. */
function shapeOf({ name, fields }: StructType): string {
  const parts = fields.map(({ name: field, type }) =>
    [field, type.kind, type.width, 'name' in type ? type.name : ''].join(' '),
  );
  return `${name} ${parts.join()}`;
}

/** Declarations of one module, made as they are asked for. */
export class Types {
  /** Lines of the type definitions, in order of need. */
  readonly lines: string[] = [];
  readonly #names: Names;
  readonly #known = new Map<string, { readonly name: string; readonly members: ReadonlyMap<bigint, string> }>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** The struct's name, defining it at first. */
  struct(type: StructType): string {
    return this.#define(type, shapeOf(type), (name) => {
      const fields = type.fields.map(
        ({ name: field, type: of }) =>
          [of.kind === 'struct' ? this.struct(of) : logic(of.width), legalField(field)] as const,
      );
      const column = Math.max(...fields.map(([of]) => of.length));
      return {
        before: 'typedef struct packed {',
        inside: fields.map(([of, field]) => `${of.padEnd(column)} ${field};`),
        after: `} ${name};`,
        members: new Map(),
      };
    }).name;
  }

  /** The enum's name, defining it at first. */
  enum(type: EnumType): string {
    return this.#enum(type).name;
  }

  /** The member of that value, if there is one. */
  member(type: EnumType, value: bigint): string | undefined {
    return type.members.some((member) => member.value === value) ? this.#enum(type).members.get(value) : undefined;
  }

  #enum(type: EnumType): { name: string; members: ReadonlyMap<bigint, string> } {
    return this.#define(
      type,
      `${type.name} ${type.width} ${type.members.map(({ name, value }) => `${name} ${value}`).join()}`,
      (name) => {
        const prefix = snake(type.name).toUpperCase();
        const members = new Map<bigint, string>();
        for (const member of type.members) {
          const own = snake(member.name).toUpperCase();
          if (!members.has(member.value))
            members.set(member.value, this.#names.take(own.startsWith(`${prefix}_`) ? own : `${prefix}_${own}`));
        }
        const column = Math.max(...[...members.values()].map(({ length }) => length));
        const inside = [...members].map(
          ([value, member], i) =>
            `${member.padEnd(column)} = ${decimal(value, type.width)}${i + 1 < members.size ? ',' : ''}`,
        );
        return { before: `typedef enum ${logic(type.width)} {`, inside, after: `} ${name};`, members };
      },
    );
  }

  #define(
    type: EnumType | StructType,
    shape: string,
    make: (name: string) => { before: string; inside: string[]; after: string; members: ReadonlyMap<bigint, string> },
  ): { name: string; members: ReadonlyMap<bigint, string> } {
    const key = `${type.kind} ${shape}`;
    const known = this.#known.get(key);
    if (known) return known;
    const base = snake(type.name);
    const suffix = type.kind === 'enum' ? '_e' : '_t';
    const name = this.#names.take(base.endsWith(suffix) ? base : base + suffix, `${base}_${type.width}${suffix}`);
    const { before, inside, after, members } = make(name);
    const made = { name, members };
    this.#known.set(key, made);
    if (this.lines.length > 0) this.lines.push('');
    this.lines.push(
      ...(type.doc ? type.doc.split('\n').map((line) => `// ${line}`) : []),
      before,
      ...inside.map((line) => `  ${line}`),
      after,
    );
    return made;
  }
}

/**
 * Signals that can be declared with their enum: nothing else is ever assigned to them. (Tools disagree on casts to an
 * enum; so one that takes bits from elsewhere is a plain vector.) `nameOf` tells which signal's name an expression is
 * printed as, `null` that of a wire without a type.
 */
export function enumSignals(
  signals: readonly Signal[],
  drivers: ReadonlyMap<Signal, readonly (Expr | 'part')[]>,
  nameOf: (expr: Expr) => Signal | null | undefined,
): Set<Signal> {
  const typed = new Set(signals.filter(({ kind, type }) => type.kind === 'enum' && !isPort(kind) && kind !== 'net'));
  const fits = (signal: Signal): boolean => {
    const type = signal.type as EnumType;
    const isMember = (value: bigint): boolean => type.members.some((member) => member.value === value);
    if (signal.reset !== undefined && !isMember(signal.reset)) return false;
    const todo = [...(drivers.get(signal) ?? [])];
    const seen = new Set<Expr | 'part'>();
    for (let expr = todo.pop(); expr; expr = todo.pop()) {
      if (seen.has(expr)) continue;
      seen.add(expr);
      if (expr === 'part') return false;
      const name = nameOf(expr);
      if (name === null) return false;
      const source = name && name !== signal ? name : expr.op === 'ref' ? expr.signal : undefined;
      if (
        source
          ? source.type !== type || !typed.has(source)
          : expr.op === 'const'
            ? !isMember(expr.value)
            : expr.op !== 'mux'
      )
        return false;
      if (!source && expr.op === 'mux') todo.push(expr.a, expr.b);
    }
    return true;
  };
  for (let settled = false; !settled;) {
    settled = true;
    for (const signal of typed) {
      if (fits(signal)) continue;
      typed.delete(signal);
      settled = false;
    }
  }
  return typed;
}
