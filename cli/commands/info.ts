/** `hermes info`: what a configuration means, and what is there to work with. */
import pc from 'picocolors';
import { bar4, presets, settings, shells, type Config } from '../../gen/config.ts';
import { bar0 } from '../../gen/device/bar0.ts';
import { MaxEngines } from '../../gen/device/layout.ts';
import { helpersNamed } from '../../gen/ebpf/helpers/functions.ts';
import { estimate, memoryBudget, most, total } from '../../gen/estimate.ts';
import { shellTables } from '../../gen/shell/index.ts';
import { tools } from '../../sim/tools/index.ts';
import { loadConfig, type ConfigOptions } from '../configuration.ts';
import { Exit } from '../errors.ts';
import { count, hex, size, table } from '../output.ts';

export async function info(options: ConfigOptions): Promise<number> {
  const config = await loadConfig(options);
  section(
    'Configuration',
    settings().map(({ name, meaning }) => [name, show(config[name as keyof Config]), meaning]),
  );
  const { cloud, part, bar0Bytes } = shells[config.shell];
  const { ids } = shellTables[config.shell];
  section(`Of the ${part} on ${cloud}`, budget(config));
  section('What fits there with the other settings as they are', room(config));
  section('PCI', [
    ['identity', `${hex(ids.vendor)}:${hex(ids.device)}`, ''],
    ['BAR0', size(bar0Bytes), 'registers, over OCL'],
    ['BAR4', size(bar4(config).bytes), 'slots, over DMA_PCIS'],
  ]);
  section('Slots in BAR4', slots(config));
  if (config.helpers.length > 0) section('Helper functions', helpers(config));
  section('Registers in BAR0', registers(config));
  section(
    'Presets',
    Object.entries(presets).map(([name, preset]) => [name, differences(preset)]),
  );
  section('Tools', await versions());
  return Exit.ok;
}

function section(title: string, rows: readonly (readonly string[])[]): void {
  console.log(`${pc.bold(title)}\n${table([], rows)}\n`);
}

const show = (value: Config[keyof Config]): string =>
  typeof value === 'number' ? count(value) : (Array.isArray(value) ? value.join(', ') : String(value)) || '(none)';

function budget(config: Config): string[][] {
  const { uram, bram } = memoryBudget(config);
  const { lut, ff, dsp } = total(estimate(config).map(({ resources }) => resources));
  const { leaves } = shells[config.shell];
  const row = (name: string, used: number, has: number, origin: string): string[] => {
    const share = (100 * used) / has;
    return [name, `${count(used)} of ${count(has)}`, `${share.toFixed(0)} %`, origin];
  };
  return [
    row('UltraRAM', uram, leaves.uram, 'counted'),
    row('block RAM', bram, leaves.bram, 'counted'),
    row('LUT', lut, leaves.lut, 'estimated; hermes timing measures'),
    row('flip-flops', ff, leaves.ff, 'estimated'),
    row('multipliers', dsp, leaves.dsp, 'estimated'),
  ];
}

function room(config: Config): string[][] {
  const row = (name: string, setting: Parameters<typeof most>[1], limit: number): string[] => {
    const fits = most(config, setting, limit);
    return [name, `at most ${fits}`, fits === limit ? 'the most that there can be' : ''];
  };
  return [
    row('engines', 'engines', MaxEngines),
    row('data slots', 'dataSlots', 255),
    row('program slots', 'programSlots', 255),
  ];
}

function slots(config: Config): string[][] {
  const { programOffset, dataOffset } = bar4(config);
  const row = (name: string, from: number, number: number, bytes: number): string[] => [
    name,
    `${hex(from, 8)} – ${hex(from + number * bytes - 1, 8)}`,
    `${number} × ${size(bytes)}`,
  ];
  return [
    row('programs', programOffset, config.programSlots, config.programSlotBytes),
    row('data', dataOffset, config.dataSlots, config.dataSlotBytes),
  ];
}

const helpers = (config: Config): string[][] =>
  helpersNamed(config.helpers).map(({ name, number, doc }) => [`call ${number}`, name, doc]);

const registers = (config: Config): string[][] =>
  bar0(config).registers.map(({ name, offset, bytes, count: many = 1, stride, doc = '' }) => [
    many > 1 ? `${hex(offset, 4)} + ${stride} n` : hex(offset, 4),
    name,
    size(bytes),
    doc.split('\n', 1)[0],
  ]);

function differences(preset: Config): string {
  const changed = Object.entries(preset).filter(([key, value]) => value !== presets.default[key as keyof Config]);
  return changed.map(([key, value]) => `${key} ${show(value)}`).join(', ') || 'what is not said otherwise';
}

async function versions(): Promise<string[][]> {
  const looked = Object.entries(tools).map(async ([key, look]) => {
    try {
      const { name, version, path } = await look();
      return [name, version, path];
    } catch (error) {
      return [key, 'missing', (error as Error).message.replaceAll(/\s+/g, ' ')];
    }
  });
  return [['Node', process.versions.node, process.execPath], ...(await Promise.all(looked))];
}
