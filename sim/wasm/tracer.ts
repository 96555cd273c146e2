import { VcdWriter, type VcdVariable } from '../waveform/vcd.ts';
import { pathOf, type Flat, type Net, type Scope } from './flatten.ts';
import type { View } from './view.ts';

/** Units of time (ns) from one rising clock edge to the next. */
const period = 10;

interface Traced {
  readonly view: View;
  readonly variable: VcdVariable;
  last: bigint | number | undefined;
}

/** A waveform of the signals that can be read. Values are those after the edge at `period * cycles`. */
export class Tracer {
  readonly #writer: VcdWriter;
  readonly #traced: Traced[] = [];
  readonly #clocks: VcdVariable[] = [];

  constructor(file: string, flat: Flat, viewOf: (net: Net) => View | undefined, filter: (path: string) => boolean) {
    this.#writer = new VcdWriter(file);
    const variables = new Map<Net, VcdVariable>();
    const clocks = new Set(
      flat.top.module.domains.map(({ clock }) => flat.top.module.ports.find(({ name }) => name === clock)),
    );
    const declare = (scope: Scope): void => {
      for (const signal of [...scope.module.ports, ...scope.module.signals]) {
        if (!filter(pathOf(scope, signal.name))) continue;
        const net = scope.nets.get(signal)!;
        const known = variables.get(net);
        const view = known ? undefined : viewOf(net);
        if (!known && !view) continue;
        const variable = this.#writer.variable(signal.name, net.width, signal.kind === 'reg' ? 'reg' : 'wire', known);
        variables.set(net, variable);
        if (scope === flat.top && clocks.has(signal)) this.#clocks.push(variable);
        else if (view) this.#traced.push({ view, variable, last: undefined });
      }
      for (const child of scope.children) this.#writer.scope(child.name, () => declare(child));
    };
    this.#writer.scope(flat.top.name, () => declare(flat.top));
  }

  /** Writes what has changed. Sampled twice in one cycle, inputs have been set since: that shows half a period later. */
  sample(cycles: number, isBetween: boolean): void {
    const time = period * cycles;
    this.#writer.time(time + (isBetween ? period / 2 : 0));
    for (const clock of this.#clocks) this.#writer.change(clock, isBetween ? 0 : 1);
    for (const traced of this.#traced) {
      const value = traced.view.width <= 32 ? traced.view.get() : traced.view.getBig();
      if (value === traced.last) continue;
      traced.last = value;
      this.#writer.change(traced.variable, value);
    }
  }

  close(): void {
    this.#writer.close();
  }
}
