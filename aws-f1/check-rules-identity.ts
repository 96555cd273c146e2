/** Rules about names and numbers that stand in several places: PCI identity, clock, UltraRAM, constraints. */
import { clName, kits } from './build-kits.ts';
import type { Rule } from './check.ts';
import type { Tree } from './check-tree.ts';
import { lineAt } from './check-verilog.ts';

const idFile = 'design/cl_id_defines.vh';

interface IdLine {
  readonly n: 0 | 1;
  readonly text: string;
  readonly line: number;
  /** Upper and lower half: device and vendor, subsystem and its vendor. Undefined where the form is wrong. */
  readonly halves: readonly [string, string] | undefined;
}

/** The lines that the kits' parsers would take. */
function idLines(tree: Tree): IdLine[] {
  const lines = (tree.files.get(idFile) ?? '').split('\n');
  return lines.flatMap((text, i) => {
    const found = /`define\s*CL_SH_ID([01])/.exec(text);
    if (!found) return [];
    const value = /^`define CL_SH_ID[01] 32'h([\dA-Fa-f]{4})_([\dA-Fa-f]{4})$/.exec(text);
    return [{ n: Number(found[1]) as 0 | 1, text, line: i + 1, halves: value ? [value[1], value[2]] : undefined }];
  });
}

/** Calls `check` for every identity that is written as it should be. */
function eachId(
  tree: Tree,
  check: (id: { n: 0 | 1; line: number; upper: number; lower: number; text: string }) => void,
) {
  for (const { n, line, halves } of idLines(tree)) {
    if (!halves) continue;
    check({ n, line, upper: Number.parseInt(halves[0], 16), lower: Number.parseInt(halves[1], 16), text: halves[0] });
  }
}

const upperName = ['device', 'subsystem'] as const;

/** Where a recipe of clock group A is chosen, with the pattern whose group is the recipe. */
const recipePlaces = {
  f1: [
    ['build/scripts/build.sh', /-clock_recipe_a (\w+)/],
    ['build/scripts/create_dcp_from_cl.tcl', /\$clock_recipe_a ne "(\w+)"/],
    ['verif/tests/test_hermes.sv', /\.clk_recipe_a\(ClockRecipe::(\w+)\)/],
  ],
  f2: [['verif/tests/test_hermes.sv', /\.clk_recipe_a\(ClockRecipe::(\w+)\)/]],
} as const satisfies Record<string, readonly (readonly [string, RegExp])[]>;

/** Whether a path of instances, with wildcards, ends at something of the design. */
function cellExists(tree: Tree, path: readonly string[]): boolean {
  let modules = tree.modules.filter(({ name }) => name === clName);
  for (const [i, part] of path.entries()) {
    const pattern = new RegExp(`^${part.replaceAll(/[.+^$(){}|\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    const inner = modules.flatMap(({ instances }) => instances.filter(({ name }) => pattern.test(name)));
    if (inner.length === 0) {
      const register = part.replace(/_reg\b.*$/, '').replace(/\*$/, '');
      const isLast = i === path.length - 1;
      return isLast && register !== '' && modules.some(({ body }) => new RegExp(`\\b${register}`).test(body));
    }
    if (inner.some(({ module }) => module === 'sh_ddr')) return true; // its inside is the kit's
    modules = tree.modules.filter(({ name }) => inner.some(({ module }) => module === name));
  }
  return true;
}

export const identityRules: readonly Rule[] = [
  {
    id: 'id-line',
    rule: "cl_id_defines.vh has the lines `define CL_SH_ID0 32'hDDDD_VVVV and CL_SH_ID1, each once and in this form",
    why: 'The kits cut the identity for the manifest out of the text; anything else gives PCIID_SYNTAX_INVALID or a wrong one.',
    cure: "write `define CL_SH_ID0 32'hDDDD_VVVV, and likewise CL_SH_ID1, without anything else on the line",
    check: (tree, report) => {
      const lines = idLines(tree);
      for (const { halves, line, text } of lines)
        if (!halves) report(`cannot be parsed: ${text.trim()}`, { file: idFile, line });
      for (const n of [0, 1]) {
        const count = lines.filter((line) => line.n === n).length;
        if (count !== 1) report(`CL_SH_ID${n} is defined ${count} times`, { file: idFile });
      }
    },
  },
  {
    id: 'id-lost-digits',
    rule: 'device and subsystem do not begin with 2 or 3',
    why: "aws_build_dcp_from_cl.py strips the characters of 32'h from the left, and with them such digits: 3000 becomes 000.",
    cure: 'choose another device or subsystem id',
    shells: ['f2'],
    check: (tree, report) =>
      eachId(tree, ({ n, line, text }) => {
        if (/^[23]/.test(text))
          report(`the ${upperName[n]} ${text} loses digits in the manifest`, { file: idFile, line });
      }),
  },
  {
    id: 'id-legal',
    rule: 'the identity is one that AWS takes',
    why: 'Zero and 8086 are refused; 1D0F is allowed with devices F000 to F0FF only (PCIID_FORBIDDEN).',
    cure: 'choose ids of your own vendor',
    check: (tree, report) =>
      eachId(tree, ({ n, line, upper, lower }) => {
        const place = { file: idFile, line };
        if (upper === 0 || lower === 0) report(`CL_SH_ID${n} has a zero half`, place);
        if (n === 0 && lower === 0x8086) report('the vendor is 8086', place);
        if (n === 0 && lower === 0x1d0f && (upper < 0xf000 || upper > 0xf0ff)) report('1D0F has no such device', place);
      }),
  },
  {
    id: 'id-equal',
    rule: `${clName} shows the identity that cl_id_defines.vh has`,
    why: 'The manifest takes it from the text, the card from the design; a driver that goes by one does not find the other.',
    cure: 'make both the same',
    check: (tree, report) => {
      const top = tree.modules.find(({ name }) => name === clName);
      if (!top) return; // top-module says so
      eachId(tree, ({ n, line, upper, lower }) => {
        const shown = new RegExp(`assign cl_sh_id${n} = 32'h([\\da-f_]+);`, 'i').exec(top.body)?.[1] ?? 'nothing';
        const wanted = upper * 0x1_0000 + lower;
        if (Number.parseInt(shown.replaceAll('_', ''), 16) !== wanted)
          report(`CL_SH_ID${n} is ${wanted.toString(16)}, and the design shows ${shown}`, { file: idFile, line });
      });
    },
  },
  {
    id: 'cl-name',
    rule: `CL_NAME is ${clName} wherever it is defined`,
    why: "The kit's test bench instantiates the module of that name.",
    cure: `define CL_NAME as ${clName}`,
    check: ({ files, shell }, report) => {
      const file = `design/${clName}_defines.vh`;
      const text = files.get(file) ?? '';
      const found = /^\s*`define CL_NAME (\S+)\s*$/m.exec(text);
      if (files.has(file) && found?.[1] !== clName)
        report(`CL_NAME is ${found?.[1] ?? 'not defined'}`, { file, line: lineAt(text, found?.index ?? 0) });
      if (shell !== 'f2') return;
      const list = `verif/scripts/${kits.f2.fileList}`;
      const given = /^-define CL_NAME=(\S+)$/m.exec(files.get(list) ?? '');
      if (files.has(list) && given?.[1] !== clName) report(`CL_NAME is ${given?.[1] ?? 'not defined'}`, { file: list });
    },
  },
  {
    id: 'clock-recipe',
    rule: 'every script and test uses the clock recipe for which the design is made',
    why: 'A slower recipe is wasted; a faster one misses timing after hours of build.',
    cure: 'use the recipe of manifest.json',
    check: ({ files, shell, manifest }, report) => {
      if (!manifest) return;
      const { clock } = manifest;
      const recipe = kits[shell].clocks[clock];
      if (recipe !== manifest.recipe)
        report(`${clock} MHz is ${recipe ?? 'no recipe'}, and not ${manifest.recipe}`, { file: 'manifest.json' });
      for (const [file, pattern] of recipePlaces[shell]) {
        const text = files.get(file);
        const found = pattern.exec(text ?? '');
        if (text === undefined || found?.[1] === manifest.recipe) continue;
        report(`uses recipe ${found?.[1] ?? '(none)'}, and not ${manifest.recipe}`, {
          file,
          line: lineAt(text, found?.index ?? 0),
        });
      }
      const script = 'build/scripts/build.sh';
      const chosen = shell === 'f2' && /--clock_recipe_a\b/.exec(files.get(script) ?? '');
      if (chosen) report('chooses a recipe, for which the design has no aws_clk_gen', { file: script });
    },
  },
  {
    id: 'uram-option',
    rule: 'build.sh asks for as many UltraRAM sites as the design needs',
    why: 'Option 2 leaves half of the sites free; a design that needs more fails in placement.',
    cure: 'pass the -uram_option of manifest.json',
    shells: ['f1'],
    check: ({ files, manifest, shell }, report) => {
      const file = 'build/scripts/build.sh';
      const text = files.get(file);
      if (!manifest || text === undefined) return;
      const found = /-uram_option (\d)/.exec(text);
      const sites = kits[shell].uramOptions.find(({ option }) => option === Number(found?.[1] ?? 2))?.sites ?? 0;
      if (manifest.uram > sites)
        report(`asks for ${sites} UltraRAMs, and the design needs ${manifest.uram}`, {
          file,
          line: lineAt(text, found?.index ?? 0),
        });
    },
  },
  {
    id: 'constraint-cell',
    rule: 'constraints name cells and pins that the design has, by the path that the kit gives it',
    why: 'Vivado warns of a name that it does not find, among thousands of warnings, and goes on without the constraint.',
    cure: 'correct the name',
    check: (tree, report) => {
      const { cell, constraints, linked } = kits[tree.shell];
      const top = tree.modules.find(({ name }) => name === clName);
      if (!top) return;
      const ports = new Set(top.ports.map(({ name }) => name));
      const isPort = (name: string): boolean => {
        const stem = name.replace(/[*[].*$/, '');
        return name.endsWith('*') ? [...ports].some((port) => port.startsWith(stem)) : ports.has(stem);
      };
      for (const name of constraints) {
        const file = `build/constraints/${name}`;
        const lines = (tree.files.get(file) ?? '').split('\n');
        lines.forEach((text, i) => {
          if (text.trimStart().startsWith('#')) return;
          const place = { file, line: i + 1 };
          for (const [, port] of text.matchAll(/\[get_ports (?:-quiet )?\{?([\w*[\]]+)/g))
            if (!isPort(port)) report(`there is no port ${port}`, place);
          if (name !== linked) return;
          for (const [path] of text.matchAll(/\bWRAPPER\w*\/[\w/*.[\]]+/g)) {
            const inside = path.startsWith(`${cell}/`) ? path.slice(cell.length + 1).split('/') : undefined;
            if (inside === undefined) report(`${path} is not below ${cell}`, place);
            else if (!(inside.length === 1 && isPort(inside[0])) && !cellExists(tree, inside))
              report(`there is no ${path}`, place);
          }
        });
      }
    },
  },
];
