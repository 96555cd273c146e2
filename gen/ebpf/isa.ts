import { AtomicFetch, Class, Mode, Size, SourceRegister } from './isa-types.ts';
import type { ClassName, Instruction, Operation, SizeName } from './isa-types.ts';

export * from './isa-types.ts';

type Fields = Partial<Instruction> & Pick<Instruction, 'group' | 'section' | 'semantics'>;

/** A table row: fields that the instruction does not use must be zero. */
function row(opcode: number, name: string, operation: Operation, fields: Fields): Instruction {
  const className = (Object.keys(Class) as ClassName[])[opcode & 7];
  const unused = { source: 'none', width: 64, dst: 0, src: 0, off: 0, imm: 0, writes: [], cpu: 1 } as const;
  return { ...unused, opcode, name, class: className, operation, ...fields };
}

type Source = 'imm' | 'reg';
const sources: readonly Source[] = ['imm', 'reg'];
const sizes: readonly (readonly [SizeName, 8 | 16 | 32 | 64])[] = [
  ['W', 32],
  ['H', 16],
  ['B', 8],
  ['DW', 64],
];
const operand = (source: Source): Pick<Instruction, 'source' | 'src' | 'imm'> =>
  source === 'imm' ? { source, src: 0, imm: 'any' } : { source, src: 'read', imm: 0 };
const memoryOpcode = (name: ClassName, mode: keyof typeof Mode, size: SizeName): number =>
  (Mode[mode] << 5) | (Size[size] << 3) | Class[name];

/** RFC 9669, 4.1: code, operation, semantics, and for the signed twins the value of off that selects them. */
const arithmetic: readonly (readonly [number, Operation, string, off?: number])[] = [
  [0x0, 'add', 'dst += s'],
  [0x1, 'sub', 'dst -= s'],
  [0x2, 'mul', 'dst *= s, low half'],
  [0x3, 'div', 'dst = s ? dst / s : 0, unsigned', 0],
  [0x3, 'sdiv', 'dst = s ? dst / s : 0, signed, toward zero, MIN / -1 = MIN', 1],
  [0x4, 'or', 'dst |= s'],
  [0x5, 'and', 'dst &= s'],
  [0x6, 'lsh', 'dst <<= s modulo width'],
  [0x7, 'rsh', 'dst >>= s modulo width, zeros from above'],
  [0x9, 'mod', 'dst = s ? dst % s : dst, unsigned', 0],
  [0x9, 'smod', 'dst = s ? dst % s : dst, sign of dst, MIN % -1 = 0', 1],
  [0xa, 'xor', 'dst ^= s'],
  [0xb, 'mov', 'dst = s'],
  [0xc, 'arsh', 'dst >>= s modulo width, sign from above'],
];

function* arithmeticRows(): Generator<Instruction> {
  for (const width of [32, 64] as const) {
    const common = { width, section: '4.1', dst: 'written', writes: ['dst'], group: `base${width}` } as const;
    const suffix = width === 32 ? '32' : '';
    const base = width === 32 ? Class.ALU : Class.ALU64;
    const zeroed = width === 32 ? '; upper half zero' : '';
    for (const source of sources) {
      const opcode = (code: number): number => (code << 4) | (source === 'reg' ? SourceRegister : 0) | base;
      for (const [code, operation, semantics, off] of arithmetic) {
        const divides = code === 0x2 || code === 0x3 || code === 0x9;
        const selects = off !== undefined || (operation === 'mov' && source === 'reg');
        yield row(opcode(code), `${operation}${suffix}-${source}`, operation, {
          ...common,
          ...operand(source),
          off: off ?? 0,
          group: divides ? `divmul${width}` : common.group,
          cpu: off === 1 ? 4 : 1,
          semantics: semantics + zeroed,
          ...(selects && { selector: { field: 'off', error: 'E_RESERVED_FIELD' } }),
        });
      }
    }
    yield row(0x80 | base, `neg${suffix}`, 'neg', { ...common, semantics: `dst = -dst${zeroed}` });
    for (const from of [8, 16, 32] as const) {
      if (from === width) continue;
      yield row(0xb0 | SourceRegister | base, `movsx${from}-${width}`, 'movsx', {
        ...common,
        ...operand('reg'),
        off: from,
        selector: { field: 'off', error: 'E_RESERVED_FIELD' },
        cpu: 4,
        semantics: `dst = s${width}(s${from}(src))${zeroed}`,
      });
    }
  }
}

/** RFC 9669, 4.2. The device is little-endian: le truncates, be and bswap truncate and swap. */
const byteSwaps: readonly (readonly [number, Operation, 1 | 4, string])[] = [
  [0xd4, 'le', 1, 'dst = low bits of dst'],
  [0xdc, 'be', 1, 'dst = low bits of dst, bytes swapped'],
  [0xd7, 'bswap', 4, 'dst = low bits of dst, bytes swapped'],
];

function* byteSwapRows(): Generator<Instruction> {
  for (const [opcode, operation, cpu, semantics] of byteSwaps) {
    for (const width of [16, 32, 64] as const) {
      yield row(opcode, `${operation}${width}`, operation, {
        width,
        dst: 'written',
        imm: width,
        writes: ['dst'],
        cpu,
        selector: { field: 'imm', error: 'E_END_WIDTH' },
        group: width === 64 ? 'base64' : 'base32',
        section: '4.2',
        semantics: `${semantics} (${width} bits)`,
      });
    }
  }
}

/** RFC 9669, 4.3: conditional jumps. */
const conditions: readonly (readonly [number, Operation, 1 | 2, string])[] = [
  [0x1, 'jeq', 1, 'dst == s'],
  [0x2, 'jgt', 1, 'dst > s, unsigned'],
  [0x3, 'jge', 1, 'dst >= s, unsigned'],
  [0x4, 'jset', 1, 'dst & s'],
  [0x5, 'jne', 1, 'dst != s'],
  [0x6, 'jsgt', 1, 'dst > s, signed'],
  [0x7, 'jsge', 1, 'dst >= s, signed'],
  [0xa, 'jlt', 2, 'dst < s, unsigned'],
  [0xb, 'jle', 2, 'dst <= s, unsigned'],
  [0xc, 'jslt', 2, 'dst < s, signed'],
  [0xd, 'jsle', 2, 'dst <= s, signed'],
];

function* jumpRows(): Generator<Instruction> {
  const common = { section: '4.3', writes: ['pc'], group: 'base32' } as const;
  yield row(0x05, 'ja', 'ja', { ...common, off: 'any', semantics: 'pc += off' });
  yield row(0x06, 'gotol', 'ja', { ...common, width: 32, imm: 'any', cpu: 4, semantics: 'pc += imm' });
  for (const width of [64, 32] as const) {
    for (const source of sources) {
      for (const [code, operation, cpu, condition] of conditions) {
        yield row(
          (code << 4) | (source === 'reg' ? 8 : 0) | (width === 64 ? 5 : 6),
          `${operation}${width === 32 ? '32' : ''}-${source}`,
          operation,
          {
            ...common,
            ...operand(source),
            width,
            dst: 'read',
            off: 'any',
            group: `base${width}`,
            cpu: width === 32 ? 3 : cpu,
            semantics: `if (${condition}) pc += off`,
          },
        );
      }
    }
  }
  const call = { ...common, imm: 'any', selector: { field: 'src', error: 'E_CALL_TYPE' } } as const;
  yield row(0x85, 'call-helper', 'callHelper', {
    ...call,
    section: '4.3.1',
    writes: ['r0'],
    semantics: 'r0 = helper imm (r1, r2, r3, r4, r5)',
  });
  yield row(0x85, 'call-local', 'callLocal', {
    ...call,
    src: 1,
    section: '4.3.2',
    cpu: 3,
    semantics: 'keep r6..r9, r10 and pc; new frame; pc += imm',
  });
  yield row(0x85, 'call-btf', 'callBtf', {
    ...call,
    src: 2,
    section: '4.3.1',
    cpu: 3,
    writes: ['r0'],
    refused: 'E_CALL_BTF_UNSUPPORTED',
    semantics: 'r0 = function with BTF id imm (r1, r2, r3, r4, r5)',
  });
  yield row(0x8d, 'callx', 'callx', {
    dst: 'written',
    writes: ['r0'],
    group: 'callx',
    section: '-',
    refused: 'E_OPCODE',
    semantics: 'r0 = helper dst (r1, r2, r3, r4, r5); not in the RFC',
  });
  yield row(0x95, 'exit', 'exit', { ...common, semantics: 'return to the caller, or end the program with r0' });
}

function* loadStoreRows(): Generator<Instruction> {
  for (const [size, width] of sizes) {
    const common = { width, section: '5.1', off: 'any', group: width === 64 ? 'base64' : 'base32' } as const;
    const low = size.toLowerCase();
    const load = { ...common, source: 'reg', dst: 'written', src: 'read', writes: ['dst'] } as const;
    const store = { ...common, dst: 'read', writes: ['memory'] } as const;
    yield row(memoryOpcode('LDX', 'MEM', size), `ldx${low}`, 'load', {
      ...load,
      semantics: `dst = *(u${width} *)(src + off)`,
    });
    if (size !== 'DW') {
      yield row(memoryOpcode('LDX', 'MEMSX', size), `ldxs${low}`, 'loadSigned', {
        ...load,
        cpu: 4,
        section: '5.2',
        semantics: `dst = *(s${width} *)(src + off)`,
      });
    }
    for (const source of sources) {
      yield row(
        memoryOpcode(source === 'imm' ? 'ST' : 'STX', 'MEM', size),
        `st${source === 'imm' ? '' : 'x'}${low}`,
        'store',
        { ...store, ...operand(source), semantics: `*(u${width} *)(dst + off) = s` },
      );
    }
    if (size !== 'DW') {
      for (const mode of ['ABS', 'IND'] as const) {
        yield row(memoryOpcode('LD', mode, size), `ld${mode.toLowerCase()}${low}`, 'packet', {
          width,
          src: mode === 'IND' ? 'read' : 0,
          imm: 'any',
          writes: ['r0'],
          group: 'packet',
          section: '5.5',
          refused: 'E_OPCODE',
          semantics: `r0 = u${width} of the packet at ${mode === 'IND' ? 'src + ' : ''}imm; historical`,
        });
      }
    }
  }
}

/** RFC 9669, 5.3: imm without the fetch bit, operation, name, effect; xchg and cmpxchg exist with fetch only. */
const atomics: readonly (readonly [number, Operation, string, string, 'src' | 'r0' | 'optional'])[] = [
  [0x00, 'atomicAdd', 'add', '*m += src', 'optional'],
  [0x40, 'atomicOr', 'or', '*m |= src', 'optional'],
  [0x50, 'atomicAnd', 'and', '*m &= src', 'optional'],
  [0xa0, 'atomicXor', 'xor', '*m ^= src', 'optional'],
  [0xe0, 'xchg', 'xchg', '*m = src', 'src'],
  [0xf0, 'cmpxchg', 'cmpxchg', 'if (*m == r0) *m = src', 'r0'],
];

function* atomicRows(): Generator<Instruction> {
  for (const width of [32, 64] as const) {
    for (const [code, operation, name, effect, returns] of atomics) {
      for (const fetch of returns === 'optional' ? [false, true] : [true]) {
        const into = returns === 'r0' ? 'r0' : 'src';
        const prefix = returns !== 'optional' ? '' : fetch ? 'lock-fetch-' : 'lock-';
        yield row(
          memoryOpcode('STX', 'ATOMIC', width === 32 ? 'W' : 'DW'),
          `${prefix}${name}${width === 32 ? '32' : ''}`,
          operation,
          {
            width,
            source: 'reg',
            dst: 'read',
            src: fetch && into === 'src' ? 'written' : 'read',
            off: 'any',
            imm: code | (fetch ? AtomicFetch : 0),
            selector: { field: 'imm', error: 'E_ATOMIC_OP' },
            writes: fetch ? ['memory', into] : ['memory'],
            group: `atomic${width}`,
            cpu: name === 'add' && !fetch ? 1 : 3,
            section: '5.3',
            semantics: `${effect}${fetch ? `; ${into} = old *m` : ''}; m = (u${width} *)(dst + off)`,
          },
        );
      }
    }
  }
}

/** RFC 9669, 5.4: what src makes of a 64-bit immediate. */
const wide = ['', '-map-fd', '-map-value', '-variable', '-code', '-map-index', '-map-index-value'] as const;

const wideRows = (): Instruction[] =>
  wide.map((suffix, src) =>
    row(0x18, `lddw${suffix}`, 'lddw', {
      source: 'imm',
      dst: 'written',
      src,
      imm: 'any',
      writes: ['dst'],
      group: 'base64',
      section: '5.4',
      selector: { field: 'src', error: 'E_LDDW_SUBTYPE' },
      ...(src !== 0 && { refused: 'E_LDDW_SUBTYPE_UNSUPPORTED' }),
      semantics:
        src === 0
          ? 'dst = imm of the next slot : imm'
          : `dst = address of the ${suffix.slice(1).replaceAll('-', ' ')} imm`,
    }),
  );

/** Every instruction of RFC 9669 and callx, by opcode byte; 126 bytes, 171 variants. */
export const instructions: readonly Instruction[] = [
  ...arithmeticRows(),
  ...byteSwapRows(),
  ...jumpRows(),
  ...loadStoreRows(),
  ...atomicRows(),
  ...wideRows(),
].sort((a, b) => a.opcode - b.opcode);

const byOpcode = Array.from({ length: 256 }, (_, opcode) => instructions.filter((each) => each.opcode === opcode));

/** The variants of an opcode byte; none when the byte is illegal. */
export const variants = (opcode: number): readonly Instruction[] => byOpcode[opcode];
