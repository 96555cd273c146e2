/** The custom logic (CL) of a cloud shell: a device, its interrupts and resets, and what it leaves unused. */
import { bool, connect, delay, flip, instance, module, reg, shared, synchroniser, u, unused } from '../hdl/index.ts';
import type { Bool, Domain, Flip, ModuleDef, Port, Ports, UIntType } from '../hdl/index.ts';
import { answerAll } from '../lib/axi-lite.ts';
import { axiSlave, type AxiLitePorts, type AxiPorts } from '../lib/axi.ts';
import { delayLine } from '../lib/stream.ts';
import { idWords } from './ids.ts';
import { interruptLines } from './irq.ts';
import { clPorts, interfaceOf, lite, spareOf, type Shell, type ShellIo, type ShellPorts } from './ports.ts';
import { withoutDram } from './sh-ddr.ts';

/** What an empty BAR answers to every read: not 0x1fc2xxxx or 0x1fc3xxxx, which XDMA drivers look for. */
const emptyAnswer = 0;

/** Flip-flops on the way of the shell's reset. */
const resetStages = 3;

/** Everything runs on the shell's main clock. */
const domain: Domain = { name: 'main', clock: 'clk_main_a0', reset: 'rst_main_n', resetActive: 'low' };

/** What a shell needs of a device. Further outputs, such as retirement ports, become outputs of the CL. */
export interface DevicePorts extends Ports {
  /** BAR0. */
  readonly ocl: Flip<AxiLitePorts>;
  /** BAR4, with IDs as wide as the shell's. */
  readonly pcis: Flip<AxiPorts>;
  /** One bit an engine: a command has finished; a pulse. */
  readonly interrupt: Port<UIntType, 'output'>;
  /** Stop everything and free everything; a level. */
  readonly flr: Port<UIntType<1>, 'input'>;
  /** That is done; 1 until `flr` falls. */
  readonly flr_done: Port<UIntType<1>, 'output'>;
}

/** `cl_hermes`: a device in a shell. */
export function inShell(shell: Shell, device: ModuleDef<DevicePorts>): ModuleDef {
  const { ocl: _ocl, pcis: _pcis, interrupt, flr: _flr, flr_done: _done, ...extra } = device.ports;
  return module(
    'cl_hermes',
    { ...clPorts(shell), ...extra },
    (ports) => {
      const io: ShellIo = ports;
      const reset = delayLine(io['rst_main_n'] as Bool, resetStages);
      const inside: ShellIo = instance(device, {}, { name: 'hermes', reset });
      connect(inside['ocl'], interfaceOf(io, shell.ocl));
      connect(inside['pcis'], interfaceOf(io, shell.pcis));
      for (const [name, bar] of Object.entries(shell.empty)) {
        connect(instance(emptyBar(), {}, { name, reset }).bus, interfaceOf(io, bar));
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

      idWords(shell.ids).forEach((word, n) => {
        io[`cl_sh_id${n}`].value = word;
      });
      // The virtual LEDs show the virtual DIP switches: a sign of life that needs no BAR.
      const dip = synchroniser(u(16));
      dip.next = io['sh_cl_status_vdip'];
      io['cl_sh_status_vled'].value = delay(dip);
      withoutDram(io, shell.dram, reset);
      tieOff(io, { ...spareOf(shell.ocl), ...spareOf(shell.pcis), ...shell.idle });
    },
    { domain },
  );
}

/** An AXI4-Lite slave with nothing behind it. */
export const emptyBar = shared(() =>
  module('empty_bar', { bus: flip(lite) }, ({ bus }) => answerAll(axiSlave(bus), emptyAnswer)),
);

/** Outputs that may not be 0 even when idle: bursts are INCR, and a statistics port that does not answer hangs the shell. */
const ones = /(_a[wr]burst|_stat_ack\d?)$/;

function tieOff(io: ShellIo, idle: ShellPorts): void {
  for (const [name, { direction }] of Object.entries(idle)) {
    if (direction === 'input') unused(io[name]);
    else io[name].value = ones.test(name) ? 1 : 0;
  }
}
