/** Rules that need a tool: the build's Tcl followed in tclsh, and the design compiled against the headers of the kit. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellTables } from '../gen/shell/index.ts';
import { lint } from '../sim/tools/lint.ts';
import { clName, f1KitSources, kits } from './build-kits.ts';
import type { Context, Rule } from './check.ts';
import { listedSources } from './check-rules-files.ts';
import { recordFlow, type Flow } from './check-tcl.ts';
import type { Tree } from './check-tree.ts';
import { lineAt } from './check-verilog.ts';

/** The flow of a tree is followed once. */
const flows = new WeakMap<Tree, Promise<Flow>>();

function flowOf(tree: Tree, { hdk }: Context): Promise<Flow> {
  const { recipe = 'A1', uramOption = 2 } = tree.manifest ?? {};
  const known = flows.get(tree) ?? recordFlow(tree.folder, tree.shell, { recipe, uramOption, ...(hdk && { hdk }) });
  flows.set(tree, known);
  return known;
}

/** What has to be among the commands of a flow, in this order. */
const steps = (tree: Tree): readonly (readonly [what: string, RegExp])[] => {
  const { part, cell, keyFile } = kits[tree.shell];
  const common = [
    [`encryption with ${keyFile}`, new RegExp(`^encrypt -k SHELL/build/scripts/${keyFile.replace('.', '\\.')} `)],
    ['the project of the part', new RegExp(`^create_project .*-part ${part}\\b`)],
    ['reading the encrypted sources', /^ {2}CL\/build\/src_post_encryption\//],
    [
      `synthesis of ${clName} out of context`,
      new RegExp(`^synth_design (?=.*-top ${clName}\\b)(?=.*-mode out_of_context)`),
    ],
    ['the checkpoint of synthesis', /^write_checkpoint .*post_synth\.dcp$/],
    [`placing it in ${cell}`, new RegExp(`^set_property SCOPED_TO_CELLS ${cell} `)],
    ['linking', new RegExp(`^link_design .*${cell}\\b`)],
    ['routing', /^route_design\b/],
  ] as const;
  const last = {
    f1: ['the encrypted checkpoint for AWS', /^write_checkpoint -encrypt .*to_aws\/.*SH_CL_routed\.dcp$/],
    f2: ['the routed checkpoint', /^write_checkpoint .*post_route\.dcp$/],
  } as const;
  return [...common, last[tree.shell]];
};

const script = { f1: 'build/scripts/create_dcp_from_cl.tcl', f2: 'build/scripts/build_all.tcl' } as const;

/** The place that a message of Tcl names: `CL/file:line: …` or `file.tcl:line: …`. */
function placeIn(tree: Tree, message: string): { file: string; line?: number; message: string } {
  const found = /^(?:CL\/)?(?:.*\/)?([\w.]+):(\d+): (.*)$/s.exec(message);
  const file = [...tree.files.keys()].find((path) => path.startsWith('build/') && basename(path) === found?.[1]);
  return found && file ? { file, line: Number(found[2]), message: found[3] } : { file: script[tree.shell], message };
}

const stub = (name: string): string => fileURLToPath(new URL(`../rtl-templates/${name}`, import.meta.url));

/** The kit's own declaration of sh_ddr; where it is encrypted, the stand-in of this generator. */
function shDdr(tree: Tree, hdk: string): { name: string; text: string } {
  const own = join(hdk, 'hdk/common/shell_stable/design/sh_ddr/sh_ddr.stub.sv');
  const path = existsSync(own) ? own : stub(shellTables[tree.shell].dram.stub);
  return { name: 'sh_ddr.sv', text: readFileSync(path, 'utf8') };
}

/** Variables of the lists of files and of make, as the kit's set-up gives them. */
const places = (hdk: string): Readonly<Record<string, string>> => {
  const common = join(hdk, 'hdk/common');
  const design = join(common, 'shell_stable/design');
  return {
    HDK_COMMON_DIR: common,
    HDK_SHELL_DESIGN_DIR: design,
    XILINX_IP: join(design, 'ip'),
    SH_LIB_DIR: join(design, 'lib'),
    SH_INF_DIR: join(design, 'interfaces'),
    SH_SH_DIR: join(design, 'sh_ddr/sim'),
    SIMULATOR: existsSync(join(common, 'verif/tb/filelists/tb.xsim.f')) ? 'xsim' : 'vivado',
  };
};

/** Paths of a text that begin with a variable of the kit, with their lines. */
function kitPaths(text: string, hdk: string): { path: string; shown: string; line: number }[] {
  const known = places(hdk);
  return [...text.matchAll(/\$[{(]?([A-Z_]+)[)}]?(\/[\w./${}()]+)/g)].flatMap(
    ({ 0: shown, 1: name, 2: rest, index }) => {
      const root = known[name];
      const path = (root ?? '') + rest.replaceAll(/\$[{(]([A-Z_]+)[)}]/g, (_, inner: string) => known[inner] ?? inner);
      return root === undefined ? [] : [{ path, shown, line: lineAt(text, index) }];
    },
  );
}

export const kitRules: readonly Rule[] = [
  {
    id: 'build-script',
    rule: "the build's Tcl runs to its end, and finds every file that it reads",
    why: 'In Vivado a wrong line is found after an hour.',
    cure: 'correct the script, or the path that it names',
    check: async (tree, report, context) => {
      if (!tree.files.has(script[tree.shell])) return;
      const { error } = await flowOf(tree, context);
      if (error === undefined) return;
      const { message, ...place } = placeIn(tree, error);
      report(message, place);
    },
  },
  {
    id: 'build-order',
    rule: 'the build encrypts, reads what it has encrypted, synthesises, links, routes and writes what AWS takes',
    why: 'A checkpoint of plain sources, or of another module or part, is refused when the image is made.',
    cure: 'restore the step',
    check: async (tree, report, context) => {
      if (!tree.files.has(script[tree.shell])) return;
      const { lines, error } = await flowOf(tree, context);
      if (error !== undefined) return; // build-script says so
      const file = script[tree.shell];
      let at = 0;
      for (const [what, pattern] of steps(tree)) {
        const next = lines.findIndex((line, i) => i >= at && pattern.test(line));
        if (next < 0) report(`${what} is missing, or comes too early`, { file });
        else at = next;
      }
      const plain = lines.find((line) => /^ {2}CL\/design\//.test(line));
      if (plain) report(`reads ${plain.trim()}, which is not encrypted`, { file });
    },
  },
  {
    id: 'kit-file',
    rule: 'what scripts, lists and makefiles name of the kit is in the kit',
    why: 'Another version of the kit may have moved it.',
    cure: 'use the version of the kit that manifest.json names',
    needsKit: true,
    check: ({ files, shell }, report, { hdk }) => {
      const kit = kits[shell];
      const own = ['build/scripts/' + kit.entry, `build/scripts/${kit.keyFile}`, 'design/interfaces/cl_ports.vh'];
      const sources = shell === 'f1' ? f1KitSources.map((path) => `design/${path}`) : [];
      for (const path of [...own, ...sources])
        if (!existsSync(join(hdk!, 'hdk/common/shell_stable', path))) report(`the kit has no ${path}`);
      for (const [file, text] of files) {
        if (!file.startsWith('verif/scripts/')) continue;
        for (const { path, shown, line } of kitPaths(text, hdk!))
          if (!existsSync(path)) report(`the kit has no ${shown}`, { file, line });
      }
    },
  },
  {
    id: 'kit-lint',
    rule: "the design compiles against the kit's header of ports, without a warning of Verilator or Icarus",
    why: 'Verilator sees widths and open pins, Icarus what it takes for an error in the language.',
    cure: 'correct the design as the message says',
    needsKit: true,
    check: async (tree, report, { hdk }) => {
      const header = join(hdk!, 'hdk/common/shell_stable/design/interfaces/cl_ports.vh');
      if (!existsSync(header)) return report('the kit has no design/interfaces/cl_ports.vh');
      const top = 'kit_wrapper';
      const wrapper = `module ${top} (\n${readFileSync(header, 'utf8')});\n  ${clName} CL (.*);\nendmodule\n`;
      const design = listedSources(tree).map((name) => ({ name, text: tree.files.get(`design/${name}`) ?? '' }));
      const sources = [shDdr(tree, hdk!), ...design, { name: `${top}.sv`, text: wrapper }];
      const findings = await lint(sources, top, ['verilator', 'icarus']);
      for (const { tool, severity, message, file, line } of findings) {
        // Not of the design: the kit's own file, and names that only Verilator's C++ cares for.
        if (file === 'sh_ddr.sv' || message.startsWith('SYMRSVDWORD')) continue;
        const place = design.some(({ name }) => name === file) ? { file: `design/${file}`, line } : {};
        report(`${severity} of ${tool}: ${message}`, place);
      }
    },
  },
];
