/** The language: one import for everything a hardware description needs. */
export { assertThat } from './builder.ts';
export { elaborate, shared, type Elaborated } from './elaborate.ts';
export { memory, type Memory, type MemoryOptions } from './memory.ts';
export { blackBox, connect, flip, inout, input, instance, mainDomain, module, output } from './module.ts';
export type { Connections, Flip, Io, ModuleDef, Port, Ports } from './module.ts';
export { named } from './naming.ts';
export { payload, type Payload } from './payload.ts';
export { bypass, pipeline, type Producer, type Stage } from './pipeline.ts';
export { delay, domainReset, inDomain, reg, select, switchOn, synchroniser, unused, when, wire } from './signals.ts';
export { bitsFor, bool, enumeration, struct, u, unpacked, vec } from './types.ts';
export type {
  AnyType,
  Bits,
  Bool,
  EnumType,
  Operand,
  Reg,
  StructType,
  UIntType,
  ValueOf,
  VecType,
  Wire,
} from './types.ts';
export { allOf, anyOf, balanced, cat, mux, muxCase, oneHot, repeat } from './combine.ts';
export type { EnumValue, SInt, StructValue, UInt, Value, VecValue } from './values.ts';
export type { Domain } from '../ir/netlist.ts';
