/** `--record`: the suite on every backend, with how fast it went, into docs/records/conformance.json. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tools } from '../tools/index.ts';
import { backendNames, openBackend, type BackendName } from './backend.ts';
import { hexOf } from './hex.ts';
import { complaint, suite, type Vector } from './suite.ts';

const file = fileURLToPath(new URL('../../docs/records/conformance.json', import.meta.url));
const plugin = fileURLToPath(new URL('../bpf-conformance-plugin', import.meta.url));

/** Passes through the suite that are timed; one before them warms everything up. */
const passes = 5;
/** Starts of the plug-in that are timed. */
const starts = 9;

export interface Measured {
  readonly passed: number;
  readonly total: number;
  readonly programsPerMinute: number;
  /** Of a process for one program, from its start to its end. */
  readonly millisecondsForOne: number;
}

export interface ConformanceRecord {
  readonly suite: string;
  readonly node: string;
  readonly verilator: string;
  readonly backends: Readonly<Record<BackendName, Measured>>;
}

/** @throws ToolError when Verilator is missing; nothing is written then */
export async function record(): Promise<number> {
  const { version: verilator } = await tools.verilator();
  const { source, vectors } = suite();
  const measured = {} as Record<BackendName, Measured>;
  for (const name of backendNames) {
    measured[name] = await measure(name, vectors);
    const { passed, total, programsPerMinute, millisecondsForOne } = measured[name];
    const speed = `${programsPerMinute.toLocaleString('en-US')} programs a minute, ${millisecondsForOne} ms for one`;
    console.log(`${name.padEnd(10)} ${passed} of ${total} passed, ${speed}`);
  }
  const result: ConformanceRecord = { suite: source, node: process.versions.node, verilator, backends: measured };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return Object.values(measured).every(({ passed, total }) => passed === total) ? 0 : 1;
}

async function measure(name: BackendName, vectors: readonly Vector[]): Promise<Measured> {
  const backend = await openBackend(name);
  try {
    const complaints = vectors.map((vector) => [vector.name, complaint(vector, backend)] as const);
    const wrong = complaints.filter(([, what]) => what !== undefined);
    for (const [vector, what] of wrong) console.log(`${name}: ${vector}: ${what}`);
    const begin = performance.now();
    for (let pass = 0; pass < passes; pass++) for (const vector of vectors) backend.run(vector);
    const minutes = (performance.now() - begin) / 60_000;
    return {
      passed: vectors.length - wrong.length,
      total: vectors.length,
      programsPerMinute: significant((passes * vectors.length) / minutes),
      millisecondsForOne: significant(median(Array.from({ length: starts }, () => timeOne(name, vectors[0]!)))),
    };
  } finally {
    backend.close();
  }
}

function timeOne(name: BackendName, { program }: Vector): number {
  const begin = performance.now();
  const { status } = spawnSync(plugin, ['--backend', name], { input: `${hexOf(program)}\n` });
  if (status !== 0) throw new Error(`${plugin} --backend ${name} ends with ${status}`);
  return performance.now() - begin;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Three digits tell enough of a speed. */
const significant = (value: number): number => Number(value.toPrecision(3));
