/** Processes as text. */
import type { Domain, Origin, Signal, Statement } from '../../ir/index.ts';
import type { Expressions } from './expression.ts';
import { assignment, COLUMNS, splitOutside } from './layout.ts';
import { filling, literal, message } from './literals.ts';
import type { Process } from './processes.ts';
import type { Assign, Switch, When } from './statements.ts';
import { filled, type Lines } from './text.ts';
import { typeAt, type Types } from './types.ts';

export class ProcessPrinter {
  readonly #lines: Lines;
  readonly #exprs: Expressions;
  readonly #types: Types;
  readonly #loopVariable: string;

  constructor(lines: Lines, exprs: Expressions, types: Types, loopVariable: string) {
    this.#lines = lines;
    this.#exprs = exprs;
    this.#types = types;
    this.#loopVariable = loopVariable;
  }

  print(process: Process): void {
    switch (process.kind) {
      case 'assign':
        for (const part of process.parts) this.#assign(part, '=', 'assign ');
        return;
      case 'comb':
        return this.#lines.block(
          'always_comb begin',
          () => this.#body(process.body, '='),
          'end',
          process.body[0]?.origin,
        );
      case 'seq':
        return this.#registers(process);
      case 'check':
        return this.#checks(process.domain, process.body);
    }
  }

  /** Where the domain's reset is active. */
  #inReset({ reset, resetActive }: Domain): string {
    this.#exprs.uses(reset);
    return resetActive === 'low' ? `!${reset}` : reset;
  }

  #outOfReset({ reset, resetActive }: Domain): string {
    this.#exprs.uses(reset);
    return resetActive === 'low' ? reset : `!${reset}`;
  }

  #clock(domain: Domain): string {
    this.#exprs.uses(domain.clock);
    return `@(posedge ${domain.clock})`;
  }

  #registers({ domain, registers, body }: Extract<Process, { kind: 'seq' }>): void {
    const hasReset = registers[0]!.reset !== undefined;
    const resets = (): void => {
      for (const signal of registers)
        this.#lines.add(`${signal.name} <= ${this.#constant(signal.reset!, signal)};`, signal.origin);
    };
    this.#lines.block(
      `always_ff ${this.#clock(domain)} begin`,
      () => {
        if (!hasReset) return this.#body(body, '<=');
        const [only] = body;
        if (body.length === 1 && only?.kind === 'when')
          return this.#when(only, '<=', { condition: this.#inReset(domain), body: resets });
        this.#lines.block(`if (${this.#inReset(domain)}) begin`, resets, body.length > 0 ? 'end else begin' : 'end');
        if (body.length === 0) return;
        this.#lines.nest(() => this.#body(body, '<='));
        this.#lines.add('end');
      },
      'end',
      registers[0]!.origin,
    );
  }

  #constant(value: bigint, { type }: Signal): string {
    return (type.kind === 'enum' ? this.#types.member(type, value) : undefined) ?? filling(value, type.width);
  }

  /** Assertions hold in simulation only, outside reset. */
  #checks(domain: Domain, body: readonly Statement[]): void {
    this.#lines.conditional('`ifndef SYNTHESIS', () =>
      // Not always_ff: Icarus takes that for something to be synthesised.
      this.#lines.block(
        `always ${this.#clock(domain)} begin`,
        () => this.#lines.block(`if (${this.#outOfReset(domain)}) begin`, () => this.#body(body, '='), 'end'),
        'end',
      ),
    );
  }

  #body(statements: readonly Statement[], operator: '=' | '<='): void {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'assign':
          this.#assign(statement, operator);
          break;
        case 'when':
          this.#when(statement, operator);
          break;
        case 'switch':
          this.#switch(statement, operator);
          break;
        case 'assert':
          this.#lines.add(`assert (${this.#exprs.inline(statement.condition)})`, statement.origin);
          this.#lines.nest(() => this.#lines.add(`else $error(${message(statement.message)});`, statement.origin));
      }
    }
  }

  #assign({ target, value, origin }: Assign, operator: '=' | '<=', before = ''): void {
    const { signal, lo, width } = target;
    const line = (left: string): void => {
      const type = target.kind === 'bits' ? typeAt(signal.type, lo, width) : undefined;
      this.#lines.raw(
        assignment(this.#exprs, `${this.#lines.indent}${before}${left} ${operator} `, value, type),
        origin,
      );
    };
    if (target.kind === 'bits') return line(this.#exprs.part(signal, lo, width));
    // As a choice of elements: from a select by a signal, synthesisers make shifters, and Yosys loses drivers.
    const { index } = target;
    const count = Math.min(target.length, 2 ** index.width);
    const i = this.#loopVariable;
    const offset = width === 1 ? i : `${i} * ${width}`;
    const left = `${signal.name}[${lo > 0 ? `${lo} + ` : ''}${offset}${width === 1 ? '' : ` +: ${width}`}]`;
    this.#lines.block(
      `for (int ${i} = 0; ${i} < ${count}; ${i}++) begin`,
      () =>
        this.#lines.block(
          `if (${this.#exprs.operand(index)} == ${index.width}'(${i})) begin`,
          () => line(left),
          'end',
          origin,
        ),
      'end',
      origin,
    );
  }

  /** `first` is a branch before all others. */
  #when({ branches, origin }: When, operator: '=' | '<=', first?: { condition: string; body: () => void }): void {
    let keyword = 'if';
    const branch = (condition: string | undefined, body: () => void): void => {
      this.#open(condition === undefined ? 'end else ' : `${keyword} (`, condition, origin);
      keyword = 'end else if';
      this.#lines.nest(body);
    };
    if (first) branch(first.condition, first.body);
    for (const { condition, body } of branches)
      branch(condition && this.#exprs.inline(condition), () => this.#body(body, operator));
    this.#lines.add('end', origin);
  }

  /** `if (…) begin`, over several lines where the condition is long. */
  #open(before: string, condition: string | undefined, origin: Origin | undefined): void {
    const line = before + (condition === undefined ? '' : `${condition}) `) + 'begin';
    if (condition === undefined || this.#lines.indent.length + line.length <= COLUMNS)
      return this.#lines.add(line, origin);
    const terms = splitOutside(condition);
    terms.forEach((term, i) =>
      this.#lines.add(
        (i === 0 ? before : ' '.repeat(before.length)) + term + (i === terms.length - 1 ? ') begin' : ''),
        origin,
      ),
    );
  }

  #switch({ subject, type, cases, otherwise, origin }: Switch, operator: '=' | '<='): void {
    const label = (value: bigint): string =>
      (type.kind === 'enum' ? this.#types.member(type, value) : undefined) ?? literal(value, subject.width);
    const item = (labels: readonly string[], body: readonly Statement[]): void => {
      const [only] = body;
      const [last, ...above] = filled(
        labels.map((text, i) => (i + 1 < labels.length ? `${text},` : `${text}:`)),
        COLUMNS - 40,
      ).toReversed();
      for (const line of above.toReversed()) this.#lines.add(line, origin);
      if (!only) this.#lines.add(`${last} ;`, origin);
      else if (body.length === 1 && only.kind === 'assign' && only.target.kind === 'bits')
        this.#assign(only, operator, `${last} `);
      else this.#lines.block(`${last} begin`, () => this.#body(body, operator), 'end', origin);
    };
    this.#lines.block(
      `case (${this.#exprs.inline(subject)})`,
      () => {
        for (const { values, body } of cases) item(values.map(label), body);
        item(['default'], otherwise ?? []);
      },
      'endcase',
      origin,
    );
  }
}
