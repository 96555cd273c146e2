import { describe, expect, test } from 'vitest';
import { bool, elaborate, flip, module, u } from '../../../gen/hdl/index.ts';
import { HermesError } from '../../../gen/diagnostics/index.ts';
import { axiLite, axiSlave } from '../../../gen/lib/axi.ts';
import { accessBus } from '../../../gen/lib/axi-lite.ts';
import { attach } from '../../../gen/lib/registers-attach.ts';
import { constant, register, registers, ro, rw, table, text, w1c, type Entries } from '../../../gen/lib/registers.ts';

/** Code and message of everything that is wrong with a map of 4,096 bytes. */
function wrong(entries: Entries): string[] {
  const describeDesign = () => {
    registers('map', { bytes: 4096 }, entries);
    return module('empty', {}, () => {});
  };
  try {
    elaborate(describeDesign);
    return [];
  } catch (error) {
    if (!(error instanceof HermesError)) throw error;
    return error.diagnostics.map(({ code, message }) => `${code} ${message}`);
  }
}

describe('H061: overlap', () => {
  test('of registers', () => {
    const found = wrong({ a: register(rw(u(64)), { offset: 0x10 }), b: register(ro(u(32)), { offset: 0x14 }) });
    expect(found).toEqual(['H061 `b` at 0x14 lies on `a`, which goes to 0x17']);
  });

  test('of arrays, said once for a pair', () => {
    const found = wrong({
      request: register(rw(u(256)), { offset: 0x100, count: 4, stride: 48 }),
      response: register(ro(u(256)), { offset: 0x120, count: 4, stride: 48 }),
    });
    expect(found).toEqual(['H061 `request` 1 at 0x130 lies on `response` 0, which goes to 0x13f']);
  });

  test('with a long register that hides others in between', () => {
    const found = wrong({
      long: register(text(64, 'x'), { offset: 0 }),
      first: register(ro(u(8)), { offset: 4, bytes: 1 }),
      second: register(ro(u(8)), { offset: 60, bytes: 1 }),
    });
    expect(found.map((message) => message.slice(0, 20))).toEqual(['H061 `first` at 0x4 ', 'H061 `second` at 0x3']);
  });

  test('of an array with itself', () => {
    expect(wrong({ a: register(rw(u(64)), { count: 2, stride: 4 }) })).toEqual([
      'H061 `a` has 8 bytes, but comes every 4 bytes',
    ]);
  });

  test('of fields', () => {
    const found = wrong({ a: register({ x: rw(u(8)), y: w1c(u(4), { bit: 6 }) }) });
    expect(found).toEqual(['H061 field `y` of `a`, bits 9 to 6, lies on field `x` of `a`']);
  });

  test('a second name is for tables', () => {
    const fields = { x: rw(u(8)), y: rw(u(4), 0, { bit: 4, alias: true }) };
    expect(wrong({ a: table(fields, { count: 2 }) })).toEqual([]);
    expect(wrong({ a: register(fields) })[0]).toMatch(/^H061 field `y` of `a`.*second name/);
  });

  test('none where registers interleave', () => {
    const interleaved = {
      a: register(rw(u(32)), { count: 9, stride: 8 }),
      b: register(ro(u(32)), { offset: 4, count: 9, stride: 8 }),
    };
    expect(wrong(interleaved)).toEqual([]);
  });
});

test('H062: alignment', () => {
  expect(wrong({ a: register(ro(u(16)), { offset: 1, bytes: 2 }) })).toEqual(['H062 `a` at 0x1 needs a multiple of 2']);
  expect(wrong({ a: register(ro(u(24)), { offset: 2, bytes: 3 }) })).toEqual(['H062 `a` at 0x2 needs a multiple of 4']);
  expect(wrong({ a: register(ro(u(64)), { count: 3, stride: 10 }) })).toEqual([
    'H062 `a` comes every 10 bytes, which is no multiple of 4',
  ]);
  expect(wrong({ a: table(rw(u(8)), { bytes: 2, stride: 4, count: 3 }) })).toEqual([
    'H062 a row of table `a` has 2 bytes, which is no multiple of 4',
  ]);
  expect(wrong({ a: register(ro(u(8)), { offset: 3, bytes: 1 }), b: register(text(48, ''), { offset: 4 }) })).toEqual(
    [],
  );
});

test('H063: what does not fit', () => {
  expect(wrong({ a: register(rw(u(40)), { bytes: 4 }) })).toEqual([
    'H063 `a` ends at bit 39, but the register has 32 bits',
  ]);
  expect(wrong({ a: register({ x: rw(bool, 0, { byte: 4 }) }, { bytes: 4 }) })).toEqual([
    'H063 field `x` of `a` ends at bit 32, but the register has 32 bits',
  ]);
  expect(wrong({ a: register(rw(u(32)), { offset: 4092, count: 2 }) })).toEqual([
    'H063 `a` ends at 0x1004, but map `map` has 0x1000 bytes',
  ]);
  expect(wrong({ a: register(rw(u(32)), { count: 0 }) })[0]).toBe('H063 `a` is declared 0 times');
  expect(wrong({ a: table({ x: rw(bool), y: ro(bool) }, { count: 2 }) })[0]).toMatch(/^H063 field `y` of `a` is `ro`/);
  expect(wrong({ a: table(w1c(bool), { count: 2 }) })[0]).toMatch(/^H063 `a` is `w1c`/);
  expect(() => text(4, 'hello')).toThrow(/H063.*the text 'hello' has 5 characters, but there are 4 bytes/s);
  expect(wrong({ a: register(constant(u(8), 256)) })).toEqual(['H002 `a` of 8 bits cannot be 256']);
});

test('several are reported in one go', () => {
  const found = wrong({
    a: register(rw(u(64)), { offset: 2 }),
    b: register(rw(u(32)), { offset: 4 }),
    c: register(rw(u(32)), { offset: 4096 }),
  });
  expect(found.map((message) => message.slice(0, 4)).toSorted()).toEqual(['H061', 'H062', 'H063']);
});

test('H063: a bus with too few address bits', () => {
  const map = registers('map', { bytes: 4096 }, { a: register(rw(u(32)), { offset: 0x800 }) });
  const design = () =>
    module(
      'small',
      { bus: flip(axiLite({ address: 8, data: 32 })) },
      (io) => void attach(map, accessBus(axiSlave(io.bus))),
    );
  expect(() => elaborate(design)).toThrow(/H063.*map `map` needs addresses of 12 bits, but the bus has 8/s);
});
