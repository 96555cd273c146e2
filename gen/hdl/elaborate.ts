/** From a description to a checked netlist. */
import { Diagnostics } from '../diagnostics/index.ts';
import { check } from '../ir/index.ts';
import type { Module } from '../ir/netlist.ts';
import { modulesOf } from '../ir/netlist.ts';
import type { ModuleDef } from './module.ts';
import { collecting, report } from './report.ts';

export interface Elaborated {
  readonly top: Module;
  readonly warnings: Diagnostics['all'];
}

/**
 * Runs a description and checks its netlist. All errors are reported together.
 * @throws HermesError when there is any.
 */
export function elaborate(describe: () => ModuleDef): Elaborated {
  const diagnostics = new Diagnostics();
  const top = collecting(diagnostics, () => {
    const { netlist } = describe();
    const names = new Map<string, Module>();
    for (const module of modulesOf(netlist)) {
      const other = names.get(module.name);
      // One hand-written file may stand there with several sets of parameters.
      const sameFile = module.blackBox?.file !== undefined && module.blackBox.file === other?.blackBox?.file;
      if (other && !sameFile) report('H013', `two different modules are called \`${module.name}\``);
      names.set(module.name, module);
    }
    return netlist;
  });
  diagnostics.throwIfErrors();
  check(top, diagnostics);
  diagnostics.throwIfErrors();
  return { top, warnings: diagnostics.all };
}

/** Keeps one module for equal parameters: wrap a function that describes a module, so that all who ask share it. */
export function shared<A extends readonly unknown[], R>(describe: (...parameters: A) => R): (...parameters: A) => R {
  const made = new Map<string, R>();
  return (...parameters) => {
    const key = JSON.stringify(parameters, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
    if (!made.has(key)) made.set(key, describe(...parameters));
    return made.get(key)!;
  };
}
