/**
 * The examples of docs/: every block of TypeScript is compiled and run, and the block after it has to be what comes out.
 * `npx vitest run test/docs -u` writes those blocks; read the difference.
 *
 * - `ts`: a design, elaborated without a warning; then its SystemVerilog.
 * - `ts wrong`: a design with errors; then their text.
 * - `ts run`: a program; then what it prints.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { HermesError, render } from '../../gen/diagnostics/index.ts';
import { emitSystemVerilog } from '../../gen/emit/index.ts';
import * as language from '../../gen/hdl/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}build/docs`;

interface Example {
  readonly kind: '' | 'wrong' | 'run';
  readonly code: string;
  readonly file: string;
}

const block = /```ts ?(?<kind>wrong|run|)\n(?<code>[^]*?)```\n(?<answer>\n```(?:systemverilog|text)\n[^]*?```\n)?/g;

/** Lines before the block in its file. */
const before = 2;

const imports =
  `import { ${Object.keys(language).join(', ')} } from '../../gen/hdl/index.ts'; ` +
  `import type { AnyType, UInt } from '../../gen/hdl/index.ts'; ` +
  `import { fires, pipe, stream, type Source } from '../../gen/lib/stream.ts'; ` +
  `import { fifo } from '../../gen/lib/fifo.ts'; ` +
  `import { WasmSimulator } from '../../sim/wasm/index.ts';`;

function examplesOf(page: string): Example[] {
  rmSync(`${folder}/${page}`, { recursive: true, force: true });
  mkdirSync(`${folder}/${page}`, { recursive: true });
  const text = readFileSync(`${root}docs/${page}.md`, 'utf8');
  return [...text.matchAll(block)].map(({ groups }, i) => {
    const { kind, code } = groups as { kind: Example['kind']; code: string };
    const file = `${folder}/${page}/example${i}.ts`;
    const last = [...code.matchAll(/^const (\w+) = module\(|^const (\w+) = \w+\(.*\);$/gm)].at(-1);
    const design = kind === 'run' ? code : `export default () => {\n${code}return ${last?.[1] ?? last?.[2]};\n};\n`;
    writeFileSync(file, `${imports.replaceAll('../../', '../../../')}\n${design}`);
    return { kind, code, file };
  });
}

/** What the block after an example has to say. */
async function answerTo({ kind, file }: Example): Promise<string> {
  const url = pathToFileURL(file).href;
  if (kind === 'run') {
    const lines: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void lines.push(text));
    await import(url);
    log.mockRestore();
    return fence('text', lines.join('\n'));
  }
  const { default: describeDesign } = (await import(url)) as { default: () => language.ModuleDef };
  try {
    const { top, warnings } = language.elaborate(describeDesign);
    expect(render(warnings)).toBe('');
    const text = emitSystemVerilog(top)
      .files.map((each) => each.text.split('\n').slice(3).join('\n').trim())
      .join('\n\n');
    return fence('systemverilog', text);
  } catch (error) {
    if (!(error instanceof HermesError) || kind !== 'wrong') throw error;
    const text = error.message
      .replaceAll(/\S*\/example\d+\.ts:(\d+)/g, (_, line) => `example.ts:${line - before}`)
      .replaceAll(/^\d+(?= \|)/gm, (line) => `${Number(line) - before}`);
    return fence('text', text);
  }
}

const fence = (kind: string, text: string): string => `\n\`\`\`${kind}\n${text.trim()}\n\`\`\`\n`;

describe.each(['language', 'extending'])('docs/%s.md', (page) => {
  const examples = examplesOf(page);

  test('every example compiles', () => {
    const options = { noUnusedLocals: false, noUnusedParameters: false };
    const config = { extends: '../../../tsconfig.json', compilerOptions: options, include: ['*.ts'] };
    writeFileSync(`${folder}/${page}/tsconfig.json`, JSON.stringify(config));
    const { stdout } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', `${folder}/${page}`], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  test('what comes out of every example is what the page says', async () => {
    expect(examples.length).toBeGreaterThan(0);
    const answers: string[] = [];
    for (const example of examples) answers.push(await answerTo(example));
    const text = readFileSync(`${root}docs/${page}.md`, 'utf8');
    const renewed = text.replaceAll(block, (whole, _kind, _code, answer?: string) => {
      const given = answers.shift()!;
      return answer === undefined ? whole : whole.slice(0, -answer.length) + given;
    });
    await expect(renewed).toMatchFileSnapshot(`${root}docs/${page}.md`);
  });
});
