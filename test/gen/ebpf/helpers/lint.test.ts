import { expect, test } from 'vitest';
import { helperNames } from '../../../../gen/ebpf/helpers/functions.ts';
import { servedEngine } from '../../../../gen/ebpf/helpers/served-engine.ts';
import { emitSystemVerilog } from '../../../../gen/emit/index.ts';
import { elaborate } from '../../../../gen/hdl/index.ts';
import { formatFinding, lint } from '../../../../sim/tools/lint.ts';
import { which } from '../../../../sim/tools/run.ts';
import { served } from '../engine/bench.ts';

const { top, warnings } = elaborate(() => servedEngine({ ...served, helpers: helperNames }));

test('an engine with all helper functions is elaborated without a warning', () => expect(warnings).toEqual([]));

test.runIf(['verilator', 'iverilog', 'yosys'].every((tool) => which(tool)))(
  'it is clean under Verilator, Icarus and Yosys',
  { timeout: 120_000 },
  async () => {
    const { files } = emitSystemVerilog(top);
    expect((await lint(files, top.name)).map(formatFinding)).toEqual([]);
  },
);
