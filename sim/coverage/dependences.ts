/** How far producers and consumers are apart, what the producer is, which way the value goes, and which registers hold it. */
import { Control, controlBits, ResultSource } from '../../gen/ebpf/engine/control-signals.ts';
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import { repertoire } from '../../gen/ebpf/engine/repertoire.ts';
import { FramePointer, RegisterCount, type Instruction } from '../../gen/ebpf/isa.ts';
import type { Coverpoints } from './bins.ts';
import { use, type Code, type Given } from './code.ts';
import { pathFlag, type Side } from './passage.ts';
import { accessOf, callsHelper, isAtomic, isCall, isExit, readsOf, rowNamed, writesOf, type Operand } from './rows.ts';
import type { Read, Step } from './step.ts';

const everything = repertoire({ helpers: ['any'], callByRegister: true } as unknown as EngineConfig);

/** A field of the control signals of an instruction. */
function controlOf(row: Instruction, name: string): number {
  const field = Control.ir.fields.find((each) => each.name === name)!;
  const bits = controlBits(everything.find((each) => each.name === row.name)!);
  return Number(BigInt.asUintN(field.type.width, bits >> BigInt(field.lo)));
}

/** The unit of the engine that makes an instruction's result. */
const units = Object.keys(ResultSource.members) as (keyof typeof ResultSource.members)[];
const unitOf = (row: Instruction): string =>
  units.find((name) => ResultSource.members[name] === BigInt(controlOf(row, 'source')))!;

/** Kinds of producers: by the unit that makes their result, and where that takes its time in another way, by themselves. */
const kinds = new Map(
  everything.map((row): [name: string, kind: string] => {
    if (isAtomic(row)) return [row.name, 'atomic'];
    if (callsHelper(row)) return [row.name, 'helper'];
    return [row.name, row.operation === 'lddw' ? 'lddw' : unitOf(row).toLowerCase()];
  }),
);
const kindOf = ({ name }: Instruction): string => kinds.get(name)!;

/** Ways to bring a value into a register with one instruction of a kind, after what has to be made ready. */
const producers: Readonly<Record<string, (code: Code, register: number, value: bigint) => () => void>> = {
  alu: (code, register, value) => {
    code.set(use.value, value);
    return () => code.copy(register, use.value);
  },
  lddw: (code, register, value) => () => {
    const at = code.emit(rowNamed('lddw'), { dst: register, imm: Number(BigInt.asIntN(32, value)) });
    code.slots[at + 1] = { ...code.slots[at + 1]!, imm: Number(BigInt.asIntN(32, value >> 32n)) };
  },
  access: (code, register, value) => {
    code.store(code.frame - 8n, value);
    return () => code.emit(rowNamed('ldxdw'), { dst: register, src: FramePointer, off: -8 });
  },
  atomic: (code, register, value) => {
    code.store(code.frame - 8n, value);
    code.set(register, 0n);
    return () => code.emit(rowNamed('lock-fetch-add'), { dst: FramePointer, src: register, off: -8 });
  },
  multiply: (code, register, value) => {
    code.set(register, value);
    return () => code.emit(rowNamed('mul-imm'), { dst: register, imm: 1 });
  },
  divide: (code, register, value) => {
    code.set(register, value);
    return () => code.emit(rowNamed('div-imm'), { dst: register, imm: 1 });
  },
};

/** Kinds of producers among the instructions that an engine runs, which can write any register. */
export const producerKinds = (running: readonly Instruction[]): string[] => {
  const found = new Set(running.filter((row) => writesOf(row) && writesOf(row) !== 'r10').map(kindOf));
  return [...found].filter((kind) => kind in producers);
};

/** What the operand has to be so that the instruction does no harm. */
function valueFor(row: Instruction, operand: Operand, code: Code): { register: number; value: bigint; given: Given } {
  const register = operand === 'r0' ? 0 : operand === 'src' ? use.right : use.left;
  const access = accessOf(row);
  const place = code.frame - 64n;
  return { register, value: access?.base === operand ? place : 3n, given: access ? { place } : {} };
}

/** The instruction, `distance` behind a producer of one of its operands. */
function behind(code: Code, row: Instruction, operand: Operand, kind: string, distance: number): void {
  const { register, value, given } = valueFor(row, operand, code);
  const produce = producers[kind]!(code, register, value);
  code.perform(row, {
    ...given,
    before: () => {
      produce();
      code.idle(distance - 1);
    },
  });
}

const reading = ({ reads, error }: Step, operand: Operand): Read | undefined =>
  error === undefined ? reads.find((read) => read.operand === operand) : undefined;

/**
 * A call or a return, `distance` behind the call in front of it. Everything comes three times: by then the calls are
 * predicted, and nothing is lost between them and what they lead to.
 */
function returning(code: Code, row: Instruction, distance: number): void {
  code.set(use.count, 3n);
  const over = code.emit(rowNamed('ja'));
  const inner = code.emit(rowNamed('exit'));
  const entry = code.here;
  code.idle(distance - 1);
  if (isCall(row)) code.lead(code.emit(row), 'imm', inner);
  code.emit(rowNamed('exit'));
  code.lead(over, 'off');
  const again = code.emit(rowNamed('call-local'));
  code.lead(again, 'imm', entry);
  code.emit(rowNamed('add-imm'), { dst: use.count, imm: -1 });
  code.lead(code.emit(rowNamed('jne-imm'), { dst: use.count }), 'off', again);
}

const movesFrame = (row: Instruction): boolean => isCall(row) || isExit(row);

/** @param stages of the pipeline: at that distance a value has long been in the register file */
export const distances = (stages: number): Coverpoints =>
  function* (row) {
    for (const operand of readsOf(row)) {
      for (let distance = 1; distance <= stages; distance++) {
        const label = distance === stages ? `${distance} or more` : `${distance}`;
        const fits = (read: Read): boolean =>
          distance === stages ? read.distance >= distance && read.producer !== undefined : read.distance === distance;
        const hit = (step: Step): boolean => {
          const read = reading(step, operand);
          return read !== undefined && fits(read);
        };
        const scene = (code: Code): void =>
          movesFrame(row) ? returning(code, row, distance) : behind(code, row, operand, 'alu', distance);
        yield { aspect: `${operand} from its producer`, label, hit, scene };
      }
    }
    const written = writesOf(row);
    if (!written) return;
    for (let distance = 1; distance <= stages; distance++) {
      const label = distance === stages ? `${distance} or more` : `${distance}`;
      const used = (read: Read): boolean =>
        distance === stages ? read.distance >= distance : read.distance === distance;
      yield { aspect: 'result to its consumer', label, used, scene: (code) => consumed(code, row, written, distance) };
    }
  };

/** A reader of what the instruction writes, `distance` behind it. */
function consumed(code: Code, row: Instruction, written: Operand, distance: number): void {
  if (isCall(row)) return returning(code, rowNamed('exit'), distance);
  if (isExit(row)) {
    // After the exit of a function the next call moves r10 again.
    const over = code.emit(rowNamed('ja'));
    const entry = code.emit(row);
    code.lead(over, 'off');
    for (let i = 0; i < 2; i++) {
      code.lead(code.emit(rowNamed('call-local')), 'imm', entry);
      code.idle(distance - 1);
    }
    return;
  }
  code.perform(row);
  code.idle(distance - 1);
  code.copy(use.value, written === 'r0' ? 0 : written === 'src' ? use.right : use.left);
}

/** Each kind of producer at each distance within the pipeline. */
export const hazards = (stages: number, among: readonly string[]): Coverpoints =>
  function* (row) {
    if (movesFrame(row)) return;
    for (const operand of readsOf(row)) {
      for (const kind of among) {
        for (let distance = 1; distance < stages; distance++) {
          const hit = (step: Step): boolean => {
            const read = reading(step, operand);
            return read?.producer !== undefined && read.distance === distance && kindOf(read.producer) === kind;
          };
          const scene = (code: Code): void => behind(code, row, operand, kind, distance);
          yield { aspect: `${operand} from ${kind}`, label: `${distance}`, hit, scene };
        }
      }
    }
  };

/** @param sources by side, as the engine names them: youngest first, the register file last */
export const paths = (sources: Readonly<Record<Side, readonly string[]>>): Coverpoints =>
  function* (row) {
    for (const side of ['left', 'right'] as const) {
      if (controlOf(row, `reads_${side}`) === 0) continue;
      const operand = operandOn(row, side);
      for (const [index, path] of sources[side].entries()) {
        const hit = ({ passage, error }: Step): boolean =>
          error === undefined && passage?.has(pathFlag(side, path) as `left from ${string}`) === true;
        const scene = (code: Code): void =>
          movesFrame(row) ? returning(code, row, index + 1) : behind(code, row, operand, 'alu', index + 1);
        yield { aspect: side, label: path, hit, scene };
      }
    }
    if (row.operation === 'store' && row.source === 'reg') {
      const hit = ({ passage, error }: Step): boolean => error === undefined && passage?.has('right late') === true;
      yield {
        aspect: 'right',
        label: 'late, in the memory stage',
        hit,
        scene: (code) => behind(code, row, 'src', 'multiply', 1),
      };
    }
  };

/** The register operand that decode reads as `left` or `right`. */
function operandOn(row: Instruction, side: Side): Operand {
  const reads = readsOf(row);
  if (side === 'left') return reads[0]!;
  return reads.includes('src') ? 'src' : 'dst';
}

/** Every register in every field, and one register in both. */
export const registers: Coverpoints = function* (row) {
  for (const field of ['dst', 'src'] as const) {
    const rule = row[field];
    if (typeof rule === 'number') continue;
    for (let register = 0; register < RegisterCount; register++) {
      if (rule === 'written' && register === FramePointer) continue;
      const hit = ({ slot, error }: Step): boolean => error === undefined && slot[field] === register;
      yield { aspect: field, label: `r${register}`, hit, scene: (code) => code.perform(row, using(field, register)) };
    }
  }
  if (typeof row.dst === 'number' || typeof row.src === 'number') return;
  const hit = ({ slot, error }: Step): boolean => error === undefined && slot.dst === slot.src;
  yield {
    aspect: 'both',
    label: 'dst = src',
    hit,
    scene: (code) => code.perform(row, { dst: use.left, src: use.left }),
  };
};

/** The other register must not be the one that holds an address. */
function using(field: 'dst' | 'src', register: number): Given {
  const other = register === use.right ? use.left : use.right;
  return field === 'dst' ? { dst: register, src: other } : { src: register, dst: other };
}
