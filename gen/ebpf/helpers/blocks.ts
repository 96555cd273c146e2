/** The hardware of each helper function. */
import { module, shared } from '../../hdl/index.ts';
import { blockPorts, type Block } from './block.ts';
import { helperFunctions, type HelperName } from './functions.ts';
import { gatherBytes } from './gather-bytes.ts';
import { sqrti } from './sqrti.ts';
import { unwind } from './unwind.ts';

const blocks: Readonly<Record<HelperName, Block>> = { gather_bytes: gatherBytes, sqrti, unwind };

/** The block that serves a function. */
export const helperBlock = shared((name: HelperName) =>
  module(`helper_${name}`, blockPorts, blocks[name], { doc: helperFunctions[name].doc }),
);
