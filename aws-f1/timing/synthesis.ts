/** Netlists through Yosys for UltraScale+: what they cost, how long their longest path is, and the mapped netlist. */
import { emitSystemVerilog } from '../../gen/emit/index.ts';
import type { Resources } from '../../gen/estimate.ts';
import type { Module } from '../../gen/ir/index.ts';
import { ToolError } from '../../sim/tools/index.ts';
import type { MappedFile } from './mapped.ts';

/** How often each primitive, or each module that was left out, is used. */
type Cells = Readonly<Record<string, number>>;

export interface Path {
  /** LUTs, carry blocks of four bits and wide multiplexers one after the other. */
  readonly levels: number;
  /** Delay of the logic alone, by Yosys' own table of the cells; routing comes on top. */
  readonly nanoseconds: number;
}

export interface Synthesised {
  readonly cells: Cells;
  /** Of a flat design. */
  readonly path?: Path;
  /** A flat design in cells of the part, as Yosys writes JSON. */
  readonly mapped?: MappedFile;
  /** Delays through the cells that {@link combinational} and flip-flops are mapped to, in the same format. */
  readonly library?: MappedFile;
}

export interface SynthesisOptions {
  /** One flat design, mapped for speed, with its longest path; otherwise module by module. */
  readonly flat?: boolean;
  /** Modules that are left out and counted as cells. */
  readonly without?: readonly string[];
  /** Gives the mapped netlist of a flat design as well. */
  readonly mapped?: boolean;
  /** Hears which step of Yosys begins. */
  readonly say?: (step: string) => void;
}

/** LUTs behind the primitives of LUT RAM and shift registers. */
const lutsOf: Cells = {
  RAM32X1S: 1,
  RAM64X1S: 1,
  RAM128X1S: 2,
  RAM256X1S: 4,
  RAM32X1D: 2,
  RAM64X1D: 2,
  RAM128X1D: 4,
  RAM256X1D: 8,
  RAM32M: 4,
  RAM64M: 4,
  RAM32M16: 8,
  RAM64M8: 8,
  SRL16E: 1,
  SRLC32E: 1,
};

/** Cells whose outputs follow their inputs. */
export const combinational = [
  'LUT1',
  'LUT2',
  'LUT3',
  'LUT4',
  'LUT5',
  'LUT6',
  'CARRY4',
  'MUXF7',
  'MUXF8',
  'MUXF9',
  'INV',
];

/** Cells whose delays are in Yosys' library, as patterns of its `select`. */
const timed = '=LUT? =CARRY4 =MUXF? =INV =FD?E';

/**
 * Runs `synth_xilinx -family xcup` of the Yosys in node_modules.
 * @throws ToolError where it is not installed
 */
export async function synthesise(
  top: Module,
  { flat = false, without = [], mapped = false, say }: SynthesisOptions = {},
): Promise<Synthesised> {
  const sources = emitSystemVerilog(top, { models: true }).files.map(({ name, text }) => [name, text] as const);
  const commands = [
    `read_verilog -sv ${sources.map(([name]) => name).join(' ')}`,
    `hierarchy -check -top ${top.name}`,
    ...without.map((name) => `blackbox ${name}`),
    `synth_xilinx -family xcup -top ${top.name} -noiopad -noclkbuf${flat ? ' -flatten -abc9' : ''}`,
    `tee -q -o stat.json stat -json -top ${top.name}`,
    ...(flat ? [`tee -q -o ltp.txt ltp w:* ${combinational.map((type) => `t:${type}`).join(' ')}`] : []),
    ...(flat && mapped ? [`select ${top.name}`, 'write_json -selected mapped.json', 'select -clear'] : []),
    ...(flat ? ['read_verilog -lib -specify +/xilinx/cells_sim.v', 'tee -q -o sta.txt sta'] : []),
    // The same library as a netlist: Yosys writes no modules that are marked as boxes or have processes.
    ...(flat && mapped
      ? [
          `setattr -mod -unset blackbox -unset whitebox -unset abc9_box ${timed}`,
          `select ${timed}`,
          'proc',
          'write_json -selected library.json',
        ]
      : []),
  ];
  const files = await yosys(top.name, commands, Object.fromEntries(sources), say);
  const text = (name: string): string => files[name]!;
  const { design, modules } = JSON.parse(text('stat.json')) as Record<'design' | 'modules', any>;
  const cells = (design ?? modules[`\\${top.name}`]).num_cells_by_type as Cells;
  if (!flat) return { cells };
  const number = (pattern: RegExp, file: string): number => Number(pattern.exec(text(file))![1]);
  const levels = number(/length=(\d+)/, 'ltp.txt');
  const path = { levels, nanoseconds: number(/Latest arrival time in .* is (\d+)/, 'sta.txt') / 1000 };
  if (!mapped) return { cells, path };
  const json = (name: string): MappedFile => JSON.parse(text(name)) as MappedFile;
  return { cells, path, mapped: json('mapped.json'), library: json('library.json') };
}

/** The files that the commands have written, by name. */
async function yosys(
  name: string,
  commands: readonly string[],
  sources: Readonly<Record<string, string>>,
  say?: (step: string) => void,
): Promise<Record<string, string>> {
  let runYosys;
  try {
    ({ runYosys } = await import('@yowasp/yosys'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ToolError('Yosys (@yowasp/yosys) is not installed.', 'Run "npm install" without --omit=dev.');
  }
  let output = '';
  let line = '';
  const collect = (bytes: Uint8Array | null): void => {
    if (!bytes) return;
    const text = Buffer.from(bytes).toString();
    output = (output + text).slice(-2000);
    const lines = (line + text).split('\n');
    line = lines.pop()!;
    const step = /^[\d.]+\. Executing (.*?) pass/.exec(
      lines.findLast((each) => each.includes('. Executing ')) ?? '',
    )?.[1];
    if (step !== undefined) say?.(step);
  };
  const quiet = say === undefined ? ['-q'] : [];
  try {
    const files = await runYosys(
      [...quiet, '-p', commands.join('; ')],
      { ...sources },
      {
        stdout: collect,
        stderr: collect,
      },
    );
    return files as Record<string, string>;
  } catch (error) {
    throw new Error(`Yosys cannot synthesise ${name}: ${String(error)}\n${output}`, { cause: error });
  }
}

export function resources(cells: Cells): Resources {
  const sum = (of: (type: string) => number): number =>
    Object.entries(cells).reduce((total, [type, count]) => total + of(type) * count, 0);
  const luts = (type: string): number => {
    if (/^(RAM\d+[XM]|SRL)/.test(type) && !(type in lutsOf)) throw new Error(`how many LUTs are in a ${type}?`);
    return /^LUT\d$/.test(type) ? 1 : (lutsOf[type] ?? 0);
  };
  return {
    lut: sum(luts),
    ff: sum((type) => (/^FD[RSCP]E$/.test(type) ? 1 : 0)),
    bram: sum((type) => (type === 'RAMB36E2' ? 1 : type === 'RAMB18E2' ? 0.5 : 0)),
    uram: sum((type) => (type === 'URAM288' ? 1 : 0)),
    dsp: sum((type) => (type === 'DSP48E2' ? 1 : 0)),
  };
}
