/** Assertions, clock domains, and errors that only elaboration can find. */
import { describe, expect, test } from 'vitest';
import { HermesError } from '../../../gen/diagnostics/index.ts';
import { assertThat, bool, elaborate, inDomain, input, instance, module, mux } from '../../../gen/hdl/index.ts';
import { output, reg, struct, synchroniser, u, when, type ModuleDef } from '../../../gen/hdl/index.ts';
import { AssertionFailure } from '../../../sim/simulator.ts';
import { simulated } from './simulated.ts';

describe('assertions', () => {
  const design = (): ModuleDef => {
    const inner = module('inner', { step: input(bool), x: input(u(4)), y: output(u(4)) }, (io) => {
      when(io.step, () => {
        assertThat(io.x.ne(9), 'nine does not occur');
      });
      io.y.value = io.x;
    });
    return module('outer', { step: input(bool), x: input(u(4)), y: output(u(4)) }, (io) => {
      io.y.value = instance(inner, { step: io.step, x: io.x }, { name: 'checked' }).y;
    });
  };

  test('hold at clock edges, where their conditions do, outside reset', () => {
    const simulator = simulated(design);
    simulator.poke('x', 9);
    simulator.poke('step', 0);
    simulator.cycle();
    simulator.poke('step', 1);
    expect(simulator.peekNumber('y')).toBe(9);
    simulator.poke('rst_n', 0);
    simulator.cycle();
    simulator.poke('rst_n', 1);
    const failure = (() => {
      try {
        simulator.cycle();
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(AssertionFailure);
    expect((failure as AssertionFailure).message).toContain('nine does not occur');
    expect((failure as AssertionFailure).path).toContain('checked');
  });
});

describe('clock domains', () => {
  const other = { name: 'other', clock: 'clk_b', reset: 'rst_b', resetActive: 'high' } as const;

  test('a register belongs to the domain of its block, with the polarity of its reset', () => {
    const { top } = elaborate(() =>
      module('two', { x: input(bool), y: output(bool) }, (io) => {
        const here = reg(bool, 0);
        here.next = io.x;
        inDomain(other, () => {
          const meta = synchroniser(bool, 0);
          meta.next = here;
          const settled = reg(bool, 1);
          settled.next = meta;
          io.y.value = settled;
        });
      }),
    );
    expect(top.domains.map(({ clock, reset }) => [clock, reset])).toEqual([
      ['clk', 'rst_n'],
      ['clk_b', 'rst_b'],
    ]);
    const domains = Object.fromEntries(
      top.signals.filter(({ kind }) => kind === 'reg').map((s) => [s.name, s.domain!.name]),
    );
    expect(domains).toEqual({ here_q: 'main', meta_q: 'other', settled_q: 'other' });
  });
});

describe('reset values of structs', () => {
  test('are given like values', () => {
    const Pair = struct('Pair', { high: u(4), low: u(4) });
    const simulator = simulated(() =>
      module('pairs', { low: input(u(4)), out: output(Pair) }, (io) => {
        const pair = reg(Pair, { high: 5, low: 6 });
        pair.low.next = io.low;
        io.out.value = pair;
      }),
    );
    simulator.poke('low', 1);
    expect(simulator.peekNumber('out')).toBe(0x56);
    simulator.cycle();
    expect(simulator.peekNumber('out')).toBe(0x51);
  });
});

describe('errors at elaboration', () => {
  const codesOf = (describeDesign: () => ModuleDef): string[] => {
    try {
      elaborate(describeDesign);
      return [];
    } catch (error) {
      if (error instanceof HermesError) return error.diagnostics.map(({ code }) => code);
      throw error;
    }
  };

  test('computed widths that differ, all of them in one go', () => {
    const wide: number = 5;
    const narrow: number = 4;
    const codes = codesOf(() =>
      module(
        'widths',
        { a: input(u(wide)), b: input(u(narrow)), c: input(bool), y: output(u(wide)), z: output(bool) },
        (io) => {
          io.y.value = io.a.add(io.b);
          io.z.value = io.a.eq(io.b);
          when(io.c, () => {
            io.y.value = io.b;
          });
          io.z.value = mux(io.c, io.a, io.b).bit(0);
          io.y.value = io.a.slice(3, 3).zext(wide);
        },
      ),
    );
    expect(codes.filter((code) => ['H001', 'H003', 'H004'].includes(code))).toEqual([
      'H001',
      'H001',
      'H004',
      'H001',
      'H003',
    ]);
  });

  test('numbers that do not fit their width', () => {
    const codes = codesOf(() =>
      module('numbers', { a: input(u(4)), y: output(u(4)) }, (io) => {
        io.y.value = io.a.add(16);
        when(io.a.eq(-9), () => {
          io.y.value = 3.5;
        });
      }),
    );
    expect(codes).toEqual(['H002', 'H002', 'H002']);
  });
});
