/** The C++ half of a build: what Verilator generated, its runtime and the harness become one addon. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, runOrThrow, type Tool } from '../tools/index.ts';
import { digest } from './digest.ts';

export interface CompileJob {
  readonly compiler: Tool;
  /** Folder of this build: Verilator's output is in its cpp/, and the addon becomes its model.node. */
  readonly work: string;
  /** Folder where Verilator's runtime is kept, compiled once for all designs. */
  readonly cache: string;
  readonly trace: 'vcd' | 'fst' | undefined;
}

/** One translation unit. */
interface Unit {
  readonly source: string;
  readonly object: string;
  readonly optimise: string;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const nodeHeaders = join(here, '../../node_modules/node-api-headers/include');
const hidden = '-std=c++17 -fPIC -fvisibility=hidden -w';
const ownEndings = '-DVL_USER_STOP -DVL_USER_FINISH -DVL_USER_FATAL';

/** Compiles and links `work`/model.node. The small units of all cores run side by side. */
export async function compileAddon({ compiler, work, cache, trace }: CompileJob): Promise<void> {
  const cpp = join(work, 'cpp');
  const include = join(makeVariable(join(cpp, 'Vdut.mk'), 'VERILATOR_ROOT'), 'include');
  const features = { COVERAGE: 0, SC: 0, TIMING: 0, TRACE: Number(trace !== undefined) };
  const traces = { TRACE_FST: Number(trace === 'fst'), TRACE_VCD: Number(trace === 'vcd'), TRACE_SAIF: 0 };
  const flags = [
    ...`${hidden} ${ownEndings}`.split(' '),
    ...Object.entries({ ...features, ...traces }).map(([name, value]) => `-DVM_${name}=${value}`),
    ...[include, join(include, 'vltstd'), nodeHeaders].map((folder) => `-I${folder}`),
    '-include',
    join(here, 'print.h'),
  ];
  const clang = (await run(compiler.path, ['--version'])).output.includes('clang');
  if (!clang) flags.push('-fno-gnu-unique'); // or the loader would merge templates of two models into one

  const lists = readFileSync(join(cpp, 'Vdut_classes.mk'), 'utf8');
  const fast = [...classes(lists, 'VM_CLASSES_FAST'), ...classes(lists, 'VM_SUPPORT_FAST')];
  const slow = [...classes(lists, 'VM_CLASSES_SLOW'), ...classes(lists, 'VM_SUPPORT_SLOW')];
  const runtime = [...classes(lists, 'VM_GLOBAL_FAST'), ...classes(lists, 'VM_GLOBAL_SLOW')];
  // Small designs compile fastest as one unit; Verilator splits large ones, and those compile side by side.
  const split = /^VM_PARALLEL_BUILDS = 1$/m.test(lists);
  writeFileSync(join(cpp, 'fast.cpp'), includes(fast));
  writeFileSync(join(cpp, 'slow.cpp'), includes(slow));

  const runtimeFolder = join(cache, `runtime-${digest([compiler.path, compiler.version, ...flags])}`);
  mkdirSync(runtimeFolder, { recursive: true });
  const unit =
    (from: string, to: string, optimise: string) =>
    (name: string): Unit => ({
      source: join(from, `${name}.cpp`),
      object: join(to, `${name}.o`),
      optimise,
    });
  const units = [
    ...(split ? fast : ['fast']).map(unit(cpp, cpp, '-O3')),
    unit(cpp, cpp, '-O1')('slow'),
    unit(here, cpp, '-O2')('harness'),
    ...runtime.map(unit(include, runtimeFolder, '-O2')),
  ];
  await inParallel(
    units.filter(({ object }) => !existsSync(object)),
    async ({ source, object, optimise }) => {
      const partial = join(work, `${basename(object)}.partial`);
      const args = [...flags, `-I${work}`, `-I${cpp}`, optimise, '-c', '-o', partial, source];
      await runOrThrow(`compile ${basename(source)}`, compiler.path, args, { cwd: cpp });
      renameSync(partial, object);
    },
  );
  const linker = process.platform === 'darwin' ? '-undefined dynamic_lookup' : '-Wl,--exclude-libs,ALL -pthread';
  const objects = units.map(({ object }) => object);
  const link = ['-shared', '-o', join(work, 'model.node'), ...linker.split(' '), ...objects];
  await runOrThrow('link the model', compiler.path, trace === 'fst' ? [...link, '-lz'] : link);
}

function makeVariable(makefile: string, name: string): string {
  const value = new RegExp(`^${name} = (.*)$`, 'm').exec(readFileSync(makefile, 'utf8'))?.[1];
  if (value === undefined) throw new Error(`${makefile} does not define ${name}; Verilator has changed its output`);
  return value;
}

/** The names in a list of Vdut_classes.mk: `NAME += \\`, one name a line, an empty line. */
function classes(lists: string, name: string): string[] {
  const body = new RegExp(`^${name} \\+= \\\\\n((?:  .*\\\\\n)*)`, 'm').exec(lists)?.[1] ?? '';
  return body.match(/[^\s\\]+/g) ?? [];
}

function includes(names: readonly string[]): string {
  return names.map((name) => `#include "${name}.cpp"\n`).join('');
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
