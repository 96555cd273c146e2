/** Where an access goes: the address register of the memory stage, bounds, and the row of local RAM. */
import { allOf, anyOf, cat, mux, reg, u, when, bool } from '../../hdl/index.ts';
import type { Bool, Io, UInt } from '../../hdl/index.ts';
import { DataBase, ErrorClass, MaxFrames, StackBytes, StackTop, StackWindowBits } from '../abi.ts';
import { lineBytes, type accessPort, type addressPort, type EngineConfig } from './interface.ts';
import { lastByte } from './memory-unit-words.ts';

/** Widths that follow from the sizes of an engine. */
export interface Geometry {
  /** Bits that number the lines of the data slot. */
  readonly line: any;
  /** Bits that number the lines of the cache: the lowest of a line's number. */
  readonly index: any;
  /** Bits of a row of local RAM. The top bit tells stack from cache; the others are the lowest of a line's number. */
  readonly row: any;
}

const offsetBits = Math.log2(lineBytes);
const stackBits = Math.log2(MaxFrames * StackBytes);

/** The bit that is 0 in every address of a data slot (of at most 128 MiB) and 1 in every address of the stack. */
const stackBit = 27;

export function geometry(config: EngineConfig): Geometry {
  const line = Math.log2(config.dataSlotBytes / lineBytes);
  const cached = Math.log2(config.cacheLines);
  return { line, index: Math.min(cached, line), row: 1 + Math.max(cached, stackBits - offsetBits) };
}

/** Row of a line of the data slot. */
export function rowOfLine({ row }: Geometry, line: UInt): UInt {
  return line.resize(row - 1).zext(row);
}

/** Row of a line of the stack; the address bits between its number and the bit that tells the stack are 1. */
export function rowOfStack({ row }: Geometry, line: UInt<6>): UInt {
  return cat(u(row - 6).of(-1), line);
}

/** Row of an address, from its low bits and the one that tells the stack: nothing but wires. */
export function rowOfAddress({ row }: Geometry, address: UInt<64>): UInt {
  return cat(address.bit(stackBit), address.slice(offsetBits, row - 1));
}

export interface Located {
  readonly address: UInt<64>;
  /** The access is to the stack, if it is legal; otherwise to the data slot. */
  readonly stack: Bool;
  /** Line of the data slot, and row of local RAM; those of the second line once `advance` has been 1. */
  readonly line: UInt;
  readonly row: UInt;
  readonly offset: UInt<6>;
  /** The access reaches into the line after. */
  readonly crosses: Bool;
  /** `ErrorClass`, 0 where the access is `legal`. */
  readonly error: UInt<8>;
  readonly legal: Bool;
}

/**
 * The access that moved to the memory stage. Limits are compared with the registered address while the words come out
 * of the RAM; that an access crosses lines follows from its lowest bits, early enough to be known beside the address.
 */
export function located(
  shape: Geometry,
  port: Io<typeof addressPort>,
  access: Io<typeof accessPort>,
  advance: Bool,
): Located {
  const address = reg(u(64));
  const crosses = reg(bool);
  const numbered: any = Math.max(shape.line, shape.row - 1);
  const lineNumber = reg(u(numbered));
  when(port.valid, () => {
    address.next = port.address;
    crosses.next = port.address
      .slice(0, offsetBits)
      .zext(offsetBits + 1)
      .add(lastByte(port.size).zext(offsetBits + 1))
      .bit(offsetBits);
    lineNumber.next = port.address.slice(offsetBits, numbered);
  }).elseWhen(advance, () => {
    lineNumber.next = lineNumber.add(1);
  });
  const stack = address.bit(stackBit);

  const slotBits = shape.line + offsetBits;
  const inSlot = address.slice(slotBits, 64 - slotBits).eq(BigInt(DataBase) >> BigInt(slotBits));
  const pastSlot = crosses.and(address.slice(offsetBits, shape.line).andReduce());
  const inStack = address.slice(stackBits, 64 - stackBits).eq((StackTop >> stackBits) - 1);
  const frameBits = Math.log2(StackBytes);
  const frame = address.slice(frameBits, stackBits - frameBits).not();
  const pastStack = crosses.and(address.slice(offsetBits, stackBits - offsetBits).andReduce());
  const inBounds = mux(stack, allOf(inStack, frame.le(access.depth), pastStack.not()), inSlot.and(pastSlot.not()));

  const unaligned = access.kind
    .is('ATOMIC')
    .and(anyOf(address.slice(0, 2).orReduce(), access.size.bit(0).and(address.bit(2))));
  const page = address.slice(StackWindowBits, 64 - StackWindowBits);
  const nearStack = page.isOneOf(StackTop >> StackWindowBits, (StackTop >> StackWindowBits) - 1);
  const boundsError = mux(nearStack, u(8).of(ErrorClass.E_STACK_OOB), ErrorClass.E_MEM_OOB);
  const alignmentError = mux(unaligned, u(8).of(ErrorClass.E_ATOMIC_UNALIGNED), 0);
  const error = mux(inBounds, alignmentError, boundsError);

  return {
    address,
    stack,
    line: lineNumber.slice(0, shape.line),
    row: cat(stack, lineNumber.slice(0, shape.row - 1)),
    offset: address.slice(0, 6),
    crosses,
    error,
    legal: inBounds.and(unaligned.not()),
  };
}
