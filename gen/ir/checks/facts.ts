/** What every check needs to know of a module, gathered in one pass. */
import type { Expr, Instance, Memory, Module, ReadPort, Signal, Statement } from '../netlist.ts';

export type Assign = Extract<Statement, { kind: 'assign' }>;
export type Assert = Extract<Statement, { kind: 'assert' }>;

/** What decides whether a statement takes effect: this expression and those of the guards around and before it. */
export interface Guard {
  readonly expr: Expr;
  readonly outer: Guard | undefined;
}

export type Driver =
  | { readonly kind: 'assign'; readonly assign: Assign; readonly guard: Guard | undefined }
  | { readonly kind: 'instance'; readonly instance: Instance; readonly port: Signal }
  | { readonly kind: 'read'; readonly memory: Memory; readonly read: ReadPort };

export interface Facts {
  readonly module: Module;
  /** Drivers of each signal that has any, in program order. */
  readonly drivers: ReadonlyMap<Signal, readonly Driver[]>;
  readonly asserts: readonly { readonly assert: Assert; readonly guard: Guard | undefined }[];
  /** Signals that drive inputs of instances. */
  readonly feeds: ReadonlyMap<Signal, { readonly instance: Instance; readonly port: Signal }>;
}

export function factsOf(module: Module): Facts {
  const drivers = new Map<Signal, Driver[]>();
  const feeds = new Map<Signal, { instance: Instance; port: Signal }>();
  const asserts: { assert: Assert; guard: Guard | undefined }[] = [];

  const drive = (signal: Signal, driver: Driver): void => {
    const known = drivers.get(signal);
    if (known) known.push(driver);
    else drivers.set(signal, [driver]);
  };

  const walk = (statements: readonly Statement[], outer: Guard | undefined): void => {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'assign':
          drive(statement.target.signal, { kind: 'assign', assign: statement, guard: outer });
          break;
        case 'assert':
          asserts.push({ assert: statement, guard: outer });
          break;
        case 'when': {
          let guard = outer;
          for (const { condition, body } of statement.branches) {
            if (condition) guard = { expr: condition, outer: guard };
            walk(body, guard);
          }
          break;
        }
        case 'switch': {
          const guard = { expr: statement.subject, outer };
          for (const { body } of statement.cases) walk(body, guard);
          walk(statement.otherwise ?? [], guard);
        }
      }
    }
  };
  walk(module.statements, undefined);

  for (const instance of module.instances) {
    for (const { port, net } of instance.ports) {
      if (port.kind === 'output') drive(net, { kind: 'instance', instance, port });
      else feeds.set(net, { instance, port });
    }
  }
  for (const memory of module.memories) {
    for (const read of memory.reads) drive(read.data, { kind: 'read', memory, read });
  }
  return { module, drivers, asserts, feeds };
}

/** A signal in a sentence: by what it stands for where the author gave it no name. */
export function label({ drivers, feeds }: Facts, signal: Signal): string {
  const feed = signal.kind === 'wire' ? feeds.get(signal) : undefined;
  if (feed) return `input \`${feed.port.name}\` of instance \`${feed.instance.name}\``;
  const driver = signal.kind === 'net' ? drivers.get(signal)?.[0] : undefined;
  if (driver?.kind === 'instance') return `output \`${driver.port.name}\` of instance \`${driver.instance.name}\``;
  if (driver?.kind === 'read') return `read data \`${signal.name}\` of memory \`${driver.memory.name}\``;
  return `${kindName[signal.kind]} \`${signal.name}\``;
}

const kindName: Readonly<Record<Signal['kind'], string>> = {
  input: 'input', output: 'output', inout: 'inout', wire: 'wire', reg: 'register', node: 'value', net: 'net',
}; // prettier-ignore

/** Bits [lo + width - 1 : lo] as a mask. */
export const maskOf = (lo: number, width: number): bigint => ((1n << BigInt(width)) - 1n) << BigInt(lo);
