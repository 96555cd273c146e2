/** Statements that decide where the program goes on: branches, loops, calls. */
import { instructions } from '../../gen/ebpf/isa.ts';
import { between, happens, immediate, oneOf, weighted } from './chance.ts';
import { access, memoryRows } from './memory.ts';
import { wide, type Statement } from './statements.ts';
import type { Sketch } from './sketch.ts';

const conditional = instructions.filter(
  ({ class: group, off }) => (group === 'JMP' || group === 'JMP32') && off === 'any',
);
const always = ['ja', 'gotol'] as const;

function jump(s: Sketch, distance: number): void {
  const label = s.ahead(distance);
  if (happens(s.random, 0.2)) s.jump(oneOf(s.random, always), label);
  else s.jump(oneOf(s.random, conditional), label, { dst: s.source(), src: s.source(), imm: immediate(s.random) });
}

/** Forward by a few statements: within a loop, into it or out of it. */
export const branch: Statement = (s) =>
  jump(
    s,
    weighted(s.random, [
      [3, 0],
      [4, 1],
      [3, 2],
      [2, 4],
      [1, 8],
    ]),
  );

/** A comparison whose outcome the data hardly decide: taken always, never, or in turns. */
export const settled: Statement = (s) => {
  const label = s.ahead(s.random.below(4));
  const register = oneOf(s.random, s.free);
  const counter = oneOf(s.random, s.counters);
  weighted(s.random, [
    [2, () => s.jump('jeq-reg', label, { dst: register, src: register })],
    [2, () => s.jump('jne32-reg', label, { dst: register, src: register })],
    [3, () => s.jump('jset-imm', label, { dst: counter, imm: oneOf(s.random, [1, 2, 3]) })],
    [2, () => s.jump('jgt-imm', label, { dst: counter, imm: between(s.random, 0, 4) })],
  ])();
};

/** Several in a row, taken or not, each perhaps the target of the one before. */
export const branches: Statement = (s) => {
  for (let n = between(s.random, 2, 6); n > 0; n--) {
    if (happens(s.random, 0.5)) settled(s);
    else jump(s, s.random.below(4));
    if (happens(s.random, 0.3)) s.tick();
  }
};

/** Around an lddw, to it, and from right behind it; wherever in a line of the program. */
export const wideEdges: Statement = (s) => {
  const fill = happens(s.random, 0.6) ? (7 - (s.slots % 8) + 8) % 8 : s.random.below(4);
  for (let n = 0; n < fill; n++) s.emit('add-imm', { dst: s.target(), imm: n });
  weighted(s.random, [
    [2, () => s.jump('ja', s.ahead(0))],
    [2, () => branch(s)],
    [2, () => settled(s)],
    [2, () => {}],
  ])();
  wide(s);
  s.tick();
  if (happens(s.random, 0.5)) wide(s);
  if (happens(s.random, 0.5)) jump(s, s.random.below(2));
};

/** A counted loop around what `body` makes. Whatever jumps into it finds a small number in the counter. */
export const loop =
  (body: Statement, turns: readonly [number, number]): Statement =>
  (s) => {
    const counter = s.counters[s.loops];
    if (counter === undefined) return body(s);
    const most = s.loops > 0 ? Math.min(turns[1], 5) : turns[1];
    s.emit(oneOf(s.random, ['mov-imm', 'mov32-imm']), { dst: counter, imm: between(s.random, turns[0], most) });
    s.tick();
    const top = {};
    s.place(top);
    s.loops += 1;
    body(s);
    s.loops -= 1;
    weighted(s.random, [
      [3, () => s.emit('sub-imm', { dst: counter, imm: 1 })],
      [1, () => s.emit('add-imm', { dst: counter, imm: -1 })],
      [1, () => s.emit('sub-imm', { dst: counter, imm: 2 })],
    ])();
    if (happens(s.random, 0.2)) s.emit('mov-reg', { dst: s.target(), src: counter });
    s.jump(oneOf(s.random, ['jsgt-imm', 'jsgt32-imm']), top, { dst: counter, imm: 0 });
    s.tick();
    return undefined;
  };

export const call: Statement = (s) => {
  if (s.callees.length === 0) return;
  // A pointer into the caller's frame, for the callee to use.
  if (happens(s.random, 0.4)) {
    const pointer = oneOf(s.random, s.free);
    s.emit('mov-reg', { dst: pointer, src: 10 });
    s.emit('add-imm', { dst: pointer, imm: -8 * between(s.random, 1, 64) });
  }
  s.jump('call-local', oneOf(s.random, s.callees));
};

/** A helper function, with what is in r1 to r5 or with something new in one of them; nothing where there are none. */
export const helper: Statement = (s) => {
  const { helpers = [], callx = false } = s.limits;
  if (helpers.length === 0) return;
  const number = happens(s.random, 0.02) ? immediate(s.random) : oneOf(s.random, helpers);
  const argument = oneOf(
    s.random,
    s.free.filter((register) => register >= 1 && register <= 5),
  );
  if (happens(s.random, 0.3)) access(s, oneOf(s.random, memoryRows.loads), { value: argument });
  else if (happens(s.random, 0.5)) s.emit('mul-imm', { dst: argument, imm: immediate(s.random) });
  if (callx && happens(s.random, 0.4)) {
    const register = oneOf(s.random, s.free);
    s.emit('mov-imm', { dst: register, imm: number });
    s.emit('callx', { dst: register });
  } else s.emit('call-helper', { imm: number });
  // What comes of it is wanted at once, or a little later.
  if (happens(s.random, 0.4)) s.emit('add-reg', { dst: s.target(), src: 0 });
};
