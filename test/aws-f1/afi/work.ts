/** Steps run in the process of the test, with services of the test. */
import { onTestFinished } from 'vitest';
import { Calls, type CallOptions } from '../../../aws-f1/afi/calls.ts';
import { StateFile } from '../../../aws-f1/afi/state.ts';
import type { Work } from '../../../aws-f1/afi/steps.ts';
import { awsEnvironment } from './custom-logic.ts';

/** For the SDK in this process. Every test file is a process of its own. */
export function useTestAccount(): void {
  Object.assign(process.env, awsEnvironment);
}

export interface TestWork extends Work {
  readonly lines: string[];
  readonly passing: string[];
}

export async function workOn(cl: string, options: CallOptions): Promise<TestWork> {
  const [lines, passing]: [string[], string[]] = [[], []];
  const report = { line: (text: string) => void lines.push(text), progress: (text: string) => void passing.push(text) };
  const calls = await Calls.open({ region: 'us-east-1', ...options }, report.line);
  const file = options.dryRun ? StateFile.inMemory(cl) : StateFile.open(cl);
  onTestFinished(() => {
    calls.close();
    file.close();
  });
  return { file, calls, report, consent: async () => {}, lines, passing };
}
