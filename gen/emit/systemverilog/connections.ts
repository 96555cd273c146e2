/**
 * Instances. A wire that only carries a simple value to an input, or an output of the instance to an output of the
 * module, is no wire in the text: the connection names the value itself.
 */
import type { Expr, Instance, Module, Signal } from '../../ir/index.ts';
import { isSelect, type Root } from './definitions.ts';
import { range, type Expressions } from './expression.ts';
import { filling, literal, message } from './literals.ts';
import type { Normaliser } from './normalise.ts';
import type { Process } from './processes.ts';
import type { Names } from './roles.ts';
import { aligned, type Lines } from './text.ts';
import { logic } from './types.ts';

/** What connections say instead of a net's name. */
export type Shortcuts = ReadonlyMap<Signal, { readonly value: Expr } | { readonly output: Signal }>;

/** Finds the wires that connections make superfluous; `readers` counts the places that read a signal. */
export function shortcuts(
  module: Module,
  processes: readonly Process[],
  readers: ReadonlyMap<Signal, number>,
): Shortcuts {
  const found = new Map<Signal, { value: Expr } | { output: Signal }>();
  const driver = new Map<Signal, Expr>();
  const outputs = new Map<Signal, Signal>();
  for (const process of processes) {
    if (process.kind !== 'assign' || process.parts.length > 1) continue;
    const { target, value } = process.parts[0]!;
    if (target.width !== target.signal.type.width) continue;
    driver.set(target.signal, value);
    if (target.signal.kind === 'output' && value.op === 'ref') outputs.set(value.signal, target.signal);
  }
  const connected = new Map<Signal, number>();
  for (const { net } of module.instances.flatMap(({ ports }) => ports))
    connected.set(net, (connected.get(net) ?? 0) + 1);
  for (const { port, net } of module.instances.flatMap(({ ports }) => ports)) {
    const uses = (readers.get(net) ?? 0) + connected.get(net)! - 1;
    const value = driver.get(net);
    if (port.kind === 'input' && net.kind === 'wire' && uses === 0 && value && isSimple(value))
      found.set(net, { value });
    const output = outputs.get(net);
    if (port.kind === 'output' && net.kind === 'net' && uses === 1 && output) found.set(net, { output });
  }
  return found;
}

function isSimple(value: Expr): boolean {
  return value.op === 'ref' || value.op === 'const' || isSelect(value) || (value.op === 'not' && value.a.op === 'ref');
}

/** Whether a process only feeds a connection that says it itself. */
export function isShortcut(process: Process, shorts: Shortcuts): boolean {
  if (process.kind !== 'assign' || process.parts.length > 1) return false;
  const { target, value } = process.parts[0]!;
  const short = value.op === 'ref' ? shorts.get(value.signal) : undefined;
  return shorts.has(target.signal) || (short !== undefined && 'output' in short && short.output === target.signal);
}

export function rootsOf({ name, ports, origin }: Instance, shorts: Shortcuts, normal: Normaliser): Root[] {
  return ports.flatMap(({ port, net }) => {
    const short = shorts.get(net);
    const expr =
      short && 'value' in short ? short.value : normal.make({ op: 'ref', width: net.type.width, signal: net });
    return port.kind === 'output' ? [] : [{ expr, base: name, role: port.name, ...(origin && { origin }) }];
  });
}

export function print(lines: Lines, exprs: Expressions, instance: Instance, shorts: Shortcuts, names: Names): void {
  const { name, module, ports, doc, origin } = instance;
  const arrays = unpackedArrays(lines, exprs, instance, shorts, names);
  lines.comment(doc, origin);
  const parameters = Object.entries(module.blackBox?.parameters ?? {});
  const rows = ports.map(({ port, net }) => [
    `.${port.name}`,
    `(${arrays.get(port) ?? connection(exprs, port, net, shorts)})`,
  ]);
  const list = (entries: readonly (readonly string[])[]): void =>
    aligned(entries).forEach((line, i) => lines.add(line + (i + 1 < entries.length ? ',' : ''), origin));
  if (parameters.length > 0) {
    lines.block(
      `${module.name} #(`,
      () => list(parameters.map(([key, value]) => [`.${key}`, `(${parameter(value)})`])),
      `) ${name} (`,
      origin,
    );
  } else {
    lines.add(`${module.name} ${name} (`, origin);
  }
  lines.nest(() => list(rows));
  lines.add(');', origin);
}

function connection(exprs: Expressions, port: Signal, net: Signal, shorts: Shortcuts): string {
  const short = shorts.get(net);
  if (short && 'output' in short) return short.output.name;
  if (port.kind === 'output') return net.name;
  if (short) return exprs.inline(short.value); // without its type: Icarus takes a lone enum member for a new wire
  exprs.read(net, net.type.width);
  return net.name;
}

/** Ports that are unpacked arrays get one of their own, which is filled or read element by element. */
function unpackedArrays(
  lines: Lines,
  exprs: Expressions,
  { name, ports, origin }: Instance,
  shorts: Shortcuts,
  names: Names,
): Map<Signal, string> {
  const arrays = new Map<Signal, string>();
  const copies: string[] = [];
  for (const { port, net } of ports) {
    if (port.type.kind !== 'vec' || !port.type.unpacked) continue;
    const { element, length } = port.type;
    const array = names.take(`${name}_${port.name}`, `${name}_${port.name}_array`);
    arrays.set(port, array);
    lines.add(`${logic(element.width)} ${array} [${length - 1}:0];`, origin);
    const whole = connection(exprs, port, net, shorts);
    const short = shorts.get(net);
    const value = short && 'value' in short && short.value.op === 'const' ? short.value.value : undefined;
    for (let i = 0; i < length; i++) {
      const lo = i * element.width;
      const part =
        value === undefined
          ? whole + range(net.type.width, lo, element.width)
          : filling(BigInt.asUintN(element.width, value >> BigInt(lo)), element.width);
      copies.push(port.kind === 'output' ? `assign ${part} = ${array}[${i}];` : `assign ${array}[${i}] = ${part};`);
    }
  }
  for (const copy of copies) lines.add(copy, origin);
  if (arrays.size > 0) lines.gap();
  return arrays;
}

function parameter(value: bigint | string): string {
  if (typeof value === 'string') return message(value);
  const magnitude = value < 0n ? -value : value;
  if (magnitude < 2n ** 31n) return String(value);
  return (value < 0n ? '-' : '') + literal(magnitude, magnitude.toString(2).length);
}
