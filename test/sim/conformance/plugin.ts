/** The executable, called as the runner of bpf_conformance calls it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const plugin = fileURLToPath(new URL('../../../sim/bpf-conformance-plugin', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param input standard input; it stays open where `open` */
export function call(args: readonly string[], input: string, open = false): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(plugin, args);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    // The plug-in may end before it has read everything.
    child.stdin.on('error', () => {});
    child.stdin.write(input);
    if (!open) child.stdin.end();
  });
}

/** Bytes as the runner writes them: two digits and two blanks each. */
export const spaced = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => `${byte.toString(16).padStart(2, '0')}  `).join('');
