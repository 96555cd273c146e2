/** Which versions of Verilator the project accepts, and why. */

/** What to do with one version: use it with these extra flags, or refuse it for a reason. */
export type Verdict =
  | { readonly ok: true; readonly flags: readonly string[] }
  | { readonly ok: false; readonly why: string };

const versionText = /^Verilator (\d+)\.(\d+)/m;

/** Reads the answer of `verilator --version`: "5.046" for "Verilator 5.046 2026-…"; undefined if it is not one. */
export function parseVersion(output: string): string | undefined {
  const match = versionText.exec(output);
  return match === null ? undefined : `${match[1]}.${match[2]}`;
}

/**
 * Judges a version such as "5.046". Minor numbers have three digits, so that 5.006 comes before 5.036.
 * cocotb 2 needs 5.036. From 5.048 to 5.050 the data-flow peephole miscompiles `(a << s1) << s2` where the sum of the
 * amounts overflows their width; it was still right in 5.046 and is right again in 5.052.
 */
export function judge(version: string): Verdict {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const number = major * 1000 + minor;
  if (number < 5036) return { ok: false, why: 'older than 5.036, the oldest that cocotb 2 runs on' };
  if (number >= 6000) return { ok: false, why: 'newer than any version tried here (5.x)' };
  return { ok: true, flags: number > 5046 && number < 5052 ? ['-fno-dfg-peephole'] : [] };
}
