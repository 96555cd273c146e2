import type { Node } from './graph.ts';

/** So cheap that it is computed again wherever it is needed: stored values and parts of them. */
export function isFree(node: Node): boolean {
  if (node.op === 'const' || node.op === 'word') return true;
  return (node.op === 'slice' || node.op === 'zext') && isFree(node.args[0]!);
}

/** Machine operations, roughly. */
export function costOf(node: Node): number {
  switch (node.op) {
    case 'const':
      return 0;
    case 'cat':
      return 2 * node.args.length - 1;
    case 'mux':
    case 'add':
    case 'sub':
    case 'parity':
    case 'sext':
      return 2;
    case 'shl':
    case 'shr':
    case 'sar':
    case 'row':
    case 'mul':
      return 3;
    case 'pick':
      return node.args.length;
    default:
      return 1;
  }
}
