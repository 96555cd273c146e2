/**
 * The module under construction. Everything a body creates is collected here as drafts of netlist objects, which are
 * named and frozen when the body has run; nothing else in the language holds state.
 */
import type { Domain, Expr, Instance, Memory, Signal, Statement, Target } from '../ir/netlist.ts';
import { captureOrigin } from './origin.ts';
import { abort, report } from './report.ts';
import { bool, type AnyType, type Bool, type ValueOf } from './types.ts';
import { allOf } from './combine.ts';
import { coerce } from './coerce.ts';
import { placeOf, refTo, type Value, valueOf } from './values.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What still has to be named. */
export interface Nameable {
  /** Wished name: the variable's, or one made from another draft's when that is known. */
  hint?: string | (() => string);
  /** Names of the enclosing initialisers. */
  prefix: readonly string[];
  name: string;
  /** The hint is the name, to the letter. */
  verbatim?: boolean;
  doc?: string;
}

/** A signal that becomes part of the netlist as this very object, once it has a name. */
export type Draft = Mutable<Signal> &
  Nameable & {
    /** Gone once the module is finished. */
    owner?: Builder;
    /** Stands for a port of an instance: not to be named by the variable that holds it. */
    instancePort?: boolean;
  };
export type DraftMemory = Mutable<Omit<Memory, 'reads' | 'writes'>> &
  Nameable & { reads: Memory['reads'][number][]; writes: Memory['writes'][number][] };
export type DraftInstance = Mutable<Instance> & Nameable;

/** What an assignment to a value writes. */
export interface Place {
  readonly signal: Draft;
  readonly lo: number;
  readonly width: number;
  /** Set for an element chosen by a signal. */
  readonly index?: { readonly at: Expr; readonly length: number };
}

export class Builder {
  readonly name: string;
  readonly domains: Domain[] = [];
  readonly ports: Draft[] = [];
  readonly drafts: Draft[] = [];
  readonly memories: DraftMemory[] = [];
  readonly instances: DraftInstance[] = [];
  readonly statements: Statement[] = [];
  /** Domain of the registers that are created now. */
  domain: Domain;
  /** Names of the initialisers being evaluated, outermost first: the prefix of what they create. */
  prefix: string[] = [];
  /** Run when the body is complete, before names are given. */
  readonly finishers: (() => void)[] = [];
  #scope: Statement[] = this.statements;
  #conditions: Bool[] = [];

  constructor(name: string, domain: Domain) {
    this.name = name;
    this.domain = domain;
  }

  /** Marks the current domain as used, so that the module gets its clock and reset. */
  useDomain(): Domain {
    const known = this.domains.find((domain) => domain.name === this.domain.name);
    if (!known) this.domains.push(this.domain);
    return known ?? this.domain;
  }

  /** A new signal, as the value that reads and drives it. */
  signal<T extends AnyType>(type: T, kind: Signal['kind'], extra: Partial<Draft> = {}): ValueOf<T> {
    const draft = this.draft(type, kind, extra);
    return valueOf(type, refTo(draft), { signal: draft, lo: 0, width: type.width });
  }

  draft(type: AnyType, kind: Signal['kind'], extra: Partial<Draft> = {}): Draft {
    const draft: Draft = {
      kind,
      name: '',
      type: type.ir,
      origin: captureOrigin(),
      prefix: [...this.prefix],
      owner: this,
      ...extra,
    };
    (isPort(kind) ? this.ports : this.drafts).push(draft);
    return draft;
  }

  /** The input of a domain's clock or reset; made when first asked for. */
  domainPort(name: string): Draft {
    return (
      this.ports.find((port) => port.hint === name) ??
      this.draft(bool, 'input', { hint: name, prefix: [], unusedOk: true })
    );
  }

  statement(statement: Statement): void {
    this.#scope.push(statement);
  }

  /** Runs `body` in a scope of its own, reached only when all `conditions` hold, and returns its statements. */
  nested(conditions: readonly Bool[], body: () => void): Statement[] {
    const outer = { scope: this.#scope, conditions: this.#conditions };
    const inner: Statement[] = [];
    this.#scope = inner;
    this.#conditions = [...outer.conditions, ...conditions];
    try {
      body();
    } finally {
      this.#scope = outer.scope;
      this.#conditions = outer.conditions;
    }
    return inner;
  }

  /** Everything that must hold for the current scope to run; absent at the top. */
  pathCondition(): Bool | undefined {
    return this.#conditions.length > 0 ? allOf(...this.#conditions) : undefined;
  }
}

export function isPort(kind: Signal['kind']): boolean {
  return kind === 'input' || kind === 'output' || kind === 'inout';
}

let active: Builder | undefined;

/** The module that is being described now. */
export function builder(): Builder {
  return active ?? abort('H006', 'hardware is created here, but no module is being described');
}

export function activeBuilder(): Builder | undefined {
  return active;
}

export function building<T>(module: Builder | undefined, body: () => T): T {
  const outer = active;
  active = module;
  try {
    return body();
  } finally {
    active = outer;
  }
}

/** `to.value = from` and `to.next = from`. */
export function assign(to: Value, by: 'value' | 'next', from: unknown): void {
  if (!active) return report('H022', 'a signal is assigned here, but no module is being described');
  const place = placeOf(to);
  const target = place?.signal;
  const name = target ? `'${hintOf(target)}'` : 'an expression';
  const kinds: Signal['kind'][] = by === 'next' ? ['reg'] : ['wire', 'output'];
  if (!target || !kinds.includes(target.kind)) {
    const how =
      target?.kind === 'reg'
        ? '; a register is assigned through `.next`'
        : target && by === 'next'
          ? '; only registers have `.next`, others `.value`'
          : '';
    return report('H021', `${target ? `${target.kind} ` : ''}${name} cannot be driven${how}`);
  }
  if (target.owner !== active)
    return report(
      'H007',
      `${name} belongs to ${target.owner ? `module '${target.owner.name}'` : 'a finished module'}, this is '${active.name}'`,
    );
  const value = coerce(to.type, from, 'H004', name).expr;
  active.statement({ kind: 'assign', target: targetOf(place), value, origin: captureOrigin() });
}

function targetOf({ signal, lo, width, index }: Place): Target {
  return index
    ? { kind: 'element', signal, lo, index: index.at, width, length: index.length }
    : { kind: 'bits', signal, lo, width };
}

export function hintOf(draft: Nameable): string {
  const own = typeof draft.hint === 'function' ? draft.hint() : draft.hint;
  return [...draft.prefix, own].filter((part) => part !== undefined && part !== '').join('_') || 'unnamed';
}

/** Checked at every clock edge outside reset, where the enclosing conditions hold; `message` says what went wrong. */
export function assertThat(condition: Bool, message: string): void {
  const module = builder();
  const checked = coerce(bool, condition, 'H001', 'an assertion');
  module.statement({
    kind: 'assert',
    condition: checked.expr,
    message,
    domain: module.useDomain(),
    origin: captureOrigin(),
  });
}
