/** The engine against RFC 9669: its units with all operands, and the pipeline that feeds them. */
import { divider } from '../../../gen/ebpf/engine/divider.ts';
import { engine } from '../../../gen/ebpf/engine/engine.ts';
import { decodeAndCompute, multiplier } from '../designs.ts';
import { smallest } from './smallest.ts';
import type { Fault, Task } from '../task.ts';

type Group = readonly [
  name: string,
  what: string,
  alu: readonly number[],
  jumps: readonly number[],
  faults?: readonly Fault[],
];

const aluFault = (what: string, find: string, replace: string): readonly Fault[] => [
  { what, file: 'alu.sv', find, replace, depth: 2 },
];

/** Operations by the codes of their opcodes (RFC 9669, table 3 and following): as many at a time as a solver likes. */
const groups: readonly Group[] = [
  [
    'add',
    'add, sub, neg',
    [0x0, 0x1, 0x8],
    [],
    aluFault('a difference lacks its carry', '{right ^ {64{subtracts}}, subtracts}', "{right ^ {64{subtracts}}, 1'b0}"),
  ],
  [
    'logic',
    'or, and, xor, mov, movsx; mul, div, mod only decoded',
    [0x2, 0x3, 0x4, 0x5, 0x9, 0xa, 0xb],
    [],
    aluFault('and forgets a bit', 'left & right', "left & {right[63:1], 1'b0}"),
  ],
  ['lsh', 'lsh', [0x6], []],
  ['rsh', 'rsh', [0x7], []],
  [
    'arsh',
    'arsh',
    [0xc],
    [],
    aluFault(
      'the sign is taken one bit too low',
      'fill = control_is_signed && a[63]',
      'fill = control_is_signed && a[62]',
    ),
  ],
  ['end', 'le, be, bswap, and codes that nobody has', [0xd, 0xe, 0xf], []],
  [
    'jump',
    'all jumps',
    [],
    [...Array(16).keys()],
    aluFault('equality overlooks the highest bit', 'control_equal && a == b', 'control_equal && a[62:0] == b[62:0]'),
  ],
];
const codes = (of: readonly number[]): number => of.reduce((bits, code) => bits | (1 << code), 0);

const units: readonly Task[] = groups.map(([name, what, alu, jumps, faults = []]) => ({
  name: `alu/${name}`,
  what: `decoder and ALU, ${what}: 64 and 32 bits, immediate and register, all operands`,
  design: () => decodeAndCompute(smallest),
  properties: 'alu_properties',
  files: ['ebpf_specification.sv'],
  parameters: { ALU_CODES: codes(alu), JUMP_CODES: codes(jumps) },
  mode: 'bmc',
  depth: 2,
  cover: 2,
  faults,
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
  faults: [
    {
      what: 'a product is not added',
      file: 'multiplier.sv',
      find: 'upper[37:25] + highest',
      replace: 'upper[37:25]',
      depth: 6,
    },
  ],
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
  faults: [
    {
      what: 'a pair of digits is skipped',
      file: 'divider.sv',
      find: "pairs_q <= pairs_q - 6'd1",
      replace: "pairs_q <= pairs_q - 6'd2",
      depth: 8,
    },
  ],
};

const pipeline: Task = {
  name: 'engine/pipeline',
  what: 'instructions retire once, in program order, with current operands and the results made of them',
  design: () => engine({ ...smallest, retirePort: true }),
  free: ['alu', 'divider', 'memory_unit', 'atomic_alu'],
  freeCells: ['t:$mul r:A_WIDTH>=20 %i'],
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
  depth: 20,
  deepOnly: true,
  cover: 20,
  faults: [
    {
      what: 'the value in the memory stage is not forwarded',
      file: 'engine.sv',
      find: 'left_value_select ? memory_loaded :',
      replace: "1'b0 ? memory_loaded :",
      depth: 20,
    },
  ],
};

export const engineTasks: readonly Task[] = [...units, multiplierTask, dividerTask, pipeline];
