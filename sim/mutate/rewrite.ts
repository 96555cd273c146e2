/** A netlist with one thing changed. What it was made from stays as it is. */
import {
  operandsOf,
  type Branch,
  type Expr,
  type Instance,
  type Memory,
  type Module,
  type Signal,
  type Statement,
  type Target,
} from '../../gen/ir/index.ts';

/** One object of a module, and what stands in its place. `to` is given the object with its operands as they are in the new module. */
export type Edit =
  | { readonly what: 'expr'; readonly at: Expr; readonly to: (expr: Expr) => Expr }
  /** What reads of a signal see; its drivers, and ports that it is connected to, stay. */
  | { readonly what: 'read'; readonly at: Signal; readonly to: (read: Expr) => Expr }
  | { readonly what: 'signal'; readonly at: Signal; readonly to: (signal: Signal) => Signal }
  | { readonly what: 'statement'; readonly at: Statement; readonly to: (statement: Statement) => Statement }
  | { readonly what: 'memory'; readonly at: Memory; readonly to: (memory: Memory) => Memory };

export function edited(module: Module, edit: Edit): Module {
  return new Rewriting(module, edit).module();
}

/** The design with other modules in the place of some. A design without any of them is itself. */
export function withModules(top: Module, replaced: ReadonlyMap<Module, Module>): Module {
  const made = new Map<Module, Module>(replaced);
  const visit = (module: Module): Module => {
    const known = made.get(module);
    if (known) return known;
    const instances = module.instances.map((instance) => connected(instance, visit(instance.module)));
    const isSame = instances.every((instance, i) => instance === module.instances[i]);
    const result = isSame ? module : { ...module, instances };
    made.set(module, result);
    return result;
  };
  return visit(top);
}

/** An instance of another module with the same ports. */
function connected(instance: Instance, module: Module): Instance {
  if (module === instance.module) return instance;
  const ports = new Map(module.ports.map((port) => [port.name, port]));
  return { ...instance, module, ports: instance.ports.map(({ port, net }) => ({ port: ports.get(port.name)!, net })) };
}

class Rewriting {
  readonly #old: Module;
  readonly #edit: Edit;
  readonly #signals = new Map<Signal, Signal>();
  readonly #exprs = new Map<Expr, Expr>();

  constructor(old: Module, edit: Edit) {
    this.#old = old;
    this.#edit = edit;
    // Expressions name signals that have expressions: all signals first, what is in them afterwards.
    for (const signal of [...old.ports, ...old.signals])
      this.#signals.set(signal, edit.what === 'signal' && edit.at === signal ? edit.to(signal) : { ...signal });
  }

  module(): Module {
    const { ports, signals, statements, memories, instances } = this.#old;
    for (const made of this.#signals.values()) {
      const fill = made as { value?: Expr; fallback?: Expr };
      if (fill.value) fill.value = this.#expr(fill.value);
      if (fill.fallback) fill.fallback = this.#expr(fill.fallback);
    }
    return {
      ...this.#old,
      ports: ports.map((port) => this.#signal(port)),
      signals: signals.map((signal) => this.#signal(signal)),
      statements: this.#body(statements),
      memories: memories.map((memory) => this.#memory(memory)),
      instances: instances.map((instance) => ({
        ...instance,
        ports: instance.ports.map(({ port, net }) => ({ port, net: this.#signal(net) })),
      })),
    };
  }

  #signal(signal: Signal): Signal {
    return this.#signals.get(signal) ?? signal;
  }

  /** Operands before users, without recursion: chains of thousands are normal. */
  #expr(root: Expr): Expr {
    const done = this.#exprs;
    const todo = [root];
    for (let expr = todo.at(-1); expr; expr = todo.at(-1)) {
      const open = done.has(expr) ? [] : operandsOf(expr).filter((operand) => !done.has(operand));
      if (open.length > 0) {
        todo.push(...open);
        continue;
      }
      todo.pop();
      if (!done.has(expr)) done.set(expr, this.#edited(expr));
    }
    return done.get(root)!;
  }

  #edited(old: Expr): Expr {
    const edit = this.#edit;
    const expr = this.#withOperands(old);
    if (edit.what === 'expr' && edit.at === old) return edit.to(expr);
    if (edit.what === 'read' && old.op === 'ref' && edit.at === old.signal) return edit.to(expr);
    return expr;
  }

  #withOperands(expr: Expr): Expr {
    const now = (operand: Expr): Expr => this.#exprs.get(operand)!;
    switch (expr.op) {
      case 'const':
        return expr;
      case 'ref':
        return { ...expr, signal: this.#signal(expr.signal) };
      case 'mux':
        return { ...expr, sel: now(expr.sel), a: now(expr.a), b: now(expr.b) };
      case 'index':
        return { ...expr, a: now(expr.a), index: now(expr.index) };
      case 'cat':
        return { ...expr, parts: expr.parts.map(now) };
      default:
        return 'b' in expr ? { ...expr, a: now(expr.a), b: now(expr.b) } : { ...expr, a: now(expr.a) };
    }
  }

  #body(statements: readonly Statement[]): Statement[] {
    return statements.map((statement) => {
      const made = this.#statement(statement);
      return this.#edit.what === 'statement' && this.#edit.at === statement ? this.#edit.to(made) : made;
    });
  }

  #statement(statement: Statement): Statement {
    switch (statement.kind) {
      case 'assign':
        return { ...statement, target: this.#target(statement.target), value: this.#expr(statement.value) };
      case 'when':
        return { ...statement, branches: statement.branches.map((branch) => this.#branch(branch)) };
      case 'switch':
        return {
          ...statement,
          subject: this.#expr(statement.subject),
          cases: statement.cases.map(({ values, body }) => ({ values, body: this.#body(body) })),
          ...(statement.otherwise && { otherwise: this.#body(statement.otherwise) }),
        };
      case 'assert':
        return { ...statement, condition: this.#expr(statement.condition) };
    }
  }

  #branch({ condition, body }: Branch): Branch {
    return { ...(condition && { condition: this.#expr(condition) }), body: this.#body(body) };
  }

  #target(target: Target): Target {
    const signal = this.#signal(target.signal);
    return target.kind === 'element' ? { ...target, signal, index: this.#expr(target.index) } : { ...target, signal };
  }

  #memory(memory: Memory): Memory {
    const made: Memory = {
      ...memory,
      reads: memory.reads.map((port) => ({
        ...port,
        address: this.#expr(port.address),
        ...(port.enable && { enable: this.#expr(port.enable) }),
        data: this.#signal(port.data),
      })),
      writes: memory.writes.map((port) => ({
        address: this.#expr(port.address),
        enable: this.#expr(port.enable),
        data: this.#expr(port.data),
        ...(port.mask && { mask: this.#expr(port.mask) }),
      })),
    };
    return this.#edit.what === 'memory' && this.#edit.at === memory ? this.#edit.to(made) : made;
  }
}
