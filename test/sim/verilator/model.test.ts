import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelPort } from '../../../sim/verilator/build.ts';
import { type ModelOptions, VerilatedModel } from '../../../sim/verilator/model.ts';
import { AssertionFailure } from '../../../sim/simulator.ts';
import { tools } from '../../../sim/tools/index.ts';

const text = `
module counter (
  input  logic clk, input logic rst, input logic enable, input logic [7:0] step, output logic [39:0] count,
  input  logic [511:0] a, input logic [511:0] b, output logic [512:0] sum, output logic [511:0] held,
  input  logic [15:0] half, output logic [15:0] inverted, input logic [63:0] long__name, output logic [31:0] folded, output logic [11:0] low
);
  logic [31:0] scratch;
  always_ff @(posedge clk) begin
    if (rst) count <= 0;
    else if (enable) count <= count + {32'd0, step};
    held <= a;
    scratch <= scratch;
    assert (rst || step != 8'hff) else $error("step of 255");
  end
  assign sum = {1'b0, a} + {1'b0, b};
  assign low = count[11:0];
  assign inverted = ~half;
  assign folded = long__name[63:32] ^ long__name[31:0] ^ scratch;
endmodule
`;

const input = (name: string, width: number): ModelPort => ({ name, width, direction: 'input' });
const output = (name: string, width: number): ModelPort => ({ name, width, direction: 'output' });
const options: ModelOptions = {
  sources: [{ name: 'counter.sv', text }],
  top: 'counter',
  clock: 'clk',
  ports: [
    input('clk', 1),
    input('rst', 1),
    input('enable', 1),
    input('step', 8),
    output('count', 40),
    input('a', 512),
    input('b', 512),
    output('sum', 513),
    output('held', 512),
    input('half', 16),
    output('inverted', 16),
    input('long__name', 64),
    output('folded', 32),
    output('low', 12),
  ],
};

const installed = await tools.verilator().then(
  () => true,
  () => false,
);

describe.runIf(installed)('a design in Verilator', { timeout: 120_000 }, () => {
  let model: VerilatedModel;
  const folder = mkdtempSync(join(tmpdir(), 'hermes-'));
  beforeAll(async () => {
    model = await VerilatedModel.build(options);
    model.poke('rst', 1);
    model.cycle(2);
    model.poke('rst', 0);
  }, 120_000);
  afterAll(() => {
    model.close();
    rmSync(folder, { recursive: true });
  });

  test('registers move with the clock', () => {
    const before = Number(model.peek('count'));
    const { cycles } = model;
    model.poke('enable', 1);
    model.poke('step', 7);
    expect(Number(model.peek('count'))).toBe(before);
    model.cycle();
    expect(Number(model.peek('count'))).toBe(before + 7);
    model.cycle(1_000_000);
    expect(model.peek('count')).toBe(BigInt(before + 7_000_007));
    expect(model.cycles).toBe(cycles + 1_000_001);
    model.poke('enable', 0);
    model.cycle(3);
    expect(Number(model.peek('count'))).toBe(before + 7_000_007);
  });

  test('cycles until a port has a value', () => {
    model.poke('rst', 1);
    model.cycle();
    model.poke('rst', 0);
    model.poke('enable', 1);
    model.poke('step', 3);
    expect(model.cycleUntil('low', 30, 100)).toBe(10);
    expect(model.cycleUntil('low', 31, 100)).toBe(100);
    expect(model.peek('count')).toBe(330n);
    model.poke('enable', 0);
  });

  test('every width goes in and out', () => {
    const wide = fc.bigInt({ min: 0n, max: (1n << 512n) - 1n });
    fc.assert(
      fc.property(wide, wide, fc.nat(0xffff), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (a, b, half, long) => {
        model.poke('a', a);
        model.poke('b', b);
        model.poke('half', half);
        model.poke('long__name', long);
        expect(model.peek('sum')).toBe(a + b);
        expect(model.peekNumber('inverted')).toBe(half ^ 0xffff);
        expect(model.peek('folded')).toBe((long >> 32n) ^ BigInt.asUintN(32, long));
        model.cycle();
        expect(model.peek('held')).toBe(a);
      }),
    );
  });

  test('a wide port as bytes', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => i * 3);
    model.poke('a', bytes);
    model.cycle();
    expect(model.peekBytes('held')).toEqual(bytes);
    const port = model.port('held');
    const into = new Uint8Array(64);
    expect(port.getBytes(into)).toBe(into);
    expect(into).toEqual(bytes);
  });

  test('wrong use is refused', () => {
    expect(() => model.poke('step', 256)).toThrow('step has 8 bits; 256 does not fit');
    expect(() => model.poke('step', -1)).toThrow(RangeError);
    expect(() => model.poke('a', 1n << 512n)).toThrow('a has 512 bits');
    expect(() => model.poke('count', 0)).toThrow('count is an output');
    expect(() => model.peek('missing')).toThrow('counter has no port "missing"; it has clk, rst');
    expect(() => model.peekNumber('sum')).toThrow('sum has 513 bits, more than 32');
    expect(() => model.trace('x.vcd')).toThrow('built without waveforms');
  });

  test('a failed assertion is an error, not the end of the process', () => {
    model.poke('step', 255);
    const { cycles } = model;
    expect(() => model.cycle(10)).toThrow(new AssertionFailure('step of 255', 'counter', cycles));
    expect(model.cycles).toBe(cycles + 1);
    model.poke('step', 1);
    model.cycle();
  });

  test('instances are independent, and a closed one is refused', async () => {
    const other = await VerilatedModel.build({ ...options, seed: 1 });
    const before = model.peek('count');
    other.poke('rst', 1);
    other.cycle();
    expect(other.peek('count')).toBe(0n);
    expect(model.peek('count')).toBe(before);
    other.close();
    expect(() => other.cycle()).toThrow('closed');
    expect(() => other.peek('count')).toThrow('detached');
  });

  test('a seed starts state without reset from random bits', async () => {
    const starts = [];
    for (const seed of [0, 1, 2]) {
      const other = await VerilatedModel.build({ ...options, seed });
      starts.push(other.peekNumber('folded'));
      other.close();
    }
    expect(starts[0]).toBe(0);
    expect(new Set(starts).size).toBe(3);
  });

  test.each(['vcd', 'fst'] as const)('waveform as %s', async (trace) => {
    const traced = await VerilatedModel.build({ ...options, trace });
    const files = ['one', 'two'].map((name) => join(folder, `${name}.${trace}`));
    for (const file of files) {
      traced.trace(file);
      traced.poke('half', 0x1234);
      traced.cycle(5);
      traced.trace(null);
      traced.cycle(5);
    }
    traced.close();
    for (const file of files) {
      const content = readFileSync(file);
      if (trace === 'vcd') expect(content.toString()).toMatch(/\$var wire +16 \S+ half /);
      expect(content.length).toBeGreaterThan(500);
    }
  });

  test('a design that does not compile says so', async () => {
    const broken = {
      ...options,
      sources: [{ name: 'counter.sv', text: 'module counter (input logic clk); oops endmodule' }],
    };
    await expect(VerilatedModel.build(broken)).rejects.toThrow(/could not translate counter[^]*counter\.sv:1/);
    await expect(VerilatedModel.build({ ...options, clock: 'clock' })).rejects.toThrow('the clock of counter, "clock"');
  });
});
