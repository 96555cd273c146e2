/**
 * Every error and warning the generator can give, once: the title says what, the cure says what to do. A code is never
 * given a second meaning. H0xx is found while the design is being written, H1xx in the finished netlist.
 */
interface Entry {
  /** Three or four words, printed under the caret. */
  readonly title: string;
  /** What to do, when the place that reports knows nothing better. */
  readonly cure: string;
  /** An error unless said otherwise. */
  readonly severity?: 'warning';
}

const table = {
  // Values and widths
  H001: {
    title: 'widths differ',
    cure: 'make both sides equally wide: `.zext(n)` or `.sext(n)` widens, `.slice(lo, n)` narrows',
  },
  H002: {
    title: 'value does not fit',
    cure: 'choose a value within the width, or widen the type',
  },
  H003: {
    title: 'out of range',
    cure: 'slices and elements lie within the value: 0 ≤ lo and lo + width ≤ the width of the value',
  },
  H004: {
    title: 'assigned width differs',
    cure: 'give the value the width of what it drives: `.zext(n)` or `.sext(n)` widens, `.slice(lo, n)` narrows',
  },
  H005: {
    title: 'not a hardware value',
    cure: 'pass a signal or an expression of signals; a number becomes one through a type, as in `u(8).of(5)`',
  },
  H006: {
    title: 'used outside a module',
    cure: 'create and use hardware inside the body given to `module(...)`',
  },
  H007: {
    title: 'belongs to another module',
    cure: 'a value crosses a module boundary through a port: declare an output there and an input here',
  },
  H008: {
    title: 'no such enum member',
    cure: 'use one of the members the enum declares',
  },
  H009: {
    title: 'impossible width',
    cure: 'a width is a whole number of bits, 1 or more',
  },

  // Names
  H011: {
    title: 'not a legal name',
    cure: 'start with a letter; go on with letters, digits and single underscores',
  },
  H012: {
    title: 'reserved word',
    cure: 'choose a name that is no keyword of SystemVerilog',
  },
  H013: {
    title: 'name used twice',
    cure: 'give each port, signal, instance and module a name of its own',
  },
  H014: {
    title: 'field name clashes',
    cure: 'rename the field: fields of a struct are properties of its values, beside their methods',
  },

  // Statements
  H021: {
    title: 'cannot be driven here',
    cure: 'drive outputs, wires and registers of this module, and the inputs of its instances',
  },
  H022: {
    title: 'statement outside a module',
    cure: 'write `when`, `switch` and assignments inside the body given to `module(...)`',
  },
  H023: {
    title: 'no `when` to continue',
    cure: '`elseWhen` and `otherwise` follow their `when` at once, and nothing follows `otherwise`',
  },

  // Memories
  H031: {
    title: 'memory depth',
    cure: 'depth is a whole number of words, 1 or more, and not fewer than `init` holds',
  },
  H032: {
    title: 'memory width',
    cure: 'the lane divides the width, and the mask has one bit a lane',
  },
  H033: {
    title: 'memory address width',
    cure: 'an address has ⌈log2(depth)⌉ bits (1 for a depth of 1)',
  },

  // Hierarchy
  H041: {
    title: 'no such port',
    cure: 'connect the ports that the module declares',
  },
  H043: {
    title: 'black box',
    cure: 'name a file in `rtl-templates/`, and give the same ports as the module it holds',
  },

  // Pipelines
  H051: {
    title: 'no such stage',
    cure: 'use one of the stages the pipeline was made with',
  },
  H052: {
    title: 'payload not there yet',
    cure: '`put` the payload in this stage or an earlier one; it is carried forward from there',
  },
  H053: {
    title: 'payload put twice',
    cure: 'one stage puts a payload; to replace its value later, use a second payload or a bypass',
  },

  // Register maps
  H061: {
    title: 'registers overlap',
    cure: 'move one of them, or leave the addresses out and let them follow each other',
  },
  H062: {
    title: 'register not aligned',
    cure: 'place a register on a multiple of its size in bytes',
  },
  H063: {
    title: 'register map does not fit',
    cure: 'fields lie within their register, registers within the address range of the bus',
  },

  // Configuration
  H071: {
    title: 'invalid configuration',
    cure: 'stay within the range given in the message',
  },

  // Netlist
  H101: {
    title: 'inconsistent width',
    cure: 'the expression was built without the language: keep to the widths that gen/ir/netlist.ts states',
  },
  H102: {
    title: 'never driven',
    cure: 'assign it, connect it, or remove it',
  },
  H103: {
    title: 'driven twice',
    cure: 'keep one driver for each bit; to choose between two, drive a `mux` of them',
  },
  H104: {
    title: 'combinational loop',
    cure: 'break the loop with a register',
  },
  H105: {
    title: 'not assigned on every path',
    cure: 'give it a default where it is declared, assign before the condition, or complete it with `otherwise`',
  },
  H106: {
    title: 'never read',
    cure: 'remove it, or mark it with `unused(...)`',
    severity: 'warning',
  },
  H107: {
    title: 'crosses clock domains',
    cure: 'pass a single bit through a synchroniser, and anything wider through an asynchronous FIFO or a handshake',
  },
  H108: {
    title: 'case written twice',
    cure: 'list each value in one case only',
  },
  H109: {
    title: 'never takes effect',
    cure: 'remove it, or correct the condition before it',
    severity: 'warning',
  },
} as const satisfies Record<string, Entry>;

export type Code = keyof typeof table;

/** Title, cure and severity of every code, in order. */
export const codes: Readonly<Record<Code, Entry>> = table;
