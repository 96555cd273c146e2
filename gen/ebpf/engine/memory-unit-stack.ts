/** Zeroes the stack behind the program's back. */
import { bool, cat, input, module, mux, output, reg, u, when } from '../../hdl/index.ts';
import type { Bool, UInt } from '../../hdl/index.ts';
import { MaxFrames, StackBytes } from '../abi.ts';
import { lineBytes } from './interface.ts';
import { chosen } from './memory-unit-words.ts';

const lines = (MaxFrames * StackBytes) / lineBytes;
const frameLines = StackBytes / lineBytes;

/**
 * Knows which lines of the stack are not zero (after reset: all of them) and clears those of frames that are not live,
 * one a cycle, outer frames first. Lines are numbered by address: frame 0 has the highest.
 */
export const stackScrubber = module(
  'stack_scrubber',
  {
    depth: input(u(3)),
    idle: input(bool),
    next_clear: output(bool),
    first_clear: output(bool),
    /** A line is written. */
    written: { valid: input(bool), line: input(u(6)) },
    /** A line that has to be zeroed; it is in the cycle of `ready`. */
    clear: { valid: output(bool), line: output(u(6)), ready: input(bool) },
  },
  ({ depth, idle, next_clear, first_clear, written, clear }) => {
    const dirty = reg(u(lines), (1n << BigInt(lines)) - 1n);
    /** The frame that is cleared now. */
    const frame = reg(u(3), 0);

    /** This line is about to be cleared, and is no longer counted as dirty. */
    const clearing = reg(bool, 0);
    const line = reg(u(6));

    const lowest = (of: number): number => lines - (of + 1) * frameLines;
    const frames = Array.from({ length: MaxFrames }, (_, of) => dirty.slice(lowest(of), frameLines));
    const dirtyFrames = frames.map((lines, of) =>
      lines.orReduce().or(clearing.and(line.slice(3, 3).eq(MaxFrames - 1 - of))),
    );
    const isFree = (of: UInt<3>): Bool => idle.or(of.gt(depth));
    // Below the innermost frame there is none that could be dirty.
    next_clear.value = cat(bool.of(0), ...dirtyFrames.slice(1).toReversed())
      .bit(depth)
      .not();
    first_clear.value = dirtyFrames[0]!.not();

    const here = chosen(frames, frame);
    const found = here.orReduce().and(isFree(frame));
    const lineFound = cat(frame.not(), firstOf(here.toBits().slice(0, frameLines - 1)));
    clear.valid.value = clearing;
    clear.line.value = line;
    const takes = clearing.not().or(clear.ready);
    when(takes, () => {
      clearing.next = found;
      line.next = lineFound;
    });
    when(found.not(), () => {
      frame.next = firstOf(
        frames.slice(0, MaxFrames - 1).map((lines, of) => lines.orReduce().and(isFree(u(3).of(of)))),
      );
    });
    const bitOf = (position: UInt<6>, condition: Bool): UInt => mux(condition, u(lines).of(1).shl(position), 0);
    dirty.next = dirty.and(bitOf(lineFound, takes.and(found)).not()).or(bitOf(written.line, written.valid));
  },
);

/** Position of the lowest of seven bits that is 1; 7 when none is. */
function firstOf(bits: readonly Bool[]): UInt<3> {
  return bits.reduceRight<UInt<3>>((rest, bit, i) => mux(bit, u(3).of(i), rest), u(3).of(7));
}
