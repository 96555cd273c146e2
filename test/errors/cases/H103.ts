import { captureOrigin } from '../../../gen/hdl/origin.ts';
import { Draft, lit, ref, set } from '../../gen/ir/netlists.ts';

/** The language cannot build this: a netlist by hand. */
export default () => {
  const source = new Draft('source');
  source.do(set(source.output('out', 8), lit(1, 8)));
  const netlist = new Draft('conflict');
  const inner = netlist.place('inner', source, captureOrigin());
  netlist.do({ ...set(inner['out']!, lit(0, 4), 4), origin: captureOrigin() });
  netlist.do(set(netlist.output('out', 8), ref(inner['out']!)));
  return { netlist };
};
