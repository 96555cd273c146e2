/**
 * One bank of slot memory: rows of 64 bytes with one read and one write port, shared by the engines, the host's DMA and
 * the scrubber. Reads and writes go on side by side; an atomic holds the write port from its read to its write.
 *
 * Cycle by cycle: a request is granted (0), drives the RAM (1), the row comes out of the RAM's output register (3), and the
 * response leaves registered (4). All responses take the same way, so each party's are in the order of its requests.
 */
import {
  allOf,
  anyOf,
  bitsFor,
  bool,
  cat,
  delay,
  input,
  instance,
  memory,
  module,
  mux,
  output,
  reg,
  repeat,
  shared,
  struct,
  u,
  vec,
  when,
  wire,
} from '../hdl/index.ts';
import type { Bool, UInt } from '../hdl/index.ts';
import { AtomicOperation, MemoryKind, sizeType } from '../ebpf/engine/interface.ts';
import { atomicAlu } from '../lib/atomic.ts';
import { delayLine } from '../lib/stream.ts';

export interface BankConfig {
  /** Rows of 64 bytes in the bank. */
  readonly rows: number;
  /** Slots that share the bank, each rows / slots rows. */
  readonly slots: number;
  readonly engines: number;
}

/** Cycles from the grant of a DMA read to its response. */
export const bankLatency = 4;

/** An engine's request as the bank sees it: see `memoryRequest`. */
export function bankRequest(config: BankConfig) {
  return struct(`bank_request_e${config.engines}_r${config.rows}`, {
    kind: MemoryKind,
    row: u(rowBits(config)),
    offset: u(6),
    size: sizeType,
    upper: bool,
    data: u(64),
    atomic: AtomicOperation,
    compare: u(64),
    /** Which engine asks. */
    source: u(bitsFor(config.engines)),
  });
}

export function rowBits(config: BankConfig): any {
  return bitsFor(config.rows);
}

function bankPorts(config: BankConfig) {
  return {
    request_valid: input(bool),
    request_ready: output(bool),
    request: input(bankRequest(config)),
    response_valid: output(bool),
    response_source: output(u(bitsFor(config.engines))),
    response_kind: output(MemoryKind),
    response_data: output(u(512)),

    dma_write_valid: input(bool),
    dma_write_ready: output(bool),
    dma_write_row: input(u(rowBits(config))),
    dma_write_data: input(u(512)),
    /** One bit a byte. */
    dma_write_strobe: input(u(64)),

    dma_read_valid: input(bool),
    dma_read_ready: output(bool),
    dma_read_row: input(u(rowBits(config))),
    /** `bankLatency` cycles after the request was taken. */
    dma_read_data: output(u(512)),

    /** Slots to be filled with zeros; pulses. */
    scrub: input(u(config.slots)),
    /** Slots that are not yet zero again. */
    scrubbing: output(u(config.slots)),

    /** A row is written: by the engine `written_source`, or else by the host or the scrubber. */
    written: output(bool),
    written_row: output(u(rowBits(config))),
    written_source: output(u(bitsFor(config.engines))),
    written_by_engine: output(bool),
  } as const;
}

export const slotBank = shared((config: BankConfig) =>
  module(`slot_bank_s${config.slots}_r${config.rows}_e${config.engines}`, bankPorts(config), (io) => {
    const bytes = config.rows * 64;
    const ram = memory({ type: u(512), depth: config.rows, lane: 8, style: bytes >= 128 * 1024 ? 'ultra' : 'block' });
    const { request } = io;

    /** An atomic is between its read and its write: nobody else writes. */
    const atomicBusy = reg(bool, 0);
    /** The result of an atomic is written in this cycle. */
    const atomicWrite = wire(bool);
    const writes = request.kind.is('WRITE');
    const isAtomic = request.kind.is('ATOMIC');

    // Write port: the atomic's result first, then engine and DMA in turns, then the scrubber.
    const writeTurn = reg(bool, 0);
    const engineWants = io.request_valid.and(writes);
    const scrubTurn = wire(bool);
    const atomicReads = wire(bool);
    const writeFree = allOf(atomicBusy.not(), atomicReads.not(), scrubTurn.not());
    const engineWrites = engineWants.and(writeFree).and(io.dma_write_valid.and(writeTurn).not());
    const dmaWrites = io.dma_write_valid.and(writeFree).and(engineWrites.not());
    when(anyOf(engineWrites, atomicReads, dmaWrites), () => {
      writeTurn.next = dmaWrites.not();
    });
    io.dma_write_ready.value = dmaWrites;

    // Read port: engine and DMA in turns. An atomic needs the write port too, and takes its turn there.
    const readTurn = reg(bool, 0);
    const engineReadWants = io.request_valid.and(writes.not()).and(atomicBusy.not());
    const yields = anyOf(io.dma_read_valid.and(readTurn), allOf(isAtomic, io.dma_write_valid, writeTurn));
    const engineReads = engineReadWants.and(yields.not());
    const dmaReads = io.dma_read_valid.and(engineReads.not());
    when(engineReads.or(dmaReads), () => {
      readTurn.next = engineReads;
    });
    io.dma_read_ready.value = dmaReads;
    atomicReads.value = engineReads.and(isAtomic);
    const granted = engineWrites.or(engineReads);
    io.request_ready.value = granted;

    // The scrubber takes idle cycles, and one in eight when there are none.
    const beat = reg(u(3), 0);
    beat.next = beat.add(1);
    const scrubber = scrubRows(config, io.scrub, anyOf(engineWrites, dmaWrites, atomicBusy).not());
    scrubTurn.value = beat.eq(0).and(scrubber.active);
    io.scrubbing.value = scrubber.pending;

    // Cycle 1: what drives the RAM.
    const engineStrobe = byteStrobe(request.offset, request.size, request.upper);
    const write = reg(bool, 0);
    const writeRow = reg(u(rowBits(config)));
    const writeData = reg(u(512));
    const writeStrobe = reg(u(64));
    const atomicRow = reg(u(rowBits(config)));
    const atomicResult = reg(u(64));
    const atomicStrobe = reg(u(64));
    write.next = engineWrites.or(dmaWrites).or(scrubber.writes).or(atomicWrite);
    when(atomicWrite, () => {
      writeRow.next = atomicRow;
      writeData.next = repeat(atomicResult, 8);
      writeStrobe.next = atomicStrobe;
    })
      .elseWhen(engineWrites, () => {
        writeRow.next = request.row;
        writeData.next = repeat(request.data, 8);
        writeStrobe.next = engineStrobe;
      })
      .elseWhen(dmaWrites, () => {
        writeRow.next = io.dma_write_row;
        writeData.next = io.dma_write_data;
        writeStrobe.next = io.dma_write_strobe;
      })
      .otherwise(() => {
        writeRow.next = scrubber.row;
        writeData.next = 0;
        writeStrobe.next = u(64).of(-1);
      });
    when(write, () => ram.write({ address: writeRow, data: writeData, mask: writeStrobe }));

    const readRow = reg(u(rowBits(config)));
    const reads = reg(bool, 0);
    reads.next = engineReads.or(dmaReads);
    when(engineReads.or(dmaReads), () => {
      readRow.next = mux(engineReads, request.row, io.dma_read_row);
    });
    const row = ram.read(readRow, { enable: reads, latency: 2 });

    // The way of a response beside the RAM.
    const flight = struct(`bank_flight_e${config.engines}`, {
      source: request.source.type,
      kind: MemoryKind,
      offset: u(6),
      size: sizeType,
    });
    const { source: asker, kind: asked, offset, size } = request;
    const inFlight = delayLine(flight.of({ source: asker, kind: asked, offset, size }), bankLatency - 1);
    const responseValid = delayLine(granted, bankLatency, 0);
    io.response_valid.value = responseValid;
    io.response_source.value = delay(inFlight.source);
    const kind = delay(inFlight.kind);
    io.response_kind.value = kind;
    const rowOut = delay(row);
    const oldWord = delay(wordOf(row, inFlight.offset, inFlight.size));
    io.response_data.value = mux(kind.is('ATOMIC'), oldWord.zext(512), rowOut);
    io.dma_read_data.value = rowOut;

    // Atomics: one at a time from grant to write.
    const operation = reg(AtomicOperation);
    const operand = reg(u(64));
    const compare = reg(u(64));
    const wide = reg(bool);
    const source = reg(u(bitsFor(config.engines)));
    when(atomicReads, () => {
      atomicBusy.next = 1;
      atomicRow.next = request.row;
      atomicStrobe.next = engineStrobe;
      operation.next = request.atomic;
      operand.next = request.data;
      compare.next = request.compare;
      wide.next = request.size.eq(3);
      source.next = request.source;
    }).elseWhen(atomicWrite, () => {
      atomicBusy.next = 0;
    });
    const alu = instance(atomicAlu, { operation, wide, old: oldWord, operand, compare });
    const computed = responseValid.and(kind.is('ATOMIC'));
    // A word operation is wanted in both halves, because its strobe says which one is meant.
    atomicResult.next = mux(wide, alu.result, repeat(alu.result.slice(0, 32), 2));
    atomicWrite.value = delayLine(computed, 1, 0);

    io.written.value = write;
    io.written_row.value = writeRow;
    io.written_source.value = delay(mux(atomicWrite, source, request.source));
    io.written_by_engine.value = delay(engineWrites.or(atomicWrite));
  }),
);

/** Which of a row's 64 bytes an access of 2^size bytes at `offset` means; `upper`: those beyond the row's end, wrapped. */
export function byteStrobe(offset: UInt<6>, size: UInt<2>, upper: Bool): UInt<64> {
  const ones = mux(size.bit(1), mux(size.bit(0), u(8).of(0xff), 0x0f), mux(size.bit(0), u(8).of(0x03), 0x01));
  const shifted = ones.zext(72).shl(offset);
  return mux(upper, shifted.slice(64, 8).zext(64), shifted.slice(0, 64));
}

const wordsOfRow = vec(u(64), 8);

/** The aligned word of 4 or 8 bytes at `offset`, zero-extended. */
function wordOf(row: UInt<512>, offset: UInt<6>, size: UInt<2>): UInt<64> {
  const double = row.as(wordsOfRow).at(offset.slice(3, 3));
  const single = mux(offset.bit(2), double.slice(32, 32), double.slice(0, 32)).zext(64);
  return mux(size.eq(3), double, single);
}

/** Zero-fills slots that were given back, one row in each cycle in which `free` is 1. */
function scrubRows(
  config: BankConfig,
  start: UInt,
  free: Bool,
): { pending: UInt; active: Bool; writes: Bool; row: UInt } {
  const rowsPerSlot = config.rows / config.slots;
  const pending = reg(u(config.slots), 0);
  const active = reg(bool, 0);
  const row = reg(u(rowBits(config)), 0);
  const writes = active.and(free);
  const last = writes.and(row.slice(0, bitsFor(rowsPerSlot)).eq(rowsPerSlot - 1));
  const slot = config.slots === 1 ? undefined : row.slice(bitsFor(rowsPerSlot), bitsFor(config.slots));
  const finished = slot ? u(config.slots).of(1).shl(slot) : u(1).of(1);
  when(active.not(), () => {
    active.next = pending.orReduce();
    row.next = config.slots === 1 ? u(rowBits(config)).of(0) : cat(lowestSet(pending), u(bitsFor(rowsPerSlot)).of(0));
  }).elseWhen(writes, () => {
    row.next = row.add(1);
    when(last, () => {
      active.next = 0;
    });
  });
  pending.next = mux(last, pending.and(finished.not()), pending).or(start);
  return { pending, active, writes, row };
}

/** Position of the lowest 1, or 0. */
export function lowestSet(bits: UInt): UInt {
  const positions = u(bitsFor(bits.width));
  return bits
    .toBits()
    .map((bit, i) => [bit, positions.of(i)] as const)
    .reduceRight<UInt>((rest, [bit, at]) => mux(bit, at, rest), positions.of(0));
}
