/** Markdown of the engine's cycles, as README.md shows them: measured by simulation whenever the page is made. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { session } from '../cli/session.ts';
import { presets } from '../gen/config.ts';
import { assemble } from '../gen/ebpf/assembler.ts';

const folder = fileURLToPath(new URL('../examples/peers', import.meta.url));

/** Programs without data do without a file; cycles of the fastest other eBPF processor in RTL, each measured by its own simulation. */
const programs: readonly { readonly name: string; readonly data: boolean; readonly peer: number }[] = [
  { name: 'fib50', data: false, peer: 262 },
  { name: 'prime1009', data: false, peer: 2285 },
  { name: 'csum1500', data: true, peer: 4523 },
  { name: 'memcpy1K', data: true, peer: 905 },
  { name: 'parser', data: true, peer: 36 },
];

/** The program resident, its data in the slot, from the first fetch to the exit. */
export async function cyclesTable(): Promise<string> {
  const rows = await session({ sim: 'wasm', config: presets.small, stalls: 0 }, async (device) => {
    const code = await device.requestSlot('program');
    const memory = await device.requestSlot('data');
    const lines: string[] = [];
    for (const { name, data, peer } of programs) {
      const { program } = assemble(readFileSync(join(folder, `${name}.s`), 'utf8'), name);
      await device.write(code, program);
      await device.run(code, memory, program.length);
      if (data) await device.write(memory, readFileSync(join(folder, `${name}.data`)));
      const { instructions, cycles } = await device.run(code, memory, program.length);
      lines.push(`| ${name} | ${instructions} | ${cycles} | ${(cycles / instructions).toFixed(2)} | ${peer} |`);
    }
    return lines;
  });
  const head = '| program | instructions | cycles | cycles an instruction | fastest peer |';
  return [head, '| --- | ---: | ---: | ---: | ---: |', ...rows].join('\n');
}
