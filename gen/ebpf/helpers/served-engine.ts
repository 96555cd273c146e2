/** An engine together with the helper functions that its configuration names. */
import { connect, instance, module, shared } from '../../hdl/index.ts';
import type { Io, ModuleDef } from '../../hdl/index.ts';
import { engine, enginePorts } from '../engine/engine.ts';
import type { EngineConfig } from '../engine/interface.ts';
import { hasHelpers } from '../engine/repertoire.ts';
import { helperBank } from './bank.ts';

/** The ports of an engine but for those that its helper functions are connected to. */
const servedPorts = (config: EngineConfig) => {
  const { helper: _, ...others } = enginePorts(config);
  return others;
};

/** The engine itself where there are no helper functions. */
export const servedEngine = shared((config: EngineConfig): ModuleDef<ReturnType<typeof servedPorts>> => {
  if (!hasHelpers(config)) return engine(config);
  return module(
    'served_engine',
    servedPorts(config),
    (io) => {
      const core = instance(engine(config), {}, { name: 'core' });
      const bank = instance(helperBank(config.helpers!), {}, { name: 'helpers' });
      connect(core.helper, bank);
      connect(io as Io<object>, core);
    },
    { doc: 'An engine and its helper functions.' },
  );
});
