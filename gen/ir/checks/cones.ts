/**
 * Where values come from within one clock cycle: the inputs and the clocks behind each point of a module. Parents see no
 * more of a module than this, so each is looked at once.
 */
import type { Domain, Module } from '../netlist.ts';
import type { Facts } from './facts.ts';
import { type Point, Points } from './points.ts';

/** Where a cone ends: bits of an input, or something that a clock moves. */
export interface End {
  readonly input?: Point & Required<Pick<Point, 'signal'>>;
  readonly domain?: Domain;
}

export class Cones {
  readonly points: Points;
  /** Points that depend on themselves, as far as anybody asked. */
  readonly tangles: (readonly Point[])[] = [];
  /** Ends that occur in the module, each with its bit in the masks. */
  readonly #ends = new Map<Point | string, { readonly end: End; readonly bit: bigint }>();
  readonly #masks = new Map<Point, bigint>();

  /** `all` holds the cones of every child by the time they are asked for. */
  constructor(facts: Facts, all: ReadonlyMap<Module, Cones>) {
    this.points = new Points(facts, (child) => all.get(child));
  }

  /** Everything that points depend on; of what one clock moves, once. */
  ends(points: readonly Point[]): readonly End[] {
    const mask = points.reduce((sum, point) => sum | this.#mask(point), 0n);
    return [...this.#ends.values()].filter(({ bit }) => (mask & bit) !== 0n).map(({ end }) => end);
  }

  /** True where one of the points depends on an end. */
  meets(points: readonly Point[], { input, domain }: End): boolean {
    const bit = this.#ends.get(domain?.name ?? this.points.signal(input!.signal, input!.lo, input!.width))?.bit ?? 0n;
    return points.some((point) => (this.#mask(point) & bit) !== 0n);
  }

  #mask(root: Point): bigint {
    if (!this.#masks.has(root)) this.#settle(root);
    return this.#masks.get(root)!;
  }

  /** The bits of what ends right at a point. */
  #own(point: Point): bigint {
    const { signal, domain, child } = point;
    let mask = 0n;
    if (signal?.kind === 'input') mask |= this.#bit(point, { input: { ...point, signal } });
    if (domain) mask |= this.#bit(domain.name, { domain });
    for (const { domain: inner } of child ? child.cones.ends([child.end]) : []) {
      if (inner) mask |= this.#bit(inner.name, { domain: inner });
    }
    return mask;
  }

  #bit(key: Point | string, end: End): bigint {
    let known = this.#ends.get(key);
    if (!known) this.#ends.set(key, (known = { end, bit: 1n << BigInt(this.#ends.size) }));
    return known.bit;
  }

  /** Tarjan's strongly connected components, without recursion; those already settled are not entered again. */
  #settle(root: Point): void {
    const visits = new Map<Point, Visit>();
    const open: Visit[] = [];
    const enter = (point: Point): Visit => {
      const visit = {
        point,
        from: point.from(),
        next: 0,
        index: visits.size,
        low: visits.size,
        mask: this.#own(point),
      };
      visits.set(point, visit);
      open.push(visit);
      return visit;
    };
    const stack = [enter(root)];
    for (let visit = stack.at(-1); visit; visit = stack.at(-1)) {
      const next = visit.from[visit.next++];
      if (next) {
        const settled = this.#masks.get(next);
        const known = visits.get(next);
        if (settled !== undefined) visit.mask |= settled;
        else if (known) visit.low = Math.min(visit.low, known.index);
        else stack.push(enter(next));
        continue;
      }
      stack.pop();
      if (visit.low === visit.index) this.#close(open.splice(open.lastIndexOf(visit)));
      const caller = stack.at(-1);
      if (!caller) continue;
      caller.low = Math.min(caller.low, visit.low);
      caller.mask |= visit.mask;
    }
  }

  #close(members: readonly Visit[]): void {
    const mask = members.reduce((sum, member) => sum | member.mask, 0n);
    for (const { point } of members) this.#masks.set(point, mask);
    const { point, from } = members[0]!;
    if (members.length > 1 || from.includes(point)) this.tangles.push(members.map((member) => member.point));
  }
}

interface Visit {
  readonly point: Point;
  readonly from: readonly Point[];
  next: number;
  readonly index: number;
  low: number;
  mask: bigint;
}

/** A shortest way along the flow of the signals from `goal` to one of `starts`, both ends included; `within` limits it. */
export function pathTo(
  starts: readonly Point[],
  goal: (point: Point) => boolean,
  within?: ReadonlySet<Point>,
): readonly Point[] {
  const next = new Map<Point, Point | undefined>(starts.map((start) => [start, undefined]));
  for (const point of next.keys()) {
    for (const from of point.from()) {
      if (goal(from)) {
        const path = [from];
        for (let at: Point | undefined = point; at; at = next.get(at)) path.push(at);
        return path;
      }
      if (!next.has(from) && (!within || within.has(from))) next.set(from, point);
    }
  }
  return [];
}
