/** A program as a list that instructions can be taken out of: jumps know the instruction that they go to. */
import { distance } from '../../gen/ebpf/disassembler.ts';
import { decode, decodeSlots, encodeSlots, type Slot } from '../../gen/ebpf/slot.ts';

export interface Item {
  readonly slot: Slot;
  /** The second slot of an lddw. */
  readonly second?: Slot;
  /**
   * Of a jump or local call: the item that it goes to, the number of items being the end of the program. Absent where a
   * jump leaves the program or lands in the middle of an item; its field then stays as it is.
   */
  readonly target?: number;
}

const slotsOf = ({ second }: Item): number => (second ? 2 : 1);

/** The field of a jump that holds its distance; undefined for what is none. */
function jumpField(slot: Slot): 'off' | 'imm' | undefined {
  const { instruction } = decode(slot, undefined);
  if (!instruction || distance(instruction, slot) === undefined) return undefined;
  return distance(instruction, { ...slot, off: 0, imm: 1 }) === 1 ? 'imm' : 'off';
}

/** Takes whole slots apart; any bits will do. */
export function itemsOf(program: Uint8Array): Item[] {
  const slots = decodeSlots(program);
  const items: { slot: Slot; second?: Slot; pc: number }[] = [];
  for (let pc = 0; pc < slots.length;) {
    const isWide = slots[pc].opcode === 0x18 && slots[pc + 1]?.opcode === 0;
    items.push({ slot: slots[pc], pc, ...(isWide && { second: slots[pc + 1] }) });
    pc += isWide ? 2 : 1;
  }
  const itemAt = new Map(items.map(({ pc }, index) => [pc, index] as const));
  itemAt.set(slots.length, items.length);
  return items.map(({ pc, ...item }) => {
    const field = jumpField(item.slot);
    const target = field && itemAt.get(pc + 1 + item.slot[field]);
    return target === undefined ? item : { ...item, target };
  });
}

/** The bytes, with the distances of jumps as the targets ask for. A distance that does not fit 16 bits is cut off. */
export function programOf(items: readonly Item[]): Uint8Array {
  const starts = [0];
  for (const item of items) starts.push(starts.at(-1)! + slotsOf(item));
  return encodeSlots(
    items.flatMap(({ slot, second, target }, index) => {
      const field = target === undefined ? undefined : jumpField(slot);
      const placed = field ? { ...slot, [field]: starts[target!]! - starts[index]! - 1 } : slot;
      return second ? [placed, second] : [placed];
    }),
  );
}

/** Only the items at these places, in their order. Jumps to one that is gone go to the next that is left. */
export function keep(items: readonly Item[], places: readonly number[]): Item[] {
  const left: number[] = [];
  let at = 0;
  for (let index = 0; index <= items.length; index++) {
    left.push(at);
    if (places[at] === index) at += 1;
  }
  return places.map((place) => {
    const { target, ...item } = items[place]!;
    return target === undefined ? item : { ...item, target: left[target]! };
  });
}
