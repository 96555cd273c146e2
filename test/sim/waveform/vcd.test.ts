import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VcdWriter, type VcdVariable } from '../../../sim/waveform/vcd.ts';

const directory = mkdtempSync(join(tmpdir(), 'hermes-vcd-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('value change dump', () => {
  it('declares a hierarchy, then changes in time', () => {
    const file = join(directory, 'small.vcd');
    const vcd = new VcdWriter(file, '1ps');
    let clock!: VcdVariable;
    let count!: VcdVariable;
    vcd.scope('top', () => {
      clock = vcd.variable('clk', 1);
      vcd.scope('inner', () => {
        count = vcd.variable('count_q', 70, 'reg');
        vcd.variable('clk', 1, 'wire', clock);
      });
    });
    vcd.time(0);
    vcd.change(clock, 1);
    vcd.change(count, 1n << 69n);
    vcd.time(5);
    vcd.time(5);
    vcd.change(clock, 0);
    vcd.close();
    const [declarations, changes] = readFileSync(file, 'utf8').split('$enddefinitions $end\n');
    expect(declarations!.split('\n')).toEqual([
      '$timescale 1ps $end',
      '$scope module top $end',
      '$var wire 1 ! clk $end',
      '$scope module inner $end',
      '$var reg 70 " count_q [69:0] $end',
      '$var wire 1 ! clk $end',
      '$upscope $end',
      '$upscope $end',
      '',
    ]);
    expect(changes).toBe(`#0\n1!\nb1${'0'.repeat(69)} "\n#5\n0!\n`);
  });

  it('gives every variable a code of its own, of printable characters', () => {
    const vcd = new VcdWriter(join(directory, 'many.vcd'));
    const codes = Array.from({ length: 20_000 }, (_, i) => vcd.variable(`v${i}`, 1).code);
    vcd.close();
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => /^[!-~]+$/.test(code))).toBe(true);
  });

  it('writes large dumps completely', () => {
    const file = join(directory, 'large.vcd');
    const vcd = new VcdWriter(file);
    const value = vcd.variable('value', 32);
    for (let i = 0; i < 20_000; i++) {
      vcd.time(i);
      vcd.change(value, i);
    }
    vcd.close();
    expect(readFileSync(file, 'utf8').match(/^#/gm)).toHaveLength(20_000);
  });

  it('does not go back in time', () => {
    const vcd = new VcdWriter(join(directory, 'back.vcd'));
    vcd.time(2);
    expect(() => vcd.time(1)).toThrow('time runs forward: 1 after 2');
    vcd.close();
  });
});
