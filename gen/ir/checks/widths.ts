import type { Diagnostics } from '../../diagnostics/index.ts';
import type { Expr, Memory, Origin, Signal } from '../netlist.ts';
import { allStatements, expressionsOf, reach, visitExprs } from '../walk.ts';
import type { Facts } from './facts.ts';

/** H101: every width in the netlist agrees with the rules in netlist.ts, whoever built it. */
export function checkWidths({ module, asserts }: Facts, diagnostics: Diagnostics): void {
  const seen = new Set<Expr>();

  const expect = (what: string, is: number, wanted: number, origin: Origin | undefined): void => {
    if (is !== wanted)
      diagnostics.report({ code: 'H101', message: `${what} has ${is} bits instead of ${wanted}`, origin });
  };
  const visit = (root: Expr | undefined, origin: Origin | undefined): void => {
    if (!root) return;
    visitExprs(root, seen, (expr) => {
      const wrong = flaw(expr);
      if (wrong)
        diagnostics.report({ code: 'H101', message: `in \`${expr.op}\` of ${expr.width} bits: ${wrong}`, origin });
    });
  };
  const visitAs = (what: string, expr: Expr | undefined, wanted: number, origin: Origin | undefined): void => {
    if (expr) expect(what, expr.width, wanted, origin);
    visit(expr, origin);
  };

  for (const signal of [...module.ports, ...module.signals]) {
    const { name, type, origin } = signal;
    visitAs(`the value of \`${name}\``, signal.value, type.width, origin);
    visitAs(`the fallback of \`${name}\``, signal.fallback, type.width, origin);
    if (signal.reset !== undefined && !fits(signal.reset, type.width)) {
      diagnostics.report({
        code: 'H101',
        message: `the reset value ${signal.reset} of \`${name}\` exceeds ${type.width} bits`,
        origin,
      });
    }
  }
  for (const statement of allStatements(module.statements)) {
    const { origin } = statement;
    for (const expr of expressionsOf(statement)) visit(expr, origin);
    if (statement.kind === 'assign') {
      const { signal } = statement.target;
      expect(`what is assigned to \`${signal.name}\``, statement.value.width, statement.target.width, origin);
      const { lo, width } = reach(statement.target);
      if (lo < 0 || lo + width > signal.type.width) {
        const message = `bits ${lo} to ${lo + width - 1} are assigned of \`${signal.name}\`, which has ${signal.type.width}`;
        diagnostics.report({ code: 'H101', message, origin });
      }
    }
    if (statement.kind === 'when') {
      for (const { condition } of statement.branches) if (condition) expect('a condition', condition.width, 1, origin);
    }
    if (statement.kind === 'switch')
      expect('the subject of a switch', statement.subject.width, statement.type.width, origin);
  }
  for (const { assert } of asserts) expect('the condition of an assertion', assert.condition.width, 1, assert.origin);
  for (const memory of module.memories) checkMemory(memory, visitAs);
  for (const instance of module.instances) {
    for (const { port, net } of instance.ports) {
      expect(
        `port \`${port.name}\` of instance \`${instance.name}\``,
        net.type.width,
        port.type.width,
        instance.origin,
      );
    }
  }
}

type VisitAs = (what: string, expr: Expr | undefined, wanted: number, origin: Origin | undefined) => void;

function checkMemory({ name, depth, width, lane, reads, writes, origin }: Memory, visitAs: VisitAs): void {
  const addressWidth = Math.max(1, Math.ceil(Math.log2(depth)));
  for (const { address, enable, data } of reads) {
    visitAs(`a read address of memory \`${name}\``, address, addressWidth, origin);
    visitAs(`a read enable of memory \`${name}\``, enable, 1, origin);
    visitAs(`the read data \`${data.name}\` of memory \`${name}\``, refTo(data), width, origin);
  }
  for (const { address, enable, data, mask } of writes) {
    visitAs(`a write address of memory \`${name}\``, address, addressWidth, origin);
    visitAs(`a write enable of memory \`${name}\``, enable, 1, origin);
    visitAs(`the write data of memory \`${name}\``, data, width, origin);
    visitAs(`the write mask of memory \`${name}\``, mask, width / lane, origin);
  }
}

const refTo = (signal: Signal): Expr => ({ op: 'ref', width: signal.type.width, signal });

const fits = (value: bigint, width: number): boolean => value >= 0n && value >> BigInt(width) === 0n;

/** What contradicts the rules of the operator. */
function flaw(expr: Expr): string | undefined {
  const { width } = expr;
  const differs = (what: string, is: number, wanted: number): string | undefined =>
    is === wanted ? undefined : `${what} has ${is} bits instead of ${wanted}`;
  if (!Number.isInteger(width) || width < 1) return 'a width is a whole number of bits, 1 or more';
  switch (expr.op) {
    case 'const':
      return fits(expr.value, width) ? undefined : `the value ${expr.value} does not fit`;
    case 'ref':
      return differs(`\`${expr.signal.name}\``, expr.signal.type.width, width);
    case 'not':
    case 'neg':
      return differs('the operand', expr.a.width, width);
    case 'redand':
    case 'redor':
    case 'redxor':
      return differs('the result', width, 1);
    case 'mux':
      return (
        differs('the selector', expr.sel.width, 1) ??
        differs('the first side', expr.a.width, width) ??
        differs('the second side', expr.b.width, width)
      );
    case 'slice':
      return expr.lo >= 0 && expr.lo + width <= expr.a.width
        ? undefined
        : `bits ${expr.lo} to ${expr.lo + width - 1} of ${expr.a.width} do not exist`;
    case 'index':
      return expr.a.width % width === 0 ? undefined : `${expr.a.width} bits are no vector of such elements`;
    case 'cat':
      return differs(
        'the row of parts',
        expr.parts.reduce((sum, part) => sum + part.width, 0),
        width,
      );
    case 'zext':
    case 'sext':
      return expr.a.width <= width ? undefined : `the operand has ${expr.a.width}`;
    case 'eq':
    case 'ne':
    case 'ult':
    case 'ule':
    case 'slt':
    case 'sle':
      return differs('the result', width, 1) ?? differs('the right side', expr.b.width, expr.a.width);
    case 'shl':
    case 'shr':
    case 'sar':
      return differs('the operand', expr.a.width, width);
    default:
      return differs('the left side', expr.a.width, width) ?? differs('the right side', expr.b.width, width);
  }
}
