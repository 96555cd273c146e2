import { reg, u } from '../../../gen/hdl/index.ts';

export default () => {
  const count = reg(u(8), 0);
  return count as never;
};
