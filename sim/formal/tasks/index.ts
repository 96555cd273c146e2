/** Every formal task. */
import type { Task } from '../task.ts';
import { deviceTasks } from './device.ts';
import { engineTasks } from './engine.ts';
import { streamTasks } from './streams.ts';

export const formalTasks: readonly Task[] = [...streamTasks, ...engineTasks, ...deviceTasks];
