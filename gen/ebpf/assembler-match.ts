import { FramePointer, RegisterCount } from './isa.ts';
import type { Instruction } from './isa.ts';
import { patterns } from './assembler-syntax.ts';
import type { Pattern, Place, Token } from './assembler-syntax.ts';
import type { Slot } from './slot.ts';

/** Why a line is not an instruction. */
export interface Fault {
  readonly token: Token;
  readonly message: string;
  readonly cure: string;
}

/** A line understood: its slots, and the label that its jump distance waits for. */
export interface Matched {
  readonly instruction: Instruction;
  readonly slots: readonly Slot[];
  readonly label?: Token;
  /** The jump distance was given as a number. */
  readonly distance?: Token;
}

/** What stands in the place of a field: a number, a register or a name, and its first token. */
interface Value {
  readonly place: Place;
  readonly token: Token;
  readonly number?: bigint;
}

/** How far a pattern went, and what it wanted there. */
interface Miss {
  readonly reached: number;
  readonly wanted: string;
  readonly fault?: Omit<Fault, 'token'>;
}

const register = /^([rw])(\d+)$/;
const s32 = [-(2n ** 31n), 2n ** 31n - 1n] as const;

function number(text: string): bigint | undefined {
  try {
    return BigInt(text);
  } catch {
    return undefined;
  }
}

/** Reads what may stand in a place, from token `at` on: the value and the index after it, or a miss. */
function take(place: Place, tokens: readonly Token[], at: number): { value: Value; next: number } | Miss {
  const token = tokens[at];
  if (place.field === 'dst' || place.field === 'src') {
    const found = register.exec(token.text);
    if (!found) return { reached: at, wanted: 'a register' };
    if (place.letters.includes(found[1])) return { value: { place, token, number: BigInt(found[2]) }, next: at + 1 };
    const right = `${place.letters.charAt(0)}${found[2]}`;
    return {
      reached: at,
      wanted: `\`${right}\``,
      fault: {
        message: `\`${token.text}\` does not go with this operation, whose operands have ${found[1] === 'w' ? 64 : 32} bits`,
        cure: `write \`${right}\`: r registers are 64 bits, w registers their low 32 bits`,
      },
    };
  }
  if (place.field === 'off' && token.text === ')') return { value: { place, token, number: 0n }, next: at };
  if ((place.field === 'to' || place.field === 'label') && token.kind === 'name' && !register.test(token.text)) {
    return { value: { place, token }, next: at + 1 };
  }
  const sign = token.text === '-' || (token.text === '+' && place.field !== 'imm' && place.field !== 'wide');
  let digits = tokens[at + Number(sign)];
  let negative = token.text === '-';
  let next = at + Number(sign);
  if (place.field === 'off' && sign && digits.text === '-') {
    negative = !negative;
    digits = tokens[(next += 1)]!;
  }
  const wanted = { to: 'a label or a distance', label: 'a label', off: '`+` or `-` and a number', imm: 'a number' };
  const miss = { reached: at, wanted: place.field === 'wide' ? 'a number' : wanted[place.field] };
  if (digits.kind !== 'number' || place.field === 'label' || (place.field === 'off' && !sign)) {
    if (place.field !== 'wide' || tokens[next + 1]?.text !== 'll') return miss;
    return {
      ...miss,
      fault: {
        message: `the address of \`${digits.text}\` is not known: a program has no maps and no data of its own`,
        cure: 'build constants with instructions, or put tables into the data slot and reach them through r1',
      },
    };
  }
  const magnitude = number(digits.text);
  if (magnitude === undefined) {
    return {
      reached: next,
      wanted: 'a number',
      fault: {
        message: `\`${digits.text}\` is not a number`,
        cure: 'write decimal, or hexadecimal after 0x',
      },
    };
  }
  return { value: { place, token, number: negative ? -magnitude : magnitude }, next: next + 1 };
}

function attempt({ pieces }: Pattern, tokens: readonly Token[]): readonly Value[] | Miss {
  const values: Value[] = [];
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      if (tokens[at].text !== piece) return { reached: at, wanted: `\`${piece}\`` };
      at += 1;
      continue;
    }
    const taken = take(piece, tokens, at);
    if ('reached' in taken) return taken;
    values.push(taken.value);
    at = taken.next;
  }
  return tokens[at].kind === 'end' ? values : { reached: at, wanted: 'the end of the line' };
}

/** The slots of one line of tokens, or why it is no instruction: the pattern that went furthest is the one meant. */
export function match(tokens: readonly Token[]): Matched | Fault {
  let misses: Miss[] = [];
  for (const pattern of patterns) {
    const values = attempt(pattern, tokens);
    if (!('reached' in values)) return build(pattern.instruction, values);
    const furthest = misses[0]?.reached ?? 0;
    if (values.reached > furthest) misses = [];
    if (values.reached >= furthest) misses.push(values);
  }
  const token = tokens[misses[0].reached];
  const fault = misses.find((miss) => miss.fault)?.fault;
  if (fault) return { token, ...fault };
  const wanted = [...new Set(misses.map((miss) => miss.wanted))];
  const known = token.kind === 'end' ? token.text : `\`${token.text}\``;
  return misses[0].reached === 0
    ? {
        token,
        message: `no instruction begins with ${known}`,
        cure: 'write kernel syntax: `r0 += r1`, `r2 = *(u32 *)(r1 + 4)`, `if r1 > 5 goto label`, `call local f`, `exit`',
      }
    : {
        token,
        message: `unexpected ${known}`,
        cure: `expected here: ${wanted.length > 12 ? 'a register, a number or an operation' : wanted.join(', ')}`,
      };
}

function build(instruction: Instruction, values: readonly Value[]): Matched | Fault {
  const fields = { dst: 0, src: 0, off: 0, imm: 0 };
  for (const key of ['dst', 'src', 'off', 'imm'] as const) {
    const rule = instruction[key];
    if (typeof rule === 'number') fields[key] = rule;
  }
  const seen = new Map<string, Value>();
  let high: number | undefined;
  let label: Token | undefined;
  let distance: Token | undefined;
  for (const value of values) {
    const {
      place: { field },
      token,
    } = value;
    const fault = check(instruction, value, seen.get(field));
    if (fault) return { token, ...fault };
    seen.set(field, value);
    if (value.number === undefined) label = token;
    else if (field === 'wide') {
      fields.imm = Number(BigInt.asIntN(32, value.number));
      high = Number(BigInt.asIntN(32, value.number >> 32n));
    } else if (field === 'to') {
      distance = token;
      fields[jumpField(instruction)] = Number(value.number);
    } else fields[field as keyof typeof fields] = Number(BigInt.asIntN(32, value.number));
  }
  const slot = { opcode: instruction.opcode, ...fields };
  const slots = high === undefined ? [slot] : [slot, { opcode: 0, dst: 0, src: 0, off: 0, imm: high }];
  return { instruction, slots, ...(label && { label }), ...(distance && { distance }) };
}

/** The field in which a jump or local call has its distance. */
export const jumpField = (instruction: Instruction): 'off' | 'imm' =>
  instruction.operation === 'callLocal' || (instruction.operation === 'ja' && instruction.width === 32) ? 'imm' : 'off';

/** Whether a jump distance, in slots from the following instruction, fits its field. */
export const reaches = (instruction: Instruction, distance: bigint): boolean =>
  BigInt.asIntN(jumpField(instruction) === 'off' ? 16 : 32, distance) === distance;

export const tooFar = (instruction: Instruction, distance: bigint): Omit<Fault, 'token'> => ({
  message: `jump out of range: ${distance} slots, this instruction reaches ${
    jumpField(instruction) === 'off' ? '-32768 to 32767' : '-2147483648 to 2147483647'
  }`,
  cure:
    instruction.operation === 'ja'
      ? 'use `gotol`, which has 32 bits'
      : 'jump on the opposite condition over a `gotol` to the target',
});

function check(instruction: Instruction, value: Value, before: Value | undefined): Omit<Fault, 'token'> | undefined {
  const {
    place: { field },
    token,
    number: given,
  } = value;
  if (given === undefined) return undefined;
  switch (field) {
    case 'dst':
    case 'src':
      if (given >= RegisterCount) {
        return { message: `register \`${token.text}\` does not exist`, cure: 'use r0 to r10' };
      }
      if (instruction[field] === 'written' && given === BigInt(FramePointer)) {
        return {
          message: 'r10 is the frame pointer and cannot be written',
          cure: 'copy it first, as in `r1 = r10`, and work on the copy',
        };
      }
      if (before && before.number !== given) {
        return {
          message: `\`${token.text}\` must be the same register as \`${before.token.text}\``,
          cure: 'the operation works in place: move the value into the register first',
        };
      }
      return undefined;
    case 'off':
      return BigInt.asIntN(16, given) === given
        ? undefined
        : {
            message: `offset ${given} does not fit 16 bits`,
            cure: 'stay within -32768 to 32767; add the rest to the register',
          };
    case 'to':
      return reaches(instruction, given) ? undefined : tooFar(instruction, given);
    case 'wide':
      return given >= -(2n ** 63n) && given < 2n ** 64n
        ? undefined
        : {
            message: `${given} does not fit 64 bits`,
            cure: 'stay within -2^63 to 2^64 - 1',
          };
    default: {
      const most = instruction.width === 64 ? s32[1] : 2n ** 32n - 1n;
      return given >= s32[0] && given <= most
        ? undefined
        : {
            message: `immediate ${given} does not fit: it has 32 bits${
              instruction.width === 64 ? ', sign-extended to 64' : ''
            }, so ${s32[0]} to ${most}`,
            cure: 'load it into a register with `r… = … ll` and use that register',
          };
    }
  }
}
