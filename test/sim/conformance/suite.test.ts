import { afterAll, describe, expect, test } from 'vitest';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { InputError, openBackend, type BackendName } from '../../../sim/conformance/backend.ts';
import { limits } from '../../../sim/conformance/limits.ts';
import { complaint, suite } from '../../../sim/conformance/suite.ts';
import { buildTime, sim } from '../shell/backend.ts';

const names: readonly BackendName[] = sim === 'verilator' ? ['verilator'] : ['golden', 'wasm'];
const backends = await Promise.all(names.map(async (name) => ({ name, backend: await openBackend(name) })));
afterAll(() => backends.forEach(({ backend }) => backend.close()), buildTime);

const program = (source: string): Uint8Array => assemble(source).program;

describe.each(backends)('$name', ({ name, backend }) => {
  test('every program of the suite', () => {
    const { vectors } = suite();
    expect(vectors).toHaveLength(313);
    const complaints = vectors.map((vector) => [vector.name, complaint(vector, backend)]);
    expect(complaints.filter(([, what]) => what !== undefined)).toEqual([]);
  });

  test('how a program ends, cycles included, does not depend on those before it', () => {
    const { vectors } = suite();
    const ends = (list: typeof vectors) => list.map((vector) => backend.run(vector));
    const backwards = ends(vectors.toReversed());
    expect(ends(vectors)).toEqual(backwards.toReversed());
  });

  test('r1 and r2 say where the memory is and how long, and are 0 without one', () => {
    const [r1, r2] = [program('r0 = r1\nexit'), program('r0 = r2\nexit')];
    for (const length of [1, 63, 64, 65, 1000, limits.memoryBytes]) {
      const memory = new Uint8Array(length).fill(7);
      expect(backend.run({ program: r1, memory }).r0).toBe(0x1000_0000n);
      const end = backend.run({ program: r2, memory });
      expect(end.r0).toBe(BigInt(length));
      expect(Buffer.compare(end.memory, memory)).toBe(0);
    }
    expect(backend.run({ program: r1 }).r0).toBe(0n);
    expect(backend.run({ program: r2 })).toMatchObject({ r0: 0n, memory: new Uint8Array(0) });
  });

  test('nothing is left of the run before', () => {
    const memory = Uint8Array.of(1, 2, 3);
    const dirty = program(
      'r1 += 60000\n*(u64 *)(r1 + 0) = r1\nr1 -= 60000\n*(u8 *)(r1 + 2) = r1\n*(u64 *)(r10 - 8) = r1\nr0 = 77\nr9 = 5\nexit',
    );
    expect(backend.run({ program: dirty, memory }).memory).toEqual(Uint8Array.of(1, 2, 0));
    const look = program(
      'r0 = r9\nr2 = *(u64 *)(r1 + 0)\nr0 |= r2\nr1 += 60000\nr2 = *(u64 *)(r1 + 0)\nr0 |= r2\nr2 = *(u64 *)(r10 - 8)\nr0 |= r2\nexit',
    );
    const first = backend.run({ program: look, memory });
    expect(first.r0).toBe(0x030201n);
    backend.run({ program: dirty });
    expect(backend.run({ program: look, memory })).toEqual(first);
  });

  test('errors have a class and a pc', () => {
    const end = (source: string, memory?: Uint8Array) =>
      backend.run({ program: program(source), ...(memory && { memory }) });
    expect(end('r0 = 1\nr0 = *(u8 *)(r0 + 0)\nexit').error).toEqual({ class: 'E_MEM_OOB', pc: 1 });
    expect(end('call 99\nexit').error).toEqual({ class: 'E_HELPER_UNKNOWN', pc: 0 });
    expect(backend.run({ program: new Uint8Array(0) }).error).toEqual({ class: 'E_PROG_EMPTY', pc: 0 });
    expect(backend.run({ program: new Uint8Array(12) }).error).toEqual({ class: 'E_PROG_SIZE', pc: 0 });
    expect(backend.run({ program: new Uint8Array(limits.programBytes + 8) }).error?.class).toBe('E_PROG_TOO_LONG');
    expect(() => end('exit', new Uint8Array(limits.memoryBytes + 1))).toThrow(InputError);
    expect(end('r0 = 5\nexit')).toMatchObject({ r0: 5n, error: null, instructions: 2 });
  });

  test('a program without an end ends', () => {
    const { error, instructions, cycles } = backend.run({ program: program('l: goto l') });
    expect(error).toEqual({ class: 'E_STEP_LIMIT', pc: 0 });
    expect(instructions).toBe(limits.steps);
    expect(cycles === null).toBe(name === 'golden');
  }, 120_000);

  test('a program of the largest size', () => {
    const slots = limits.programBytes / 8;
    expect(backend.run({ program: program(`${'r0 += 1\n'.repeat(slots - 1)}exit`) })).toMatchObject({
      r0: BigInt(slots - 1),
      error: null,
    });
  });
});
