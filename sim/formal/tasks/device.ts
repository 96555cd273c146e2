/** The device at its smallest: its two ports, and what its registers hold. */
import { hermes } from '../../../gen/device/hermes.ts';
import { hostWay } from '../designs.ts';
import { smallest } from './smallest.ts';
import type { Task } from '../task.ts';

export const deviceTasks: readonly Task[] = [
  {
    name: 'ocl/protocol',
    what: 'BAR0, AXI4-Lite: offers stand, one answer an access and none without, bounded time',
    design: () => hermes(smallest),
    free: ['engine', 'slot_memory', 'dma_slave'],
    properties: 'axi_lite_properties',
    prefix: 'ocl_',
    mode: 'reachability',
    cover: 16,
    faults: [],
  },
  {
    name: 'pcis/read',
    what: 'BAR4, AXI4 reads: offers stand, bursts answered once, in order, with ID and RLAST, bounded time',
    design: () => hostWay(smallest, 4),
    freeMemories: ['slots.*.ram'],
    properties: 'axi_read_properties',
    prefix: 'axi_',
    parameters: { ID: 1, DATA: 1, LENGTH: 1, HOLDS: 7 },
    mode: 'reachability',
    cover: 16,
    faults: [],
  },
  {
    name: 'pcis/write',
    what: 'BAR4, AXI4 writes: offers stand, bursts answered once, in order, with ID, after the last beat, bounded time',
    design: () => hostWay(smallest, 4),
    freeMemories: ['slots.*.ram'],
    properties: 'axi_write_properties',
    prefix: 'axi_',
    parameters: { ID: 1, LENGTH: 1, HOLDS: 7 },
    mode: 'reachability',
    cover: 16,
    faults: [],
  },
];
