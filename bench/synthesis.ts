/** What the default configuration costs on an FPGA, by Yosys. */
import { resources, synthesise } from '../aws-f1/timing/synthesis.ts';
import { presets, shells } from '../gen/config.ts';
import type { Resources } from '../gen/estimate.ts';
import { hermes } from '../gen/device/hermes.ts';
import { engine } from '../gen/ebpf/engine/engine.ts';
import { elaborate, type ModuleDef } from '../gen/hdl/index.ts';
import type { Benchmark, Row } from './benchmark.ts';

const config = presets.default;
const units = { lut: 'LUT', ff: 'FF', bram: 'BRAM36', uram: 'URAM', dsp: 'DSP' } as const;
/** What the F1 shell leaves of its part; no more than half of the UltraRAM sites without an option of the build. */
const available: Partial<Resources> = shells.f1.leaves;
const engineLutBar = 8000;

const rows = (of: string, counted: Resources, more: (kind: keyof Resources) => Partial<Row>): Row[] =>
  (Object.keys(units) as (keyof Resources)[]).map((kind) => ({
    what: of,
    value: counted[kind],
    unit: units[kind],
    better: 'lower',
    ...more(kind),
  }));

export const synthesis: Benchmark = {
  name: 'synthesis',
  title:
    'Yosys synth_xilinx -family xcup, default configuration: engine flat with -abc9; device module by module, plus its engines',
  run: async (say) => {
    const netlist = (describe: () => unknown) => elaborate(describe as () => ModuleDef).top;
    say('one engine, about a minute');
    const { cells, path } = await synthesise(
      netlist(() => engine(config)),
      { flat: true },
    );
    const one = resources(cells);
    say('the device around its engines, about two minutes');
    const around = await synthesise(
      netlist(() => hermes(config)),
      { without: ['engine'] },
    );
    const rest = resources(around.cells);
    const engines = around.cells['engine']!;
    const add = (kind: keyof Resources): number => rest[kind] + engines * one[kind];
    const device: Resources = { lut: add('lut'), ff: add('ff'), bram: add('bram'), uram: add('uram'), dsp: add('dsp') };
    return [
      ...rows('engine', one, (kind) =>
        kind === 'lut' ? { bar: engineLutBar, reference: { what: 'VeBPF, xc7', value: 6244 } } : {},
      ),
      { what: 'engine, longest path', value: path!.levels, unit: 'levels', better: 'lower' },
      { what: 'engine, longest path without routing', value: path!.nanoseconds, unit: 'ns', better: 'lower' },
      ...rows(`device, ${engines} engines`, device, (kind) => {
        const value = available[kind];
        return value === undefined ? {} : { reference: { what: 'left by the shell', value }, bar: value };
      }),
    ];
  },
};
