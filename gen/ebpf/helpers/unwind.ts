import { atOnce } from './block.ts';

export const unwind = atOnce(({ r1 }) => r1);
