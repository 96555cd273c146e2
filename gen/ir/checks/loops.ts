import type { Diagnostics, Note } from '../../diagnostics/index.ts';
import type { Origin } from '../netlist.ts';
import { partName } from '../walk.ts';
import { type Cones, pathTo } from './cones.ts';
import type { Facts } from './facts.ts';
import type { Point } from './points.ts';

/** H104: values that depend on themselves without a register between, as the path they take; one for each tangle. */
export function checkLoops({ module, drivers }: Facts, cones: Cones, diagnostics: Diagnostics): void {
  const nodes = module.signals.filter(({ kind }) => kind === 'node');
  cones.ends([...drivers.keys(), ...nodes].map((signal) => cones.points.signal(signal)));
  for (const tangle of cones.tangles) {
    const inside = new Set(tangle);
    const start = tangle.find((point) => point.child) ?? tangle.findLast((point) => point.signal)!;
    const steps = stepsOf(
      pathTo([start], (point) => point === start, inside),
      '',
    );
    const loop = rotated(steps.slice(1));
    const names = [...loop, loop[0]!].map(({ name }) => name);
    const [first, ...rest] = loop.map(({ name, origin }, i): Note => ({
      message: `\`${name}\` follows \`${loop.at(i - 1)!.name}\``,
      origin,
    }));
    diagnostics.report({
      code: 'H104',
      message: `${names.join(' → ')} depends on itself within one cycle`,
      origin: first?.origin,
      notes: rest,
    });
  }
}

interface Step {
  readonly name: string;
  /** Of the assignment that takes the step. */
  readonly origin?: Origin;
}

/** The signals along a path of points, those inside instances included. */
function stepsOf(path: readonly Point[], prefix: string): Step[] {
  const steps: Step[] = [];
  let origin: Origin | undefined;
  path.forEach((point, i) => {
    origin = point.origin ?? origin;
    const { signal, child, lo, width } = point;
    if (!signal) return;
    const previous = path[i - 1];
    if (child && previous?.signal) {
      const port = child.instance.ports.find(({ net }) => net === previous.signal)?.port;
      const goal = (inner: Point): boolean =>
        inner.signal?.name === port?.name && inner.lo === previous.lo && inner.width === previous.width;
      const inner = pathTo([child.end], goal);
      const [first, ...others] = stepsOf(inner, `${prefix}${child.instance.name}.`);
      const fed = steps.pop();
      if (first) steps.push({ ...first, origin: fed?.origin ?? first.origin }, ...others);
    } else {
      steps.push({ name: prefix + partName(signal.name, signal.type, lo, width), origin: origin ?? signal.origin });
    }
    origin = undefined;
  });
  return steps;
}

/** Beginning at the alphabetically first, so that the same loop always reads the same. */
function rotated(steps: readonly Step[]): readonly Step[] {
  const names = steps.map(({ name }) => name);
  const first = names.indexOf([...names].sort()[0]!);
  return [...steps.slice(first), ...steps.slice(0, first)];
}
