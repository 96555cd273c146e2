/** Fourth stage: loads, stores and atomics; calls and returns; and the last point at which an instruction can fail. */
import { allOf, assertThat, memory as ram, mux, muxCase, reg, u, when } from '../../hdl/index.ts';
import type { Bool, Flip, Io, UInt } from '../../hdl/index.ts';
import { ErrorClass, MaxFrames } from '../isa.ts';
import type { Core } from './core.ts';
import { errorType } from './decoder.ts';
import type { HelperCalls } from './helper-calls.ts';
import { pcBits } from './interface.ts';
import type { accessPort, addressPort, framePort } from './interface.ts';

/** The memory unit as the pipeline sees it. */
export interface MemoryUnit {
  readonly address: Io<Flip<typeof addressPort>>;
  readonly access: Io<Flip<typeof accessPort>>;
  readonly frame: Io<Flip<typeof framePort>>;
}

/**
 * @param exhausted the step limit allows no more instructions
 * @param helpers calls of helper functions, where there are any
 */
export function memoryStage(core: Core, unit: MemoryUnit, r0: UInt<64>, exhausted: Bool, helpers?: HelperCalls): void {
  const { config, item, begins, fails, ends, result, back } = core;
  const { memory, writeback } = core.stages;
  const control = memory.get(item.control);

  // Frames: depth 0 is the program's own.
  const depth = reg(u(3), 0);
  const isOuter = depth.eq(0);
  const isInner = depth.eq(MaxFrames - 1);
  const refused = muxCase(
    [
      [exhausted, errorType.of(ErrorClass.E_STEP_LIMIT)],
      [memory.get(item.refused).orReduce(), memory.get(item.refused)],
    ],
    mux(control.call.and(isInner), errorType.of(ErrorClass.E_CALL_DEPTH), 0),
  );
  const runs = memory.valid.and(refused.orReduce().not()).and(fails.not());
  const calls = runs.and(control.call);
  const returns = allOf(runs, control.exit, isOuter.not());
  const frame = mux(control.call, depth.add(1), depth);
  const returnTo = ram({ type: u(pcBits(config)), depth: MaxFrames, style: 'distributed' });
  when(memory.firing.and(calls), () => {
    depth.next = frame;
    returnTo.write({ address: frame, data: memory.get(item.following) });
  });
  when(memory.firing.and(returns), () => {
    depth.next = depth.sub(1);
  });
  when(begins, () => {
    depth.next = 0;
  });
  const final = allOf(runs, control.exit, isOuter);
  ends.value = memory.firing.and(final);
  memory.put(item.final, final);
  back.valid.value = memory.firing.and(returns);
  back.to.value = returnTo.read(frame, { latency: 0 });
  memory.halt(calls.and(unit.frame.next_clear.not()));
  memory.put(item.frame, frame);

  // Memory.
  const late = memory.get(item.late);
  const accesses = runs.and(control.access);
  const waits = accesses.and(unit.access.wait);
  unit.frame.depth.value = depth;
  unit.access.valid.value = accesses;
  unit.access.kind.value = control.kind;
  unit.access.size.value = control.size;
  unit.access.sign.value = control.is_signed;
  unit.access.data.value = mux(late, result, memory.get(item.right));
  unit.access.atomic.value = control.atomic;
  unit.access.compare.value = r0;
  unit.access.depth.value = depth;
  memory.halt(waits);
  writeback.halt(waits.and(late));
  assertThat(accesses.and(late).not().or(writeback.valid), 'data that comes late has gone before it was taken');

  // Helper functions.
  if (helpers) {
    helpers.valid.value = runs.and(memory.get(item.helper));
    memory.halt(helpers.valid.and(helpers.wait));
  }
  const returned = helpers ? [[memory.get(item.helper), helpers.r0] as const] : [];
  const failed = helpers ? [[helpers.valid, helpers.error] as const] : [];

  memory.put(item.loaded, muxCase([...returned, [control.access, unit.access.value]], memory.get(item.computed)));
  const fault = muxCase([...failed, [accesses, unit.access.error]], refused);
  memory.put(item.fault, fault);
  memory.put(item.faulty, fault.orReduce());
}
