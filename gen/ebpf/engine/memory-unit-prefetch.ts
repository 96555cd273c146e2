/** Fetches lines before they are asked for. */
import { anyOf, bool, input, module, mux, output, reg, shared, u, when } from '../../hdl/index.ts';
import type { Geometry } from './memory-unit-address.ts';

function prefetchPorts(shape: Geometry) {
  const line = u(shape.line);
  return {
    start: input(bool),
    idle: input(bool),
    /** The memory stage loads from this line; `missed`: the line is being asked for now. */
    load: { valid: input(bool), line: input(line), missed: input(bool) },
    /** The line that is wanted most; `hit`: it is in local RAM. */
    ahead: { valid: output(bool), line: output(line), hit: input(bool), ready: input(bool) },
  };
}

/**
 * From the start of a program it sweeps the first lines of the slot, as many as the cache has. After a miss it fetches
 * the next line, and stays one line ahead of a program that goes on from there; this comes before the sweep.
 */
export const prefetcher = shared((shape: Geometry) =>
  module(
    `prefetcher_l${2 ** shape.line}_i${2 ** shape.index}`,
    prefetchPorts(shape),
    ({ start, idle, load, ahead }) => {
      const sweeping = reg(bool, 0);
      const sweep = reg(u(shape.index), 0);
      /** The line at which the program should arrive next; `wanted`: it is not yet asked for. */
      const next = reg(u(shape.line), 0);
      const wanted = reg(bool, 0);

      ahead.line.value = mux(wanted, next, sweep.zext(shape.line));
      ahead.valid.value = wanted.or(sweeping).and(ahead.hit.not()).and(idle.not());
      when(anyOf(ahead.hit, ahead.valid.and(ahead.ready)), () => {
        when(wanted, () => {
          wanted.next = 0;
        }).elseWhen(sweeping, () => {
          sweep.next = sweep.add(1);
          sweeping.next = sweep.andReduce().not();
        });
      });
      when(load.valid.and(load.missed.or(load.line.eq(next))), () => {
        next.next = load.line.add(1);
        wanted.next = 1;
      });
      when(start, () => {
        sweeping.next = 1;
        sweep.next = 0;
        // The last line of the sweep: a program that has come so far gets the one behind it.
        next.next = 2 ** shape.index - 1;
        wanted.next = 0;
      });
    },
  ),
);
