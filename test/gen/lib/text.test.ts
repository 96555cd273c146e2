import { expect, test } from 'vitest';
import { emitSystemVerilog } from '../../../gen/emit/index.ts';
import { elaborate, flip, mainDomain, module, output, u, type Domain, type ModuleDef } from '../../../gen/hdl/index.ts';
import { arbiterModule } from '../../../gen/lib/arbiter.ts';
import { axi4, axiLite, axiMaster, axiSlave, sliceAxi } from '../../../gen/lib/axi.ts';
import { accessBus, answerAll } from '../../../gen/lib/axi-lite.ts';
import { asyncFifoModule } from '../../../gen/lib/cdc.ts';
import { fifoModule } from '../../../gen/lib/fifo.ts';
import { simpleDualPort } from '../../../gen/lib/ram.ts';
import { attach } from '../../../gen/lib/registers-attach.ts';
import { pulse, register, registers, ro, rw, table, w1c } from '../../../gen/lib/registers.ts';
import { sliceModule } from '../../../gen/lib/slice.ts';
import { pipe } from '../../../gen/lib/stream.ts';
import { formatFinding, lint } from '../../../sim/tools/lint.ts';
import { which } from '../../../sim/tools/index.ts';

const small = registers(
  'small',
  { bytes: 256 },
  {
    /** Begins. */
    control: register({ start: pulse(u(1)), limit: rw(u(12), 100, { bit: 8 }) }),
    /** What happened. */
    events: register(w1c(u(3))),
    /** Orders of the host. */
    order: table({ id: rw(u(16)), size: rw(u(16)) }, { offset: 0x40, bytes: 8, stride: 12, count: 5 }),
    /** Sum so far. */
    sum: register(ro(u(32)), { offset: 0x80 }),
  },
);

const csr = module('small_registers', { bus: flip(axiLite({ address: 8, data: 32 })), sum: output(u(32)) }, (io) => {
  const csr = attach(small, accessBus(axiSlave(io.bus)));
  const order = csr.order.read(csr.control.limit.low(3));
  csr.events.set.value = order.id.low(3);
  csr.sum.value = order.size.zext(32).add(csr.control.start.zext(32));
  io.sum.value = csr.sum;
});

const wide = { id: 4, address: 40, data: 64 };
const slices = module('axi_slices', { s_axi: flip(axi4(wide)), m_axi: axi4(wide) }, (io) => {
  const from = sliceAxi(axiSlave(io.s_axi));
  const to = axiMaster(io.m_axi);
  pipe(from.aw, to.aw);
  pipe(from.w, to.w);
  pipe(to.b, from.b);
  pipe(from.ar, to.ar);
  pipe(to.r, from.r);
});
const idle = module('idle', { bus: flip(axiLite({ address: 32, data: 32 })) }, (io) => answerAll(axiSlave(io.bus)));
const other: Domain = { name: 'other', clock: 'clk_other', reset: 'rst_other_n', resetActive: 'low' };

const blocks: ModuleDef<any>[] = [
  sliceModule('full', 64),
  sliceModule('forward', 8),
  sliceModule('backward', 8),
  fifoModule(64, 8),
  fifoModule(32, 100),
  arbiterModule(16, 3),
  arbiterModule(16, 4, 'fair', true),
  arbiterModule(16, 3, 'priority'),
  simpleDualPort({ width: 64, depth: 100, lane: 8, latency: 4, style: 'ultra' }),
  asyncFifoModule(8, 16, mainDomain, other),
  slices,
  idle,
  csr,
];

const emitted = blocks.map((block) => ({
  name: block.name,
  files: emitSystemVerilog(elaborate(() => block).top).files,
}));

test.each(emitted.map(({ name, files }) => [name, files.at(-1)!.text] as const))(
  '%s reads as it should',
  async (name, text) => {
    await expect(text).toMatchFileSnapshot(`../../golden/lib/${name}.sv`);
  },
);

test
  .runIf(['verilator', 'iverilog', 'yosys'].every((tool) => which(tool)))
  .each(emitted.map(({ name, files }) => [name, files] as const))(
  '%s is clean under Verilator, Icarus and Yosys',
  async (name, files) => {
    expect((await lint(files, name)).map(formatFinding)).toEqual([]);
  },
);
