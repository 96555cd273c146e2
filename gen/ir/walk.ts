/** Ways through a netlist that every consumer needs. None recurses over expressions: chains of thousands are normal. */
import type { Expr, Statement, Target } from './netlist.ts';
import type { Type } from './types.ts';

/** What an expression is computed from, in reading order. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.op) {
    case 'const':
    case 'ref':
      return [];
    case 'mux':
      return [expr.sel, expr.a, expr.b];
    case 'index':
      return [expr.a, expr.index];
    case 'cat':
      return expr.parts;
    default:
      return 'b' in expr ? [expr.a, expr.b] : [expr.a];
  }
}

/** Calls `enter` for `root` and everything below it that is not yet in `seen`, each object once. */
export function visitExprs(root: Expr, seen: Set<Expr>, enter: (expr: Expr) => void): void {
  const todo = [root];
  for (let expr = todo.pop(); expr; expr = todo.pop()) {
    if (seen.has(expr)) continue;
    seen.add(expr);
    enter(expr);
    todo.push(...operandsOf(expr));
  }
}

/** The statement lists directly inside a statement. */
export function bodiesOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'when':
      return statement.branches.map(({ body }) => body);
    case 'switch': {
      const bodies = statement.cases.map(({ body }) => body);
      return statement.otherwise ? [...bodies, statement.otherwise] : bodies;
    }
    default:
      return [];
  }
}

/** Every statement, outer before inner, in the order of the text. */
export function* allStatements(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement;
    for (const body of bodiesOf(statement)) yield* allStatements(body);
  }
}

/** The expressions that a statement itself reads; those of statements inside it are theirs. */
export function expressionsOf(statement: Statement): readonly Expr[] {
  switch (statement.kind) {
    case 'assign':
      return statement.target.kind === 'element' ? [statement.target.index, statement.value] : [statement.value];
    case 'when':
      return statement.branches.flatMap(({ condition }) => (condition ? [condition] : []));
    case 'switch':
      return [statement.subject];
    case 'assert':
      return [statement.condition];
  }
}

/** Bits that an assignment may write: for an element of a vector, those of the whole vector. */
export function reach(target: Target): { readonly lo: number; readonly width: number } {
  const { lo, width } = target;
  return { lo, width: target.kind === 'element' ? width * target.length : width };
}

/** Bits [lo + width - 1 : lo] of a value called `name`, as its type spells them: `s`, `s.field`, `v[3]`, `x[7:4]`. */
export function partName(name: string, type: Type, lo: number, width: number): string {
  if (lo === 0 && width === type.width) return name;
  if (type.kind === 'struct') {
    const field = type.fields.find((f) => lo >= f.lo && lo + width <= f.lo + f.type.width);
    if (field) return partName(`${name}.${field.name}`, field.type, lo - field.lo, width);
  }
  if (type.kind === 'vec') {
    const element = Math.floor(lo / type.element.width);
    const inner = lo - element * type.element.width;
    if (inner + width <= type.element.width) return partName(`${name}[${element}]`, type.element, inner, width);
  }
  return width === 1 ? `${name}[${lo}]` : `${name}[${lo + width - 1}:${lo}]`;
}
