/**
 * What a value depends on without a clock edge between: rows of bits as points of a graph that grows on demand.
 *
 * Asking for bits of a signal leads to just those bits of what drives it: slices, concatenations, extensions, muxes and
 * bitwise operators keep bits apart, all other operators mix them. So every bit of a point depends on some bit of the
 * point it came from, and a cycle of points is a loop of bits: struct fields and slices give no false ones.
 */
import type { Domain, Expr, Instance, Module, Origin, Signal } from '../netlist.ts';
import { operandsOf, reach } from '../walk.ts';
import type { Cones } from './cones.ts';
import type { Driver, Facts, Guard } from './facts.ts';

export interface Point {
  /** Set where the point is a signal; otherwise it is part of an expression, an assignment or a condition. */
  readonly signal?: Signal;
  readonly lo: number;
  readonly width: number;
  /** Of the assignment, where the point is one. */
  readonly origin?: Origin;
  /** What it depends on directly. */
  readonly from: () => readonly Point[];
  /** Set where the point is the output of an instance. */
  readonly child?: { readonly instance: Instance; readonly cones: Cones; readonly end: Point };
  /** Set where the value, or a part of it, comes from a clock edge. */
  readonly domain?: Domain;
}

/** The points of one module. */
export class Points {
  readonly #facts: Facts;
  readonly #conesOf: (child: Module) => Cones | undefined;
  readonly #points = new Map<object, Map<number, Point>>();

  constructor(facts: Facts, conesOf: (child: Module) => Cones | undefined) {
    this.#facts = facts;
    this.#conesOf = conesOf;
  }

  /** Bits of a signal as they are read. */
  signal(signal: Signal, lo = 0, width = signal.type.width): Point {
    return this.#point(signal, lo, width, () => this.#signalPoint(signal, lo, width));
  }

  /** Bits of an expression. */
  expr(expr: Expr, lo = 0, width = expr.width): Point {
    if (expr.op === 'ref') return this.signal(expr.signal, lo, width);
    return this.#point(expr, lo, width, () => ({ lo, width, from: once(() => this.#exprFrom(expr, lo, width)) }));
  }

  /** What the statements give a signal, for a register its value after the next edge. */
  assigned(signal: Signal, lo = 0, width = signal.type.width): readonly Point[] {
    return (this.#facts.drivers.get(signal) ?? []).flatMap((driver) => this.#driverPoints(driver, lo, width));
  }

  /** What decides whether a guarded statement takes effect. */
  guard(guard: Guard | undefined): readonly Point[] {
    if (!guard) return [];
    const from = once(() => [this.expr(guard.expr), ...this.guard(guard.outer)]);
    return [this.#point(guard, 0, 0, () => ({ lo: 0, width: 0, from }))];
  }

  #point(subject: object, lo: number, width: number, make: () => Point): Point {
    let ranges = this.#points.get(subject);
    if (!ranges) this.#points.set(subject, (ranges = new Map<number, Point>()));
    const key = lo * 2 ** 24 + width;
    let point = ranges.get(key);
    if (!point) ranges.set(key, (point = make()));
    return point;
  }

  #signalPoint(signal: Signal, lo: number, width: number): Point {
    const point = { signal, lo, width };
    const none = { ...point, from: () => [] };
    if (signal.kind === 'input' || signal.kind === 'inout') return none;
    if (signal.kind === 'reg') return { ...none, domain: signal.domain };
    if (signal.kind === 'node')
      return { ...point, from: once(() => (signal.value ? [this.expr(signal.value, lo, width)] : [])) };

    const driver = this.#facts.drivers.get(signal)?.find(({ kind }) => kind !== 'assign');
    if (driver?.kind === 'read') {
      const { memory, read } = driver;
      return {
        ...point,
        domain: memory.domain,
        from: once(() => (read.latency === 0 ? [this.expr(read.address)] : [])),
      };
    }
    if (driver?.kind === 'instance') return this.#outputPoint(signal, driver.instance, driver.port, lo, width);
    const fallback = (): readonly Point[] => (signal.fallback ? [this.expr(signal.fallback, lo, width)] : []);
    return { ...point, from: once(() => [...this.assigned(signal, lo, width), ...fallback()]) };
  }

  #outputPoint(signal: Signal, instance: Instance, port: Signal, lo: number, width: number): Point {
    const point = { signal, lo, width };
    const { blackBox, domains } = instance.module;
    const body = blackBox ? blackBox.model : instance.module;
    const cones = body && this.#conesOf(body);
    if (!body || !cones) return { ...point, domain: domains.length === 1 ? domains[0] : undefined, from: () => [] };
    const inner = body.ports.find(({ name }) => name === port.name) ?? port;
    const end = cones.points.signal(inner, lo, width);
    const from = once(() =>
      cones.ends([end]).flatMap(({ input }) => {
        const net = input && instance.ports.find((other) => other.port.name === input.signal.name)?.net;
        return net ? [this.signal(net, input.lo, input.width)] : [];
      }),
    );
    return { ...point, child: { instance, cones, end }, from };
  }

  #driverPoints(driver: Driver, lo: number, width: number): readonly Point[] {
    if (driver.kind !== 'assign') return [];
    const { target, value, origin } = driver.assign;
    const whole = reach(target);
    const from = Math.max(lo, whole.lo);
    const to = Math.min(lo + width, whole.lo + whole.width);
    if (from >= to) return [];
    const feeds = once(() => {
      const guards = this.guard(driver.guard);
      if (target.kind === 'bits') return [this.expr(value, from - target.lo, to - from), ...guards];
      const first = (from - target.lo) % target.width;
      const inside = first + (to - from) <= target.width ? this.expr(value, first, to - from) : this.expr(value);
      return [inside, this.expr(target.index), ...guards];
    });
    return [this.#point(driver, from, to - from, () => ({ lo: from, width: to - from, origin, from: feeds }))];
  }

  #exprFrom(expr: Expr, lo: number, width: number): readonly Point[] {
    switch (expr.op) {
      case 'slice':
        return [this.expr(expr.a, expr.lo + lo, width)];
      case 'not':
        return [this.expr(expr.a, lo, width)];
      case 'and':
      case 'or':
      case 'xor':
        return [this.expr(expr.a, lo, width), this.expr(expr.b, lo, width)];
      case 'mux':
        return [this.expr(expr.sel), this.expr(expr.a, lo, width), this.expr(expr.b, lo, width)];
      case 'zext':
      case 'sext': {
        const end = Math.min(lo + width, expr.a.width);
        if (lo < end) return [this.expr(expr.a, lo, end - lo)];
        return expr.op === 'sext' ? [this.expr(expr.a, expr.a.width - 1, 1)] : [];
      }
      case 'cat': {
        const points: Point[] = [];
        let base = expr.width;
        for (const part of expr.parts) {
          base -= part.width;
          const from = Math.max(lo, base);
          const to = Math.min(lo + width, base + part.width);
          if (from < to) points.push(this.expr(part, from - base, to - from));
        }
        return points;
      }
      case 'index': {
        const index = this.expr(expr.index);
        if (width === expr.width) return [index, this.expr(expr.a)];
        const elements = Array.from({ length: expr.a.width / expr.width }, (_, i) =>
          this.expr(expr.a, i * expr.width + lo, width),
        );
        return [index, ...elements];
      }
      default:
        return operandsOf(expr).map((operand) => this.expr(operand));
    }
  }
}

/** A thunk that computes at its first call. */
function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => (value ??= { of: compute() }).of;
}
