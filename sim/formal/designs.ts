/** Parts of the device as designs of their own, where the whole is too much for a solver. */
import type { Config } from '../../gen/config.ts';
import { dmaSlave, pcisWidths } from '../../gen/device/dma.ts';
import { slotMemory, slotPort } from '../../gen/device/slot-memory.ts';
import { alu } from '../../gen/ebpf/engine/alu.ts';
import { earlyOf } from '../../gen/ebpf/engine/control-signals.ts';
import { decoder } from '../../gen/ebpf/engine/decoder.ts';
import { multiply } from '../../gen/ebpf/engine/multiply.ts';
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import { bool, connect, flip, input, instance, module, output, pipeline, u } from '../../gen/hdl/index.ts';
import type { Io } from '../../gen/hdl/index.ts';
import { axi4 } from '../../gen/lib/axi.ts';

/** The host's way to the slots of a device with one engine: DMA with `room` answers each way, and slot memory. */
export function hostWay(config: Config, room: number) {
  const ports = {
    axi: flip(axi4(pcisWidths(config))),
    engine: slotPort(config),
    program_allocated: input(u(config.programSlots)),
    data_allocated: input(u(config.dataSlots)),
    program_scrub: input(u(config.programSlots)),
    data_scrub: input(u(config.dataSlots)),
    quiet: output(bool),
  };
  return module('host_way', ports, (io) => {
    const dma = instance(dmaSlave(config, room));
    const slots = instance(slotMemory(config));
    connect(dma.axi, io.axi);
    connect(slots.dma, dma.slots);
    connect(io.engine, (slots as unknown as { engine0: Io<object> }).engine0);
    slots.program_allocated.value = io.program_allocated;
    slots.data_allocated.value = io.data_allocated;
    slots.program_scrub.value = io.program_scrub;
    slots.data_scrub.value = io.data_scrub;
    io.quiet.value = slots.quiet;
  });
}

/** Decoder and ALU, as the stages of the engine use them. */
export function decodeAndCompute(config: EngineConfig) {
  const ports = {
    slot: input(u(64)),
    left: input(u(64)),
    right: input(u(64)),
    result: output(u(64)),
    taken: output(bool),
    error: output(u(8)),
  };
  return module('decode_and_compute', ports, ({ slot, left, right, result, taken, error }) => {
    const { wide } = earlyOf(slot.low(8), config);
    const decoded = instance(decoder(config), { slot, next: 0, has_next: 1, wide });
    const computed = instance(alu, { left, right, control: decoded.control });
    result.value = computed.result;
    taken.value = computed.taken;
    error.value = decoded.error;
  });
}

/** The multiplier in three stages that never wait. */
export function multiplier() {
  const ports = { left: input(u(64)), right: input(u(64)), product: output(u(64)) };
  return module('multiplier', ports, ({ left, right, product }) => {
    const { products, sums, result } = pipeline('products', 'sums', 'result');
    products.enter(bool.of(1));
    product.value = multiply(products, sums, result, left, right);
  });
}
