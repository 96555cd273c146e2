/** What a program of the conformance tests may have; the same on every backend. */
export const limits = {
  programBytes: 64 * 1024,
  memoryBytes: 64 * 1024,
  /** Instructions after which a program ends with E_STEP_LIMIT: the plug-in never hangs. */
  steps: 1_000_000,
} as const;
