/**
 * All slots: a bank for each data slot and one for the programs, and the ways to them from the engines and from DMA. Engines
 * on different data slots never wait for each other.
 *
 * An engine's request is held in a register beside the engine, chosen by the bank's arbiter into a register beside the
 * bank, and answered `bankLatency` cycles later through a register beside the engine: programs and data come in on ways of
 * their own.
 */
import {
  allOf,
  anyOf,
  bool,
  cat,
  delay,
  flip,
  input,
  instance,
  module,
  named,
  oneHot,
  output,
  reg,
  shared,
  u,
  unused,
  when,
  wire,
} from '../hdl/index.ts';
import type { Bool, Flip, Io, UInt, UIntType, ValueOf, Wire } from '../hdl/index.ts';
import type { Config } from '../config.ts';
import { bar4 } from '../config.ts';
import {
  lineBits,
  MemoryKind,
  memoryPort,
  memoryRequest,
  memoryResponse,
  programPort,
  snoopPort,
} from '../ebpf/engine/interface.ts';
import { delayLine } from '../lib/stream.ts';
import { roundRobin } from '../lib/arbiter.ts';
import { bankLatency, bankRequest, rowBits, slotBank, type BankConfig } from './slot-bank.ts';

/** Bits of the number of a 64-byte line in BAR4's slot window. */
export function windowBits(config: Config): any {
  return Math.log2(bar4(config).bytes / 64);
}

/** DMA as slot memory sees it: one line a cycle each way. */
export function dmaPort(config: Config) {
  return {
    write_valid: input(bool),
    write_ready: output(bool),
    /** Number of the line in BAR4's window of slots; the top bit says outside. */
    write_line: input(u(windowBits(config) + 1)),
    write_data: input(u(512)),
    /** One bit a byte. */
    write_strobe: input(u(64)),
    /** One pulse a write, in order: it is visible to everyone from now on, or failed because there is no such slot. */
    write_done: output(bool),
    write_failed: output(bool),
    read_valid: input(bool),
    read_ready: output(bool),
    read_line: input(u(windowBits(config) + 1)),
    /** One pulse a read, in order; it cannot be held up. */
    read_done: output(bool),
    read_failed: output(bool),
    read_data: output(u(512)),
  } as const;
}

/** What slot memory and one engine share. */
export function slotPort(config: Config) {
  return {
    memory: flip(memoryPort(config)),
    program: flip(programPort),
    snoop: flip(snoopPort(config)),
    /** The slots of the running command. */
    program_slot: input(u(8)),
    data_slot: input(u(8)),
  } as const;
}

type SlotIo = Io<ReturnType<typeof slotPort>>;
type BankIo = Io<Flip<ReturnType<typeof slotBank>['ports']>>;

export const slotMemory = shared((config: Config) => {
  const { engines, programSlots, dataSlots } = config;
  const enginePorts = Object.fromEntries(Array.from({ length: engines }, (_, n) => [`engine${n}`, slotPort(config)]));
  return module(
    'slot_memory',
    {
      ...enginePorts,
      dma: dmaPort(config),
      program_allocated: input(u(programSlots)),
      data_allocated: input(u(dataSlots)),
      program_scrub: input(u(programSlots)),
      data_scrub: input(u(dataSlots)),
      program_scrubbing: output(u(programSlots)),
      data_scrubbing: output(u(dataSlots)),
      /** No engine waits for an answer. */
      quiet: output(bool),
      /** The content of this program slot changes. */
      program_changed: output(bool),
      program_changed_slot: output(u(8)),
    },
    (io) => {
      const programLines = config.programSlotBytes / 64;
      const programConfig: BankConfig = { rows: programSlots * programLines, slots: programSlots, engines };
      const dataConfig: BankConfig = { rows: config.dataSlotBytes / 64, slots: 1, engines };
      const banks: Bank[] = [
        ...Array.from({ length: dataSlots }, (_, slot) => ({
          config: dataConfig,
          slot,
          io: instance(slotBank(dataConfig), {}, { name: `data${slot}` }),
        })),
        { config: programConfig, slot: undefined, io: instance(slotBank(programConfig), {}, { name: 'programs' }) },
      ];
      const programs = banks.at(-1)!;
      unused(
        programs.io.written_row,
        programs.io.written_source,
        programs.io.written_by_engine,
        programs.io.response_kind,
      );
      programs.io.scrub.value = io.program_scrub;
      io.program_scrubbing.value = programs.io.scrubbing;
      const dataBanks = banks.slice(0, -1);
      dataBanks.forEach((bank, slot) => {
        bank.io.scrub.value = io.data_scrub.bit(slot);
      });
      io.data_scrubbing.value = cat(...dataBanks.map((bank) => bank.io.scrubbing).reverse());

      const ports = io as unknown as Record<string, SlotIo>;
      const ways: Way[] = [];
      for (let n = 0; n < engines; n++)
        ways.push(named(`way${n}`, () => engineWay(config, ports[`engine${n}`]!, banks, n)));
      const taken: Bool[][] = [];
      for (const [index, bank] of banks.entries())
        taken.push(named(`turn${index}`, () => arbitrate(bank, index, ways)));
      ways.forEach((way, n) => {
        way.done.value = anyOf(...taken.map((grants) => grants[n]!));
      });
      io.quiet.value = allOf(...ways.map((way) => way.quiet));
      connectDma(config, io.dma, banks, io.program_allocated, io.data_allocated);

      io.program_changed.value = programs.io.written;
      io.program_changed_slot.value = slotOf(programs.io.written_row, programLines).resize(8);
    },
  );
});

/** Number of the slot in which a line lies, if each slot has so many of them. */
function slotOf(line: UInt, lines: number): UInt {
  const within = Math.log2(lines);
  return line.width > within ? line.high(line.width - within) : u(1).of(0);
}

interface Bank {
  readonly config: BankConfig;
  /** Which data slot; undefined for the programs. */
  readonly slot: number | undefined;
  readonly io: BankIo;
}

/** An engine's side: its request waiting for a bank. */
interface Way {
  readonly valid: Bool;
  readonly request: ValueOf<ReturnType<typeof memoryRequest>>;
  readonly programSlot: UInt<8>;
  /** One bit a bank: where the request goes. */
  readonly target: UInt;
  /** The request was taken by its bank. */
  readonly done: Wire<UIntType<1>>;
  /** Everything was answered. */
  readonly quiet: Bool;
}

function engineWay(config: Config, port: SlotIo, banks: readonly Bank[], n: number): Way {
  const { memory } = port;
  unused(port.program_slot); // with a single program slot
  const dataBanks = banks.slice(0, -1);
  const request = reg(memoryRequest(config));
  const valid = reg(bool, 0);
  const target = reg(u(banks.length));
  const done = wire(bool);

  const outstanding = reg(u(6), 0);
  const ownSlot = dataBanks.map((_, slot) => port.data_slot.eq(slot));
  const chosen = cat(memory.request.program, ...ownSlot.map((own) => own.and(memory.request.program.not())).reverse());
  const quiet = outstanding.eq(0);
  const ready = allOf(valid.not().or(done), outstanding.lt(62));
  const accept = memory.request_valid.and(ready);
  memory.request_ready.value = ready;
  valid.next = accept.or(valid.and(done.not()));
  when(accept, () => {
    request.next = memory.request;
    target.next = chosen;
  });

  const answersOf = (bank: Bank): Bool => bank.io.response_valid.and(bank.io.response_source.eq(n));
  const answers = dataBanks.map(answersOf);
  const answered = anyOf(...answers);
  const programs = banks.at(-1)!;
  const loaded = answersOf(programs);
  outstanding.next = outstanding.add(accept.zext(6)).sub(answered.zext(6)).sub(loaded.zext(6));
  const line = reg(u(512));
  when(loaded, () => {
    line.next = programs.io.response_data;
  });
  port.program.valid.value = delayLine(loaded, 1, 0);
  port.program.line.value = line;
  const answer = reg(memoryResponse);
  when(answered, () => {
    answer.kind.next = pick(
      answers,
      dataBanks.map((bank) => bank.io.response_kind.bits),
    ).as(MemoryKind);
    answer.data.next = pick(
      answers,
      dataBanks.map((bank) => bank.io.response_data),
    );
  });
  memory.response_valid.value = delayLine(answered, 1, 0);
  memory.response.value = answer;

  // Lines of this engine's data slot that others write.
  const foreign = dataBanks.map((bank, slot) => {
    const own = bank.io.written_by_engine.and(bank.io.written_source.eq(n));
    return allOf(bank.io.written, own.not(), ownSlot[slot]!);
  });
  port.snoop.valid.value = delayLine(anyOf(...foreign), 1, 0);
  port.snoop.line.value = delay(
    pick(
      foreign,
      dataBanks.map((bank) => bank.io.written_row),
    ),
  ).resize(lineBits(config));

  return { valid, request, programSlot: port.program_slot, target, done, quiet };
}

/** The value whose condition is 1, of values that have one width. */
function pick(conditions: readonly Bool[], values: readonly UInt[]): UInt {
  return oneHot(
    values[0]!.type,
    conditions.map((condition, i) => [condition, values[i]!] as const),
  );
}

/** A bank's side: the engines in turns, through a register. Returns which engine's request was taken. */
function arbitrate(bank: Bank, index: number, ways: readonly Way[]): Bool[] {
  const type = bankRequest(bank.config);
  const held = reg(type);
  const valid = reg(bool, 0);
  const free = valid.not().or(bank.io.request_ready);
  const wanting = cat(...ways.map((way) => way.valid.and(way.target.bit(index))).reverse());
  const any = wanting.orReduce();
  const grants = roundRobin(wanting, free.and(any)).toBits();
  const lines = Math.log2(bank.config.rows / bank.config.slots);
  const requests = ways.map(({ request, programSlot }, n) => {
    const line = request.line.slice(0, lines);
    const row = bank.config.slots === 1 ? line : cat(programSlot.resize(rowBits(bank.config) - lines), line);
    const { kind, offset, size, upper, data, atomic, compare } = request;
    return type.of({ kind, row, offset, size, upper, data, atomic, compare, source: n }).bits;
  });
  when(free, () => {
    valid.next = any;
    held.next = pick(grants, requests).as(type);
  });
  bank.io.request_valid.value = valid;
  bank.io.request.value = held;
  return grants.map((grant) => grant.and(free));
}

/** The host's side: a register each way, and the reads' way back. */
function connectDma(
  config: Config,
  dma: Io<ReturnType<typeof dmaPort>>,
  banks: readonly Bank[],
  program: UInt,
  data: UInt,
): void {
  /** The bank in which a line of the window lies, one-hot; 0 where there is no allocated slot. */
  const bankOf = (line: UInt): UInt => {
    const slotAt = (slotBytes: number): UInt => slotOf(line.low(windowBits(config) - 1), slotBytes / 64);
    const exists = (slot: UInt, allocated: UInt): Bool =>
      slot
        .zext(slot.width + 1)
        .lt(allocated.width)
        .and(allocated.bit(slot));
    const isData = line.bit(windowBits(config) - 1);
    const dataSlot = slotAt(config.dataSlotBytes);
    const inData = allOf(isData, exists(dataSlot, data), line.bit(windowBits(config)).not());
    const inPrograms = allOf(
      isData.not(),
      exists(slotAt(config.programSlotBytes), program),
      line.bit(windowBits(config)).not(),
    );
    return cat(
      ...banks.map((bank) => (bank.slot === undefined ? inPrograms : inData.and(dataSlot.eq(bank.slot)))).reverse(),
    );
  };
  const rowOf = (line: UInt, bank: Bank): UInt => line.slice(0, rowBits(bank.config));

  const writeValid = reg(bool, 0);
  const writeLine = reg(dma.write_line.type);
  const writeTarget = reg(u(banks.length));
  const writeData = reg(u(512));
  const writeStrobe = reg(u(64));
  const writeTaken = anyOf(
    writeTarget.eq(0),
    ...banks.map((bank, i) => writeTarget.bit(i).and(bank.io.dma_write_ready)),
  );
  const writeDone = writeValid.and(writeTaken);
  const writeReady = writeValid.not().or(writeTaken);
  dma.write_ready.value = writeReady;
  dma.write_done.value = writeDone;
  dma.write_failed.value = writeTarget.eq(0);
  when(writeReady, () => {
    writeValid.next = dma.write_valid;
    writeLine.next = dma.write_line;
    writeTarget.next = bankOf(dma.write_line);
    writeData.next = dma.write_data;
    writeStrobe.next = dma.write_strobe;
  });

  const readValid = reg(bool, 0);
  const readLine = reg(dma.read_line.type);
  const readTarget = reg(u(banks.length));
  const readTaken = anyOf(readTarget.eq(0), ...banks.map((bank, i) => readTarget.bit(i).and(bank.io.dma_read_ready)));
  const readReady = readValid.not().or(readTaken);
  dma.read_ready.value = readReady;
  when(readReady, () => {
    readValid.next = dma.read_valid;
    readLine.next = dma.read_line;
    readTarget.next = bankOf(dma.read_line);
  });

  banks.forEach((bank, i) => {
    bank.io.dma_write_valid.value = writeValid.and(writeTarget.bit(i));
    bank.io.dma_write_row.value = rowOf(writeLine, bank);
    bank.io.dma_write_data.value = writeData;
    bank.io.dma_write_strobe.value = writeStrobe;
    bank.io.dma_read_valid.value = readValid.and(readTarget.bit(i));
    bank.io.dma_read_row.value = rowOf(readLine, bank);
  });

  const source = delayLine(readTarget, bankLatency);
  dma.read_done.value = delayLine(readValid.and(readTaken), bankLatency + 1, 0);
  dma.read_failed.value = delay(source.eq(0));
  dma.read_data.value = delay(
    pick(
      source.toBits(),
      banks.map((bank) => bank.io.dma_read_data),
    ),
  );
}
