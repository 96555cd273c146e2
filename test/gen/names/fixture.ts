/** Runs under Vitest and under Node's loader: what the names step makes of a description, printed when it is the program. */
import { elaborate, input, module, output, reg, u, when } from '../../../gen/hdl/index.ts';

export const traced: string[] = [];
const trace = (): number => traced.push(new Error('here').stack!.split('\n')[1]!);

const described = module('fixture', { /** How far. */ step: input(u(8)), total: output(u(8)) }, (io) => {
  /** Sum of all steps. */
  const sum = reg(u(8), 0);
  const increased = sum.add(io.step),
    doubled = increased.shl(1);
  const lines = trace();
  const more = trace();
  when(io.step.ne(lines + more), () => {
    sum.next = doubled;
  });
  io.total.value = sum;
});

const { top } = elaborate(() => described);
export const summary = [...top.ports, ...top.signals].map(({ name, doc, origin }) => ({
  name,
  doc,
  line: origin?.frames[0]?.line,
  column: origin?.frames[0]?.column,
}));

if (process.argv[1]?.endsWith('fixture.ts')) console.log(JSON.stringify({ summary, traced }));
