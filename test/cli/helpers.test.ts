import { expect, test } from 'vitest';
import { file, hermes } from './hermes.ts';

const roots = 'r1 = 1000000\ncall 3\nexit\n';
const byRegister = 'r1 = 81\nr2 = 3\ncallx r2\nexit\n';
const config = (settings: object): string[] => [
  '--config',
  file('c.json', JSON.stringify(settings)),
  '--preset',
  'small',
];

test('hermes run knows the helper functions of the configuration', async () => {
  const small = config({ helpers: ['sqrti'], callByRegister: true });
  const run = async (source: string, ...options: string[]) => hermes('run', file('p.s', source), ...options, '--json');
  expect(JSON.parse((await run(roots, ...small)).stdout)).toMatchObject({ r0: '0x3e8', equal: true, instructions: 3 });
  expect(JSON.parse((await run(byRegister, ...small, '--sim', 'golden')).stdout)).toMatchObject({ r0: '0x9' });
  const without = await run(roots);
  expect(without.code).toBe(1);
  expect(without.stderr).toContain('pc 1: the device has no such helper function: `call 3` (E_HELPER_UNKNOWN)');
  const refused = await run(byRegister, ...config({ helpers: ['sqrti'] }), '--no-verify');
  expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
    1,
    { error: { class: 'E_OPCODE', pc: 2 }, equal: true },
  ]);
});

test('hermes info shows them, and what cannot be is refused', async () => {
  const { stdout } = await hermes('info', ...config({ helpers: ['unwind', 'sqrti'] }));
  expect(stdout).toMatch(
    /helpers +unwind, sqrti +helper functions that programs may call: any of gather_bytes, sqrti, unwind/,
  );
  expect(stdout).toMatch(/Helper functions\n +call 5 +unwind +r1\. .*\n +call 3 +sqrti +The integer square root/);
  const { stdout: plain } = await hermes('info');
  expect(plain).toMatch(/helpers +\(none\)/);
  expect(plain).not.toContain('Helper functions');
  const unknown = await hermes('info', ...config({ helpers: ['sqrt'] }));
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('expected one of "gather_bytes"|"sqrti"|"unwind"');
  const twice = await hermes('info', ...config({ helpers: ['sqrti', 'sqrti'] }));
  expect(twice.stderr).toContain('helpers: each helper function is named once');
});
