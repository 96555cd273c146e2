/**
 * Which expressions get a wire of their own, what it is called, and in which order wires have to be written down.
 *
 * A named value of the source keeps its name. Of the others, one gets a name that several places use, unless it is so
 * small that repeating it reads better; one that would make a line too long or too deep; and one that SystemVerilog, or
 * a tool, cannot take in place. Everything is iterative and visits an expression a fixed number of times.
 */
import { operandsOf, type Expr, type Origin, type Signal } from '../../ir/index.ts';
import { fieldPath, isPort } from './types.ts';
import { described, positionOf, roleOf, type Names } from './roles.ts';

/** A place that an expression is printed at. */
export interface Root {
  readonly expr: Expr;
  /** What it is for: names are made of these. */
  readonly base: string;
  readonly role?: string;
  readonly origin?: Origin;
  /** Inside an `always_comb`, where Icarus takes no constant selects. */
  readonly comb?: boolean;
  /** Has to be a name, because parts of it are selected. */
  readonly named?: boolean;
}

/** Characters and levels of an operand that is still written in place. */
const MAX_SIZE = 56;
const MAX_DEPTH = 5;
/** Characters of an operand that is repeated rather than named. */
const MAX_REPEATED = 32;

export interface Definition {
  readonly name: string;
  readonly expr: Expr;
  readonly origin?: Origin;
  /** Absent for wires without a name in the source. */
  readonly signal?: Signal;
}

export class Definitions {
  readonly #names: Names;
  readonly #uses = new Map<Expr, number>();
  readonly #order: Expr[] = [];
  readonly #definitions = new Map<Expr | Signal, Definition>();

  /** `values` are the named ones. */
  constructor(values: ReadonlyMap<Signal, Expr>, roots: readonly Root[], names: Names) {
    this.#names = names;
    const all = [
      ...[...values].map(([signal, expr]): Root => ({ expr, base: signal.name, origin: signal.origin })),
      ...roots,
    ];
    const inner = this.#count(all.map(({ expr }) => expr));
    const cut = this.#cuts(inner, new Set(all.map(({ expr }) => expr)));
    for (const { expr, named } of roots) if (named && expr.op !== 'ref') cut.add(expr);
    for (const { expr, comb } of roots) if (comb) this.#cutSelects(expr, cut);
    for (const [signal, expr] of values) {
      const definition = { name: signal.name, expr, origin: signal.origin, signal };
      this.#definitions.set(signal, definition);
      if (cut.has(expr) && !this.#definitions.has(expr)) this.#definitions.set(expr, definition);
    }
    this.#name(all, cut);
  }

  /** The name that stands for an expression, if it has one. */
  of(expr: Expr): Definition | undefined {
    return this.#definitions.get(expr);
  }

  /** Definitions that `roots` rest on and that are not yet `written`, each after those it needs; then they are. */
  below(roots: readonly Expr[], written: Set<Definition>): Definition[] {
    const result: Definition[] = [];
    const needs = (expr: Expr): Definition[] => {
      const found: Definition[] = [];
      const seen = new Set<Expr>();
      const todo = [...operandsOf(expr)].toReversed();
      for (let at = todo.pop(); at; at = todo.pop()) {
        if (seen.has(at)) continue;
        seen.add(at);
        const definition = this.#at(at);
        if (definition) found.push(definition);
        else todo.push(...operandsOf(at).toReversed());
      }
      return found;
    };
    const visit = (start: Definition): void => {
      if (written.has(start)) return;
      written.add(start);
      const stack = [{ definition: start, open: this.#needsOf(start, needs) }];
      for (let top = stack.at(-1); top; top = stack.at(-1)) {
        const next = top.open.shift();
        if (!next) {
          result.push(stack.pop()!.definition);
        } else if (!written.has(next)) {
          written.add(next);
          stack.push({ definition: next, open: this.#needsOf(next, needs) });
        }
      }
    };
    for (const root of roots)
      for (const definition of this.#at(root) ? [this.#at(root)!] : needs(root)) visit(definition);
    return result;
  }

  #at(expr: Expr): Definition | undefined {
    return this.#definitions.get(expr) ?? (expr.op === 'ref' ? this.#definitions.get(expr.signal) : undefined);
  }

  /** A second name for a value that already has one rests on the first. */
  #needsOf(definition: Definition, needs: (expr: Expr) => Definition[]): Definition[] {
    const first = this.#at(definition.expr);
    return first && first !== definition ? [first] : needs(definition.expr);
  }

  /** Counts uses and orders operands before users; returns operands that continue the chain they stand in. */
  #count(roots: readonly Expr[]): Set<Expr> {
    const continues = new Set<Expr>();
    const state = new Map<Expr, 'open' | 'done'>();
    const use = (expr: Expr): unknown => this.#uses.set(expr, (this.#uses.get(expr) ?? 0) + 1);
    // The last root first: read backwards, the order then begins with what the first root needs.
    for (const root of roots.toReversed()) {
      use(root);
      const todo = [root];
      for (let expr = todo.at(-1); expr; expr = todo.at(-1)) {
        if (state.has(expr)) {
          if (state.get(expr) === 'open') this.#order.push(expr);
          state.set(expr, 'done');
          todo.pop();
          continue;
        }
        state.set(expr, 'open');
        for (const operand of operandsOf(expr)) {
          use(operand);
          if (operand.op === expr.op && isChain(expr, operand)) continues.add(operand);
          if (!state.has(operand)) todo.push(operand);
        }
      }
    }
    for (const expr of continues) if (this.#uses.get(expr)! > 1) continues.delete(expr);
    return continues;
  }

  /** Expressions that need a name, by size, sharing and what SystemVerilog can select from. */
  #cuts(inner: ReadonlySet<Expr>, roots: ReadonlySet<Expr>): Set<Expr> {
    const cut = new Set<Expr>();
    const measures = new Map<Expr, { size: number; depth: number }>();
    for (const expr of this.#order) {
      const operands = operandsOf(expr);
      for (const operand of operands) {
        if (mustBeNamed(expr, operand) || (isMember(operand) && !takesMember(expr, roots.has(expr)))) cut.add(operand);
      }
      const parts = operands.map((operand) => (cut.has(operand) ? { size: 16, depth: 0 } : measures.get(operand)!));
      const own = {
        size: parts.reduce((sum, { size }) => sum + size, 0) + overhead(expr),
        depth: Math.max(0, ...parts.map(({ depth }) => depth)),
      };
      const leaf = expr.op === 'ref' || expr.op === 'const' || isSelect(expr);
      if (!leaf && !inner.has(expr)) own.depth++;
      measures.set(expr, own);
      if (isMember(expr) && isPort(expr.a.signal.kind)) cut.add(expr);
      if (leaf || inner.has(expr)) continue;
      const uses = this.#uses.get(expr)!;
      const shared = uses > 1 && (own.size > MAX_REPEATED || isCostly(expr) || own.depth > 2);
      const long = (uses > 1 || !roots.has(expr)) && (own.size > MAX_SIZE || own.depth > MAX_DEPTH);
      if (shared || long) cut.add(expr);
    }
    return cut;
  }

  /** Names constant selects below the root of an `always_comb`. */
  #cutSelects(root: Expr, cut: Set<Expr>): void {
    const seen = new Set<Expr>();
    const todo = [root];
    for (let expr = todo.pop(); expr; expr = todo.pop()) {
      if (seen.has(expr) || cut.has(expr)) continue;
      seen.add(expr);
      if (expr.op === 'slice' || (expr.op === 'sext' && expr.a.width > 1)) cut.add(expr);
      else todo.push(...operandsOf(expr));
    }
  }

  /** Names users before operands, so that an operand can be called after what uses it. */
  #name(roots: readonly Root[], cut: ReadonlySet<Expr>): void {
    const wishes = new Map<
      Expr,
      { base: string; role?: string; named?: boolean; position?: string; origin?: Origin }
    >();
    for (const { expr, origin, ...root } of roots)
      if (!wishes.has(expr)) wishes.set(expr, { ...root, ...(origin && { origin }) });
    const nameOf = (expr: Expr): string | undefined => this.#definitions.get(expr)?.name;
    for (const expr of this.#order.toReversed()) {
      const wish = wishes.get(expr)!;
      if (cut.has(expr) && !this.#definitions.has(expr)) {
        const { base, named, position } = wish;
        const end = wish.role ?? roleOf(expr);
        const role = base.endsWith(`_${end}`) ? base : `${base}_${end}`;
        const words = described(expr, nameOf);
        const name = this.#names.take(
          ...(named ? [role, words] : [words, role]),
          position && `${base}_${position}`,
          role,
        );
        this.#definitions.set(expr, { name, expr, ...(wish.origin && { origin: wish.origin }) });
      }
      const base = nameOf(expr) ?? wish.base;
      for (const operand of operandsOf(expr)) {
        if (!wishes.has(operand))
          wishes.set(operand, {
            base,
            position: positionOf(expr, operand),
            ...(wish.origin && { origin: wish.origin }),
          });
      }
    }
  }
}

/** True for an operand that goes on with the chain of its user: `a + b + c`, `s ? a : t ? b : c`. */
export function isChain(expr: Expr, operand: Expr): boolean {
  if (expr.op === 'mux') return operand === expr.b && operand !== expr.a;
  return expr.op === 'and' || expr.op === 'or' || expr.op === 'xor' || expr.op === 'add' || expr.op === 'mul';
}

/** Bits of a signal. */
export function isSelect(expr: Expr): expr is Extract<Expr, { op: 'slice' }> {
  return expr.op === 'slice' && expr.a.op === 'ref';
}

/** A member of a struct; of a port, which is flat, it would be a row of numbers. */
function isMember(expr: Expr): expr is Member {
  if (!isSelect(expr) || expr.a.op !== 'ref') return false;
  const { type } = expr.a.signal;
  return type.kind === 'struct' && fieldPath(type, expr.lo, expr.width) !== undefined;
}

type Member = Extract<Expr, { op: 'slice' }> & { readonly a: Extract<Expr, { op: 'ref' }> };

/** Icarus 11 takes members of structs where they are compared, chosen or copied; elsewhere it crashes or miscounts. */
function takesMember(expr: Expr, isRoot: boolean): boolean {
  if (expr.op === 'cat') return isRoot && expr.type?.kind === 'struct';
  const isLogical = expr.width === 1 && (expr.op === 'and' || expr.op === 'or' || expr.op === 'not');
  return isLogical || ['eq', 'ne', 'ult', 'ule', 'mux'].includes(expr.op);
}

/** What an index may be. An operator would be evaluated at another width; by Icarus even where the standard says no. */
export function isIndex(expr: Expr): boolean {
  return expr.op === 'ref' || expr.op === 'const' || expr.op === 'cat' || isSelect(expr);
}

/** SystemVerilog selects from names only. */
function mustBeNamed(expr: Expr, operand: Expr): boolean {
  const simple = operand.op === 'ref' || isSelect(operand);
  if (expr.op === 'slice') return operand.op !== 'ref';
  if (expr.op === 'index') return operand === expr.a ? !simple : !isIndex(operand);
  return expr.op === 'sext' && operand.width > 1 && !simple;
}

/** Worth one piece of hardware. */
function isCostly(expr: Expr): boolean {
  if (expr.op === 'shl' || expr.op === 'shr' || expr.op === 'sar') return expr.b.op !== 'const';
  return ['add', 'sub', 'mul', 'neg', 'ult', 'ule', 'slt', 'sle', 'index', 'mux'].includes(expr.op);
}

/** Characters that an operator adds. */
function overhead(expr: Expr): number {
  switch (expr.op) {
    case 'ref':
      return expr.signal.name.length;
    case 'const':
      return 4 + Math.ceil(expr.width / 8);
    case 'slice':
      return 6;
    case 'cat':
      return 2 * expr.parts.length;
    case 'slt':
    case 'sle':
    case 'sar':
      return 24;
    default:
      return 4;
  }
}
