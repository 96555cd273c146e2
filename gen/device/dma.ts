/**
 * The host's way into slot memory: an AXI4 slave of 512 bits that moves one line a cycle in each direction. Each direction
 * takes its bursts one after the other, so answers are in order whatever their IDs. Lines outside allocated slots are not
 * written and read as zero; their bursts answer SLVERR. Bursts are INCR with full beats, as the shell issues them.
 */
import { assertThat, bool, cat, flip, module, mux, named, reg, shared, struct, u, unused, when } from '../hdl/index.ts';
import type { Bool, Flip, Io, UInt } from '../hdl/index.ts';
import { shells, type Config } from '../config.ts';
import { axi4, AxiResponse, axiSlave, beats, type AxiPorts, type AxiSlave } from '../lib/axi.ts';
import { fifo } from '../lib/fifo.ts';
import { skidBuffer } from '../lib/slice.ts';
import { channel, fires, gate, pipe } from '../lib/stream.ts';
import { dmaPort, windowBits } from './slot-memory.ts';

/** Widths of the shell's DMA_PCIS port. */
export const pcisWidths = ({ shell }: Config) => ({ id: shells[shell].dmaIdBits, address: 64, data: 512 });

/** Answers that may wait for the host in each direction; the shell has at most 32 bursts under way. */
const answers = 32;

/** A beat that slot memory has taken but not yet answered. */
const pendingBeat = ({ type }: UInt) => struct('dma_beat', { id: type, last: bool });

/** `room` answers may wait in each direction. */
export const dmaSlave = shared((config: Config, room: number = answers) =>
  module('dma_slave', { axi: flip(axi4(pcisWidths(config))), slots: flip(dmaPort(config)) }, ({ axi, slots }) => {
    const channels = axiSlave<AxiPorts>(axi);
    named('write', () => writes(config, channels, slots, room));
    named('read', () => reads(config, channels, slots, room));
  }),
);

type Slots = Io<Flip<ReturnType<typeof dmaPort>>>;

/** Address and data meet; the last beat of a burst gives its answer once it is visible. */
function writes(config: Config, { aw, w, b }: AxiSlave<AxiPorts>, slots: Slots, room: number): void {
  const answer = channel(struct('dma_write_answer', { id: aw.bits.id.type, resp: u(2) }));
  const waiting = fifo(answer, room);
  const address = gate(beats(skidBuffer(aw), 64), waiting.count.lt(room - 2));
  const data = skidBuffer(w);
  slots.write_valid.value = address.valid.and(data.valid);
  slots.write_line.value = lineOf(config, address.bits.address);
  slots.write_data.value = data.bits.data;
  slots.write_strobe.value = data.bits.strb;
  address.ready.value = slots.write_ready.and(data.valid);
  data.ready.value = slots.write_ready.and(address.valid);

  const pending = reg(pendingBeat(aw.bits.id));
  when(fires(address), () => {
    pending.next = { id: address.bits.id, last: address.bits.last };
  });
  const failed = reg(bool, 0);
  const anyFailed = failed.or(slots.write_failed);
  when(slots.write_done, () => {
    failed.next = anyFailed.and(pending.last.not());
  });
  answer.valid.value = slots.write_done.and(pending.last);
  answer.bits.value = { id: pending.id, resp: responseOf(anyFailed) };
  pipe(waiting, b);
  assertThat(answer.ready.or(answer.valid.not()), 'an answer to a write finds no room');
}

/** Lines are asked for only while there is room for them, because slot memory cannot be held up. */
function reads(config: Config, { ar, r }: AxiSlave<AxiPorts>, slots: Slots, room: number): void {
  /** Lines asked for and not yet taken by the host. */
  const promised = reg(u(6), 0);
  const address = gate(beats(skidBuffer(ar), 64), promised.lt(room));
  slots.read_valid.value = address.valid;
  slots.read_line.value = lineOf(config, address.bits.address);
  address.ready.value = slots.read_ready;

  const asked = channel(pendingBeat(ar.bits.id));
  asked.valid.value = fires(address);
  asked.bits.value = { id: address.bits.id, last: address.bits.last };
  const pending = fifo(asked, room);
  pending.ready.value = slots.read_done;
  const { id, last } = pending.bits;
  const line = channel(struct('dma_read_answer', { id: ar.bits.id.type, data: u(512), resp: u(2), last: bool }));
  line.valid.value = slots.read_done;
  line.bits.value = { id, data: slots.read_data, resp: responseOf(slots.read_failed), last };
  const waiting = fifo(line, room);
  promised.next = promised.add(fires(address).zext(6)).sub(fires(waiting).zext(6));
  pipe(waiting, r);
  assertThat(asked.ready.or(asked.valid.not()), 'a read that was asked for finds no room');
  assertThat(line.ready.or(line.valid.not()), 'a line that was read finds no room');
  unused(pending.valid);
}

/** The line within the window of slots; its top bit says outside. */
function lineOf(config: Config, address: UInt): UInt {
  const bits = windowBits(config);
  return cat(address.slice(6 + bits, address.width - 6 - bits).orReduce(), address.slice(6, bits));
}

function responseOf(failed: Bool): UInt<2> {
  return mux(failed, u(2).of(AxiResponse.slaveError), AxiResponse.okay);
}
