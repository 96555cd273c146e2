/** One module through Yosys, looked at from all sides; results are kept by the digest of what was emitted. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emitSystemVerilog } from '../../gen/emit/index.ts';
import type { Resources } from '../../gen/estimate.ts';
import type { Module } from '../../gen/ir/index.ts';
import { heavyNets, sharesOf, type Load, type Share } from './loads.ts';
import { Names } from './mapped.ts';
import { slowestPaths, type TimedPath } from './paths.ts';
import { resources, synthesise, type Path } from './synthesis.ts';

export interface Measured {
  readonly resources: Resources;
  readonly shares: readonly Share[];
  /** The slowest {@link keptPaths}, slowest first. */
  readonly paths: readonly TimedPath[];
  /** The longest path as Yosys itself tells it: by `ltp` in cells, by `sta` in time, which ends at LUT RAM. */
  readonly longest: Path;
  /** Nets with more than {@link leastFanOut} readers. */
  readonly loads: readonly Load[];
  /** Wall time of the run. */
  readonly seconds: number;
}

export const keptPaths = 50;
export const leastFanOut = 100;

/** Changes when what is kept changes its shape or meaning. */
const edition = 1;

/**
 * Measures a module, or takes what an earlier run has kept in `folder`.
 * @param say hears which step of Yosys begins; nothing when the result was kept
 * @throws ToolError where Yosys is not installed
 */
export async function measure(top: Module, folder: string, say: (step: string) => void): Promise<Measured> {
  const { files } = emitSystemVerilog(top, { models: true });
  const digest = createHash('sha256').update(`${edition}\n`);
  for (const { name, text, map } of files) digest.update(`${name}\n${text}\n${JSON.stringify(map)}\n`);
  const path = join(folder, `${top.name}-${digest.digest('hex').slice(0, 24)}.json`);
  const kept = readKept(path);
  if (kept) return kept;

  const start = performance.now();
  const { cells, path: longest, mapped, library } = await synthesise(top, { flat: true, mapped: true, say });
  const module = mapped!.modules[top.name]!;
  const names = new Names(module, top.name, files);
  const measured: Measured = {
    resources: resources(cells),
    shares: sharesOf(module, names),
    paths: slowestPaths(module, library!, names, keptPaths),
    longest: longest!,
    loads: heavyNets(module, names, leastFanOut),
    seconds: Math.round((performance.now() - start) / 1000),
  };
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify(measured, null, 2)}\n`);
  renameSync(aside, path);
  return measured;
}

function readKept(path: string): Measured | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Measured;
  } catch {
    return undefined;
  }
}
