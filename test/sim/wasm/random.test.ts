import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Module } from '../../../gen/ir/index.ts';
import { WasmSimulator, type WasmOptions } from '../../../sim/wasm/index.ts';
import { AssertionFailure } from '../../../sim/simulator.ts';
import { Choices, type Draw } from './choices.ts';
import { randomModule } from './random.ts';
import { Reference } from './reference.ts';

/** Every signal of the design by its path. */
function pathsOf(module: Module, prefix = ''): string[] {
  const own = [...module.ports, ...module.signals].map(({ name }) => prefix + name);
  return [...own, ...module.instances.flatMap((instance) => pathsOf(instance.module, `${prefix}${instance.name}.`))];
}

function memoriesOf(module: Module, prefix = ''): string[] {
  const own = module.memories.map(({ name }) => prefix + name);
  return [...own, ...module.instances.flatMap((instance) => memoriesOf(instance.module, `${prefix}${instance.name}.`))];
}

/** Runs the design in both, with random inputs, and compares everything that can be seen after every step. */
function firstDifference(draw: Draw, options: WasmOptions, cycles: number): string | undefined {
  const choices = new Choices(draw);
  const module = randomModule(draw);
  const simulator = WasmSimulator.create(module, options);
  const reference = new Reference(module);
  const inputs = module.ports.filter(({ kind, name }) => kind === 'input' && name !== 'clk');
  const outputs = module.ports.filter(({ kind }) => kind === 'output').map(({ name }) => name);
  const visible = options.keep === 'all' ? pathsOf(module) : outputs;

  const poke = (name: string, value: bigint): void => {
    simulator.poke(name, value);
    reference.poke(name, value);
  };
  const difference = (when: string): string | undefined => {
    const path = visible.find((name) => simulator.signal(name).getBig() !== reference.signal(name));
    return path && `${path} is ${simulator.signal(path).getBig()} and not ${reference.signal(path)} ${when}`;
  };

  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const { name, type } of inputs) {
      if (name === 'rst') poke(name, cycle === 0 || choices.chance(5) ? 1n : 0n);
      else if (cycle === 0 || choices.chance(60)) poke(name, choices.value(type.width));
    }
    const before = choices.chance(40) ? difference(`before edge ${cycle}`) : undefined;
    if (before) return before;
    if (choices.chance(30)) poke(inputs[1]!.name, choices.value(inputs[1]!.type.width));
    const failure = reference.cycle();
    const thrown = catching(() => simulator.cycle());
    if (failure)
      return thrown instanceof AssertionFailure && simulator.cycles === cycle ? undefined : `no failure: ${failure}`;
    if (thrown) throw thrown;
    const after = choices.chance(60) ? difference(`after edge ${cycle}`) : undefined;
    if (after) return after;
  }
  const path =
    options.keep === 'all' ? memoriesOf(module).find((name) => !sameRows(simulator, reference, name)) : undefined;
  return path ? `${path} has other rows` : difference('at the end');
}

function sameRows(simulator: WasmSimulator, reference: Reference, path: string): boolean {
  const rows = simulator.memory(path);
  return reference.memory(path).every((row, i) => rows.read(i) === row);
}

function catching(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

const runs = Number(process.env.HERMES_RUNS ?? 60);

describe('random designs behave as the netlist says', () => {
  it.each<[string, WasmOptions]>([
    ['with what the outputs need', {}],
    ['with every signal kept', { keep: 'all' }],
    ['in regions of a few operations', { partition: { size: 5, limit: 9 } }],
    ['in regions of one operation', { partition: { size: 1, limit: 1 } }],
  ])(
    '%s',
    (_, options) => {
      fc.assert(
        fc.property(fc.gen(), (draw) => {
          expect(firstDifference(draw, options, 8)).toBeUndefined();
        }),
        { numRuns: runs },
      );
    },
    300_000,
  );
});
