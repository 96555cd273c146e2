/** Last stage: the value of the register, whichever unit it comes from; and where errors strike. */
import { cat, repeat, select } from '../../hdl/index.ts';
import type { UInt } from '../../hdl/index.ts';
import type { Core } from './core.ts';

/** Results of the units that deliver here. */
export interface LateResults {
  readonly product: UInt<64>;
  readonly quotient: UInt<64>;
}

export function writebackStage(
  { stages: { writeback }, item, fails, result }: Core,
  { product, quotient }: LateResults,
): void {
  const { source, narrow } = writeback.get(item.control);
  const narrowed = cat(product.high(32).and(repeat(narrow.not(), 32)), product.low(32));
  result.value = select(source, { MULTIPLY: narrowed, DIVIDE: quotient }, writeback.get(item.loaded));
  fails.value = writeback.valid.and(writeback.get(item.faulty));
}
