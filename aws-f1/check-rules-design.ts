/** Rules about the SystemVerilog of the design: the module that the shell sees, its ports, and what is tied off. */
import type { ShellName } from '../gen/config.ts';
import { shellTables } from '../gen/shell/index.ts';
import { clPorts } from '../gen/shell/ports.ts';
import { clName, kitModules, kits } from './build-kits.ts';
import type { Place, Report, Rule } from './check.ts';
import type { Tree } from './check-tree.ts';
import { lineAt, type SvModule, type SvPort } from './check-verilog.ts';

const topFile = `design/${clName}.sv`;

const topOf = (tree: Tree): SvModule | undefined => tree.modules.find(({ name }) => name === clName);

/** The ports that the shell has for a custom logic: direction and range as the kit's header declares them, by name. */
export function shellPorts(shell: ShellName): ReadonlyMap<string, Pick<SvPort, 'direction' | 'range'>> {
  const ports = Object.entries(clPorts(shellTables[shell]));
  return new Map(
    ports.map(([name, { direction, type }]) => {
      const isVector = type.kind === 'vec' || type.width > 1;
      return [name, { direction, range: isVector ? `[${type.width - 1}:0]` : '' }];
    }),
  );
}

/** Calls `check` with every port of the top module that the shell knows. */
function eachKnown(tree: Tree, check: (port: SvPort, wanted: Pick<SvPort, 'direction' | 'range'>) => void): void {
  const known = shellPorts(tree.shell);
  for (const port of topOf(tree)?.ports ?? []) {
    const wanted = known.get(port.name);
    if (wanted) check(port, wanted);
  }
}

const spelled = (range: string): string => (range === '' ? 'one bit' : range);

/** The value that the top module ties a port to, and where; undefined when it is driven by something else. */
function tie(top: SvModule, port: string): ({ readonly value: string } & Place) | undefined {
  const found = new RegExp(`\\bassign\\s+${port}\\s*=\\s*([^;]*);`).exec(top.body);
  if (!found) return undefined;
  return { value: found[1].trim(), file: top.file, line: top.bodyLine + lineAt(top.body, found.index) - 1 };
}

/** A literal as a number, whatever its base: 1'b1, 2'd1, '0. */
function literal(text: string): bigint | undefined {
  const found = /^(?:\d+)?'s?([bdh])?([\da-f_]+)$/i.exec(text) ?? /^()(\d+)$/.exec(text);
  if (!found) return undefined;
  const digits = found[2].replaceAll('_', '');
  const base = { b: '0b', h: '0x' }[found[1]?.toLowerCase() ?? ''] ?? '';
  try {
    return BigInt(base + digits);
  } catch {
    return undefined;
  }
}

/** Reports the ports that are not tied to `wanted`. */
function requireTies(tree: Tree, report: Report, ports: readonly string[], wanted: bigint): void {
  const top = topOf(tree);
  if (!top) return;
  for (const port of ports) {
    if (!top.ports.some(({ name }) => name === port)) continue;
    const tied = tie(top, port);
    if (tied === undefined) report(`${port} is not tied`, { file: top.file });
    else if (literal(tied.value) !== wanted) report(`${port} is ${tied.value}, and has to be ${wanted}`, tied);
  }
}

const numbered = (prefix: string): string[] => ['', 0, 1, 2].map((n) => `${prefix}${n}`);

const again = 'make the directory again with hermes build';

export const designRules: readonly Rule[] = [
  {
    id: 'top-module',
    rule: `${clName}.sv declares ${clName}, which nothing instantiates`,
    why: 'The kit synthesises that module, and its test bench instantiates it.',
    cure: again,
    check: (tree, report) => {
      if (topOf(tree)?.file !== topFile) report(`does not declare ${clName}`, { file: topFile });
      const inner = tree.modules.find(({ instances }) => instances.some(({ module }) => module === clName));
      if (inner) report(`${inner.name} instantiates ${clName}`, { file: inner.file });
    },
  },
  {
    id: 'one-module-a-file',
    rule: 'a file declares the module of its name, and each module is declared once',
    why: 'Simulators find modules by the names of files, and of two declarations the last one wins silently.',
    cure: 'name the file as its module, and keep one of two declarations',
    check: (tree, report) => {
      for (const { name, file, line } of tree.modules) {
        if (file !== `design/${name}.sv`) report(`declares ${name}`, { file, line });
        const others = tree.modules.filter((module) => module.name === name);
        if (others.length > 1 && others[0].file !== file) report(`declares ${name} once more`, { file, line });
      }
    },
  },
  {
    id: 'unknown-module',
    rule: 'every module that is instantiated is in design/ or in the kit',
    why: 'Synthesis takes an unknown module for a black box, and the image is refused or empty.',
    cure: 'put its file into design/ and into the lists',
    check: (tree, report) => {
      const known = new Set([...tree.modules.map(({ name }) => name), ...kitModules]);
      for (const { file, instances } of tree.modules)
        for (const { module, line } of instances)
          if (!known.has(module)) report(`${module} is in neither`, { file, line });
    },
  },
  {
    id: 'unused-module',
    rule: `every module of design/ is below ${clName}`,
    why: 'What is encrypted and read and never used is a leftover of another design.',
    cure: 'remove its file from design/ and from the lists',
    check: (tree, report) => {
      const used = new Set([clName, ...tree.modules.flatMap(({ instances }) => instances.map(({ module }) => module))]);
      for (const { name, file, line } of tree.modules)
        if (!used.has(name)) report(`${name} is instantiated nowhere`, { file, line });
    },
  },
  {
    id: 'kit-module',
    rule: 'design/ declares no module of the kit',
    why: 'A stand-in for simulation would take the place of the controllers and their pins.',
    cure: 'remove the stand-in from design/ and from the lists',
    check: (tree, report) => {
      for (const { name, file, line } of tree.modules)
        if (kitModules.includes(name)) report(`declares ${name}, which the kit brings`, { file, line });
    },
  },
  {
    id: 'port-missing',
    rule: 'the top module has every port of the shell',
    why: "The shell's wrapper connects all of them by name.",
    cure: again,
    check: (tree, report) => {
      const top = topOf(tree);
      const names = new Set(top?.ports.map(({ name }) => name));
      for (const name of shellPorts(tree.shell).keys())
        if (top && !names.has(name)) report(`${name} is missing`, { file: top.file, line: top.line });
    },
  },
  {
    id: 'port-extra',
    rule: 'the top module has no port that the shell does not have',
    why: 'A reconfigurable module with another port list cannot be linked into the shell.',
    cure: 'remove the port; the ports of retirement are for simulation',
    check: (tree, report) => {
      const known = shellPorts(tree.shell);
      for (const { name, line } of topOf(tree)?.ports ?? [])
        if (!known.has(name)) report(`the shell has no port ${name}`, { file: topFile, line });
    },
  },
  {
    id: 'port-direction',
    rule: 'ports go the way that the shell declares',
    why: 'Two drivers or none on one wire.',
    cure: again,
    check: (tree, report) =>
      eachKnown(tree, ({ name, direction, line }, wanted) => {
        if (direction !== wanted.direction)
          report(`${name} is an ${direction}, and has to be an ${wanted.direction}`, { file: topFile, line });
      }),
  },
  {
    id: 'port-width',
    rule: 'ports have the widths that the shell declares',
    why: 'Bits would be cut off or left open without an error in simulation.',
    cure: again,
    check: (tree, report) =>
      eachKnown(tree, ({ name, range, line }, wanted) => {
        if (range !== wanted.range)
          report(`${name} is ${spelled(range)}, and has to be ${spelled(wanted.range)}`, { file: topFile, line });
      }),
  },
  {
    id: 'output-open',
    rule: 'every output of the top module is driven',
    why: 'An open output is 0 by chance of the tool, and some of them hang the shell.',
    cure: 'drive the output, or tie it off as the kit says',
    check: (tree, report) => {
      const top = topOf(tree);
      const driven = new Set<string>();
      for (const [, name] of top?.body.matchAll(/\bassign\s+(\w+)|^\s*(\w+)\s*<=/gm) ?? []) driven.add(name);
      for (const [, name] of top?.body.matchAll(/(\w+)(?:\[[^\]]*\])?\s*<=/g) ?? []) driven.add(name);
      for (const { connections } of top?.instances ?? []) for (const net of connections.values()) driven.add(net);
      for (const { name, direction, line } of top?.ports ?? [])
        if (direction === 'output' && !driven.has(name))
          report(`${name} is driven by nothing`, { file: topFile, line });
    },
  },
  {
    id: 'sh-ddr-instance',
    rule: `${clName} instantiates sh_ddr once, as SH_DDR`,
    why: "The kit's constraints look for its pins and cells at that place, also when no DRAM is used.",
    cure: again,
    check: (tree, report) => {
      const all = tree.modules.flatMap(({ file, name, instances }) =>
        instances.filter(({ module }) => module === 'sh_ddr').map((instance) => ({ ...instance, file, inside: name })),
      );
      if (all.length !== 1) report(`there are ${all.length} instances of sh_ddr`, { file: topFile });
      for (const { name, file, line, inside } of all) {
        if (name !== 'SH_DDR') report(`sh_ddr is instantiated as ${name}`, { file, line });
        if (inside !== clName) report(`sh_ddr is instantiated in ${inside}`, { file, line });
      }
    },
  },
  {
    id: 'sh-ddr-absent',
    rule: 'sh_ddr has no controllers, and its pins are those of the custom logic',
    why: 'The design uses no DRAM; a controller would take its clocks, and pins that lead elsewhere cannot be placed.',
    cure: again,
    check: (tree, report) => {
      const ddr = topOf(tree)?.instances.find(({ module }) => module === 'sh_ddr');
      if (!ddr) return;
      const place = { file: topFile, line: ddr.line };
      for (const name of kits[tree.shell].dramParameters) {
        const value = ddr.parameters.get(name);
        if (value === undefined || literal(value) !== 0n)
          report(`${name} is ${value ?? 'not given'}, and has to be 0`, place);
      }
      const { pins, renamed } = shellTables[tree.shell].dram;
      for (const pin of Object.keys(pins)) {
        const net = ddr.connections.get(renamed[pin] ?? pin);
        if (net !== pin) report(`${renamed[pin] ?? pin} of sh_ddr is ${net || 'open'}, and has to be ${pin}`, place);
      }
    },
  },
  {
    id: 'ddr-stat-ack',
    rule: 'the statistics of controllers that are not there are acknowledged at once',
    why: 'The shell polls them; without an answer its management interface hangs.',
    cure: "tie the port to 1'b1",
    check: (tree, report) => requireTies(tree, report, [...numbered('ddr_sh_stat_ack'), 'cl_sh_ddr_stat_ack'], 1n),
  },
  {
    id: 'ddr-c-idle',
    rule: 'the DRAM in the shell is asked for nothing, in bursts of type INCR',
    why: 'Only INCR is legal there, even of an interface that is never used.',
    cure: "tie valid and ready to 0 and burst to 2'b01",
    shells: ['f1'],
    check: (tree, report) => {
      requireTies(tree, report, ['cl_sh_ddr_awburst', 'cl_sh_ddr_arburst'], 1n);
      requireTies(tree, report, ['cl_sh_ddr_awvalid', 'cl_sh_ddr_wvalid', 'cl_sh_ddr_arvalid'], 0n);
    },
  },
  {
    id: 'pcim-idle',
    rule: 'the custom logic is no master of the PCIe bus',
    why: 'A request that crosses 4 KiB, or is not taken back in time, ends PCIM until the image is loaded again.',
    cure: 'tie the valid outputs to 0; a design that is a master needs rules of its own',
    check: (tree, report) =>
      requireTies(tree, report, ['cl_sh_pcim_awvalid', 'cl_sh_pcim_wvalid', 'cl_sh_pcim_arvalid'], 0n),
  },
  {
    id: 'slot-4k',
    rule: 'slots begin at, and are, multiples of 4 KiB in BAR4',
    why: 'AXI bursts end at 4 KiB: one that begins in a slot must not end in another.',
    cure: 'choose slot sizes of 4096 or more, powers of two',
    check: ({ manifest, files }, report) => {
      const file = 'software/runtime/hermes.h';
      const text = files.get(file) ?? '';
      for (const name of ['EHPSOFF', 'EHPSSZE', 'EHDSOFF', 'EHDSSZE']) {
        const found = new RegExp(`#define HERMES_${name}_VALUE (\\w+?)u?$`, 'm').exec(text);
        const line = lineAt(text, found?.index ?? 0);
        if (!found || Number(found[1]) % 4096 !== 0) report(`${name} is ${found?.[1] ?? 'not there'}`, { file, line });
      }
      const { programSlotBytes = 0, dataSlotBytes = 0 } = manifest?.configuration ?? {};
      for (const [name, bytes] of Object.entries({ programSlotBytes, dataSlotBytes }))
        if (bytes % 4096 !== 0) report(`${name} is ${bytes}`, { file: 'manifest.json' });
    },
  },
];
