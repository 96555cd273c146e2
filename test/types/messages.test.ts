/** What the compiler says about wrong use: the lines of wrong.test-d.ts, compiled without their `@ts-expect-error`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = readFileSync(new URL('wrong.test-d.ts', import.meta.url), 'utf8');
const mark = '// @ts-expect-error ';

/** Wrong lines, by line number, with the parts that the message must have. */
const wrong = source.split('\n').flatMap((text, index) => {
  const at = text.indexOf(mark);
  return at < 0
    ? []
    : [
        {
          line: index + 2,
          code: source.split('\n')[index + 1].trim(),
          parts: text.slice(at + mark.length).split(' | '),
        },
      ];
});

/** Messages of the compiler by line, with the indented lines that explain them. */
function compile(): Map<number, string> {
  // As deep below the root as the original, for its imports.
  const folder = `${root}build/types`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/wrong.ts`, source.replaceAll(mark, '// '));
  const options = { noUnusedLocals: false, noUnusedParameters: false };
  const config = { extends: '../../tsconfig.json', compilerOptions: options, include: ['wrong.ts'] };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config));
  const { stdout } = spawnSync(`${root}node_modules/.bin/tsc`, ['-p', folder, '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
  });
  const messages = new Map<number, string>();
  for (const [, place, text] of stdout.matchAll(/^build\/types\/wrong\.ts\((\d+),.*?: error (.*(?:\n .*)*)/gm)) {
    messages.set(Number(place), `${messages.get(Number(place)) ?? ''}${text}\n`);
  }
  return messages;
}

describe('messages of the compiler', () => {
  const messages = compile();

  test.each(wrong)('line $line: $code', ({ line, parts }) => {
    for (const part of parts) expect(messages.get(line)).toContain(part);
  });

  test('no other line is wrong', () => {
    expect([...messages.keys()]).toEqual(wrong.map(({ line }) => line));
  });
});
