/** The netlist, ways through it, and its checks. */
export * from './netlist.ts';
export * from './register-map.ts';
export * from './types.ts';
export * from './walk.ts';
export { showExpr } from './show.ts';
export { check } from './checks/index.ts';
