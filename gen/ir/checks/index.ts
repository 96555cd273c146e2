/** The checks of the netlist. Each looks at every module once; what parents need of a child is summarised. */
import type { Diagnostics } from '../../diagnostics/index.ts';
import { modulesOf, type Module } from '../netlist.ts';
import { Cones } from './cones.ts';
import { checkDomains } from './domains.ts';
import { checkDrivers } from './drivers.ts';
import { factsOf } from './facts.ts';
import { checkLoops } from './loops.ts';
import { checkPaths } from './paths.ts';
import { checkSwitches } from './switches.ts';
import { checkUnreachable } from './unreachable.ts';
import { checkUnused } from './unused.ts';
import { checkWidths } from './widths.ts';

/** Reports everything that is wrong with a design. */
export function check(top: Module, diagnostics: Diagnostics): void {
  const cones = new Map<Module, Cones>();
  const modules = designOf(top);
  for (const module of modules) {
    const facts = factsOf(module);
    cones.set(module, new Cones(facts, cones));
    if (module.blackBox) continue;
    checkWidths(facts, diagnostics);
    checkSwitches(facts, diagnostics);
    checkDrivers(facts, diagnostics);
    checkPaths(facts, diagnostics);
    checkUnreachable(facts, diagnostics);
    checkLoops(facts, cones.get(module)!, diagnostics);
    checkUnused(facts, diagnostics);
  }
  checkDomains(top, modules, cones, diagnostics);
}

/** All modules and the models of black boxes, children before parents. */
function designOf(top: Module): Module[] {
  const models = modulesOf(top).flatMap(({ blackBox }) => (blackBox?.model ? designOf(blackBox.model) : []));
  return [...new Set([...models, ...modulesOf(top)])];
}
