/** The stack scrubber alone, against the set of lines that are not zero. */
import { beforeEach, expect, test } from 'vitest';
import { stackScrubber } from '../../../../gen/ebpf/engine/memory-unit-stack.ts';
import { chance, reset, simulate } from '../../lib/bench.ts';

const sim = simulate(stackScrubber);
const port = Object.fromEntries(
  [
    'depth',
    'idle',
    'next_clear',
    'first_clear',
    'written_valid',
    'written_line',
    'clear_valid',
    'clear_line',
    'clear_ready',
  ].map((name) => [name, sim.port(name)] as const),
) as Record<string, ReturnType<typeof sim.port>>;

/** Frame 0 has the highest lines. */
const frameOf = (line: number): number => 7 - (line >> 3);

/** Lines that are not zero, by what the outputs have said so far. */
let dirty: Set<number>;
/** A line that waits for its turn to be cleared. */
let offered: number | undefined;
let given = { depth: 0, idle: 1, ready: 1, written: undefined as number | undefined };

beforeEach(() => {
  dirty = new Set(Array.from({ length: 64 }, (_, line) => line));
  offered = undefined;
  given = { depth: 0, idle: 1, ready: 1, written: undefined };
  apply();
  reset(sim);
});

function apply(): void {
  port.depth!.set(given.depth);
  port.idle!.set(given.idle);
  port.clear_ready!.set(given.ready);
  port.written_valid!.set(given.written === undefined ? 0 : 1);
  port.written_line!.set(given.written ?? 0);
}

/** Takes one edge with these inputs, and checks what the outputs say before and after it. @returns the line offered after it */
function tick(inputs: Partial<typeof given> = {}): number | undefined {
  given = { ...given, written: undefined, ...inputs };
  apply();
  const isDirty = (frame: number): boolean =>
    [...dirty, ...(offered === undefined ? [] : [offered])].some((line) => frameOf(line) === frame);
  expect(port.first_clear!.get(), 'the first frame is clear').toBe(isDirty(0) ? 0 : 1);
  expect(port.next_clear!.get(), `the frame below ${given.depth} is clear`).toBe(isDirty(given.depth + 1) ? 0 : 1);
  sim.cycle();
  if (offered !== undefined && given.ready === 0) {
    expect([port.clear_valid!.get(), port.clear_line!.get()], 'an offer stands').toEqual([1, offered]);
  } else {
    offered = port.clear_valid!.get() === 1 ? port.clear_line!.get() : undefined;
    if (offered !== undefined) {
      expect(dirty.has(offered), `line ${offered} is dirty`).toBe(true);
      expect(
        given.idle === 1 || frameOf(offered) > given.depth,
        `line ${offered} is free at depth ${given.depth}`,
      ).toBe(true);
      dirty.delete(offered);
    }
  }
  if (given.written !== undefined) dirty.add(given.written);
  return offered;
}

test('after reset all lines are cleared, outer frames first, one a cycle but for a step to the next frame', () => {
  expect(port.clear_valid!.get(), 'nothing is offered yet').toBe(0);
  const lines: number[] = [];
  let cycles = 0;
  for (; dirty.size > 0; cycles++) {
    const line = tick();
    if (line !== undefined) lines.push(line);
    expect(cycles).toBeLessThan(80);
  }
  expect(lines).toEqual(
    [7, 6, 5, 4, 3, 2, 1, 0].flatMap((frame) => Array.from({ length: 8 }, (_, i) => 8 * frame + i)),
  );
  expect(cycles).toBe(64 + 7);
  for (let n = 0; n < 5; n++) expect(tick()).toBeUndefined();
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])('at depth %i the frames that are live stay', (depth) => {
  for (let n = 0; n < 100; n++) tick({ depth, idle: 0 });
  expect([...dirty].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 8 * (depth + 1) }, (_, i) => 64 - 8 * (depth + 1) + i),
  );
});

test('each line alone: written, found within three cycles, cleared', () => {
  while (dirty.size > 0) tick();
  tick();
  for (let line = 0; line < 64; line++) {
    tick({ written: line });
    const seen = [tick(), tick(), tick()];
    expect(seen.filter((each) => each !== undefined)).toEqual([line]);
  }
});

test('whatever the program does', () => {
  const random = chance(17);
  const below = (limit: number): number => Math.floor(random() * limit);
  let depth = 0;
  let stuck = 0;
  for (let n = 0; n < 20_000; n++) {
    if (random() < 0.1) depth = Math.min(7, Math.max(0, depth + below(3) - 1));
    const idle = n % 1000 < 100 ? 1 : 0;
    const written = random() < 0.3 && !idle ? 8 * (7 - below(depth + 1)) + below(8) : undefined;
    const before = given;
    const line = tick({ depth, idle, ready: below(2), written });
    const free = [...dirty].some((each) => idle || frameOf(each) > depth);
    stuck = line === undefined && free && before.depth === depth && before.idle === idle ? stuck + 1 : 0;
    expect(stuck, 'cycles in which a free line is dirty, and none is offered').toBeLessThan(3);
  }
});
