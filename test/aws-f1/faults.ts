/** Faults planted into a custom logic directory, each with the rules that have to find it: these, and no others. */
import type { ShellName } from '../../gen/config.ts';
import { change, changeManifest, redigest, type Files } from './trees.ts';

export interface Fault {
  readonly name: string;
  /** The rule that it is about comes first. */
  readonly rules: readonly [string, ...string[]];
  /** Both unless told. */
  readonly shells?: readonly ShellName[];
  readonly plant: (files: Files, shell: ShellName) => void;
  /** Another name for the folder. */
  readonly folder?: string;
  /** Digests stay those of before. */
  readonly keepDigests?: true;
}

const top = 'design/cl_hermes.sv';
const ids = 'design/cl_id_defines.vh';
const list = 'build/scripts/cl_hermes_sources.tcl';
const buildSh = 'build/scripts/build.sh';
const encrypt = 'build/scripts/encrypt.tcl';
const synth = 'build/scripts/synth_cl_hermes.tcl';
const linked = { f1: 'build/constraints/cl_pnr_user.xdc', f2: 'build/constraints/small_shell_cl_pnr_user.xdc' };
const cell = { f1: 'WRAPPER_INST/CL', f2: 'WRAPPER/CL' };
const simulation = { f1: 'verif/scripts/top.vivado.f', f2: 'verif/scripts/top.xsim.f' };

/** A module that has no use, in design/ and in the lists. */
function addModule(files: Files, shell: ShellName, file: string, text: string): void {
  files.set(`design/${file}`, text);
  change(files, list, '  cl_hermes.sv\n', `  ${file}\n  cl_hermes.sv\n`);
  const root = shell === 'f1' ? '${CL_ROOT}' : '$CL_DIR';
  change(
    files,
    simulation[shell],
    `${root}/design/cl_hermes.sv`,
    `${root}/design/${file}\n${root}/design/cl_hermes.sv`,
  );
}

const append = (files: Files, path: string, text: string): void => void files.set(path, `${files.get(path)}${text}\n`);

export const faults: readonly Fault[] = [
  // Files and lists.
  {
    name: 'the manifest is gone',
    rules: ['manifest', 'missing-file'],
    plant: (files) => files.delete('manifest.json'),
  },
  {
    name: 'the manifest is for the other shell',
    rules: ['manifest'],
    plant: (files, shell) => changeManifest(files, (manifest) => (manifest.shell = shell === 'f1' ? 'f2' : 'f1')),
  },
  {
    name: 'a file was edited',
    rules: ['digest'],
    keepDigests: true,
    plant: (files) => append(files, 'README.md', 'More.'),
  },
  {
    name: 'the linked constraints are gone',
    rules: ['missing-file', 'build-script'],
    plant: (files, shell) => files.delete(linked[shell]),
  },
  {
    name: 'the test is gone',
    rules: ['missing-file'],
    plant: (files) => files.delete('verif/tests/test_hermes_vectors.svh'),
  },
  { name: 'the folder has another name', rules: ['folder-name'], shells: ['f2'], folder: 'hermes', plant: () => {} },
  {
    name: 'a source ends in .v',
    rules: ['design-ending'],
    plant: (files) => files.set('design/helper.v', 'module helper;\nendmodule\n'),
  },
  {
    name: 'a note lies in design/',
    rules: ['design-ending'],
    plant: (files) => files.set('design/notes.txt', 'later'),
  },
  {
    name: 'a source is not listed for the build',
    rules: ['source-list'],
    plant: (files) => change(files, list, '  decoder.sv\n', ''),
  },
  {
    name: 'a source is listed that is not there',
    rules: ['source-list', 'build-script'],
    plant: (files) => change(files, list, '  decoder.sv\n', '  decoder.sv\n  gone.sv\n'),
  },
  {
    name: 'the top module is listed first',
    rules: ['source-order'],
    plant: (files) => {
      change(files, list, '  cl_hermes.sv\n', '');
      change(files, list, 'set cl_sources {\n', 'set cl_sources {\n  cl_hermes.sv\n');
    },
  },
  {
    name: 'a source is not listed for simulation',
    rules: ['simulation-list'],
    plant: (files, shell) => change(files, simulation[shell], /^.*\/design\/decoder\.sv\n/, ''),
  },
  {
    name: 'a script names a folder of one machine',
    rules: ['absolute-path'],
    plant: (files) => append(files, 'verif/scripts/waves.tcl', '# log_wave /home/someone/waves'),
  },
  {
    name: 'a makefile names a folder of one machine',
    rules: ['absolute-path'],
    plant: (files) => append(files, 'software/runtime/Makefile', 'CFLAGS += -I/opt/kit/include'),
  },
  {
    name: 'a script has carriage returns',
    rules: ['line-ending'],
    plant: (files) => change(files, 'verif/scripts/Makefile', '\n', '\r\n'),
  },

  // The design.
  {
    name: 'the top module has another name',
    rules: ['top-module', 'one-module-a-file', 'unused-module', 'sh-ddr-instance'],
    plant: (files) => change(files, top, /^module cl_hermes\b/, 'module cl_other'),
  },
  {
    name: 'a module is declared twice',
    rules: ['one-module-a-file'],
    plant: (files) => append(files, 'design/decoder.sv', 'module alu ();\nendmodule'),
  },
  {
    name: 'a module is nowhere',
    rules: ['unknown-module', 'unused-module'],
    plant: (files) => change(files, top, /^ {2}interrupt_lines_e1 lines \(/, '  interrupt_wires lines ('),
  },
  {
    name: 'a module of another design was left behind',
    rules: ['unused-module'],
    plant: (files, shell) => addModule(files, shell, 'leftover.sv', 'module leftover ();\nendmodule\n'),
  },
  {
    name: "the stand-in for the kit's DRAM was left in",
    rules: ['kit-module'],
    plant: (files, shell) => addModule(files, shell, 'sh_ddr.sv', 'module sh_ddr ();\nendmodule\n'),
  },
  {
    name: 'a port is missing',
    rules: ['port-missing'],
    plant: (files) => {
      change(files, top, /^ {2}input +logic +\[63:0\] +sh_cl_glcount0,\n/, '');
      change(files, top, 'sh_cl_glcount0, ', '');
    },
  },
  {
    name: 'there is a port that the shell does not have',
    rules: ['port-extra'],
    plant: (files) =>
      change(files, top, /^module cl_hermes \(\n/, 'module cl_hermes (\n  input  logic         trigger,\n'),
  },
  {
    name: 'a port goes the wrong way',
    rules: ['port-direction'],
    plant: (files) => change(files, top, /^ {2}output( +logic +\[31:0\] +cl_sh_status0,)$/, '  input $1'),
  },
  {
    name: 'a port is too narrow',
    rules: ['port-width'],
    plant: (files) => change(files, top, /^( {2}output +logic +)\[511:0\]( +cl_sh_dma_pcis_rdata,)$/, '$1[255:0]$2'),
  },
  {
    name: 'a vector became a scalar',
    rules: ['port-width'],
    shells: ['f1'],
    plant: (files) => change(files, top, /^( {2}output +logic +)\[0:0\]( +M_A_CKE,)$/, '$1$2'),
  },
  {
    name: 'an output is open',
    rules: ['output-open'],
    plant: (files) => change(files, top, /^ {2}assign cl_sh_status0 = .*\n/, ''),
  },
  {
    name: 'sh_ddr has another name',
    rules: ['sh-ddr-instance'],
    plant: (files) => change(files, top, /^ {2}\) SH_DDR \($/, '  ) DDR ('),
  },
  {
    name: 'sh_ddr has a controller',
    rules: ['sh-ddr-absent'],
    plant: (files) => change(files, top, /(\.DDR(?:_A)?_PRESENT) \(0\)/, '$1 (1)'),
  },
  {
    name: 'pins of sh_ddr are crossed',
    rules: ['sh-ddr-absent'],
    plant: (files, shell) => {
      const [dp, dn] = shell === 'f1' ? ['M_A_CLK_DP', 'M_A_CLK_DN'] : ['M_CLK_DP', 'M_CLK_DN'];
      change(files, top, new RegExp(`(\\.${dp} +)\\(${dp}\\)`), `$1(${dn})`);
      change(files, top, new RegExp(`(\\.${dn} +)\\(${dn}\\)`), `$1(${dp})`);
    },
  },
  {
    name: 'statistics are not acknowledged',
    rules: ['ddr-stat-ack'],
    plant: (files) => change(files, top, /^( {2}assign (?:ddr_sh|cl_sh_ddr)_stat_ack0? = )1'b1;$/, "$11'b0;"),
  },
  {
    name: 'bursts of the DRAM in the shell are FIXED',
    rules: ['ddr-c-idle'],
    shells: ['f1'],
    plant: (files) => change(files, top, "assign cl_sh_ddr_awburst = 2'd1;", "assign cl_sh_ddr_awburst = 2'd0;"),
  },
  {
    name: 'the custom logic asks the host for memory',
    rules: ['pcim-idle'],
    plant: (files) => change(files, top, "assign cl_sh_pcim_arvalid = 1'b0;", "assign cl_sh_pcim_arvalid = 1'b1;"),
  },
  {
    name: 'slots are smaller than a burst may be',
    rules: ['slot-4k'],
    plant: (files) => change(files, 'software/runtime/hermes.h', /(HERMES_EHDSSZE_VALUE) \w+$/, '$1 0x800u'),
  },

  // Identity, clock, constraints.
  {
    name: 'the identity has no underscore',
    rules: ['id-line'],
    plant: (files) => change(files, ids, /(CL_SH_ID0 32'h\w{4})_/, '$1'),
  },
  {
    name: 'the identity is defined twice',
    rules: ['id-line'],
    plant: (files) => change(files, ids, /^(`define CL_SH_ID1 .*)$/, '$1\n$1'),
  },
  {
    name: 'the device begins with 3',
    rules: ['id-lost-digits'],
    shells: ['f2'],
    plant: (files) => {
      change(files, ids, /(CL_SH_ID0 32'h)\w{4}/, '$13000');
      change(files, top, /(assign cl_sh_id0 = 32'h)\w{4}/, '$13000');
    },
  },
  {
    name: 'the vendor is one that AWS refuses',
    rules: ['id-legal'],
    plant: (files) => {
      change(files, ids, /(CL_SH_ID0 32'h\w{4}_)\w{4}/, '$18086');
      change(files, top, /(assign cl_sh_id0 = 32'h\w{4}_)\w{4}/, '$18086');
    },
  },
  {
    name: 'the design shows another identity',
    rules: ['id-equal'],
    plant: (files) => change(files, ids, /(CL_SH_ID1 32'h)0001/, '$10004'),
  },
  {
    name: 'the test bench would instantiate another module',
    rules: ['cl-name'],
    plant: (files) => change(files, 'design/cl_hermes_defines.vh', 'CL_NAME cl_hermes', 'CL_NAME cl_dram_dma'),
  },
  {
    name: 'the list of the simulator names another module',
    rules: ['cl-name'],
    shells: ['f2'],
    plant: (files) => change(files, simulation.f2, 'CL_NAME=cl_hermes', 'CL_NAME=CL_TEMPLATE'),
  },
  {
    name: 'the build takes a slower clock',
    rules: ['clock-recipe'],
    shells: ['f1'],
    plant: (files) => change(files, buildSh, '-clock_recipe_a A1', '-clock_recipe_a A0'),
  },
  {
    name: 'the test takes a slower clock',
    rules: ['clock-recipe'],
    plant: (files) => change(files, 'verif/tests/test_hermes.sv', 'ClockRecipe::A1', 'ClockRecipe::A0'),
  },
  {
    name: 'the design needs more UltraRAM than the build asks for',
    rules: ['uram-option'],
    shells: ['f1'],
    plant: (files) => changeManifest(files, (manifest) => (manifest.uram = 600)),
  },
  {
    name: 'a pblock names a cell that is not there',
    rules: ['constraint-cell'],
    plant: (files, shell) =>
      append(
        files,
        linked[shell],
        `add_cells_to_pblock [get_pblocks p] [get_cells ${cell[shell]}/hermes/no_such_block]`,
      ),
  },
  {
    name: 'a constraint names the path of the other kit',
    rules: ['constraint-cell'],
    plant: (files, shell) =>
      change(files, linked[shell], `${cell[shell]}/sh_cl`, `${cell[shell === 'f1' ? 'f2' : 'f1']}/sh_cl`),
  },

  // The build.
  {
    name: 'a script has a command that Vivado does not know',
    rules: ['build-script'],
    plant: (files) => change(files, synth, 'update_compile_order', 'update_compilation_order'),
  },
  {
    name: 'a brace is missing',
    rules: ['build-script'],
    plant: (files) => change(files, encrypt, /^\}$/, ''),
  },
  {
    name: 'the sources are not encrypted',
    rules: ['build-order'],
    plant: (files) => change(files, encrypt, /^encrypt .*$/, ''),
  },
  {
    name: 'encryption uses another key',
    rules: ['build-script'],
    plant: (files) => change(files, encrypt, /vivado_keyfile\w*\.txt/, 'vivado_keyfile_2012.txt'),
  },
  {
    name: 'synthesis reads plain sources',
    rules: ['build-order'],
    plant: (files) => change(files, synth, /lappend files \S+\/\$name/, 'lappend files $::env(CL_DIR)/design/$name'),
  },
  {
    name: 'synthesis is not out of context',
    rules: ['build-order'],
    plant: (files) => change(files, synth, '-mode out_of_context', ''),
  },
];

/** Plants a fault, and makes the digests fit unless the fault is about them. */
export function plant(fault: Fault, files: Files, shell: ShellName): void {
  fault.plant(files, shell);
  if (fault.keepDigests || !files.has('manifest.json')) return;
  redigest(files);
}
