/**
 * What the two kits ask of a custom logic directory, as data: F1 by the development kit 1.4 (shell v04261818), F2 by 2.0
 * (small shell 0x10212415). The kits' own files are named here and nowhere else.
 */
import type { ShellName } from '../gen/config.ts';

/** The module, its folder where a kit takes one for the other, and the prefix of its files. */
export const clName = 'cl_hermes';

export interface Kit {
  readonly cloud: string;
  readonly version: string;
  readonly vivado: string;
  readonly part: string;
  /** Where the linked design has the custom logic. */
  readonly cell: string;
  /** Clocks `clk_main_a0` in MHz, each with the recipe of group A that gives it. */
  readonly clocks: Readonly<Record<number, string>>;
  /** The key with which sources are encrypted, a file of the kit's build/scripts. */
  readonly keyFile: string;
  /** The kit's script that a build begins with. */
  readonly entry: string;
  /** What it finds in build/scripts and build/constraints of a custom logic, by name. */
  readonly scripts: readonly string[];
  readonly constraints: readonly string[];
  /** Constraints that say something about the linked design, not about the custom logic by itself. */
  readonly linked: string;
  /** The kit's list of files for its simulator. */
  readonly fileList: string;
  readonly verif: readonly string[];
  /** The kit derives the module's name from the folder's. */
  readonly folderIsName: boolean;
  /** The manifest of an image loses leading 2s and 3s of a device id. */
  readonly losesDigits: boolean;
  /** UltraRAMs that each `-uram_option` allows; none where there is no such option. */
  readonly uramOptions: readonly { readonly option: number; readonly sites: number }[];
  /** Parameters of sh_ddr that say that a controller is there. */
  readonly dramParameters: readonly string[];
}

const f1: Kit = {
  cloud: 'AWS F1',
  version: '1.4.24',
  vivado: '2019.1 to 2021.2',
  part: 'xcvu9p-flgb2104-2-i',
  cell: 'WRAPPER_INST/CL',
  clocks: { 250: 'A1', 125: 'A0' },
  keyFile: 'vivado_keyfile_2017_4.txt',
  entry: 'aws_build_dcp_from_cl.sh',
  scripts: ['create_dcp_from_cl.tcl', 'encrypt.tcl', `synth_${clName}.tcl`],
  constraints: ['cl_synth_user.xdc', 'cl_pnr_user.xdc'],
  linked: 'cl_pnr_user.xdc',
  fileList: 'top.vivado.f',
  verif: ['Makefile', 'Makefile.vivado', 'top.vivado.f', 'waves.tcl'],
  folderIsName: false,
  losesDigits: false,
  uramOptions: [
    { option: 2, sites: 480 },
    { option: 3, sites: 720 },
    { option: 4, sites: 960 },
  ],
  dramParameters: ['DDR_A_PRESENT', 'DDR_B_PRESENT', 'DDR_D_PRESENT'],
};

const f2: Kit = {
  cloud: 'AWS F2',
  version: '2.0.2',
  vivado: '2024.1',
  part: 'xcvu47p-fsvh2892-2-e',
  cell: 'WRAPPER/CL',
  clocks: { 250: 'A1' },
  keyFile: 'vivado_keyfile.txt',
  entry: 'aws_build_dcp_from_cl.py',
  scripts: ['build_all.tcl', 'build_level_1_cl.tcl', 'encrypt.tcl', `synth_${clName}.tcl`],
  constraints: ['cl_synth_user.xdc', 'cl_timing_user.xdc', 'small_shell_cl_pnr_user.xdc'],
  linked: 'small_shell_cl_pnr_user.xdc',
  fileList: 'top.xsim.f',
  verif: ['Makefile', 'Makefile.tests', 'top.xsim.f', 'waves.tcl'],
  folderIsName: true,
  losesDigits: true,
  uramOptions: [],
  dramParameters: ['DDR_PRESENT'],
};

export const kits: Readonly<Record<ShellName, Kit>> = { f1, f2 };

/** Modules that a kit brings: a custom logic instantiates them, and must not bring its own. */
export const kitModules: readonly string[] = ['sh_ddr'];

/** Sources of sh_ddr that F1's synthesis reads, below HDK_SHELL_DESIGN_DIR; F2's header script reads them by itself. */
export const f1KitSources: readonly string[] = [
  'lib/lib_pipe.sv',
  'lib/bram_2rw.sv',
  'lib/flop_fifo.sv',
  'sh_ddr/synth/sync.v',
  'sh_ddr/synth/flop_ccf.sv',
  'sh_ddr/synth/ccf_ctl.v',
  'sh_ddr/synth/mgt_acc_axl.sv',
  'sh_ddr/synth/mgt_gen_axl.sv',
  'sh_ddr/synth/sh_ddr.sv',
];
