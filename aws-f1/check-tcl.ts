/** The build's Tcl under plain tclsh: what it would do in Vivado, or where it would fail. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ShellName } from '../gen/config.ts';
import { run, toolEnv, tools } from '../sim/tools/index.ts';
import { clName } from './build-kits.ts';
import { kitOutline } from './check-outline.ts';
import { filesOf } from './check-tree.ts';

const prelude = fileURLToPath(new URL('check-prelude.tcl', import.meta.url));

export interface FlowOptions {
  /** A checkout of the kit; an outline of it unless told. */
  readonly hdk?: string;
  /** What `clk_main_a0` and the UltraRAMs are built for. */
  readonly recipe: string;
  readonly uramOption: number | null;
  /** Worst slack that timing reports, ns. */
  readonly slack?: number;
}

export interface Flow {
  /** Commands of Vivado with their arguments; paths begin with `CL`, `SHELL` or `COMMON`. */
  readonly lines: readonly string[];
  /** Files below the custom logic that were there in the end and not before. */
  readonly made: readonly string[];
  /** Why it ended early. */
  readonly error?: string;
}

/** Names that stand for the time of a build. */
const tag = 'TAG';

const argumentsOf: Readonly<Record<ShellName, (options: FlowOptions) => readonly string[]>> = {
  // As the kit's aws_build_dcp_from_cl.sh passes them.
  f1: ({ recipe, uramOption }) =>
    [tag, 'DEFAULT', 'HDK', '0x04261818', '0xDDDD', '0xVVVV', '0xSSSS', '0xSVSV', recipe, 'B0', 'C0'].concat([
      String(uramOption ?? 2),
      '0',
    ]),
  // And aws_build_dcp_from_cl.py.
  f2: ({ recipe }) => ['PLACE', 'PHYS_OPT', 'ROUTE', recipe, 'B2', 'C0', 'H2'],
};

const scripts: Readonly<Record<ShellName, string>> = { f1: 'create_dcp_from_cl.tcl', f2: 'build_all.tcl' };

/**
 * Follows the build of a directory, in a copy.
 * @throws ToolError where there is no tclsh
 */
export async function recordFlow(folder: string, shell: ShellName, options: FlowOptions): Promise<Flow> {
  const { path: tclsh } = await tools.tclsh();
  const work = mkdtempSync(join(tmpdir(), 'hermes-flow-'));
  try {
    const cl = join(work, clName);
    cpSync(folder, cl, { recursive: true });
    const kit = options.hdk ?? outline(join(work, 'kit'), shell);
    const common = join(kit, 'hdk/common');
    const shellDir = join(common, 'shell_stable');
    const record = join(work, 'record');
    const before = new Set(filesOf(cl));
    const env = {
      ...toolEnv,
      HERMES_RECORD: record,
      HERMES_PLACES: `CL {${cl}} SHELL {${shellDir}} COMMON {${common}}`,
      HERMES_SLACK: String(options.slack ?? 0.1),
      HERMES_VIVADO: shell === 'f1' ? '2021.2' : '2024.1',
      CL_DIR: cl,
      CL: clName,
      SHELL_MODE: 'small_shell',
      BUILD_FLOW: 'BuildAll',
      BUILD_TAG: tag,
      HDK_COMMON_DIR: common,
      HDK_SHELL_DIR: shellDir,
      HDK_SHELL_DESIGN_DIR: join(shellDir, 'design'),
      HDK_IP_SRC_DIR: join(common, 'ip/cl_ip/cl_ip.srcs/sources_1/ip'),
      HDK_BD_SRC_DIR: join(common, 'ip/cl_ip/cl_ip.srcs/sources_1/bd'),
      HDK_BD_GEN_DIR: join(common, 'ip/cl_ip/cl_ip.gen/sources_1/bd'),
      VIVADO_TOOL_VERSION: shell === 'f1' ? 'v2021.2' : 'v2024.1',
    };
    const cwd = join(cl, 'build/scripts');
    const { code, output } = await run(tclsh, [prelude, scripts[shell], ...argumentsOf[shell](options)], { cwd, env });
    const lines = existsSync(record) ? readFileSync(record, 'utf8').trimEnd().split('\n') : [];
    const made = filesOf(cl).filter((path) => !before.has(path));
    if (code === 0) return { lines, made };
    return { lines, made, error: output.trim().split('\n').slice(-2).join(' ').replaceAll(`${cl}/`, 'CL/') };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function outline(folder: string, shell: ShellName): string {
  for (const [path, text] of kitOutline(shell)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
