/** The board on Verilator. */
import { simulatorOf } from '../shell/create.ts';
import type { Simulator } from '../simulator.ts';
import { board } from './board.ts';
import { powerUp } from './board-backend.ts';

/** A simulation of the board out of reset; it is compiled the first time. */
export async function verilatedBoard(): Promise<Simulator> {
  const simulator = await simulatorOf('verilator', board());
  powerUp(simulator);
  return simulator;
}
