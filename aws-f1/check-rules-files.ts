/** Rules about files: which there are, which lists name them, what stands in all of them. */
import { createHash } from 'node:crypto';
import { generator, sourceList } from './build.ts';
import { clName, kits } from './build-kits.ts';
import type { Rule } from './check.ts';
import type { Tree } from './check-tree.ts';

const designNames = (tree: Tree, ending: RegExp): string[] =>
  [...tree.files.keys()].filter((path) => path.startsWith('design/') && ending.test(path)).map((path) => path.slice(7));

/** The words of `set NAME { … }` in the list of sources. */
function listed(tree: Tree, name: string): string[] {
  const text = tree.files.get(`build/scripts/${sourceList}`) ?? '';
  const found = new RegExp(`set ${name} \\{([^}]*)\\}`).exec(text);
  return found?.[1].split(/\s+/).filter(Boolean) ?? [];
}

export const listedSources = (tree: Tree): string[] => listed(tree, 'cl_sources');

const lineOf = (text: string, part: string): number =>
  text.slice(0, Math.max(0, text.indexOf(part))).split('\n').length;

/** Files that the kit's flow, its test bench and its library ask for. */
function required(tree: Tree): string[] {
  const kit = kits[tree.shell];
  return [
    'manifest.json',
    `design/${clName}.sv`,
    'design/cl_id_defines.vh',
    `design/${clName}_defines.vh`,
    `build/scripts/${sourceList}`,
    'build/scripts/build.sh',
    ...kit.scripts.map((name) => `build/scripts/${name}`),
    ...kit.constraints.map((name) => `build/constraints/${name}`),
    ...kit.verif.map((name) => `verif/scripts/${name}`),
    'verif/tests/test_hermes.sv',
    'verif/tests/test_hermes_vectors.svh',
    ...['Makefile', 'hermes_run.c', 'hermes_transport.c', 'hermes.h'].map((name) => `software/runtime/${name}`),
  ];
}

/** Differences of two lists of names, said of the first. */
function compare(
  names: readonly string[],
  wanted: readonly string[],
  say: (message: string, name: string) => void,
): void {
  for (const name of wanted) if (!names.includes(name)) say(`${name} is missing`, name);
  for (const name of names) if (!wanted.includes(name)) say(`${name} is not a file of design/`, name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  for (const name of new Set(twice)) say(`${name} stands twice`, name);
}

const again = 'make the directory again with hermes build';

export const fileRules: readonly Rule[] = [
  {
    id: 'manifest',
    rule: 'manifest.json is that of hermes build, for this shell',
    why: 'The other rules take the configuration and the order of files from it.',
    cure: again,
    check: ({ manifest, shell }, report) => {
      const file = 'manifest.json';
      if (manifest === undefined || manifest.generator !== generator)
        report('is missing or no manifest of hermes build', { file });
      else if (manifest.shell !== shell) report(`is for ${manifest.shell}, and not for ${shell}`, { file });
    },
  },
  {
    id: 'digest',
    rule: 'every file is as its digest in manifest.json says',
    why: 'A build can only be repeated from files that are known.',
    cure: 'undo the change; or make the change in the generator and run hermes build again',
    check: ({ manifest, files }, report) => {
      for (const [file, digest] of Object.entries(manifest?.outputs ?? {})) {
        const text = files.get(file);
        if (text !== undefined && createHash('sha256').update(text).digest('hex') !== digest)
          report('differs from its digest', { file });
      }
    },
  },
  {
    id: 'missing-file',
    rule: 'every file that the kit looks for is there',
    why: 'The build, the test bench or the compiler stops where one is missing.',
    cure: again,
    check: (tree, report) => {
      for (const file of required(tree)) if (!tree.files.has(file)) report('is missing', { file });
    },
  },
  {
    id: 'folder-name',
    rule: `the directory is called ${clName}`,
    why: 'aws_build_dcp_from_cl.py takes the name of the module from the folder, and refuses another.',
    cure: `rename the directory ${clName}`,
    shells: ['f2'],
    check: ({ name }, report) => {
      if (name !== clName) report(`the directory is called ${name}`);
    },
  },
  {
    id: 'design-ending',
    rule: 'design/ holds .sv and .vh, nothing else, and no folders',
    why: 'The kits read *.?v: a file .v is left out without a word, and everything else in design/ is compiled by the F2 test bench.',
    cure: 'name SystemVerilog .sv and headers .vh; move other files out of design/',
    check: (tree, report) => {
      for (const name of designNames(tree, /./)) {
        if (name.includes('/'))
          report('lies in a folder of design/, where the kit does not look', { file: `design/${name}` });
        else if (name.endsWith('.v')) report('ends in .v, which the kit silently ignores', { file: `design/${name}` });
        else if (!/\.(sv|vh)$/.test(name)) report('is no source', { file: `design/${name}` });
      }
    },
  },
  {
    id: 'source-list',
    rule: `${sourceList} names every file of design/, and nothing else`,
    why: 'Encryption and synthesis take their files from it. What it leaves out is not built; what is too much stops the build.',
    cure: `list every .sv under cl_sources and every .vh under cl_headers of build/scripts/${sourceList}`,
    check: (tree, report) => {
      const file = `build/scripts/${sourceList}`;
      const text = tree.files.get(file);
      if (text === undefined) return;
      const say = (message: string, name: string): void => report(message, { file, line: lineOf(text, name) });
      compare(listedSources(tree), designNames(tree, /\.sv$/), say);
      compare(listed(tree, 'cl_headers'), designNames(tree, /\.vh$/), say);
    },
  },
  {
    id: 'source-order',
    rule: `${sourceList} names a module before those that instantiate it`,
    why: 'Tools that compile in order, and people who read in order, expect it.',
    cure: 'put the file of the inner module first',
    check: (tree, report) => {
      const file = `build/scripts/${sourceList}`;
      const order = listedSources(tree);
      const place = new Map(
        tree.modules.map(({ name, file: of }) => [name, order.indexOf(of.slice('design/'.length))]),
      );
      for (const { name, instances } of tree.modules) {
        const late = instances.find(({ module }) => (place.get(module) ?? -1) > (place.get(name) ?? Infinity));
        const line = lineOf(tree.files.get(file) ?? '', `${late?.module}.sv`);
        if (late && place.get(name)! >= 0)
          report(`${late.module} comes after ${name}, which instantiates it`, { file, line });
      }
    },
  },
  {
    id: 'simulation-list',
    rule: "the test bench's list names every file of design/, and nothing else",
    why: 'The simulator compiles what is listed; a missing module is found only at the end of elaboration.',
    cure: 'list the files of design/ in the order of the manifest',
    check: (tree, report) => {
      const file = `verif/scripts/${kits[tree.shell].fileList}`;
      const text = tree.files.get(file);
      if (text === undefined) return;
      const names = [...text.matchAll(/^\$\{?(?:CL_ROOT|CL_DIR)\}?\/design\/(\S+)$/gm)].map(([, name]) => name);
      compare(names, designNames(tree, /\.(sv|vh)$/), (message, name) =>
        report(message, { file, line: lineOf(text, `/${name}`) }),
      );
    },
  },
  {
    id: 'absolute-path',
    rule: 'no file names a folder of one machine',
    why: 'The directory is built on another machine than the one it was made on.',
    cure: 'use CL_DIR, HDK_SHELL_DIR or a relative path',
    check: ({ files }, report) => {
      const path =
        /(?:(?<![\w$}.:/*])|(?<=-[A-Z]))\/(?:home|root|tmp|work|opt|mnt|media|Users|var|srv|scratch|projects?)\/[\w./-]*|\b[A-Z]:\\\w/;
      for (const [file, text] of files) {
        text.split('\n').forEach((line, i) => {
          const found = path.exec(line);
          if (found) report(`names ${found[0]}`, { file, line: i + 1 });
        });
      }
    },
  },
  {
    id: 'line-ending',
    rule: 'lines end as Unix writes them',
    why: 'bash, the parser of the identity and make take a carriage return for a character of the last word.',
    cure: 'convert the file: sed -i "s/\\r$//"',
    check: ({ files }, report) => {
      for (const [file, text] of files) {
        const at = text.indexOf('\r');
        if (at >= 0) report('has carriage returns', { file, line: text.slice(0, at).split('\n').length });
      }
    },
  },
  {
    id: 'executable',
    rule: 'build.sh may be executed',
    why: 'The README starts it by its name.',
    cure: 'chmod +x build/scripts/build.sh',
    check: ({ files, executable }, report) => {
      const file = 'build/scripts/build.sh';
      if (files.has(file) && !executable(file)) report('may not be executed', { file });
    },
  },
];
