/** From finished commands to the shell's interrupt lines. */
import { anyOf, bool, cat, input, module, mux, named, output, reg, shared, u, when } from '../hdl/index.ts';
import type { Bool, UInt } from '../hdl/index.ts';

/** Interrupt lines of a shell; engine n uses line n mod 16. */
export const irqLines = 16;

/** Clock cycles after which a line no longer waits for its acknowledge: 16 us at 250 MHz. */
export const acknowledgeTimeout = 4096;

/**
 * Turns pulses of engines into requests, each a pulse of one cycle. A line waits for the acknowledge of one request before
 * it makes the next, but no longer than `timeout` cycles (a power of two), for a shell whose vector is masked may never
 * answer. An engine that finishes meanwhile is remembered; engines that share a line get a request each.
 */
export const interruptLines = shared((engines: number, timeout: number = acknowledgeTimeout) =>
  module(
    `interrupt_lines_e${engines}`,
    {
      /** One bit an engine: a command has finished; a pulse. */
      finished: input(u(engines)),
      /** Forgets what has not been requested yet. */
      clear: input(bool),
      request: output(u(irqLines)),
      acknowledge: input(u(irqLines)),
    },
    (io) => {
      const requests = Array.from({ length: Math.min(engines, irqLines) }, (_, n) => {
        const mine = io.finished.toBits().filter((_, engine) => engine % irqLines === n);
        return named(`line${n}`, () => line(cat(...mine.reverse()), io.acknowledge.bit(n), io.clear, timeout));
      });
      io.request.value = cat(...requests.reverse()).zext(irqLines);
    },
  ),
);

function line(finished: UInt, acknowledged: Bool, clear: Bool, timeout: number): Bool {
  /** Engines whose interrupt has not been requested yet. */
  const pending = reg(finished.type, 0);
  const waiting = reg(bool, 0);
  /** Cycles since the request. */
  const age = reg(u(Math.log2(timeout)), 0);
  const request = reg(bool, 0);
  const begins = pending.orReduce().and(waiting.not());
  request.next = begins;
  when(begins, () => {
    waiting.next = 1;
    age.next = 0;
  }).otherwise(() => {
    age.next = age.add(1);
    when(anyOf(acknowledged, age.andReduce()), () => {
      waiting.next = 0;
    });
  });
  const left = mux(begins, pending.and(pending.sub(1)), pending).or(finished);
  pending.next = mux(clear, u(finished.width).of(0), left);
  return request;
}
