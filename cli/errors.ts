/** How commands end. Documented in README.md and `hermes help`. */
export const Exit = {
  ok: 0,
  /** The program ended with an error, or a simulator differed from the model. */
  failed: 1,
  /** The command line, a file or the configuration cannot be used; nothing was run. */
  usage: 2,
} as const;

/** What is wrong with something the user gave, and what to do about it. */
export interface Complaint {
  /** Begins with the place: a file, a setting. */
  readonly message: string;
  readonly cure: string;
}

/** The command line, a file or a configuration cannot be used, for all of these reasons. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(...complaints: readonly Complaint[]) {
    super(complaints.map(({ message, cure }) => `${message}\n  cure: ${cure}`).join('\n'));
  }
}

/** Errors whose message is complete as it is, and the exit code they mean. By name, so that none has to be loaded. */
const expected: Readonly<Record<string, number>> = {
  UsageError: Exit.usage,
  ProgramRefused: Exit.usage,
  ToolError: Exit.usage,
  AfiRefused: Exit.usage,
  AfiError: Exit.failed,
  HermesError: Exit.failed,
  AssertionFailure: Exit.failed,
  Divergence: Exit.failed,
  ProtocolError: Exit.failed,
  TimeoutError: Exit.failed,
  CommandError: Exit.failed,
};

/** How a command ends that throws `error`. */
export const exitCode = (error: Error): number => expected[error.name] ?? Exit.failed;

/** Prints an error for a person and returns the exit code. With `debug`, the stack trace too. */
export function explain(error: unknown, debug: boolean): number {
  const thrown = error instanceof Error ? error : new Error(String(error));
  if (expected[thrown.name] === undefined) {
    console.error(`hermes: internal error: ${thrown.message}`);
    if (!debug) console.error('  cure: run the same command with --debug, and report what it prints');
  } else console.error(`hermes: ${thrown.message.replaceAll(/\n(?=\S)/g, '\nhermes: ')}`);
  if (debug) console.error(thrown.stack);
  return exitCode(thrown);
}
