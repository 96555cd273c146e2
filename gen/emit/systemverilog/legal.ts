import { isReserved } from '../../hdl/reserved.ts';
import type { Module } from '../../ir/index.ts';

const legal = /^[A-Za-z]\w*$/;

/** Names come legal out of the language; a netlist made otherwise must not end in text that no tool reads. */
export function checkNames({ name, ports, signals, memories, instances, blackBox }: Module): void {
  const seen = new Set<string>();
  const check = (kind: string, identifier: string): void => {
    const problem = isReserved(identifier)
      ? 'is a reserved word of SystemVerilog'
      : !legal.test(identifier) || identifier.includes('__')
        ? 'is no identifier of letters, digits and single underscores'
        : seen.has(identifier)
          ? 'is used twice'
          : undefined;
    if (problem) throw new Error(`${kind} '${identifier}' of module '${name}' ${problem}; rename it in the netlist`);
    seen.add(identifier);
  };
  if (isReserved(name) || !legal.test(name)) throw new Error(`'${name}' cannot be the name of a module; rename it`);
  if (blackBox) return;
  for (const signal of [...ports, ...signals]) check('signal', signal.name);
  for (const memory of memories) check('memory', memory.name);
  for (const instance of instances) check('instance', instance.name);
}
