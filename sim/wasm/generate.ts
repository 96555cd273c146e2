/** Fourth stage: the WebAssembly module. Functions for regions, for clock edges, and loops that run many cycles at once. */
import type { Design, Write } from './design.ts';
import { access, Code, encodeModule, type Func } from './encoder.ts';
import { layOut, rowWords, type Bank, type Layout } from './layout.ts';
import { constant, loadOf, storeOf, typeOf } from './operations.ts';
import type { Plan } from './partition.ts';
import { markDirty, regionCode } from './region.ts';

/**
 * Exported functions:
 * - `settle()`: computes what has changed.
 * - `run(n)`: takes up to `n` edges, settling before each; returns how many were not taken because of an assertion.
 * - `until(n, address, value)`: the same, and stops when, settled after an edge, the 32 bits at `address` are `value`.
 */
export interface Program {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
}

const pageSize = 65_536;

export function generate(design: Design, plan: Plan): Program {
  const layout = layOut(design, plan);
  const functions: Func[] = [];
  const add = (code: Code, name?: string, parameters: Func['parameters'] = [], results: Func['results'] = []): number =>
    functions.push({ parameters, results, code, ...(name ? { name } : {}) }) - 1;

  const numbers = new Int32Array(design.nodes.length);
  const compute = plan.regions.map((region) => add(regionCode(region, plan, layout, numbers)));
  const settle = add(callEach(compute, layout.dirty, false), 'settle');
  const commits = plan.regions.map((region) => {
    const banks = layout.banks.get(region)!;
    return banks.length === 0 ? undefined : add(commitCode(banks, layout));
  });
  const writes = design.writes.map((write) => add(writeCode(write, plan, layout)));
  const write = add(callEach(writes, layout.enables, false));
  const commit = add(callEach(commits, layout.pending, true));
  const edge = (code: Code): Code => code.call(write).call(commit);
  add(runCode(settle, edge, layout), 'run', ['i32'], ['i32']);
  add(untilCode(settle, edge, layout), 'until', ['i32', 'i32', 'i32'], ['i32']);
  return { bytes: encodeModule(functions, Math.ceil(layout.size / pageSize)), layout };
}

/** Calls the functions whose byte is set; eight bytes at a time are passed over when none is. */
function callEach(functions: readonly (number | undefined)[], flags: number, clear: boolean): Code {
  const code = new Code();
  for (let first = 0; first < functions.length; first += 8) {
    code
      .fetch(access.i64.load, flags + first)
      .i64(0n)
      .on('i64', 'ne')
      .if();
    for (const [i, target] of functions.slice(first, first + 8).entries()) {
      if (target === undefined) continue;
      code.fetch(access.i32.load8, flags + first + i).if();
      code.call(target).op('end');
    }
    if (clear) {
      code.i32(0).i64(0n);
      code.access(access.i64.store, flags + first);
    }
    code.op('end');
  }
  return code;
}

/** Vectors of a bank that are copied one by one, not in a loop. */
const unrolled = 64;

/** The registers of a region take their next values; who reads one that changes has to be computed again. */
function commitCode(banks: readonly Bank[], layout: Layout): Code {
  const code = new Code();
  const value = code.local('v128');
  const changed = code.local('v128');
  const offset = code.local('i32');
  for (const [i, { address, size, readers }] of banks.entries()) {
    const copy = (base: (code: Code) => Code, at: number): void => {
      const next = at + layout.next;
      base(code).loadVector(next).tee(value);
      base(code).loadVector(at).simd('xor').get(changed).simd('or').set(changed);
      base(code).get(value).storeVector(at);
    };
    if (i > 0) code.get(value).get(value).simd('xor').set(changed);
    if (size <= 16 * unrolled) {
      for (let at = 0; at < size; at += 16) copy((zero) => zero.i32(0), address + at);
    } else {
      code.i32(0).set(offset).loop();
      copy((base) => base.get(offset), address);
      code.get(offset).i32(16).on('i32', 'add').tee(offset).i32(size).on('i32', 'lt_u').brIf(0).op('end');
    }
    code.get(changed).simd('any_true').if();
    markDirty(code, layout, readers);
    code.op('end');
  }
  return code;
}

/** A write port puts its row, or the masked bits of it, into the memory; who reads it has to know if that changes it. */
function writeCode(write: Write, plan: Plan, layout: Layout): Code {
  const code = new Code();
  const { memory } = write;
  const staged = layout.writes.get(write)!;
  const { address, stride } = layout.memories.get(memory)!;
  const row = code.local('i32');
  code.fetch(access.i32.load, staged.address).i32(stride).on('i32', 'mul').i32(address).on('i32', 'add').set(row);
  const changed = code.local('i32');
  for (const { at, width, bytes } of rowWords(memory.width)) {
    const type = typeOf(width);
    const [old, change] = [code.local(type), code.local(type)];
    const offset = 8 * at;
    code.get(row).get(row).access(loadOf(width, bytes), offset).tee(old);
    code.get(old).fetch(access[type].load, staged.data[at]!).on(type, 'xor');
    if (staged.mask) code.fetch(access[type].load, staged.mask[at]!).on(type, 'and');
    code.tee(change).on(type, 'xor').access(storeOf(width, bytes), offset);
    constant(code.get(change), 0n, width).on(type, 'ne').get(changed).on('i32', 'or').set(changed);
  }
  code.get(changed).if();
  markDirty(code, layout, plan.memoryReaders.get(memory) ?? []);
  code.op('end');
  return code;
}

type Edge = (code: Code) => Code;

/** Parameter 0: edges to take. Leaves the function when there are none left, or an assertion forbids the next one. */
function returnUnlessFree(code: Code, layout: Layout): void {
  code.get(0).on('i32', 'eqz').fetch(access.i32.load, layout.violations).on('i32', 'or').if();
  code.get(0).op('return').op('end');
}

function runCode(settle: number, edge: Edge, layout: Layout): Code {
  const code = new Code(1).loop().call(settle);
  returnUnlessFree(code, layout);
  edge(code).get(0).i32(1).on('i32', 'sub').set(0);
  return code.br(0).op('end').op('unreachable');
}

function untilCode(settle: number, edge: Edge, layout: Layout): Code {
  const code = new Code(3).call(settle).loop();
  returnUnlessFree(code, layout);
  edge(code).get(0).i32(1).on('i32', 'sub').set(0).call(settle);
  code.get(1).access(access.i32.load, 0).get(2).on('i32', 'eq').if().get(0).op('return').op('end');
  return code.br(0).op('end').op('unreachable');
}
