/** Which faults are tried: a sample in which every module and every kind of fault has its share. */
import { createHash } from 'node:crypto';
import type { Fault } from './fault.ts';

/**
 * An order of all faults of which any beginning is a fair sample. Modules take turns, large ones more often (by the square root of
 * their faults), and within a module the kinds take turns; which fault of a kind comes next is up to the seed. A fault keeps
 * its rank among its kind when others come or go.
 */
export function ordered(faults: readonly Fault[], seed: number): Fault[] {
  const rank = ({ id }: Fault): string => createHash('sha256').update(`${seed} ${id}`).digest('hex');
  const queues = [...grouped(faults, ({ module }) => module).values()].map((ofModule) => {
    const ofKind = [...grouped(ofModule, ({ kind }) => kind).values()].map((list) =>
      list.map((fault) => ({ fault, rank: rank(fault) })).sort((a, b) => (a.rank < b.rank ? -1 : 1)),
    );
    ofKind.sort((a, b) => (a[0]!.rank < b[0]!.rank ? -1 : 1));
    const rounds = Math.max(...ofKind.map(({ length }) => length));
    const turns = Array.from({ length: rounds }, (_, round) => ofKind.flatMap((list) => list[round]?.fault ?? []));
    return turns.flat();
  });
  // The n-th fault of a module stands at n / √size: sorting by that mixes the modules as they deserve.
  return queues
    .flatMap((queue) => queue.map((fault, n) => ({ fault, at: (n + 0.5) / Math.sqrt(queue.length) })))
    .sort((a, b) => a.at - b.at)
    .map(({ fault }) => fault);
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
