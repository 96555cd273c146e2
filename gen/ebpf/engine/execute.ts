/** Third stage: results of one cycle, jumps, addresses, and the start of everything that takes longer. */
import { instance, mux, muxCase } from '../../hdl/index.ts';
import type { UInt } from '../../hdl/index.ts';
import { ErrorClass } from '../isa.ts';
import { alu } from './alu.ts';
import type { Core } from './core.ts';
import { errorType } from './decoder.ts';
import { divider } from './divider.ts';
import type { Front } from './fetch.ts';
import { pcBits } from './interface.ts';
import type { MemoryUnit } from './memory.ts';
import { multiply } from './multiply.ts';

/** @param slots slots in the program */
export function executeStage(core: Core, { program, targets }: Front, unit: MemoryUnit, slots: UInt) {
  const { config, item, jump } = core;
  const { decode, execute, memory, writeback } = core.stages;
  const control = execute.get(item.control);
  const left = execute.get(item.left);
  const right = execute.get(item.right);
  const { result, taken } = instance(alu, { left, right, control });
  execute.put(item.computed, result);

  // A prediction can be wrong about the direction only: where the other one leads is known before the comparison is done.
  const target = execute.get(item.target);
  const landing = target.low(pcBits(config)) as UInt;
  const predicted = execute.get(item.predicted);
  jump.valid.value = execute.valid.and(taken.ne(predicted));
  jump.to.value = mux(predicted, execute.get(item.following), landing) as UInt;
  execute.put(item.taken, taken);
  targets.update.valid.value = execute.firing;
  targets.update.taken.value = taken;
  targets.update.predicted.value = predicted;
  targets.update.firm.value = execute.get(item.firm);
  targets.update.pc.value = execute.get(item.pc);
  targets.update.target.value = landing;

  program.target.enable.value = decode.firing;
  program.target.line.value = decode.get(item.target).slice(3, pcBits(config) - 4);
  const illegal = execute.get(item.illegal);
  const splits = program.second_halves.bit(target.low(3));
  execute.put(
    item.refused,
    muxCase(
      [
        [illegal.orReduce(), illegal],
        [taken.and(target.ge(slots.zext(33))), errorType.of(ErrorClass.E_JUMP_OOB)],
        [taken.and(splits), errorType.of(ErrorClass.E_JUMP_INTO_LDDW)],
      ],
      errorType.of(0),
    ),
  );

  unit.address.valid.value = execute.firing.and(control.access);
  unit.address.address.value = left.add(execute.get(item.offset).sext(64));
  unit.address.size.value = control.size;

  const divides = control.source.is('DIVIDE');
  const division = instance(divider, { start: execute.firing.and(divides), left, right, control });
  const divided = memory.get(item.control).source.is('DIVIDE');
  memory.halt(divided.and(division.done.not()));
  // The older quotient is read in writeback, one cycle after it is done: until then the divider is not free.
  execute.halt(divides.and(memory.valid).and(divided));

  const product = multiply(execute, memory, writeback, left, right);
  return { product, quotient: division.value };
}
