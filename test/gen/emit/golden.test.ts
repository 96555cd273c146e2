import { describe, expect, test } from 'vitest';
import { emitSystemVerilog } from '../../../gen/emit/index.ts';
import { elaborate, type ModuleDef } from '../../../gen/hdl/index.ts';
import { lint } from '../../../sim/tools/lint.ts';
import * as designs from './designs.ts';

/** What the vendor's kit brings. */
const vendor = {
  name: 'IOBUF.sv',
  text: `module IOBUF #(parameter DRIVE = 1, parameter IOSTANDARD = "", parameter logic [47:0] MASK = 0) (output logic O, inout wire IO, input logic I, input logic T);
  assign O = IO ^ I ^ T ^ (DRIVE == 0) ^ (IOSTANDARD == "") ^ (MASK == 0);
endmodule
`,
};

describe.each(Object.entries(designs) as [string, ModuleDef][])('%s', (name, design) => {
  const { top } = elaborate(() => design);
  const { files } = emitSystemVerilog(top);

  test('reads as it did (npx vitest -u accepts a change)', async () => {
    await expect(files.map(({ text }) => text).join('\n')).toMatchFileSnapshot(`../../golden/${name}.sv`);
  });

  test('is the same text whenever it is emitted', () => {
    expect(emitSystemVerilog(elaborate(() => design).top).files.map(({ text }) => text)).toEqual(
      files.map(({ text }) => text),
    );
  });

  test('leaves Verilator, Icarus and Yosys silent', { timeout: 60_000 }, async () => {
    expect(await lint([...(name === 'hierarchy' ? [vendor] : []), ...files], top.name)).toEqual([]);
  });
});
