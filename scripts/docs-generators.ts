/** What scripts/docs.ts generates: whole pages by path, and parts of hand-written pages by the name in their marker. */
import { failureTables } from '../aws-f1/afi/failures.ts';
import { presets } from '../gen/config.ts';
import { bar0 } from '../gen/device/bar0.ts';
import { diagnosticsPage } from '../gen/diagnostics/page.ts';
import { registerTable } from '../gen/emit/registers.ts';
import { conformanceTable } from './docs-conformance.ts';
import { cyclesTable } from './docs-cycles.ts';
import { instructionsPage } from './docs-instructions.ts';
import type { Generator } from './docs-parts.ts';
import { proofTable, verificationTable } from './docs-verification.ts';

export const pages: Readonly<Record<string, Generator>> = {
  'docs/diagnostics.md': diagnosticsPage,
  'docs/instructions.md': instructionsPage,
};

export const parts: Readonly<Record<string, Generator>> = {
  conformance: conformanceTable,
  cycles: cyclesTable,
  failures: failureTables,
  proofs: proofTable,
  registers: () => registerTable(bar0(presets.default)),
  verification: verificationTable,
};
