import { maskOf, wordsIn, wordWidth, type Graph, type Node } from './graph.ts';

/** The write mask of a memory, one bit a lane, as one bit a bit: the words of a row of `width` bits. */
export function maskWords(graph: Graph, mask: readonly Node[], lane: number, width: number): Node[] {
  const bits = (at: number, count: number): Node => graph.slice(mask[Math.floor(at / 64)]!, at % 64, count);
  const spread = (from: number, to: number): Node => {
    // Eight lanes at once through a table, where they make a chunk of a word.
    if ((lane === 2 || lane === 4 || lane === 8) && to - from === 8 * lane) {
      return graph.lookup(bits(from / lane, 8), spreads(lane), to - from);
    }
    return graph.make('sext', to - from, [bits(Math.floor(from / lane), 1)]);
  };
  return Array.from({ length: wordsIn(width) }, (_, i) => {
    const from = 64 * i;
    const to = from + wordWidth(width, i);
    if (lane === 1) return mask[i]!;
    const parts: Node[] = [];
    for (let at = from; at < to;) {
      const chunk = at % (8 * lane) === 0 && 64 % (8 * lane) === 0 && at + 8 * lane <= to;
      const end = chunk ? at + 8 * lane : Math.min(to, (Math.floor(at / lane) + 1) * lane);
      parts.push(spread(at, end));
      at = end;
    }
    return graph.cat(parts);
  });
}

const known = new Map<number, readonly bigint[]>();

/** For each value of eight mask bits the bits that they stand for. */
function spreads(lane: number): readonly bigint[] {
  let table = known.get(lane);
  if (!table) {
    table = Array.from({ length: 256 }, (_, value) => {
      const lanes = Array.from({ length: 8 }, (__, bit) =>
        (value >> bit) & 1 ? maskOf(lane) << BigInt(bit * lane) : 0n,
      );
      return lanes.reduce((a, b) => a | b);
    });
    known.set(lane, table);
  }
  return table;
}
