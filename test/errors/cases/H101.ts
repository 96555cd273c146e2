import { captureOrigin } from '../../../gen/hdl/origin.ts';
import { Draft, ref, set, slice } from '../../gen/ir/netlists.ts';

/** The language cannot build this: a netlist by hand. */
export default () => {
  const netlist = new Draft('by_hand');
  const [a, out] = [netlist.input('a', 8), netlist.output('out', 8)];
  netlist.do({ ...set(out, { op: 'add', width: 8, a: ref(a), b: slice(ref(a), 0, 4) }), origin: captureOrigin() });
  return { netlist };
};
