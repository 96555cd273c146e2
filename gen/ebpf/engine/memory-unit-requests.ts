/** The way from the memory unit to slot memory: one request a cycle, in program order. */
import { allOf, bool, flip, input, module, output, reg, shared, struct, u, when, wire } from '../../hdl/index.ts';
import { fifo } from '../../lib/fifo.ts';
import { channel, stream } from '../../lib/stream.ts';
import { lineBits, memoryRequest, sizeType, type EngineConfig } from './interface.ts';

/** Stores that wait while slot memory is slow. */
const queuedStores = 16;
/** Bits of the number of requests that are not yet answered. */
const outstandingBits = 6;

const storeOf = (config: EngineConfig) =>
  struct('queued_store', { line: u(lineBits(config)), offset: u(6), size: sizeType, upper: bool, data: u(64) });

function requestPorts(config: EngineConfig) {
  return {
    /** From the memory stage. A WRITE is taken when `write_ready`, and may wait in a queue; others when `ask_ready`. */
    access: {
      valid: input(bool),
      bits: input(memoryRequest(config)),
      write_ready: output(bool),
      ask_ready: output(bool),
    },
    /** Lines to be fetched ahead, when there is nothing else to do and no store is about to come. */
    ahead: flip(stream(u(lineBits(config)))),
    /** A READ leaves, if there is room. */
    read: { valid: output(bool), line: output(u(lineBits(config))), demand: output(bool), room: input(bool) },
    /** A request was answered. */
    answered: input(bool),
    /** Nothing waits and nothing is unanswered. */
    drained: output(bool),
    slot: { valid: output(bool), ready: input(bool), bits: output(memoryRequest(config)) },
  };
}

/** Stores queue here. Reads and atomics leave only when the queue is empty, and so see everything older done. */
export const memoryRequests = shared((config: EngineConfig) =>
  module('memory_requests', requestPorts(config), ({ access, ahead, read, answered, drained, slot }) => {
    const valid = reg(bool, 0);
    const bits = reg(memoryRequest(config));
    const outstanding = reg(u(outstandingBits), 0);
    const free = valid.not().or(slot.ready);
    const room = free.and(outstanding.andReduce().not());
    slot.valid.value = valid;
    slot.bits.value = bits;

    const stores = channel(storeOf(config));
    const queue = fifo(stores, queuedStores);
    const writes = access.bits.kind.is('WRITE');
    /** The memory stage's request passes the empty queue. */
    const direct = allOf(room, queue.valid.not(), writes.or(access.bits.kind.is('ATOMIC')).or(read.room));
    const { line, offset, size, upper, data, atomic, compare } = access.bits;
    stores.valid.value = allOf(access.valid, writes, direct.not());
    stores.bits.value = { line, offset, size, upper, data };
    access.write_ready.value = stores.ready;
    access.ask_ready.value = direct;

    const sends = wire(bool, 0);
    queue.ready.value = room;
    ahead.ready.value = 0;
    read.valid.value = 0;
    read.demand.value = access.valid;
    read.line.value = ahead.bits;
    when(free, () => {
      valid.next = sends;
    });
    when(room, () => {
      when(queue.valid, () => {
        sends.value = 1;
        const store = queue.bits;
        const where = { line: store.line, offset: store.offset, size: store.size, upper: store.upper };
        bits.next = { kind: 'WRITE', program: 0, ...where, data: store.data, atomic, compare };
      })
        .elseWhen(access.valid, () => {
          sends.value = direct;
          bits.next = access.bits;
          read.valid.value = direct.and(access.bits.kind.is('READ'));
          read.line.value = access.bits.line;
        })
        .elseWhen(read.room, () => {
          sends.value = ahead.valid;
          bits.next = { kind: 'READ', program: 0, line: ahead.bits, offset, size, upper, data, atomic, compare };
          read.valid.value = ahead.valid;
          ahead.ready.value = 1;
        });
    });

    when(sends.and(answered.not()), () => {
      outstanding.next = outstanding.add(1);
    }).elseWhen(answered.and(sends.not()), () => {
      outstanding.next = outstanding.sub(1);
    });
    drained.value = allOf(valid.not(), queue.valid.not(), outstanding.eq(0));
  }),
);
