import type { Diagnostics } from '../../diagnostics/index.ts';
import type { Expr, Signal } from '../netlist.ts';
import { visitExprs } from '../walk.ts';
import { type Facts, type Guard, label } from './facts.ts';

/** H106: signals, inputs and instance outputs that nothing reads which in the end drives an output, an instance or a memory. */
export function checkUnused(facts: Facts, diagnostics: Diagnostics): void {
  const { module } = facts;
  const live = new Reads(facts);
  for (const expr of anchors(facts)) live.expr(expr);
  for (const signal of module.ports) if (signal.kind !== 'input') live.signal(signal);
  for (const { ports } of module.instances) {
    for (const { port, net } of ports) if (port.kind !== 'output') live.signal(net);
  }

  const clocks = new Set(module.domains.flatMap(({ clock, reset }) => [clock, reset]));
  const dead = [...module.ports, ...module.signals].filter(
    (signal) => !live.signals.has(signal) && !signal.unusedOk && !(signal.kind === 'input' && clocks.has(signal.name)),
  );
  for (const { signal, ring } of heads(facts, dead)) {
    const message = `${label(facts, signal)} is ${ring ? 'read by nothing but itself' : 'never read'}`;
    diagnostics.report({ code: 'H106', message, origin: signal.origin });
  }
}

/** A chain of dead signals is reported at its end, a ring at its first member. */
function heads(facts: Facts, dead: readonly Signal[]): { readonly signal: Signal; readonly ring: boolean }[] {
  const reads = new Map(dead.map((signal) => [signal, new Reads(facts).direct(signal).signals]));
  const read = new Set([...reads].flatMap(([signal, others]) => [...others].filter((other) => other !== signal)));
  const explained = new Set<Signal>();
  const explain = (head: Signal): void => {
    const todo = [head];
    for (let signal = todo.pop(); signal; signal = todo.pop()) {
      if (explained.has(signal)) continue;
      explained.add(signal);
      todo.push(...(reads.get(signal) ?? []));
    }
  };
  const ends = dead.filter((signal) => !read.has(signal));
  ends.forEach(explain);
  const rings = dead.filter((signal) => {
    const first = !explained.has(signal);
    if (first) explain(signal);
    return first;
  });
  return [
    ...ends.map((signal) => ({ signal, ring: reads.get(signal)!.has(signal) })),
    ...rings.map((signal) => ({ signal, ring: true })),
  ];
}

/** Expressions that matter by themselves. */
function anchors({ module, asserts }: Facts): Expr[] {
  const memories = module.memories.flatMap(({ reads, writes }) => [
    ...reads.flatMap(({ address, enable }) => [address, enable]),
    ...writes.flatMap(({ address, enable, data, mask }) => [address, enable, data, mask]),
  ]);
  const asserted = asserts.flatMap(({ assert, guard }) => [assert.condition, ...guardExprs(guard)]);
  return [...memories, ...asserted].filter((expr) => expr !== undefined);
}

function guardExprs(guard: Guard | undefined): Expr[] {
  const exprs: Expr[] = [];
  for (let at = guard; at; at = at.outer) exprs.push(at.expr);
  return exprs;
}

/** Collects all signals that something reads, directly and through others. */
class Reads {
  readonly signals = new Set<Signal>();
  readonly #facts: Facts;
  readonly #exprs = new Set<Expr>();
  readonly #guards = new Set<Guard>();
  readonly #todo: Signal[] = [];

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  expr(expr: Expr): this {
    this.#read(expr);
    return this.#settle();
  }

  /** The signal itself and what it is made from. */
  signal(signal: Signal): this {
    this.#add(signal);
    return this.#settle();
  }

  /** What a signal is made from, one step. */
  direct(signal: Signal): this {
    this.#follow(signal);
    return this;
  }

  #settle(): this {
    for (let signal = this.#todo.pop(); signal; signal = this.#todo.pop()) this.#follow(signal);
    return this;
  }

  #follow(signal: Signal): void {
    if (signal.value) this.#read(signal.value);
    if (signal.fallback) this.#read(signal.fallback);
    for (const driver of this.#facts.drivers.get(signal) ?? []) {
      if (driver.kind !== 'assign') continue;
      const { target, value } = driver.assign;
      this.#read(value);
      if (target.kind === 'element') this.#read(target.index);
      for (let guard = driver.guard; guard && !this.#guards.has(guard); guard = guard.outer) {
        this.#guards.add(guard);
        this.#read(guard.expr);
      }
    }
  }

  #read(root: Expr): void {
    visitExprs(root, this.#exprs, (expr) => {
      if (expr.op === 'ref') this.#add(expr.signal);
    });
  }

  #add(signal: Signal): void {
    if (this.signals.has(signal)) return;
    this.signals.add(signal);
    this.#todo.push(signal);
  }
}
