/** `hermes check`: a good tree has no findings, and every planted fault has exactly those that it should. */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTree, rules } from '../../aws-f1/check.ts';
import { shellNames } from '../../gen/config.ts';
import { faults, plant } from './faults.ts';
import { smallTree, written } from './trees.ts';

const fired = (findings: readonly { rule: string }[]): string[] => [...new Set(findings.map(({ rule }) => rule))];

describe.each(shellNames)('a directory for %s', (shell) => {
  it('keeps all rules', async () => {
    const { findings, checked, skipped } = await checkTree(written(smallTree(shell)), shell);
    expect(findings).toEqual([]);
    const all = rules.filter((rule) => rule.shells === undefined || rule.shells.includes(shell));
    expect(checked).toBe(all.filter((rule) => !rule.needsKit).length);
    expect(skipped.map(({ rule }) => rule)).toEqual(['kit-file', 'kit-lint']);
  });

  const own = faults.filter((fault) => fault.shells === undefined || fault.shells.includes(shell));
  it.each(own.map((fault) => [fault.name, fault] as const))('%s', async (_, fault) => {
    const files = smallTree(shell);
    plant(fault, files, shell);
    const { findings } = await checkTree(written(files, fault.folder), shell);
    expect(fired(findings).sort()).toEqual([...fault.rules].sort());
    for (const finding of findings) {
      expect(finding.message).not.toBe('');
      expect(finding.cure).not.toBe('');
    }
  });

  it('build.sh may not be executed', async () => {
    const folder = written(smallTree(shell));
    chmodSync(join(folder, 'build/scripts/build.sh'), 0o644);
    expect(fired((await checkTree(folder, shell)).findings)).toEqual(['executable']);
  });

  it('a finding names its place', async () => {
    const files = smallTree(shell);
    plant(
      faults.find(({ name }) => name === 'a port is too narrow')!,
      files,
      shell,
    );
    const [finding] = (await checkTree(written(files), shell)).findings;
    const lines = files.get('design/cl_hermes.sv')!.split('\n');
    const line = lines.findIndex((text) => text.includes('[255:0]')) + 1;
    expect(finding).toMatchObject({ file: 'design/cl_hermes.sv', line });
    expect(finding.message).toBe('cl_sh_dma_pcis_rdata is [255:0], and has to be [511:0]');
  });

  it('what a build leaves is no fault', async () => {
    const files = smallTree(shell);
    files.set('build/checkpoints/to_aws/x.dcp', '');
    files.set('build/afi.json', '{"log": "/home/someone/log"}');
    files.set('build/scripts/vivado.log', 'reading /tmp/x.sv');
    files.set('build/src_post_encryption/alu.sv', 'module other; endmodule');
    files.set('build/constraints/cl_clocks_aws.xdc', 'create_clock');
    expect((await checkTree(written(files), shell)).findings).toEqual([]);
  });
});

it('every rule that needs no kit has a fault', () => {
  const found = new Set([...faults.map((fault) => fault.rules[0]), 'executable']);
  expect(rules.filter((rule) => !rule.needsKit && !found.has(rule.id)).map(({ id }) => id)).toEqual([]);
  expect(faults.length).toBeGreaterThanOrEqual(20);
});

it('a directory that is not there is an error', async () => {
  const folder = written(smallTree('f1'));
  rmSync(folder, { recursive: true });
  await expect(checkTree(folder, 'f1')).rejects.toThrow(/ENOENT/);
});
