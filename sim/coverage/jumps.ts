/** Where jumps lead, whether that was predicted, and how deep calls go. */
import { lineBytes } from '../../gen/ebpf/engine/interface.ts';
import { FramePointer, MaxFrames, StackBytes, type Instruction } from '../../gen/ebpf/isa.ts';
import { conditions } from '../golden/arithmetic.ts';
import type { Coverpoints, Wanted } from './bins.ts';
import { use, type Code, type Given } from './code.ts';
import { distanceField, isAlways, isCall, isConditional, isExit, isJump, rowNamed } from './rows.ts';
import { oncePerStep, type Step } from './step.ts';

type Values = readonly [left: bigint, right: bigint];

const holds = (row: Instruction, left: bigint, right: bigint): boolean => {
  const cut = (value: bigint): bigint => BigInt.asUintN(row.width, value);
  return conditions[row.operation as keyof typeof conditions](cut(left), cut(right), row.width);
};

/** A jump of distance 0 leads on either way: its operands tell whether it was taken. */
const isTaken = oncePerStep(({ row, registers, slot, error }): boolean => {
  if (error !== undefined) return false;
  if (isAlways(row!)) return true;
  const right = row!.source === 'reg' ? registers[slot.src]! : BigInt(slot.imm);
  return holds(row!, registers[slot.dst]!, right);
});

/** Values for which a conditional jump is, or is not, taken; any for others. */
function valuesFor(row: Instruction, wanted: boolean): Values {
  if (!isConditional(row)) return [3n, 2n];
  const candidates = [2n, 1n, 0n, 3n, 4n].map((left): Values => [left, 2n]);
  return candidates.find(([left, right]) => holds(row, left, right) === wanted)!;
}

/** The same for {@link Code.perform}. */
export function given(row: Instruction, wanted: boolean): Given {
  const [left, right] = valuesFor(row, wanted);
  return isConditional(row) ? { left, right, imm: Number(right) } : {};
}

/** A jump over `distance` idle instructions, or, when it is negative, back to a place from which the program goes on. */
function leading(code: Code, row: Instruction, wanted: boolean, distance: number, lane?: number): void {
  if (isCall(row)) return calling(code, row, distance, lane);
  const [left, right] = valuesFor(row, wanted);
  const into = distance < 0 ? code.emit(rowNamed('ja')) : 0;
  const out = distance < 0 ? code.emit(rowNamed('ja')) : 0;
  if (distance < 0) code.lead(into, 'off');
  if (isConditional(row)) {
    code.set(use.left, left);
    code.set(use.right, right);
  }
  if (lane !== undefined) code.align(lane);
  const registers = { dst: use.left, ...(row.source === 'reg' ? { src: use.right } : { imm: Number(right) }) };
  const at = code.emit(row, isConditional(row) ? registers : {});
  code.idle(Math.max(distance, 0));
  code.lead(at, distanceField(row), distance < 0 ? out : code.here);
  if (distance < 0) code.lead(out, 'off');
}

/** A call of a function that returns at once and stands behind, before, or is what follows the call. */
function calling(code: Code, row: Instruction, distance: number, lane?: number): void {
  if (distance === 0) return code.within(1, () => void code.emit(row));
  if (distance < 0) return code.perform(row);
  if (lane !== undefined) code.align(lane);
  code.emit(row, { imm: 1 });
  code.emit(rowNamed('ja'), { off: 1 });
  code.emit(rowNamed('exit'));
}

/** Meets the jump several times at one place, with values for which it is taken or not. */
function repeated(code: Code, row: Instruction, turns: readonly boolean[]): void {
  const bytes = 16;
  turns.forEach((turn, i) => {
    const place = code.frame - BigInt(bytes * (turns.length - i));
    const [left, right] = valuesFor(row, turn);
    code.store(place, left);
    code.store(place + 8n, right);
  });
  const function_ = code.emit(rowNamed('ja'));
  const entry = code.emit(rowNamed('exit'));
  code.lead(function_, 'off');
  code.set(use.count, code.frame - BigInt(bytes * turns.length));
  const loop = code.here;
  code.emit(rowNamed('ldxdw'), { dst: use.left, src: use.count });
  code.emit(rowNamed('ldxdw'), { dst: use.right, src: use.count, off: 8 });
  code.emit(rowNamed('add-imm'), { dst: use.count, imm: bytes });
  const right = row.source === 'reg' ? { src: use.right } : { imm: Number(valuesFor(row, true)[1]) };
  const at = code.emit(row, isConditional(row) ? { dst: use.left, ...right } : {});
  code.idle(1);
  code.lead(at, distanceField(row), isCall(row) ? entry : code.here);
  const again = code.emit(rowNamed('jne-reg'), { dst: use.count, src: 10 });
  code.lead(again, 'off', loop);
}

/** Jumps in front, so that the hint which a line of the program gives is not for the one that follows. */
function distracted(code: Code, then: () => void): void {
  code.align(0);
  code.emit(rowNamed('ja'));
  then();
}

export const jumps: Coverpoints = function* (row) {
  if (!isJump(row)) return;
  const field = distanceField(row);
  const distance = ({ slot }: Step): number => slot[field];
  for (const direction of [true, false]) {
    const way = direction ? 'taken' : 'not taken';
    const bin = (label: string, hit: (step: Step) => boolean, scene: Wanted['scene']): Wanted => ({
      aspect: way,
      label,
      hit: (step) => step.error === undefined && isTaken(step) === direction && hit(step),
      ...(scene && { scene }),
    });
    yield bin(
      'forward',
      (step) => distance(step) > 0,
      (code) => leading(code, row, direction, 2),
    );
    yield bin(
      'backward',
      (step) => distance(step) < 0,
      (code) => leading(code, row, direction, -1),
    );
    yield bin(
      'to the next instruction',
      (step) => distance(step) === 0,
      (code) => leading(code, row, direction, 0),
    );
    yield bin('to itself', (step) => distance(step) === -1, itself(row, direction));
    yield bin(
      'predicted as taken',
      ({ passage }) => passage?.has('predicted') === true,
      (code) => repeated(code, row, [true, true, direction]),
    );
    yield bin(
      'not predicted',
      ({ passage }) => passage?.has('predicted') === false,
      (code) => distracted(code, () => code.perform(row, given(row, direction))),
    );
  }
  yield* extremes(row);
  for (let lane = 0; lane < 8; lane++) {
    const hit = (step: Step): boolean => isTaken(step) && step.pc % 8 === lane;
    yield {
      aspect: 'from slot of its line',
      label: `${lane}`,
      hit,
      scene: (code) => leading(code, row, true, 1, lane),
    };
  }
  for (let lane = 0; lane < 8; lane++) {
    const hit = (step: Step): boolean => isTaken(step) && step.nextPc % 8 === lane;
    yield {
      aspect: 'to slot of its line',
      label: `${lane}`,
      hit,
      scene: (code) => leading(code, row, true, 1, (lane + 6) % 8),
    };
  }
};

/** An endless loop when it is taken: the step limit ends it. */
function itself(row: Instruction, wanted: boolean): Wanted['scene'] {
  return { alone: wanted, build: (code) => code.perform(row, { ...given(row, wanted), distance: -1 }) };
}

/** The largest distances there are; a jump that is taken leaves the program with them. */
function* extremes(row: Instruction): Generator<Wanted> {
  const field = distanceField(row);
  for (const distance of field === 'off' ? [0x7fff, -0x8000] : [0x7fff_ffff, -0x8000_0000]) {
    const hit = ({ slot, error }: Step): boolean =>
      slot[field] === distance && (error === undefined || error === 'E_JUMP_OOB');
    const build = (code: Code): void => code.perform(row, { ...given(row, false), distance });
    yield { aspect: 'distance', label: `${distance}`, hit, scene: { build, alone: isAlways(row) } };
  }
}

/** Depth of the call chain before the instruction, and frames that are not yet clear. */
export const calls: Coverpoints = function* (row) {
  if (!isCall(row) && !isExit(row)) return;
  for (let depth = 1; depth <= MaxFrames; depth++) {
    const hit = (step: Step): boolean => step.error === undefined && step.depth === depth;
    const isLast = isExit(row) && depth === 1;
    const levels = isExit(row) ? depth - 1 : depth;
    const build = (code: Code): void =>
      isLast ? void code.emit(row) : code.within(Math.min(levels, MaxFrames - 1), () => {});
    yield { aspect: 'depth', label: `${depth}`, hit, scene: { build, alone: isLast } };
  }
  if (!isCall(row)) return;
  const hit = ({ error, passage }: Step): boolean => error === undefined && passage?.has('uncleared') === true;
  yield { aspect: 'frame', label: 'still being cleared', hit, scene: untidy };
};

/** A function that leaves every line of its frame written, and is called again at once. */
function untidy(code: Code): void {
  const over = code.emit(rowNamed('ja'));
  const entry = code.here;
  for (let off = -StackBytes; off < 0; off += lineBytes)
    code.emit(rowNamed('stdw'), { dst: FramePointer, off, imm: 1 });
  code.emit(rowNamed('exit'));
  code.lead(over, 'off');
  for (let i = 0; i < 3; i++) code.lead(code.emit(rowNamed('call-local')), 'imm', entry);
}
