/**
 * The netlist: what `hdl/` builds and every consumer reads. Plain immutable data, no behaviour.
 *
 * A design is a tree of modules. A module holds signals, a list of statements (the tree of `when` and `switch` as it
 * was written; the last assignment in program order wins), memories, instances and assertions. Expressions are a
 * directed acyclic graph shared by identity: a node that two places use is the same object.
 */
import type { Type } from './types.ts';

/** Where something was written. Resolved on demand, because reading a stack trace is slow. */
export interface Origin {
  /** The frames outside the language itself, innermost first; empty when unknown. */
  readonly frames: readonly Frame[];
}

export interface Frame {
  readonly file: string;
  /** One-based. */
  readonly line: number;
  /** One-based. */
  readonly column: number;
}

/** A clock with its reset: registers and synchronous memory ports belong to exactly one. */
export interface Domain {
  readonly name: string;
  /** Port name of the clock in every module that uses the domain. */
  readonly clock: string;
  /** Port name of the synchronous reset. */
  readonly reset: string;
  readonly resetActive: 'low' | 'high';
}

/**
 * - `input`, `output`, `inout`: ports. An output is driven by statements like a wire.
 * - `wire`: driven by statements; must be assigned on every path.
 * - `reg`: holds its value where no statement assigns it; assignments give the value after the next clock edge.
 * - `node`: a named expression, `value` says which.
 * - `net`: driven by an instance's output or a memory's read port.
 */
export type SignalKind = 'input' | 'output' | 'inout' | 'wire' | 'reg' | 'node' | 'net';

export interface Signal {
  readonly kind: SignalKind;
  /** Unique within the module, a legal SystemVerilog identifier that is no reserved word. */
  readonly name: string;
  readonly type: Type;
  /** From the declaration's JSDoc. */
  readonly doc?: string;
  readonly origin?: Origin;
  /** `reg` only. */
  readonly domain?: Domain;
  /** `reg` only: value under reset; absent for a register without reset (data paths). */
  readonly reset?: bigint;
  /** `node` only. */
  readonly value?: Expr;
  /** `wire` and `output`: value where no statement assigns; absent means every path must assign. */
  readonly fallback?: Expr;
  /** Declared as intentionally unread. */
  readonly unusedOk?: boolean;
  /** `reg` only: first flip-flop of a synchroniser; may sample another domain. */
  readonly synchroniser?: boolean;
}

/** Every expression has a width in bits (≥ 1); values are unsigned; signedness is in the operator. */
export type Expr =
  | { readonly op: 'const'; readonly width: number; readonly value: bigint; readonly member?: string }
  | { readonly op: 'ref'; readonly width: number; readonly signal: Signal }
  | UnaryExpr
  | BinaryExpr
  /** `sel` is one bit wide. */
  | { readonly op: 'mux'; readonly width: number; readonly sel: Expr; readonly a: Expr; readonly b: Expr }
  /** Bits [lo + width - 1 : lo] of `a`; `field` is the struct field's name where that is what is meant. */
  | { readonly op: 'slice'; readonly width: number; readonly a: Expr; readonly lo: number; readonly field?: string }
  /** Element `index` (each `width` bits, element 0 lowest) of the vector `a`; past the end reads as 0. */
  | { readonly op: 'index'; readonly width: number; readonly a: Expr; readonly index: Expr }
  /** Most significant part first. `type` when it is a struct literal. */
  | { readonly op: 'cat'; readonly width: number; readonly parts: readonly Expr[]; readonly type?: Type }
  /** Zero- or sign-extension; width ≥ the operand's. */
  | { readonly op: 'zext' | 'sext'; readonly width: number; readonly a: Expr };

/** `not` and `neg` keep the width; `redand`, `redor`, `redxor` give one bit. */
export interface UnaryExpr {
  readonly op: 'not' | 'neg' | 'redand' | 'redor' | 'redxor';
  readonly width: number;
  readonly a: Expr;
}

/**
 * - `add sub mul and or xor`: operands and result of one width, wrapping. (A wider product: extend the operands first.)
 * - `eq ne ult ule slt sle`: operands of one width, result one bit.
 * - `shl shr sar`: `b` is the amount, of any width; an amount ≥ the width gives 0 (`sar`: all sign bits).
 */
export interface BinaryExpr {
  readonly op: BinaryOp;
  readonly width: number;
  readonly a: Expr;
  readonly b: Expr;
}

export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'eq'
  | 'ne'
  | 'ult'
  | 'ule'
  | 'slt'
  | 'sle'
  | 'shl'
  | 'shr'
  | 'sar';

/** What an assignment writes: bits [lo + width - 1 : lo], or the element `index` of a vector. */
export type Target =
  | { readonly kind: 'bits'; readonly signal: Signal; readonly lo: number; readonly width: number }
  | {
      readonly kind: 'element';
      readonly signal: Signal;
      readonly lo: number;
      readonly index: Expr;
      readonly width: number;
      readonly length: number;
    };

export type Statement =
  | { readonly kind: 'assign'; readonly target: Target; readonly value: Expr; readonly origin?: Origin }
  /** The first branch whose condition is 1 is taken; a branch without a condition is the last. */
  | { readonly kind: 'when'; readonly branches: readonly Branch[]; readonly origin?: Origin }
  /** Cases are disjoint. `complete` when every value of an enum is covered. */
  | {
      readonly kind: 'switch';
      readonly subject: Expr;
      readonly type: Type;
      readonly cases: readonly Case[];
      readonly otherwise?: readonly Statement[];
      readonly origin?: Origin;
    }
  /** Checked at each clock edge of the domain outside reset, while the enclosing conditions hold. */
  | {
      readonly kind: 'assert';
      readonly condition: Expr;
      readonly message: string;
      readonly domain: Domain;
      readonly origin?: Origin;
    };

export interface Branch {
  readonly condition?: Expr;
  readonly body: readonly Statement[];
}

export interface Case {
  readonly values: readonly bigint[];
  readonly body: readonly Statement[];
}

/**
 * A RAM. A write takes effect at the clock edge; a read port with latency ≥ 1 samples its address at the edge when its
 * enable is 1 (else its output holds) and returns what was stored *before* that edge. Latency 2 adds an output register,
 * whose content moves on every edge. Latency 0 is an asynchronous read, for shallow memories only. Content starts as `init`, else 0.
 */
export interface Memory {
  readonly name: string;
  readonly doc?: string;
  readonly origin?: Origin;
  readonly domain: Domain;
  readonly depth: number;
  readonly width: number;
  /** Bits that one mask bit covers; equal to `width` when there is no mask. */
  readonly lane: number;
  readonly style: 'auto' | 'registers' | 'distributed' | 'block' | 'ultra';
  readonly init?: readonly bigint[];
  readonly reads: readonly ReadPort[];
  readonly writes: readonly WritePort[];
}

export interface ReadPort {
  readonly address: Expr;
  /** Absent: always. */
  readonly enable?: Expr;
  readonly latency: 0 | 1 | 2;
  /** A `net` signal. */
  readonly data: Signal;
}

/** Ports are applied in order: a later one wins where two write the same bits in one cycle. */
export interface WritePort {
  readonly address: Expr;
  readonly enable: Expr;
  readonly data: Expr;
  /** Width = memory width / lane; bit 0 guards the lowest lane. */
  readonly mask?: Expr;
}

export interface Instance {
  readonly name: string;
  readonly module: Module;
  readonly doc?: string;
  readonly origin?: Origin;
  /** One entry a port of the child, in its order: `wire` signals of this module drive inputs, `net` signals carry outputs. */
  readonly ports: readonly { readonly port: Signal; readonly net: Signal }[];
}

/** A module written by hand in `rtl-templates/`, or a vendor's. */
export interface BlackBox {
  /** File below `rtl-templates/`, or absent when the vendor's kit brings it. */
  readonly file?: string;
  readonly parameters: Readonly<Record<string, bigint | string>>;
  /** Behaviour for simulation: a module with the same ports. */
  readonly model?: Module;
}

export interface Module {
  readonly name: string;
  readonly doc?: string;
  readonly origin?: Origin;
  /** Clocks and resets first, then the declared ports in order. */
  readonly ports: readonly Signal[];
  /** Domains that this module or any of its children uses; their clock and reset are among `ports`. */
  readonly domains: readonly Domain[];
  /** Everything but the ports, in declaration order. */
  readonly signals: readonly Signal[];
  readonly statements: readonly Statement[];
  readonly memories: readonly Memory[];
  readonly instances: readonly Instance[];
  readonly blackBox?: BlackBox;
}

/** All modules of a design, children before parents, each once. */
export function modulesOf(top: Module): Module[] {
  const seen = new Set<Module>();
  const visit = (module: Module): void => {
    if (seen.has(module)) return;
    for (const instance of module.instances) visit(instance.module);
    seen.add(module);
  };
  visit(top);
  return [...seen];
}
