/** The retirement port: what each instruction did, for comparison with the model. Nothing of it is built unless asked for. */
import { allOf, cat, instance, mux, payload, repeat, u } from '../../hdl/index.ts';
import type { Io, UInt } from '../../hdl/index.ts';
import { atomicAlu } from '../../lib/atomic.ts';
import type { Core } from './core.ts';
import { pcBits, type retirePort } from './interface.ts';
import type { MemoryUnit } from './memory.ts';

export function retireFrom(core: Core, unit: MemoryUnit, port: Io<ReturnType<typeof retirePort>>): void {
  const { config, item, back, result } = core;
  const { execute, memory, writeback } = core.stages;
  const control = writeback.get(item.control);
  const fault = writeback.get(item.fault);
  const succeeds = writeback.get(item.faulty).not();
  const last = succeeds.not().or(writeback.get(item.final));

  const pc = writeback.get(item.pc);
  const behind = payload(u(pcBits(config)), 'behind');
  const next = payload(u(pcBits(config)), 'next');
  const following = mux(execute.get(item.wide), execute.get(item.pc).add(2), execute.get(item.following)) as UInt;
  execute.put(behind, mux(execute.get(item.taken), execute.get(item.target).low(pcBits(config)), following) as UInt);
  memory.put(next, mux(memory.get(item.control).exit, back.to, memory.get(behind)) as UInt);

  // An atomic's new value is made in slot memory; here it is made again, from the old one.
  const given = payload(u(64), 'given');
  const compared = payload(u(64), 'compared');
  const accessed = payload(u(64), 'accessed');
  memory.put(given, unit.access.data);
  memory.put(compared, unit.access.compare);
  memory.put(accessed, unit.access.address);
  const isAtomic = control.kind.is('ATOMIC');
  const old = writeback.get(item.loaded);
  const operand = writeback.get(given);
  const compare = writeback.get(compared);
  const wide = control.size.andReduce();
  const combined = instance(atomicAlu, { operation: control.atomic, wide, old, operand, compare });
  const unequal = old.xor(cat(compare.high(32).and(repeat(wide, 32)), compare.low(32))).orReduce();
  const keeps = allOf(isAtomic, control.atomic.is('CMPXCHG'), unequal);

  port.valid.value = writeback.firing;
  port.pc.value = pc;
  port.next_pc.value = mux(last, pc, writeback.get(next));
  port.instruction.value = writeback.get(item.slot);
  port.register_write.value = allOf(control.writes, succeeds, control.destination.is('R10').not());
  port.register.value = writeback.get(item.destination);
  port.value.value = result;
  port.memory_write.value = allOf(control.access, control.kind.is('LOAD').not(), succeeds, keeps.not());
  port.address.value = writeback.get(accessed);
  port.size.value = control.size;
  port.data.value = mux(isAtomic, combined.result, operand);
  port.error.value = fault;
  port.last.value = last;
}
