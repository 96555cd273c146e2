/** The engine against RFC 9669: its units with all operands, and the pipeline that feeds them. */
import { divider } from '../../../gen/ebpf/engine/divider.ts';
import { engine } from '../../../gen/ebpf/engine/engine.ts';
import { decodeAndCompute, multiplier } from '../designs.ts';
import { smallest } from './smallest.ts';
import type { Task } from '../task.ts';

const groups: readonly (readonly [name: string, what: string, alu: readonly number[], jumps: readonly number[]])[] = [
  ['add', 'add, sub, neg', [0x0, 0x1, 0x8], []],
  ['logic', 'or, and, xor, mov, movsx; mul, div, mod only decoded', [0x2, 0x3, 0x4, 0x5, 0x9, 0xa, 0xb], []],
  ['lsh', 'lsh', [0x6], []],
  ['rsh', 'rsh', [0x7], []],
  ['arsh', 'arsh', [0xc], []],
  ['end', 'le, be, bswap, and codes that nobody has', [0xd, 0xe, 0xf], []],
  ['jump', 'all jumps', [], [...Array(16).keys()]],
];
const codes = (of: readonly number[]): number => of.reduce((bits, code) => bits | (1 << code), 0);

const units: readonly Task[] = groups.map(([name, what, alu, jumps]) => ({
  name: `alu/${name}`,
  what: `decoder and ALU, ${what}: 64 and 32 bits, immediate and register, all operands`,
  design: () => decodeAndCompute(smallest),
  properties: 'alu_properties',
  files: ['ebpf_specification.sv'],
  parameters: { ALU_CODES: codes(alu), JUMP_CODES: codes(jumps) },
  mode: 'bmc',
  depth: 2,
  cover: 2,
  faults: [],
}));

const multiplierTask: Task = {
  name: 'multiplier/sums',
  what: 'products of pieces and their sums, at their places, for all 64-bit operands',
  design: multiplier,
  properties: 'multiplier_properties',
  probes: {
    p00: 'sums_product_0_0_q',
    p01: 'sums_product_0_1_q',
    p02: 'sums_product_0_2_q',
    p03: 'sums_product_0_3_q',
    p10: 'sums_product_1_0_q',
    p11: 'sums_product_1_1_q',
    p12: 'sums_product_1_2_q',
    p20: 'sums_product_2_0_q',
    even: 'result_even_sum_q',
    odd: 'result_odd_sum_q',
  },
  mode: 'bmc',
  depth: 6,
  cover: 6,
  faults: [],
};

const dividerTask: Task = {
  name: 'divider/digits',
  what: 'dividend = quotient * divisor + rest, rest < divisor, signs, halves, by zero, at most 33 cycles, all 64-bit operands',
  design: () => divider,
  properties: 'divider_properties',
  probes: {
    is_signed: 'control_is_signed',
    is_narrow: 'control_narrow',
    is_remainder: 'control_remainder',
    rest: 'rest_q',
    divisor: 'divisor_q',
    quotient: 'quotient_q',
    pairs: 'pairs_q',
    aligning: 'aligning_q',
    running: 'running_q',
    takes_negative: 'negative_q',
    takes_remainder: 'remainder_q',
    takes_low_half: 'narrow_q',
  },
  mode: 'induction',
  depth: 1,
  cover: 26,
  faults: [],
};

const pipeline: Task = {
  name: 'engine/pipeline',
  what: 'instructions retire once, in program order, with current operands and the results made of them',
  design: () => engine({ ...smallest, retirePort: true }),
  free: ['alu', 'divider', 'memory_unit', 'atomic_alu'],
  freeCells: ['t:$mul'],
  properties: 'pipeline_properties',
  files: ['ebpf_specification.sv'],
  parameters: { PC: 5 },
  probes: {
    writes: 'writes',
    sets: 'sets',
    loader_request: 'loader_request_valid',
    execute_firing: 'execute_firing',
    execute_slot: 'execute_slot_q',
    execute_left: 'execute_left_q',
    execute_right: 'execute_right_q',
    execute_address: 'unit_address_address',
    execute_result: 'execute_computed',
    execute_taken: 'alu_taken',
    memory_firing: 'memory_firing',
  },
  mode: 'bmc',
  depth: 22,
  cover: 30,
  faults: [],
};

export const engineTasks: readonly Task[] = [...units, multiplierTask, dividerTask, pipeline];
