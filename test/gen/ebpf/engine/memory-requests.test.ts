/** The way from the memory unit to slot memory alone, in every cycle against what it should do. */
import { expect, test } from 'vitest';
import { memoryRequest } from '../../../../gen/ebpf/engine/interface.ts';
import { memoryRequests } from '../../../../gen/ebpf/engine/memory-unit-requests.ts';
import { pack } from '../../../../gen/ebpf/engine/control-signals.ts';
import { chance, simulate } from '../../lib/bench.ts';
import { small } from './bench.ts';

const type = memoryRequest(small);
const sim = simulate(memoryRequests(small));
const [kinds, queued, unanswered] = [{ READ: 0, WRITE: 1, ATOMIC: 2 }, 16, 63];

type Request = Readonly<Record<string, bigint>>;
const fieldsOf: readonly (readonly string[])[] = [
  ['line'],
  ['line', 'offset', 'size', 'upper', 'data'],
  ['line', 'offset', 'size', 'data', 'atomic', 'compare'],
];
/** Those of its fields that mean something. */
const meant = (request: Request): string =>
  ['kind', 'program', ...fieldsOf[Number(request.kind)]!].map((name) => `${name} ${request[name]}`).join();
const unpacked = (bits: bigint): Request =>
  Object.fromEntries(
    type.ir.fields.map(({ name, lo, type: { width } }) => [name, BigInt.asUintN(width, bits >> BigInt(lo))]),
  );

test.each([
  ['slots that take everything', 1, 0.6],
  ['slots that stall', 0.4, 0.5],
  ['slots that rarely answer', 0.9, 0.1],
])('%s: what is sent, in which order and cycle, and what is taken', (_, readiness, answers) => {
  const random = chance(31);
  const below = (limit: number): number => Math.floor(random() * limit);
  const bit = (share = 0.5): number => (random() < share ? 1 : 0);
  const word = (): bigint => BigInt(below(2 ** 32)) | (BigInt(below(2 ** 32)) << 32n);
  /** What the slots are offered, what waits behind it, and how many are not yet answered. */
  let offer: Request | undefined;
  let queue: Request[] = [];
  let outstanding = 0;
  /** Requests that were sent and have no answer yet. */
  let sent = 0;
  let [fullest, most] = [0, 0];
  for (let n = 0; n < 12_000; n++) {
    const calm = n % 3000 > 2500;
    const access: Request = {
      kind: BigInt(bit(0.7) ? kinds.WRITE : below(3)),
      program: 0n,
      line: BigInt(below(64)),
      offset: BigInt(below(64)),
      size: BigInt(below(4)),
      upper: BigInt(bit()),
      data: word(),
      atomic: BigInt(below(6)),
      compare: word(),
    };
    const isWrite = access.kind === BigInt(kinds.WRITE);
    const [valid, ready, answered] = [calm ? 0 : bit(0.8), bit(readiness), sent > 0 ? bit(calm ? 0.9 : answers) : 0];
    const [ahead, line, room] = [calm ? 0 : bit(), below(64), bit()];
    sim.poke('access_valid', valid);
    sim.poke('access_bits', pack(type, access));
    sim.poke('ahead_valid', ahead);
    sim.poke('ahead_bits', line);
    sim.poke('read_room', room);
    sim.poke('answered', answered);
    sim.poke('slot_ready', ready);

    const free = (!offer || ready === 1) && outstanding < unanswered;
    const direct = free && queue.length === 0 && (isWrite || access.kind === BigInt(kinds.ATOMIC) || room === 1);
    const idle = free && queue.length === 0 && !valid && room === 1;
    const reads = (valid === 1 && direct && access.kind === BigInt(kinds.READ)) || (idle && ahead === 1);
    const seen = ['access_write_ready', 'access_ask_ready', 'read_valid', 'drained', 'slot_valid'].map((name) =>
      sim.peekNumber(name),
    );
    const flag = (value: unknown): number => (value ? 1 : 0);
    expect([n, ...seen]).toEqual([
      n,
      flag(queue.length < queued),
      flag(direct),
      flag(reads),
      flag(!offer && queue.length === 0 && outstanding === 0),
      flag(offer),
    ]);
    if (reads) {
      const asked = valid ? Number(access.line) : line;
      expect([n, sim.peekNumber('read_line'), sim.peekNumber('read_demand')]).toEqual([n, asked, valid]);
    }
    if (ahead) expect([n, sim.peekNumber('ahead_ready')]).toEqual([n, flag(idle)]);
    if (offer) expect([n, meant(unpacked(sim.peek('slot_bits')))]).toEqual([n, meant(offer)]);

    if (offer && ready) {
      offer = undefined;
      sent += 1;
    }
    let next: Request | undefined;
    if (free) {
      if (queue.length > 0) next = queue.shift();
      else if (valid) next = direct ? access : undefined;
      else if (idle && ahead) next = { kind: BigInt(kinds.READ), program: 0n, line: BigInt(line) };
    }
    if (valid && isWrite && !direct && sim.peekNumber('access_write_ready')) queue = [...queue, access];
    outstanding += flag(next) - answered;
    sent -= answered;
    offer = next ?? offer;
    [fullest, most] = [Math.max(fullest, queue.length), Math.max(most, outstanding)];
    sim.cycle();
  }
  if (readiness < 1) expect(fullest).toBe(queued);
  if (answers < 0.2) expect(most).toBe(unanswered);
  for (let n = 0; n < 200; n++) {
    // Everything leaves and is answered.
    sim.poke('access_valid', 0);
    sim.poke('ahead_valid', 0);
    sim.poke('slot_ready', 1);
    sent += sim.peekNumber('slot_valid');
    const answered = sent > 0 && !sim.peekNumber('slot_valid') ? 1 : 0;
    sim.poke('answered', answered);
    sent -= answered;
    sim.cycle();
  }
  sim.poke('answered', 0);
  expect(sim.peekNumber('drained')).toBe(1);
});
