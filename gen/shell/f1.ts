/** The hermes device as custom logic (CL) of AWS F1. */
import { bool, connect, delay, flip, instance, module, reg, shared, synchroniser, u, unused } from '../hdl/index.ts';
import type { Bool, Domain, Flip, ModuleDef, Port, Ports, UIntType } from '../hdl/index.ts';
import type { Config } from '../config.ts';
import { hermes } from '../device/hermes.ts';
import { Pci } from '../device/layout.ts';
import { answerAll } from '../lib/axi-lite.ts';
import { axiLite, axiSlave, type AxiLitePorts, type AxiPorts } from '../lib/axi.ts';
import { delayLine } from '../lib/stream.ts';
import { dramGroups, f1Ports, interfaceOf, interfaces, plainGroups, portsOf, type ShellIo } from './f1-ports.ts';
import { interruptLines } from './irq.ts';
import { withoutDram } from './sh-ddr.ts';

/** PCI identity as the shell wants it: `{device, vendor}` and `{subsystem, subsystem vendor}`. */
export const clIds = { id0: Pci.device * 0x10000 + Pci.vendor, id1: 0x0001_0000 + Pci.vendor } as const;

/**
 * What BAR1 and SDA answer to every read. XDMA drivers look for the signatures 0x1fc2xxxx and 0x1fc3xxxx in BAR0 and BAR1,
 * and a BAR that does not answer costs them a time-out.
 */
const idleAnswer = 0;

/** Flip-flops on the way of the shell's reset. */
const resetStages = 3;

/** Everything runs on the shell's main clock. */
const domain: Domain = { name: 'main', clock: 'clk_main_a0', reset: 'rst_main_n', resetActive: 'low' };

/** What the shell needs of a device. Further outputs, such as retirement ports, become outputs of the CL. */
export interface DevicePorts extends Ports {
  /** BAR0. */
  readonly ocl: Flip<AxiLitePorts>;
  /** BAR4 and the XDMA channels. */
  readonly pcis: Flip<AxiPorts>;
  /** One bit an engine: a command has finished; a pulse. */
  readonly interrupt: Port<UIntType, 'output'>;
  /** Stop everything and free everything; a level. */
  readonly flr: Port<UIntType<1>, 'input'>;
  /** That is done; 1 until `flr` falls. */
  readonly flr_done: Port<UIntType<1>, 'output'>;
}

/** `cl_hermes`: the device of a configuration in the F1 shell. */
export function f1(config: Config): ModuleDef {
  return f1Shell(hermes(config) as unknown as ModuleDef<DevicePorts>);
}

/** A device in the F1 shell. */
export function f1Shell(device: ModuleDef<DevicePorts>): ModuleDef {
  const { ocl: _ocl, pcis: _pcis, interrupt, flr: _flr, flr_done: _done, ...extra } = device.ports;
  return module(
    'cl_hermes',
    { ...f1Ports, ...extra },
    (ports) => {
      const io: ShellIo = ports;
      const reset = delayLine(io['rst_main_n'] as Bool, resetStages);
      const inside: ShellIo = instance(device, {}, { name: 'hermes', reset });
      connect(inside['ocl'], interfaceOf(io, interfaces.ocl));
      connect(inside['pcis'], interfaceOf(io, interfaces.dma_pcis));
      for (const bar of ['bar1', 'sda'] as const) {
        connect(instance(idleBar(), {}, { name: bar, reset }).bus, interfaceOf(io, interfaces[bar]));
      }
      for (const name of Object.keys(extra)) connect({ [name]: inside[name] }, { [name]: io[name] });

      // A function-level reset is asked for by a level and acknowledged by a pulse.
      const flr = reg(bool, 0);
      flr.next = io['sh_cl_flr_assert'];
      inside['flr'].value = flr;
      const flrDone = reg(bool, 0);
      flrDone.next = inside['flr_done'].and(delay(inside['flr_done']).not());
      io['cl_sh_flr_done'].value = flrDone;

      const finished = inside['interrupt'];
      const lines = instance(
        interruptLines(interrupt.type.width),
        { finished, clear: flr, acknowledge: io['sh_cl_apppf_irq_ack'] },
        { reset },
      );
      io['cl_sh_apppf_irq_req'].value = lines.request;

      io['cl_sh_id0'].value = clIds.id0;
      io['cl_sh_id1'].value = clIds.id1;
      // The virtual LEDs show the virtual DIP switches: a sign of life that needs no BAR.
      const dip = synchroniser(u(16));
      dip.next = io['sh_cl_status_vdip'];
      io['cl_sh_status_vled'].value = delay(dip);
      withoutDram(io, reset);
      tieOff(io);
    },
    { domain },
  );
}

/** An AXI4-Lite slave with nothing behind it. */
const idleBar = shared(() =>
  module('idle_bar', { bus: flip(axiLite({ address: 32, data: 32 })) }, ({ bus }) =>
    answerAll(axiSlave(bus), idleAnswer),
  ),
);

/** What the device has no use for. */
const idlePorts = {
  ...plainGroups.clocks,
  ...plainGroups.resets,
  ...plainGroups.status,
  ...plainGroups.power,
  ...plainGroups.dma_pressure,
  ...plainGroups.pcie,
  ...plainGroups.jtag,
  ...plainGroups.counters,
  ...dramGroups.ddr_stat,
  ...portsOf(interfaces.pcim),
  ...portsOf(interfaces.ddr_c),
};

/** Outputs that may not be 0 even so: bursts are INCR, and a statistics port that does not answer would hang the shell. */
const ones = /^(cl_sh_ddr_a[wr]burst|ddr_sh_stat_ack\d)$/;

function tieOff(io: ShellIo): void {
  for (const [name, { direction }] of Object.entries(idlePorts)) {
    if (direction === 'input') unused(io[name]);
    else io[name].value = ones.test(name) ? 1 : 0;
  }
}
