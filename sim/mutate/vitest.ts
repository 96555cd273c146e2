/**
 * What test files get when they import `vitest` in a process that tries faults: vitest's own runner and assertions, without the
 * processes, reporters and caches around them.
 */
import { ASYMMETRIC_MATCHERS_OBJECT, chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
import fc from 'fast-check';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, onTestFinished, test } from '@vitest/runner';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

const matchers = (globalThis as unknown as Record<symbol, object>)[ASYMMETRIC_MATCHERS_OBJECT];

/** Of the test that runs now. */
export const assertions = { expected: false, made: 0 };

export const expect: unknown = Object.assign(
  (value: unknown, message?: string) => {
    assertions.made += 1;
    return chai.expect(value, message);
  },
  chai.expect,
  matchers,
  { hasAssertions: () => (assertions.expected = true) },
);

// One counterexample is enough.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
