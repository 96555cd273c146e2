/** The slave side of AXI4-Lite as a plain bus: one access at a time. */
import { bool, mux, reg, unused, when, wire } from '../hdl/index.ts';
import type { Bool, UInt, UIntType, Wire } from '../hdl/index.ts';
import { AxiResponse, type AxiLitePorts, type AxiSlave } from './axi.ts';
import { registerSlice } from './slice.ts';
import { fires } from './stream.ts';

/**
 * An access begins with `start` and goes on until the cycle in which `done` is driven to 1; meanwhile nothing here
 * changes.
 */
export interface AccessBus {
  /** First cycle of an access. */
  readonly start: Bool;
  /** 1: a write, 0: a read. */
  readonly write: Bool;
  /** Byte address as the master gave it. */
  readonly address: UInt;
  /** Of a write: data and byte strobes, in their lanes of the bus. */
  readonly data: UInt;
  readonly strobe: UInt;
  /** To be driven to 1 for one cycle, in the first cycle of the access or any later one. */
  readonly done: Wire<UIntType<1>>;
  /** To be driven with the answer to a read in the cycle of `done`. */
  readonly readData: Wire<UIntType>;
}

/**
 * Takes AW and W in either order, and gives one OKAY response for each read and each write. A response that the master
 * does not take holds up no access of the other direction. While both ask, they take turns.
 */
export function accessBus(slave: AxiSlave<AxiLitePorts>): AccessBus {
  const aw = registerSlice(slave.aw, 'forward');
  const w = registerSlice(slave.w, 'forward');
  const ar = registerSlice(slave.ar, 'forward');

  unused(aw.bits, w.bits, ar.bits);

  const busy = reg(bool, 0);
  const start = reg(bool, 0);
  const write = reg(bool, 0);
  const address = reg(aw.bits.addr.type);
  const data = reg(w.bits.data.type);
  const strobe = reg(w.bits.strb.type);
  const done = wire(bool);
  const readData = wire(data.type);

  const written = reg(bool, 0);
  const answered = reg(bool, 0);
  const answer = reg(data.type);

  const canWrite = aw.valid.and(w.valid).and(written.not());
  const canRead = ar.valid.and(answered.not());
  const writes = canWrite.and(canRead.not().or(write.not()));
  const begins = busy.not().and(canWrite.or(canRead));
  for (const { ready } of [aw, w]) ready.value = begins.and(writes);
  ar.ready.value = begins.and(writes.not());
  start.next = begins;
  when(begins, () => {
    busy.next = 1;
    write.next = writes;
    address.next = mux(writes, aw.bits.addr, ar.bits.addr);
    data.next = w.bits.data;
    strobe.next = w.bits.strb;
  }).elseWhen(done, () => {
    busy.next = 0;
  });

  slave.b.valid.value = written;
  slave.b.bits.resp.value = AxiResponse.okay;
  when(fires(slave.b), () => {
    written.next = 0;
  }).elseWhen(done.and(write), () => {
    written.next = 1;
  });
  slave.r.valid.value = answered;
  slave.r.bits.value = { data: answer, resp: AxiResponse.okay };
  when(fires(slave.r), () => {
    answered.next = 0;
  }).elseWhen(done.and(write.not()), () => {
    answered.next = 1;
    answer.next = readData;
  });
  return { start, write, address, data, strobe, done, readData };
}

/** A slave with nothing behind it: every write is taken, every read gives `value`. */
export function answerAll(slave: AxiSlave<AxiLitePorts>, value: number | bigint = 0): void {
  const { start, write, address, data, strobe, done, readData } = accessBus(slave);
  unused(write, address, data, strobe);
  done.value = start;
  readData.value = value;
}
