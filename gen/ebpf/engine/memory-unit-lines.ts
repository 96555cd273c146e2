/** Which lines of the data slot are in local RAM, and which are on their way. */
import {
  allOf,
  anyOf,
  bitsFor,
  bool,
  cat,
  delay,
  input,
  memory,
  module,
  mux,
  output,
  reg,
  shared,
  struct,
  u,
  vec,
  when,
} from '../../hdl/index.ts';
import type { Bool, UInt } from '../../hdl/index.ts';
import type { Geometry } from './memory-unit-address.ts';
import { chosen } from './memory-unit-words.ts';

/** Lines that may be on their way at once: enough to get one a cycle from a memory that answers within 14. */
const flights = 16;

const lineWords = vec(u(64), 8);

/** A line on its way. `stale`: it was written since it was asked for. */
const flightOf = (shape: Geometry) => struct('flight', { busy: bool, stale: bool, demand: bool, line: u(shape.line) });

/** A line that has arrived and waits for the write port of local RAM. */
const arrivalOf = (shape: Geometry) => struct('arrival', { line: u(shape.line), stale: bool, words: lineWords });

function linePorts(shape: Geometry) {
  const line = u(shape.line);
  return {
    /** Forgets everything; nothing is on its way. */
    clear: input(bool),
    /** The line of the access in the memory stage. */
    own: {
      line: input(line),
      /** A store, which changes the line in local RAM too if it is there: what is on its way will be stale. */
      stores: input(bool),
      /** An atomic, which changes the line at the slot only. What is on its way comes before its end and is forgotten. */
      atomics: input(bool),
      /** The line is in local RAM. */
      hit: output(bool),
      /** The line is on its way, and what arrives will be good. */
      coming: output(bool),
      /** In this cycle the line comes in `response`, good for the access. */
      lands: output(bool),
    },
    /** Somebody else has written this line. Takes effect one cycle later. */
    heard: { valid: input(bool), line: input(line) },
    /** A line that might be fetched ahead: is it in local RAM? */
    ahead: { line: input(line), hit: output(bool) },
    /** A line is asked for. `demand`: by the access in the memory stage, which takes it whatever happens meanwhile. */
    request: { valid: input(bool), line: input(line), demand: input(bool), room: output(bool) },
    /** A line arrives. */
    response: { valid: input(bool), words: input(lineWords) },
    /**
     * The line that arrived in an earlier cycle, until the cycle of `turn`. When the next arrives before that, this one
     * is lost: a load that waits for a line does not need it here, and to lose what was only fetched ahead is cheaper
     * than to hold up a store.
     */
    fill: {
      valid: output(bool),
      turn: input(bool),
      install: output(bool),
      line: output(line),
      words: output(lineWords),
    },
  };
}

/**
 * Directory of a direct-mapped cache. A line that is asked for holds a place in a queue until its response comes; when
 * the line is written meanwhile, the place is marked stale, and what arrives there is not installed.
 */
export const lineCache = shared((shape: Geometry) =>
  module(
    `line_cache_l${2 ** shape.line}_i${2 ** shape.index}`,
    linePorts(shape),
    ({ clear, own, heard, ahead, request, response, fill }) => {
      const tagBits: any = shape.line - shape.index;
      const indexOf = (line: UInt): UInt => line.slice(0, shape.index);
      const present = reg(u(2 ** shape.index), 0);
      const tags =
        tagBits > 0 ? memory({ type: u(tagBits), depth: 2 ** shape.index, style: 'distributed' }) : undefined;
      const holds = (line: UInt): Bool => {
        const tagged = tags?.read(indexOf(line), { latency: 0 }).eq(line.slice(shape.index, tagBits));
        return present.bit(indexOf(line)).and(tagged ?? 1);
      };

      const other = { valid: reg(bool, 0), line: delay(heard.line) };
      other.valid.next = heard.valid;
      const changed = (line: UInt): Bool =>
        anyOf(own.stores.and(line.eq(own.line)), other.valid.and(line.eq(other.line)));

      // Lines on their way, in the order in which they will arrive.
      const place = flightOf(shape);
      const places = Array.from({ length: flights }, () => reg(place, { busy: 0, stale: 0, demand: 0, line: 0 }));
      const head = reg(u(bitsFor(flights)), 0);
      const tail = reg(u(bitsFor(flights)), 0);
      places.forEach((flight, i) => {
        flight.stale.next = flight.stale.or(changed(flight.line));
        when(request.valid.and(tail.eq(i)), () => {
          flight.next = { busy: 1, stale: 0, demand: request.demand, line: request.line };
        });
        when(response.valid.and(head.eq(i)), () => {
          flight.busy.next = 0;
        });
      });
      when(request.valid, () => {
        tail.next = tail.add(1);
      });
      when(response.valid, () => {
        head.next = head.add(1);
      });
      const at = (pointer: UInt, bits: readonly Bool[]): Bool => cat(...bits.toReversed()).bit(pointer);
      const landsStale = at(
        head,
        places.map(({ stale, line }) => stale.or(changed(line))),
      );
      const landsForOwn = at(
        head,
        places.map(({ line }) => line.eq(own.line)),
      );
      const landsOnDemand = at(
        head,
        places.map(({ demand }) => demand),
      );

      /** A line waits for the write port. */
      const arrived = reg(bool, 0);
      const arrival = reg(arrivalOf(shape));
      const arrivalStale = arrival.stale.or(changed(arrival.line));
      arrival.stale.next = arrivalStale;
      when(fill.turn, () => {
        arrived.next = 0;
      });
      when(response.valid, () => {
        arrived.next = 1;
        arrival.next = {
          line: chosen(
            places.map(({ line }) => line),
            head,
          ),
          stale: landsStale,
          words: response.words,
        };
      });
      const install = allOf(arrived, fill.turn, arrivalStale.not());
      fill.valid.value = arrived;
      fill.install.value = install;
      fill.line.value = arrival.line;
      fill.words.value = arrival.words;

      const coming = [
        ...places.map(({ busy, stale, line }) => ({ here: busy, stale, line })),
        { here: arrived, stale: arrival.stale, line: arrival.line },
      ];
      own.hit.value = holds(own.line);
      own.coming.value = anyOf(...coming.map(({ here, stale, line }) => allOf(here, stale.not(), line.eq(own.line))));
      own.lands.value = allOf(response.valid, landsForOwn, landsOnDemand.or(landsStale.not()));
      ahead.hit.value = holds(ahead.line);
      request.room.value = at(
        tail,
        places.map(({ busy }) => busy),
      ).not();

      // What is written elsewhere leaves the directory; a line that is installed in the same cycle replaces another.
      const bitOf = (line: UInt, condition: Bool): UInt =>
        mux(
          condition,
          u(2 ** shape.index)
            .of(1)
            .shl(indexOf(line)),
          0,
        );
      const leaves = bitOf(own.line, own.atomics.and(own.hit)).or(
        bitOf(other.line, other.valid.and(holds(other.line))),
      );
      present.next = mux(clear, u(2 ** shape.index).of(0), present.and(leaves.not()).or(bitOf(arrival.line, install)));
      when(install, () => {
        tags?.write({ address: indexOf(arrival.line), data: arrival.line.slice(shape.index, tagBits) });
      });
      when(clear, () => {
        arrived.next = 0;
      });
    },
  ),
);
