import { cat } from '../../hdl/index.ts';
import { atOnce } from './block.ts';

export const gatherBytes = atOnce(({ r1, r2, r3, r4, r5 }) =>
  cat(...[r1, r2, r3, r4, r5].map((each) => each.low(8))).zext(64),
);
