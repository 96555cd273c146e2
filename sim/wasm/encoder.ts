/** The WebAssembly binary format, as much of it as the simulator needs. */

/** A growing row of bytes. */
export class Bytes {
  #data = new Uint8Array(128);
  length = 0;

  byte(value: number): this {
    if (this.length === this.#data.length) this.#grow(1);
    this.#data[this.length++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    if (this.length + values.length > this.#data.length) this.#grow(values.length);
    this.#data.set(values, this.length);
    this.length += values.length;
    return this;
  }

  /** Unsigned LEB128. */
  unsigned(value: number): this {
    while (value > 0x7f) {
      this.byte((value & 0x7f) | 0x80);
      value = Math.floor(value / 128);
    }
    return this.byte(value);
  }

  /** Signed LEB128 of 32 bits. */
  signed(value: number): this {
    value |= 0;
    for (;;) {
      const low = value & 0x7f;
      value >>= 7;
      if ((value === 0 && !(low & 0x40)) || (value === -1 && low & 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of 64 bits. */
  signed64(value: bigint): this {
    value = BigInt.asIntN(64, value);
    if (value >= -0x80000000n && value <= 0x7fffffffn) return this.signed(Number(value));
    for (;;) {
      const low = Number(value & 0x7fn);
      value >>= 7n;
      if ((value === 0n && !(low & 0x40)) || (value === -1n && low & 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Length first, then content. */
  sized(content: Bytes): this {
    return this.unsigned(content.length).bytes(content.view());
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#data.subarray(0, this.length);
  }

  #grow(room: number): void {
    const larger = new Uint8Array(3 * (this.#data.length + room));
    larger.set(this.#data);
    this.#data = larger;
  }
}

export type ValueType = 'i32' | 'i64' | 'v128';
const typeByte = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;

/** Instructions without type or immediate. */
const plain = { unreachable: 0x00, else: 0x05, end: 0x0b, return: 0x0f, drop: 0x1a, select: 0x1b } as const;

/** Instructions on numbers: the code for i32, and that for i64. */
const numeric = {
  eqz: [0x45, 0x50],
  eq: [0x46, 0x51],
  ne: [0x47, 0x52],
  lt_s: [0x48, 0x53],
  lt_u: [0x49, 0x54],
  le_s: [0x4c, 0x57],
  le_u: [0x4d, 0x58],
  popcnt: [0x69, 0x7b],
  add: [0x6a, 0x7c],
  sub: [0x6b, 0x7d],
  mul: [0x6c, 0x7e],
  and: [0x71, 0x83],
  or: [0x72, 0x84],
  xor: [0x73, 0x85],
  shl: [0x74, 0x86],
  shr_s: [0x75, 0x87],
  shr_u: [0x76, 0x88],
  extend8_s: [0xc0, 0xc2],
  extend16_s: [0xc1, 0xc3],
} as const;
export type Numeric = keyof typeof numeric;

const conversion = { wrap: 0xa7, extend_s: 0xac, extend_u: 0xad } as const;

/** A load or store: opcode, and the logarithm of the alignment. */
export interface Access {
  readonly opcode: number;
  readonly align: number;
}

export const access = {
  i32: {
    load: { opcode: 0x28, align: 2 },
    load8: { opcode: 0x2d, align: 0 },
    load16: { opcode: 0x2f, align: 1 },
    store: { opcode: 0x36, align: 2 },
    store8: { opcode: 0x3a, align: 0 },
    store16: { opcode: 0x3b, align: 1 },
  },
  i64: { load: { opcode: 0x29, align: 3 }, store: { opcode: 0x37, align: 3 } },
} as const satisfies Record<string, Record<string, Access>>;

const simd = { or: 0x50, xor: 0x51, any_true: 0x53 } as const;

/** The body of one function. Local 0 … parameters − 1 are its parameters. */
export class Code {
  readonly #body = new Bytes();
  readonly #locals: ValueType[] = [];
  readonly #parameters: number;

  constructor(parameters = 0) {
    this.#parameters = parameters;
  }

  get size(): number {
    return this.#body.length;
  }

  local(type: ValueType): number {
    return this.#parameters + this.#locals.push(type) - 1;
  }

  op(name: keyof typeof plain): this {
    this.#body.byte(plain[name]);
    return this;
  }

  /** An instruction on numbers of a type. */
  on(type: 'i32' | 'i64', name: Numeric): this {
    this.#body.byte(numeric[name][type === 'i32' ? 0 : 1]);
    return this;
  }

  /** Between i32 and i64. */
  convert(name: keyof typeof conversion): this {
    this.#body.byte(conversion[name]);
    return this;
  }

  simd(name: keyof typeof simd): this {
    this.#body.byte(0xfd).unsigned(simd[name]);
    return this;
  }

  i32(value: number): this {
    this.#body.byte(0x41).signed(value);
    return this;
  }

  i64(value: bigint): this {
    this.#body.byte(0x42).signed64(value);
    return this;
  }

  get(local: number): this {
    this.#body.byte(0x20).unsigned(local);
    return this;
  }

  set(local: number): this {
    this.#body.byte(0x21).unsigned(local);
    return this;
  }

  tee(local: number): this {
    this.#body.byte(0x22).unsigned(local);
    return this;
  }

  /** The address (for a store: below the value) is on the stack. */
  access({ opcode, align }: Access, offset: number): this {
    this.#body.byte(opcode).byte(align).unsigned(offset);
    return this;
  }

  /** Loads from a fixed address. */
  fetch({ opcode, align }: Access, address: number): this {
    this.#body.byte(0x41).byte(0).byte(opcode).byte(align).unsigned(address);
    return this;
  }

  /** Stores a constant byte at a fixed address. */
  byteAt(address: number, value: number): this {
    return this.i32(0).i32(value).access(access.i32.store8, address);
  }

  loadVector(offset: number): this {
    this.#body.byte(0xfd).byte(0x00).byte(4).unsigned(offset);
    return this;
  }

  storeVector(offset: number): this {
    this.#body.byte(0xfd).byte(0x0b).byte(4).unsigned(offset);
    return this;
  }

  /** `memory.copy`: destination, source and length are on the stack. */
  copy(): this {
    this.#body.bytes([0xfc, 0x0a, 0, 0]);
    return this;
  }

  if(result?: ValueType): this {
    this.#body.byte(0x04).byte(result ? typeByte[result] : 0x40);
    return this;
  }

  block(): this {
    this.#body.byte(0x02).byte(0x40);
    return this;
  }

  loop(): this {
    this.#body.byte(0x03).byte(0x40);
    return this;
  }

  br(depth: number): this {
    this.#body.byte(0x0c).unsigned(depth);
    return this;
  }

  brIf(depth: number): this {
    this.#body.byte(0x0d).unsigned(depth);
    return this;
  }

  call(index: number): this {
    this.#body.byte(0x10).unsigned(index);
    return this;
  }

  /** Appends the entry of the code section. */
  encode(out: Bytes): void {
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const locals = new Bytes().unsigned(runs.length);
    for (const { type, count } of runs) locals.unsigned(count).byte(typeByte[type]);
    out.unsigned(locals.length + this.#body.length + 1);
    out.bytes(locals.view()).bytes(this.#body.view()).byte(plain.end);
  }
}

export interface Func {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly code: Code;
  /** Name under which it is exported. */
  readonly name?: string;
}

/** A module with its own memory, exported as `memory`; functions are numbered in their order. */
export function encodeModule(functions: readonly Func[], pages: number): Uint8Array<ArrayBuffer> {
  const out = new Bytes().bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const section = <T>(id: number, entries: readonly T[], write: (body: Bytes, entry: T) => void): void => {
    const body = new Bytes().unsigned(entries.length);
    for (const entry of entries) write(body, entry);
    out.byte(id).sized(body);
  };
  const list = (body: Bytes, types: readonly ValueType[]): void => {
    body.unsigned(types.length).bytes(types.map((type) => typeByte[type]));
  };
  const types: Func[] = [];
  const typeOf = functions.map((func) => {
    const known = types.findIndex((type) => sameTypes(type, func));
    return known < 0 ? types.push(func) - 1 : known;
  });
  section(1, types, (body, { parameters, results }) => {
    body.byte(0x60);
    list(body, parameters);
    list(body, results);
  });
  section(3, typeOf, (body, index) => body.unsigned(index));
  section(5, [pages], (body, size) => body.byte(1).unsigned(size).unsigned(size));
  const named = functions.flatMap(({ name }, index) => (name ? [{ name, kind: 0, index }] : []));
  section(7, [{ name: 'memory', kind: 2, index: 0 }, ...named], (body, { name, kind, index }) => {
    body
      .sized(new Bytes().bytes(new TextEncoder().encode(name)))
      .byte(kind)
      .unsigned(index);
  });
  section(10, functions, (body, { code }) => code.encode(body));
  return out.view();
}

function sameTypes(a: Func, b: Func): boolean {
  return a.parameters.join() === b.parameters.join() && a.results.join() === b.results.join();
}
