/** Where loads, stores and atomics go, and what they meet in the memory unit. */
import { DataBase, MaxFrames, StackBytes, StackTop, type Instruction } from '../../gen/ebpf/isa.ts';
import { lineBytes, type EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import type { Coverpoints, Scene, Wanted } from './bins.ts';
import { use, type Code } from './code.ts';
import type { Meeting } from './passage.ts';
import { accessOf, isAtomic, isLoad, isStore, rowNamed } from './rows.ts';
import type { Step } from './step.ts';

const base = BigInt(DataBase);
const top = BigInt(StackTop);
const line = BigInt(lineBytes);
const frameBytes = BigInt(StackBytes);
const lastByte = top - BigInt(MaxFrames * StackBytes);

const inStack = ({ address }: Step): boolean => address >= lastByte && address < top;
const inSlot = (step: Step): boolean => step.error === undefined && !inStack(step);

/** Where in a line of 64 bytes, in a word of 8, in the slot, in a frame. */
export const places = (dataSlotBytes: number): Coverpoints =>
  function* (row) {
    const access = accessOf(row);
    if (!access) return;
    const { bytes } = access;
    const size = BigInt(bytes);
    const at = (area: string, label: string, place: bigint, hit: (address: bigint, step: Step) => boolean): Wanted => ({
      aspect: area,
      label,
      hit: (step) => step.error === undefined && (area === 'stack') === inStack(step) && hit(step.address, step),
      scene: (code) => code.perform(row, { place }),
    });
    for (const [area, from] of [
      ['slot', base + 4n * line],
      ['stack', top - 5n * line],
    ] as const) {
      yield at(area, 'aligned', from, (address) => address % size === 0n);
      yield at(area, 'not aligned', from + 3n, (address) => address % size !== 0n);
      yield at(
        area,
        'within a word, not aligned',
        from + 1n,
        (address) => address % size !== 0n && (address % 8n) + size <= 8n,
      );
      yield at(
        area,
        'across words',
        from + 8n - size + 1n,
        (address) => (address % 8n) + size > 8n && (address % line) + size <= line,
      );
      yield at(area, 'last in its line', from + line - size, (address) => (address % line) + size === line);
      for (const first of new Set([1n, size / 2n, size - 1n].filter((each) => each > 0n))) {
        const label = `across lines, ${first} of ${bytes} bytes in the first`;
        yield at(area, label, from + line - first, (address) => (address % line) + first === line && first < size);
      }
      if (bytes === 1) yield at(area, 'across lines', from, () => false);
    }
    const end = base + BigInt(dataSlotBytes);
    yield at('slot', 'its first byte', base, (address) => address === base);
    yield at('slot', 'its last byte', end - size, (address) => address + size === end);
    yield at('stack', 'its last byte', top - size, (address) => address + size === top);
    yield at(
      'stack',
      'the lowest byte of the frame',
      top - frameBytes,
      (address, { registers }) => address + frameBytes === registers[10],
    );
    yield* frames(row, size);
    yield* offsets(row);
  };

/** Frames of the callers, and the lowest one there is. */
function* frames(row: Instruction, size: bigint): Generator<Wanted> {
  const stack = (
    label: string,
    levels: number,
    placed: (frame: bigint) => bigint,
    hit: (step: Step) => boolean,
  ): Wanted => ({
    aspect: 'frame',
    label,
    hit: (step) => step.error === undefined && inStack(step) && hit(step),
    scene: (code) => code.within(levels, () => code.perform(row, { place: placed(code.frame) })),
  });
  yield stack(
    'of the function, not the outermost',
    1,
    (frame) => frame - 16n,
    ({ address, depth, registers }) => depth > 1 && address + size <= registers[10]!,
  );
  yield stack(
    'of a caller',
    1,
    (frame) => frame + 16n,
    ({ address, registers }) => address >= registers[10]!,
  );
  yield stack(
    'across two frames',
    1,
    (frame) => frame - 1n,
    ({ address, registers }) => address < registers[10]! && address + size > registers[10]!,
  );
  yield stack(
    'the lowest byte of the last frame',
    MaxFrames - 1,
    (frame) => frame - frameBytes,
    ({ address }) => address === lastByte,
  );
}

const offsets = function* (row: Instruction): Generator<Wanted> {
  const { base: field } = accessOf(row)!;
  for (const off of [0, 1, -1, 8, -8, 0x7fff, -0x8000]) {
    const hit = ({ slot, error }: Step): boolean => error === undefined && slot.off === off;
    yield { aspect: 'offset', label: `${off}`, hit, scene: (code) => code.perform(row, { off, place: base + 256n }) };
  }
  const hit = (step: Step): boolean => step.error === undefined && step.slot[field] === 10;
  const register = field === 'src' ? { src: 10 } : { dst: 10 };
  yield { aspect: 'base', label: 'r10', hit, scene: (code) => code.perform(row, register) };
};

/** Calls `body` with a place whose line is not in the cache: one that has its place there was read last. */
function fresh(
  code: Code,
  row: Instruction,
  { cacheLines, dataSlotBytes }: EngineConfig,
  body: (place: bigint) => void,
): void {
  const beyond = dataSlotBytes / lineBytes - cacheLines - 2;
  const index = 2 + ((code.here * 7 + row.opcode * 5) % (Math.min(beyond, cacheLines) - 4));
  const place = base + BigInt(index) * line;
  touch(code, place + BigInt(cacheLines) * line);
  code.idle(12);
  body(place);
}

const touch = (code: Code, place: bigint): void => {
  code.set(use.spare, place);
  code.emit(rowNamed('ldxb'), { dst: use.value, src: use.spare });
};

/** What an access meets: see the flags of the passage. */
export const meetings = (config: EngineConfig): Coverpoints =>
  function* (row) {
    const access = accessOf(row);
    if (!access) return;
    const met = (
      label: string,
      of: (has: (meeting: Meeting) => boolean, step: Step) => boolean,
      scene: Scene['build'] | Scene,
    ): Wanted => ({
      aspect: 'meets',
      label,
      hit: (step) => {
        const { passage, error } = step;
        return passage !== undefined && error === undefined && of((meeting) => passage.has(meeting), step);
      },
      scene,
    });
    const perform = (code: Code, place: bigint, before?: () => void): void =>
      code.perform(row, { place, ...(before && { before }) });
    const crosses = ({ address }: Step): boolean => (address % line) + BigInt(access.bytes) > line;
    const across = line - 1n;

    if (isLoad(row)) {
      yield met(
        'a line that is present',
        (has, step) => inSlot(step) && has('present') && !has('missed') && !has('coming') && !has('overtaken'),
        (code) => {
          touch(code, base);
          code.idle(20);
          perform(code, base);
        },
      );
      yield met(
        'a line that is absent',
        (has) => has('missed'),
        (code) => fresh(code, row, config, (place) => perform(code, place)),
      );
      yield met(
        'a line that is on its way',
        (has) => has('coming') && !has('missed'),
        (code) =>
          fresh(code, row, config, (place) => {
            code.set(use.right, place + line);
            touch(code, place);
            code.emit(row, { dst: use.left, src: use.right });
          }),
      );
      yield met(
        'two lines, the first absent',
        (has, step) => inSlot(step) && crosses(step) && has('missed'),
        (code) => fresh(code, row, config, (place) => perform(code, place + across)),
      );
      yield met(
        'two lines, both present',
        (has, step) => inSlot(step) && crosses(step) && !has('missed') && !has('coming'),
        (code) => {
          touch(code, base);
          touch(code, base + line);
          code.idle(20);
          perform(code, base + across);
        },
      );
      yield met(
        'words of the slot that were written right before',
        (has, step) => inSlot(step) && has('overtaken') && !has('missed') && !crosses(step),
        (code) => {
          touch(code, base);
          code.idle(20);
          writtenBefore(code, base, () => code.emit(row, { dst: use.left, src: use.right }));
        },
      );
      yield met(
        'words of the stack that were written right before',
        (has, step) => inStack(step) && has('overtaken') && !crosses(step),
        (code) => writtenBefore(code, top - 64n, () => code.emit(row, { dst: use.left, src: use.right })),
      );
      yield met(
        'the stack, at once',
        (has, step) => inStack(step) && !has('overtaken'),
        (code) => perform(code, top - 64n, () => code.idle(3)),
      );
      return;
    }

    yield met(
      'a line that is present',
      (has, step) => inSlot(step) && has('present'),
      (code) => {
        touch(code, base);
        code.idle(20);
        perform(code, base);
      },
    );
    yield met(
      'a line that is absent',
      (has, step) => inSlot(step) && !has('present'),
      (code) => fresh(code, row, config, (place) => perform(code, place)),
    );
    yield met(
      'the stack',
      (_, step) => inStack(step),
      (code) => perform(code, top - 64n),
    );
    if (isStore(row)) {
      yield met('a full queue of stores', (has) => has('held'), {
        pace: 'slow',
        build: (code) =>
          code.perform(row, {
            place: base + 512n,
            before: () => {
              const fields = row.source === 'reg' ? { dst: use.left, src: use.right } : { dst: use.left, imm: 1 };
              for (let i = 0; i < 40; i++) code.emit(row, fields);
            },
          }),
      });
    }
    if (isAtomic(row)) {
      yield met(
        'words of the stack that were written right before',
        (has, step) => inStack(step) && has('overtaken'),
        (code) => perform(code, top - 64n, () => code.emit(rowNamed('stxdw'), { dst: use.left, src: use.right })),
      );
    }
  };

/** A store of 8 bytes, and right behind it the access: the address is in the registers of both. */
function writtenBefore(code: Code, place: bigint, access: () => void): void {
  code.set(use.right, place);
  code.idle(3);
  code.emit(rowNamed('stxdw'), { dst: use.right, src: use.right });
  access();
}
