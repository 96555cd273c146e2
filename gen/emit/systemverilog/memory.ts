/**
 * RAMs as the templates from which Vivado infers them (UG901): one process a port, byte enables as a loop over lanes,
 * an output register behind a registered read. Nonblocking assignment makes a read return what was there before the
 * edge.
 */
import type { Expr, Memory, Signal } from '../../ir/index.ts';
import { isIndex, type Root } from './definitions.ts';
import type { Expressions } from './expression.ts';
import { assignment } from './layout.ts';
import { literal } from './literals.ts';
import type { Normaliser } from './normalise.ts';
import type { Names } from './roles.ts';
import type { Lines } from './text.ts';
import { logic } from './types.ts';

/** A memory with its expressions in normal form and the names that only its text needs. */
export interface PlannedMemory {
  readonly memory: Memory;
  /** Registers before the output registers, by read data; latency 2 only. */
  readonly early: ReadonlyMap<Signal, string>;
}

export function planned(memory: Memory, normal: Normaliser, names: Names): PlannedMemory {
  if (memory.style === 'ultra' && memory.init?.some((value) => value !== 0n)) {
    throw new Error(`memory '${memory.name}' has initial content, which UltraRAM cannot have; choose style 'block'`);
  }
  const reads = memory.reads.map(({ enable, ...port }) => ({
    ...port,
    address: normal.expr(port.address),
    ...(enable && { enable: normal.expr(enable) }),
  }));
  const ports = memory.writes.map(({ mask, ...port }) => ({
    address: normal.expr(port.address),
    enable: normal.expr(port.enable),
    data: normal.expr(port.data),
    ...(mask && memory.lane < memory.width && { mask: normal.expr(mask) }),
    ...(mask && memory.lane === memory.width && { enable: normal.and(normal.expr(port.enable), normal.expr(mask)) }),
  }));
  const writes = ports.filter(({ enable }) => enable.op !== 'const' || enable.value === 1n);
  const early = new Map(
    reads.filter(({ latency }) => latency === 2).map(({ data }) => [data, names.take(`${data.name}_early`)]),
  );
  return { memory: { ...memory, reads, writes }, early };
}

/** The expressions of all ports; what a lane is cut from needs a name. */
export function rootsOf({ memory }: PlannedMemory): Root[] {
  const { name, origin } = memory;
  const root = (expr: Expr | undefined, role: string, named = false): Root[] =>
    expr ? [{ expr, base: name, role, named, ...(origin && { origin }) }] : [];
  return [
    ...memory.reads.flatMap(({ address, enable }) => [
      ...root(address, 'raddr', !isIndex(address)),
      ...root(enable, 'ren'),
    ]),
    ...memory.writes.flatMap(({ address, enable, data, mask }) => [
      ...root(address, 'waddr', !isIndex(address)),
      ...root(enable, 'wen'),
      ...root(data, 'wdata', mask !== undefined),
      ...root(mask, 'wmask', mask !== undefined),
    ]),
  ];
}

export function declare(lines: Lines, { memory, early }: PlannedMemory): void {
  const { name, doc, origin, width, depth, style } = memory;
  lines.comment(doc, origin);
  // A table that nothing writes is LUTs by itself; only block RAM has to be asked for.
  const isRom = memory.writes.length === 0;
  if (isRom ? style === 'block' : style !== 'auto')
    lines.add(`(* ${isRom ? 'rom' : 'ram'}_style = "${style}" *)`, origin);
  lines.add(`${logic(width)} ${name} [0:${depth - 1}];`, origin);
  for (const register of early.values()) lines.add(`${logic(width)} ${register};`, origin);
}

/** Names of loop variables. */
export interface Loops {
  readonly lane: string;
  readonly row: string;
}

export function print(lines: Lines, exprs: Expressions, plan: PlannedMemory, loops: Loops): void {
  content(lines, plan, loops);
  const { memory } = plan;
  const clock = `(posedge ${memory.domain.clock})`;
  const isClocked = memory.writes.length > 0 || memory.reads.some(({ latency }) => latency > 0);
  if (isClocked) exprs.uses(memory.domain.clock);
  // Two writers of one block RAM are two ports: one process each, which only the plain form of always allows.
  const apart = memory.writes.length > 1 && (memory.style === 'block' || memory.style === 'ultra');
  const keyword = apart ? 'always' : 'always_ff';
  const writes = memory.writes.map((port) => () => write(lines, exprs, plan, port, loops));
  for (const bodies of apart ? writes.map((one) => [one]) : writes.length > 0 ? [writes] : []) {
    lines.gap();
    lines.block(`${keyword} @${clock} begin`, () => bodies.forEach((body) => body()), 'end', memory.origin);
  }
  for (const { address, enable, latency, data } of memory.reads) {
    lines.gap();
    const from = `${memory.name}[${exprs.inline(address)}]`;
    if (latency === 0) {
      lines.add(`assign ${data.name} = ${from};`, memory.origin);
      continue;
    }
    const early = plan.early.get(data);
    lines.block(
      `always_ff @${clock} begin`,
      () => {
        guarded(lines, exprs, enable, () => lines.add(`${early ?? data.name} <= ${from};`));
        if (early) lines.add(`${data.name} <= ${early};`);
      },
      'end',
      memory.origin,
    );
  }
}

function guarded(lines: Lines, exprs: Expressions, enable: Expr | undefined, body: () => void): void {
  const always = enable === undefined || (enable.op === 'const' && enable.value === 1n);
  if (always) body();
  else lines.block(`if (${exprs.inline(enable)}) begin`, body, 'end');
}

function write(
  lines: Lines,
  exprs: Expressions,
  { memory }: PlannedMemory,
  { address, enable, data, mask }: Memory['writes'][number],
  { lane: index }: Loops,
): void {
  const { name, width, lane } = memory;
  const row = `${name}[${exprs.inline(address)}]`;
  if (!mask)
    return guarded(lines, exprs, enable, () =>
      lines.raw(assignment(exprs, `${lines.indent}${row} <= `, data, undefined)),
    );
  const condition = enable.op === 'const' ? '' : `${exprs.operand(enable)} && `;
  lines.block(
    `for (int ${index} = 0; ${index} < ${width / lane}; ${index}++) begin`,
    () => {
      const select = lane === 1 ? `[${index}]` : `[${index} * ${lane} +: ${lane}]`;
      lines.block(
        `if (${condition}${exprs.inline(mask)}[${index}]) begin`,
        () => lines.add(`${row}${select} <= ${exprs.inline(data)}${select};`),
        'end',
      );
    },
    'end',
  );
}

/** Content at the start. RAM powers up as 0: zeros are for simulators, without a loop that UltraRAM would not take. */
function content(
  lines: Lines,
  { memory: { name, depth, width, init = [], origin } }: PlannedMemory,
  { row }: Loops,
): void {
  const zeros = (): void =>
    lines.block(
      'initial begin',
      () =>
        lines.block(
          `for (int ${row} = 0; ${row} < ${depth}; ${row}++) begin`,
          () => lines.add(`${name}[${row}] = '0;`),
          'end',
        ),
      'end',
      origin,
    );
  if (init.every((value) => value === 0n)) return lines.conditional('`ifndef SYNTHESIS', zeros);
  lines.block(
    'initial begin',
    () => {
      for (let i = 0; i < depth; i++) lines.add(`${name}[${i}] = ${literal(init[i] ?? 0n, width)};`);
    },
    'end',
    origin,
  );
}
