/** Local RAM: the lines of the data cache and of the stack. */
import { bool, cat, input, memory, module, output, reg, u, vec } from '../../hdl/index.ts';
import type { UInt } from '../../hdl/index.ts';

/**
 * Rows of 64 bytes in eight banks of 8, with byte lanes. A read shows what was stored before the edge that samples its
 * row; `written` tells what came too late for it.
 */
export function localRam(rowBits: number) {
  const row = u(rowBits as any);
  const ports = {
    read: { enable: input(bool), row: input(row), words: output(vec(u(64), 8)) },
    write: { row: input(row), words: input(vec(u(64), 8)), /** One bit a byte. */ lanes: input(u(64)) },
    /** What the last edge wrote: the row, and one bit a bank. */
    written: { row: output(row), banks: output(u(8)) },
  };
  return module(`local_ram_r${2 ** rowBits}`, ports, ({ read, write, written }) => {
    const lanesOf = (b: number): UInt<8> => write.lanes.slice(8 * b, 8);
    const lastRow = reg(row);
    lastRow.next = write.row;
    written.row.value = lastRow;
    const lastBanks = reg(u(8), 0);
    lastBanks.next = cat(...[7, 6, 5, 4, 3, 2, 1, 0].map((b) => lanesOf(b).orReduce()));
    written.banks.value = lastBanks;
    const bank = Array.from({ length: 8 }, () => memory({ type: u(64), depth: 2 ** rowBits, lane: 8, style: 'block' }));
    bank.forEach((words, b) => {
      words.write({ address: write.row, data: write.words.at(b), mask: lanesOf(b) });
      read.words.at(b).value = words.read(read.row, { enable: read.enable });
    });
  });
}
