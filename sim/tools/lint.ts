/** What Verilator, Icarus and Yosys have to say about SystemVerilog files, as one list. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runYosys } from '@yowasp/yosys';
import { run, tools } from './index.ts';
import { type LoadedSource, loadSources, type Source, writeSources } from './sources.ts';

export type Linter = 'verilator' | 'icarus' | 'yosys';

export interface Finding {
  readonly tool: Linter;
  /** `sorry` is what Icarus says of a construct that it does not implement. */
  readonly severity: 'error' | 'warning' | 'sorry';
  readonly message: string;
  /** Name of the source, if the tool named one. */
  readonly file?: string;
  readonly line?: number;
}

/** How a tool writes one finding on a line, with named groups severity, message, file and line. */
const patterns: Readonly<Record<Linter, RegExp>> = {
  verilator: /^%(?<severity>Warning|Error)(?:-(?<code>\w+))?: (?:(?<file>[^\s:]+):(?<line>\d+):\d+: )?(?<message>.*)$/,
  icarus: /^(?:(?<file>[^\s:]+):(?<line>\d+): )?(?:(?<severity>error|warning|sorry): )?(?<message>.*)$/,
  yosys: /^(?:(?<file>[^\s:]+):(?<line>\d+): )?(?<severity>Warning|ERROR): (?<message>.*)$/,
};

/** Findings in what a tool printed. A failure of which nothing was understood is one finding with all its output. */
export function parseFindings(tool: Linter, output: string, failed: boolean): Finding[] {
  const findings: Finding[] = [];
  for (const text of output.split('\n')) {
    const groups = patterns[tool].exec(text)?.groups;
    if (groups === undefined || groups['message'] === '' || groups['message'].startsWith('Exiting due to')) continue;
    const { severity = 'error', code, message, file, line } = groups;
    findings.push({
      tool,
      severity: severity.toLowerCase() as Finding['severity'],
      message: code === undefined ? message : `${code}: ${message}`,
      ...(file !== undefined && { file, line: Number(line) }),
    });
  }
  if (failed && findings.length === 0) findings.push({ tool, severity: 'error', message: output.trim() || 'failed' });
  return findings;
}

async function verilator(folder: string, files: string[], top: string): Promise<Finding[]> {
  const { path, flags } = await tools.verilator();
  const args = ['--lint-only', '-Wall', '--top-module', top, ...flags, ...files];
  const { code, output } = await run(path, args, { cwd: folder });
  return parseFindings('verilator', output, code !== 0);
}

async function icarus(folder: string, files: string[], top: string): Promise<Finding[]> {
  const { path } = await tools.icarus();
  const { code, output } = await run(path, ['-g2012', '-Wall', '-t', 'null', '-s', top, ...files], { cwd: folder });
  return parseFindings('icarus', output, code !== 0);
}

/** Yosys as WebAssembly, the version of package-lock.json: it is there on every machine, and starts in 0.3 s. */
async function yosys(sources: readonly LoadedSource[], top: string): Promise<Finding[]> {
  const files = Object.fromEntries(sources.map(({ name, text }) => [name, text]));
  const script = `read_verilog -sv ${Object.keys(files).join(' ')}; hierarchy -check -top ${top}; proc; check`;
  const decoder = new TextDecoder();
  let output = '';
  const collect = (bytes: Uint8Array | null): void => {
    if (bytes !== null) output += decoder.decode(bytes, { stream: true });
  };
  let failed = false;
  try {
    await runYosys(['-q', '-p', script], files, { stdout: collect, stderr: collect });
  } catch (error) {
    failed = true;
    if (!output.includes('ERROR')) output += `ERROR: ${String(error)}\n`;
  }
  return parseFindings('yosys', output, failed);
}

/**
 * Runs Verilator `-Wall`, Icarus `-g2012 -Wall` and Yosys `read_verilog -sv`, `hierarchy -check`, `check` over files in
 * compilation order, with `top` as the root; or only some of them. An empty list means that all were silent. Throws
 * ToolError if one of them is not installed.
 */
export async function lint(
  files: readonly Source[],
  top: string,
  linters: readonly Linter[] = ['verilator', 'icarus', 'yosys'],
): Promise<Finding[]> {
  const sources = loadSources(files);
  const folder = mkdtempSync(join(tmpdir(), 'hermes-lint-'));
  try {
    const names = writeSources(folder, sources);
    const run: Readonly<Record<Linter, () => Promise<Finding[]>>> = {
      verilator: () => verilator(folder, names, top),
      icarus: () => icarus(folder, names, top),
      yosys: () => yosys(sources, top),
    };
    return (await Promise.all(linters.map((linter) => run[linter]()))).flat();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line a finding, as compilers write them. */
export function formatFinding({ tool, severity, message, file, line }: Finding): string {
  return `${file === undefined ? '' : `${file}:${line}: `}${severity}: ${message} [${tool}]`;
}
