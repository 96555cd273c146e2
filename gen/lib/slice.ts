/** Register slices: one stage of a stream in flip-flops, to cut long paths. All move one item a cycle. */
import { bool, flip, instance, module, mux, reg, shared, u, when } from '../hdl/index.ts';
import type { AnyType } from '../hdl/index.ts';
import { as, fires, pipe, stream, typeOf, type Source } from './stream.ts';

/**
 * Which paths a slice cuts:
 * - `full`: valid, bits and ready (skid buffer, two items); one cycle of latency.
 * - `forward`: valid and bits (one item); ready passes through; one cycle.
 * - `backward`: ready (one item, used only when the consumer stalls); valid and bits pass through; no latency.
 */
export type SliceKind = 'full' | 'forward' | 'backward';

const names: Record<SliceKind, string> = { full: 'skid_buffer', forward: 'forward_slice', backward: 'backward_slice' };

/** The slice as a module: stream `push` in, stream `pop` out, `width` bits. */
export const sliceModule = shared((kind: SliceKind, width: number) => {
  const type = u(width);
  const ports = { push: flip(stream(type)), pop: stream(type) };
  return module(`${names[kind]}_w${width}`, ports, ({ push, pop }) => {
    if (kind === 'forward') {
      /** An item waits in `head`. */
      const full = reg(bool, 0);
      const head = reg(type);
      push.ready.value = pop.ready.or(full.not());
      pop.valid.value = full;
      pop.bits.value = head;
      when(push.ready, () => {
        full.next = push.valid;
        head.next = push.bits;
      });
      return;
    }
    /** The item that came while the way out was blocked waits in `spill`. */
    const spilled = reg(bool, 0);
    const spill = reg(type);
    push.ready.value = spilled.not();
    when(push.ready, () => {
      spill.next = push.bits;
    });
    if (kind === 'backward') {
      pop.valid.value = push.valid.or(spilled);
      pop.bits.value = mux(spilled, spill, push.bits);
      spilled.next = pop.valid.and(pop.ready.not());
      return;
    }
    /** An item waits in `head`. */
    const full = reg(bool, 0);
    const head = reg(type);
    pop.valid.value = full;
    pop.bits.value = head;
    when(pop.ready.or(full.not()), () => {
      full.next = push.valid.or(spilled);
      head.next = mux(spilled, spill, push.bits);
      spilled.next = 0;
    }).elseWhen(fires(push), () => {
      spilled.next = 1;
    });
  });
});

/** The stream behind a register slice. */
export function registerSlice<T extends AnyType>(from: Source<T>, kind: SliceKind = 'full'): Source<T> {
  const type = typeOf(from);
  const slice = instance(sliceModule(kind, type.width));
  pipe(as(from, u(type.width)), slice.push);
  return as(slice.pop, type);
}

/** The stream behind a skid buffer: valid, bits and ready all come from registers. */
export function skidBuffer<T extends AnyType>(from: Source<T>): Source<T> {
  return registerSlice(from, 'full');
}
