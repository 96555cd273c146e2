/** Assignment, `when`, `switchOn`, registers, structs and vectors: what the last assignment in program order means. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bool, delay, enumeration, input, module, output, reg, select, struct } from '../../../gen/hdl/index.ts';
import { switchOn, u, vec, when, wire } from '../../../gen/hdl/index.ts';
import { simulated } from './simulated.ts';

describe('when', () => {
  const build = () =>
    simulated(() =>
      module(
        'conditions',
        { c: input(u(4)), x: input(u(8)), chain: output(u(8)), last: output(u(8)), nested: output(u(8), 9) },
        (io) => {
          when(io.c.bit(0), () => {
            io.chain.value = 1;
          })
            .elseWhen(io.c.bit(1), () => {
              io.chain.value = 2;
            })
            .elseWhen(io.c.bit(2), () => {
              io.chain.value = io.x;
            })
            .otherwise(() => {
              io.chain.value = 4;
            });
          io.last.value = io.x;
          when(io.c.bit(0), () => {
            io.last.value = 1;
          });
          when(io.c.bit(1), () => {
            io.last.value = 2;
          });
          when(io.c.bit(0), () => {
            io.nested.value = io.x;
            when(io.c.bit(1), () => {
              io.nested.value = 3;
            });
          }).otherwise(() => {
            when(io.c.bit(2), () => {
              io.nested.value = 5;
            });
          });
        },
      ),
    );

  test('the first true branch is taken, the last assignment wins, a fallback fills the rest', () => {
    const simulator = build();
    for (let c = 0; c < 16; c++) {
      simulator.poke('c', c);
      simulator.poke('x', 77);
      const [c0, c1, c2] = [c & 1, c & 2, c & 4];
      expect(simulator.peekNumber('chain'), `chain ${c}`).toBe(c0 ? 1 : c1 ? 2 : c2 ? 77 : 4);
      expect(simulator.peekNumber('last'), `last ${c}`).toBe(c1 ? 2 : c0 ? 1 : 77);
      expect(simulator.peekNumber('nested'), `nested ${c}`).toBe(c0 ? (c1 ? 3 : 77) : c2 ? 5 : 9);
    }
  });
});

describe('switchOn', () => {
  const Shape = enumeration('Shape', { ROUND: 1, SQUARE: 4, FLAT: 6 });

  test('members of an enumeration, with and without otherwise', () => {
    const ports = {
      shape: input(Shape),
      all: output(u(4)),
      some: output(u(4)),
      chosen: output(u(4)),
      round: output(bool),
    };
    const simulator = simulated(() =>
      module('shapes', ports, (io) => {
        io.all.value = 0;
        switchOn(io.shape, {
          ROUND: () => {
            io.all.value = 1;
          },
          SQUARE: () => {
            io.all.value = 2;
          },
          FLAT: () => {
            io.all.value = 3;
          },
        });
        switchOn(
          io.shape,
          {
            SQUARE: () => {
              io.some.value = 7;
            },
          },
          () => {
            io.some.value = 8;
          },
        );
        io.chosen.value = select(io.shape, { ROUND: 5, FLAT: 6 }, u(4).of(1));
        io.round.value = io.shape.isOneOf('ROUND', 'FLAT');
      }),
    );
    const found = [1, 4, 6, 0].map((shape) => {
      simulator.poke('shape', shape);
      return ['all', 'some', 'chosen', 'round'].map((port) => simulator.peekNumber(port));
    });
    expect(found).toEqual([
      [1, 8, 5, 1],
      [2, 7, 1, 0],
      [3, 8, 6, 1],
      [0, 8, 1, 0],
    ]);
  });

  test('numbers, several to a body', () => {
    const simulator = simulated(() =>
      module('numbers', { n: input(u(6)), out: output(u(4), 0) }, (io) => {
        switchOn(
          io.n,
          [
            [
              [1, 2, 3],
              () => {
                io.out.value = 1;
              },
            ],
            [
              40n,
              () => {
                io.out.value = 2;
              },
            ],
          ],
          () => {
            when(io.n.bit(5), () => {
              io.out.value = 3;
            });
          },
        );
      }),
    );
    for (let n = 0; n < 64; n++) {
      simulator.poke('n', n);
      expect(simulator.peekNumber('out'), `${n}`).toBe(n >= 1 && n <= 3 ? 1 : n === 40 ? 2 : n >= 32 ? 3 : 0);
    }
  });
});

describe('registers', () => {
  test('reset, hold, last assignment; a register without reset keeps its value through reset', () => {
    const ports = {
      load: input(bool),
      step: input(bool),
      x: input(u(8)),
      counted: output(u(8)),
      kept: output(u(8)),
      late: output(u(8)),
    };
    const simulator = simulated(() =>
      module('registers', ports, (io) => {
        const counter = reg(u(8), 200);
        const data = reg(u(8));
        when(io.step, () => {
          counter.next = counter.add(1);
        });
        when(io.load, () => {
          counter.next = io.x;
          data.next = io.x;
        });
        io.counted.value = counter;
        io.kept.value = data;
        io.late.value = delay(delay(io.x));
      }),
    );
    const cycle = (given: Record<string, number>): number[] => {
      for (const [port, value] of Object.entries(given)) simulator.poke(port, value);
      simulator.cycle();
      return [simulator.peekNumber('counted'), simulator.peekNumber('kept')];
    };
    expect(simulator.peekNumber('counted')).toBe(200);
    expect(cycle({ load: 0, step: 0, x: 1 })[0]).toBe(200);
    expect(cycle({ step: 1 })[0]).toBe(201);
    expect(cycle({ load: 1, x: 255 })).toEqual([255, 255]);
    expect(cycle({ load: 0 })).toEqual([0, 255]);
    expect(cycle({ step: 0 })).toEqual([0, 255]);
    expect(cycle({ rst_n: 0 })).toEqual([200, 255]);
    cycle({ rst_n: 1, x: 11 });
    cycle({ x: 12 });
    expect(simulator.peekNumber('late')).toBe(11);
  });
});

describe('structs and vectors', () => {
  const Colour = enumeration('Colour', ['RED', 'GREEN', 'BLUE']);
  const Pixel = struct('Pixel', { colour: Colour, level: u(6) });

  test('fields are driven one by one, the first is the most significant; literals fill whole values', () => {
    const ports = {
      level: input(u(6)),
      whole: output(Pixel),
      parts: output(Pixel),
      over: output(Pixel),
      field: output(u(6)),
    };
    const simulator = simulated(() =>
      module('pixels', ports, (io) => {
        io.whole.value = { colour: 'BLUE', level: io.level };
        io.parts.level.value = io.level;
        io.parts.colour.value = 'GREEN';
        io.over.value = io.whole;
        io.over.level.value = 1;
        io.field.value = io.over.level.add(io.whole.level);
      }),
    );
    simulator.poke('level', 0b101010);
    expect(simulator.peekNumber('whole')).toBe(0b10_101010);
    expect(simulator.peekNumber('parts')).toBe(0b01_101010);
    expect(simulator.peekNumber('over')).toBe(0b10_000001);
    expect(simulator.peekNumber('field')).toBe(0b101011);
  });

  test('elements are read and driven by position and by a signal; past the end reads 0 and writes nothing', () => {
    const length = 5;
    const ports = {
      at: input(u(3)),
      x: input(u(10)),
      enable: input(bool),
      found: output(u(10)),
      all: output(vec(u(10), length)),
    };
    const simulator = simulated(() =>
      module('elements', ports, (io) => {
        const rows = reg(vec(u(10), length), [1, 2, 3, 4, 5]);
        when(io.enable, () => {
          rows.at(io.at).next = io.x;
          rows.at(0).next = 7;
        });
        io.found.value = rows.at(io.at);
        io.all.value = rows;
      }),
    );
    const model = [1, 2, 3, 4, 5];
    const step = fc.record({ at: fc.nat(7), x: fc.nat(1023), enable: fc.nat(1) });
    fc.assert(
      fc.property(step, ({ at, x, enable }) => {
        for (const [port, value] of Object.entries({ at, x, enable })) simulator.poke(port, value);
        expect(simulator.peekNumber('found')).toBe(model[at] ?? 0);
        simulator.cycle();
        if (enable && at < length) model[at] = x;
        if (enable) model[0] = 7;
        const packed = model.reduceRight((sum, each) => (sum << 10n) | BigInt(each), 0n);
        expect(simulator.peek('all')).toBe(packed);
      }),
      { numRuns: 300 },
    );
  });

  test('an element of a struct in a vector', () => {
    const ports = { at: input(u(2)), level: input(u(6)), out: output(vec(Pixel, 3)), picked: output(Pixel) };
    const simulator = simulated(() =>
      module('picture', ports, (io) => {
        const picture = wire(vec(Pixel, 3));
        picture.value = [
          { colour: 'RED', level: 1 },
          { colour: 'GREEN', level: 2 },
          { colour: 'BLUE', level: 3 },
        ];
        picture.at(io.at).value = { colour: 'BLUE', level: io.level };
        io.out.value = picture;
        io.picked.value = picture.at(io.at);
      }),
    );
    simulator.poke('level', 63);
    for (const at of [0, 1, 2]) {
      simulator.poke('at', at);
      const pixels = [0x01n, 0x42n, 0x83n].map((pixel, i) => (i === at ? 0xbfn : pixel));
      expect(simulator.peek('out')).toBe((pixels[2] << 16n) | (pixels[1] << 8n) | pixels[0]);
      expect(simulator.peekNumber('picked')).toBe(0xbf);
    }
    simulator.poke('at', 3);
    expect(simulator.peek('out')).toBe(0x834201n);
    expect(simulator.peekNumber('picked')).toBe(0);
  });
});
