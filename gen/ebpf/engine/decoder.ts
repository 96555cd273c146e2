/** Legality and control signals of an instruction, generated from the instruction table. */
import {
  anyOf,
  bool,
  input,
  memory,
  module,
  muxCase,
  oneHot,
  output,
  shared,
  struct,
  u,
  unused,
} from '../../hdl/index.ts';
import type { Bool, UInt } from '../../hdl/index.ts';
import { ErrorClass, FramePointer, RegisterCount } from '../isa.ts';
import type { ErrorName } from '../isa.ts';
import { Control, controlBits, pack } from './control-signals.ts';
import { optional, type EngineConfig } from './interface.ts';
import { hasHelpers, repertoire, type EngineInstruction as Instruction } from './repertoire.ts';

/** Code of an error class, as it travels with its instruction; 0 is none. */
export const errorType = u(8);

/** The values of one field that tell the variants of an opcode byte apart. */
interface Selector {
  readonly field: 'src' | 'off' | 'imm';
  readonly error: ErrorName;
  readonly values: readonly number[];
  /** For each value: the bits of the ROM's row that distinguish its variant. */
  readonly bits: readonly bigint[];
}

/** What the fields of an instruction have to satisfy. */
const Rules = struct('rules', {
  /** The opcode byte is one of the device's. */
  legal: bool,
  /** 1 + index of the selector that chooses among variants; 0: there is one variant only. */
  selector: u(3),
  dst_register: bool,
  dst_written: bool,
  dst_zero: bool,
  src_register: bool,
  src_written: bool,
  src_zero: bool,
  off_zero: bool,
  imm_zero: bool,
  /** Error by which the device refuses this variant, before and after its fields have been looked at. */
  refused: errorType,
  refused_last: errorType,
});

/** What only an engine with helper functions has to know: the instruction is a call of one. */
const opcodeRow = shared((config: EngineConfig) =>
  struct('opcode_row', { rules: Rules, control: Control, ...optional(hasHelpers(config), { helper: bool }) }),
);

function rowBits(row: Instruction, selector: number, config: EngineConfig): bigint {
  const zero = (field: 'dst' | 'src' | 'off' | 'imm'): number =>
    Number(row[field] === 0 && row.selector?.field !== field);
  const rules = pack(Rules, {
    legal: 1,
    selector,
    dst_register: Number(typeof row.dst === 'string'),
    dst_written: Number(row.dst === 'written'),
    dst_zero: zero('dst'),
    src_register: Number(typeof row.src === 'string'),
    src_written: Number(row.src === 'written'),
    src_zero: zero('src'),
    off_zero: zero('off'),
    imm_zero: zero('imm'),
    refused: row.refused ? ErrorClass[row.refused] : 0,
    refused_last: row.unserved ? ErrorClass.E_HELPER_UNKNOWN : 0,
  });
  return pack(opcodeRow(config), { rules, control: controlBits(row), helper: Number(row.served) });
}

/** The ROM, one row an opcode byte with what all its variants share, and the selectors that add the rest. */
function tables(config: EngineConfig): { rom: bigint[]; selectors: Selector[] } {
  const instructions = repertoire(config);
  const selectors: Selector[] = [];
  const rom = Array.from({ length: 256 }, (_, opcode) => {
    const rows = instructions.filter((row) => row.opcode === opcode);
    if (rows.length === 0 || (rows.length === 1 && rows[0]!.refused)) return 0n;
    if (rows.length === 1) return rowBits(rows[0]!, 0, config);
    const { field, error } = rows[0]!.selector!;
    const values = rows.map((row) => Number(row[field]));
    const known = selectors.findIndex((each) => each.field === field && String(each.values) === String(values));
    const index = known < 0 ? selectors.length : known;
    const bits = rows.map((row) => rowBits(row, index + 1, config));
    const common = bits.reduce((all, each) => all & each);
    const own = bits.map((each) => each ^ common);
    if (known < 0) selectors.push({ field, error, values, bits: own });
    else if (String(selectors[known]!.bits) !== String(own)) {
      throw new Error(
        `${rows[0]!.name}: its variants differ in other signals than those of opcodes with the same values of ${field}`,
      );
    }
    return common;
  });
  return { rom, selectors };
}

/**
 * Combinational. `slot` is the instruction, `next` the slot behind it, `has_next` 0 when the program ends between them; `wide`
 * says that the instruction takes both.
 * `error` covers everything that can be told from the program alone, in the priority of abi.ts (steps 3 to 9 without jump
 * targets); with an error the other outputs mean nothing.
 */
export const decoder = shared((config: EngineConfig) => {
  const OpcodeRow = opcodeRow(config);
  const ports = {
    slot: input(u(64)),
    next: input(u(64)),
    has_next: input(bool),
    wide: input(bool),
    control: output(Control),
    ...optional(hasHelpers(config), { helper: output(bool) }),
    error: output(errorType),
  };
  return module('decoder', ports, (io) => {
    const { rom: content, selectors } = tables(config);
    const field = {
      opcode: io.slot.low(8),
      dst: io.slot.slice(8, 4),
      src: io.slot.slice(12, 4),
      off: io.slot.slice(16, 16),
      imm: io.slot.slice(32, 32),
    };
    unused(io.next);
    const rom = memory({ type: OpcodeRow, depth: 256, init: content });
    const common = rom.read(field.opcode, { latency: 0 });
    const chosen = selectors.map((_, index) => common.rules.selector.eq(index + 1));
    const matches = selectors.map(({ field: name, values }) => values.map((value) => field[name].eq(value)));
    const particular = selectors.flatMap(({ bits }, s) =>
      bits.map((each, v) => [chosen[s]!.and(matches[s]![v]!), each] as const),
    );
    const row = common.bits.or(oneHot(u(OpcodeRow.width), particular)).as(OpcodeRow);
    const { rules } = row;

    const noVariant = oneHot(
      errorType,
      selectors.map(({ error }, s) => [chosen[s]!.and(anyOf(...matches[s]!).not()), ErrorClass[error]] as const),
    );
    const violated = (rule: Bool, value: UInt): Bool => rule.and(value.orReduce());
    const reserved = anyOf(
      violated(rules.dst_zero, field.dst),
      violated(rules.src_zero, field.src),
      violated(rules.off_zero, field.off),
      violated(rules.imm_zero, field.imm),
    );
    const noRegister = anyOf(
      rules.dst_register.and(field.dst.ge(RegisterCount)),
      rules.src_register.and(field.src.ge(RegisterCount)),
    );
    const framePointer = anyOf(
      rules.dst_written.and(field.dst.eq(FramePointer)),
      rules.src_written.and(field.src.eq(FramePointer)),
    );
    const error = (name: ErrorName): UInt<8> => errorType.of(ErrorClass[name]);

    io.control.value = row.control;
    if (hasHelpers(config)) io.helper.value = row.helper;
    io.error.value = muxCase(
      [
        [common.rules.legal.not(), error('E_OPCODE')],
        [noVariant.orReduce(), noVariant],
        [rules.refused.orReduce(), rules.refused],
        [noRegister, error('E_REG')],
        [framePointer, error('E_R10_WRITE')],
        [reserved, error('E_RESERVED_FIELD')],
        [io.wide.and(io.has_next.not().or(io.next.low(8).orReduce())), error('E_LDDW_INCOMPLETE')],
        [io.wide.and(io.next.slice(8, 24).orReduce()), error('E_RESERVED_FIELD')],
      ],
      rules.refused_last,
    );
  });
});
