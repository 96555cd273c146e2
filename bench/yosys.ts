/** Netlists through Yosys for UltraScale+: what they cost and how long their longest path is. */
import { runYosys } from '@yowasp/yosys';
import { emitSystemVerilog } from '../gen/emit/index.ts';
import type { Module } from '../gen/ir/index.ts';

/** How often each primitive, or each module that was left out, is used. */
type Cells = Readonly<Record<string, number>>;

export interface Resources {
  /** LUTs for logic, for memory and for shift registers. */
  readonly lut: number;
  readonly ff: number;
  /** In units of RAMB36. */
  readonly bram: number;
  readonly uram: number;
  readonly dsp: number;
}

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
}

export interface SynthesisOptions {
  /** One flat design, mapped for speed, with its longest path; otherwise module by module. */
  readonly flat?: boolean;
  /** Modules that are left out and counted as cells. */
  readonly without?: readonly string[];
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

const combinational = ['LUT1', 'LUT2', 'LUT3', 'LUT4', 'LUT5', 'LUT6', 'CARRY4', 'MUXF7', 'MUXF8', 'MUXF9', 'INV'];

/** Runs `synth_xilinx -family xcup` of the Yosys in node_modules. */
export async function synthesise(
  top: Module,
  { flat = false, without = [] }: SynthesisOptions = {},
): Promise<Synthesised> {
  const sources = emitSystemVerilog(top, { models: true }).files.map(({ name, text }) => [name, text] as const);
  const commands = [
    `read_verilog -sv ${sources.map(([name]) => name).join(' ')}`,
    `hierarchy -check -top ${top.name}`,
    ...without.map((name) => `blackbox ${name}`),
    `synth_xilinx -family xcup -top ${top.name} -noiopad -noclkbuf${flat ? ' -flatten -abc9' : ''}`,
    `tee -q -o stat.json stat -json -top ${top.name}`,
    ...(flat
      ? [
          `tee -q -o ltp.txt ltp w:* ${combinational.map((type) => `t:${type}`).join(' ')}`,
          'read_verilog -lib -specify +/xilinx/cells_sim.v',
          'tee -q -o sta.txt sta',
        ]
      : []),
  ];
  let output = '';
  const collect = (bytes: Uint8Array | null): void => {
    if (bytes) output += Buffer.from(bytes).toString();
  };
  let files;
  try {
    files = await runYosys(['-q', '-p', commands.join('; ')], Object.fromEntries(sources), {
      stdout: collect,
      stderr: collect,
    });
  } catch (error) {
    throw new Error(`Yosys cannot synthesise ${top.name}: ${String(error)}\n${output.slice(-2000)}`, { cause: error });
  }
  const text = (name: string): string => (files as Record<string, string>)[name]!;
  const { design, modules } = JSON.parse(text('stat.json')) as Record<'design' | 'modules', any>;
  const cells = (design ?? modules[`\\${top.name}`]).num_cells_by_type as Cells;
  if (!flat) return { cells };
  const number = (pattern: RegExp, file: string): number => Number(pattern.exec(text(file))![1]);
  const levels = number(/length=(\d+)/, 'ltp.txt');
  return { cells, path: { levels, nanoseconds: number(/Latest arrival time in .* is (\d+)/, 'sta.txt') / 1000 } };
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
