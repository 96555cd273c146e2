/** A small device with the ports that the shell needs: a scratch register behind OCL and a memory behind DMA_PCIS. */
import {
  bool,
  cat,
  flip,
  input,
  memory,
  module,
  mux,
  output,
  reg,
  u,
  unused,
  when,
  wire,
} from '../../../gen/hdl/index.ts';
import { accessBus } from '../../../gen/lib/axi-lite.ts';
import { axi4, axiLite, axiSlave, beats } from '../../../gen/lib/axi.ts';
import { skidBuffer } from '../../../gen/lib/slice.ts';

export interface SmallDevice {
  readonly engines?: number;
  /** Lines of 64 bytes. */
  readonly lines?: number;
  /** Bits of an AXI ID. */
  readonly ids?: number;
}

/**
 * OCL: word 0 is a register, a write to word 1 gives the interrupts of its bits, everything else reads as its address. DMA_PCIS:
 * a memory, repeated over all addresses. A function-level reset clears the register.
 */
export const smallDevice = ({ engines = 4, lines = 1024, ids = 6 }: SmallDevice = {}) =>
  module(
    'small_device',
    {
      ocl: flip(axiLite({ address: 32, data: 32 })),
      pcis: flip(axi4({ id: ids, address: 64, data: 512 })),
      interrupt: output(u(engines)),
      flr: input(bool),
      flr_done: output(bool),
    },
    (io) => {
      const bus = accessBus(axiSlave(io.ocl));
      const scratch = reg(u(32), 0);
      const word = bus.address.slice(2, 30);
      const lane = (n: number) => mux(bus.strobe.bit(n), bus.data.slice(8 * n, 8), scratch.slice(8 * n, 8));
      bus.done.value = bus.start;
      bus.readData.value = mux(word.eq(0), scratch, bus.address);
      const writes = bus.start.and(bus.write);
      when(writes.and(word.eq(0)), () => {
        scratch.next = cat(lane(3), lane(2), lane(1), lane(0));
      });
      io.interrupt.value = mux(writes.and(word.eq(1)), bus.data.resize(engines), u(engines).of(0));

      const held = reg(u(5), 0);
      when(io.flr, () => {
        scratch.next = 0;
        held.next = held.add(held.ne(31).zext(5));
      }).otherwise(() => {
        held.next = 0;
      });
      io.flr_done.value = held.eq(31);

      const pcis = axiSlave(io.pcis);
      const rows = memory({ type: u(512), depth: lines, lane: 8 });
      const row = (address: typeof io.pcis.awaddr) => address.slice(6, Math.log2(lines));

      // Writes: one beat a cycle; the response follows the last one.
      const aw = beats(skidBuffer(pcis.aw), 64);
      const responded = reg(bool, 0);
      const responseId = reg(u(ids));
      const free = responded.not().or(pcis.b.ready);
      const writing = aw.valid.and(pcis.w.valid).and(free);
      aw.ready.value = pcis.w.valid.and(free);
      pcis.w.ready.value = aw.valid.and(free);
      unused(pcis.w.bits.last);
      when(writing, () =>
        rows.write({ address: row(aw.bits.address), data: pcis.w.bits.data, mask: pcis.w.bits.strb }),
      );
      pcis.b.valid.value = responded;
      pcis.b.bits.value = { id: responseId, resp: 0 };
      when(free, () => {
        responded.next = writing.and(aw.bits.last);
        responseId.next = aw.bits.id;
      });

      // Reads: an address, then its row in the next cycle.
      const ar = beats(skidBuffer(pcis.ar), 64);
      const reading = reg(bool, 0);
      const readId = reg(u(ids));
      const readLast = reg(bool);
      const moves = wire(bool);
      ar.ready.value = moves;
      moves.value = reading.not().or(pcis.r.ready);
      const data = rows.read(row(ar.bits.address), { enable: moves });
      when(moves, () => {
        reading.next = ar.valid;
        readId.next = ar.bits.id;
        readLast.next = ar.bits.last;
      });
      pcis.r.valid.value = reading;
      pcis.r.bits.value = { id: readId, data, resp: 0, last: readLast };
    },
  );
