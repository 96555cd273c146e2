/** What passes streams on: FIFOs, register slices, arbiters. */
import { arbiterModule, type ArbiterPolicy } from '../../../gen/lib/arbiter.ts';
import { fifoLatency, fifoModule, type FifoStyle } from '../../../gen/lib/fifo.ts';
import { sliceModule, type SliceKind } from '../../../gen/lib/slice.ts';
import type { Task } from '../task.ts';

function fifo(width: number, depth: number, style: FifoStyle, more: Partial<Task> = {}): Task {
  const isDeep = style === 'block' || style === 'ultra';
  const variant = `w${width}_d${depth}${style === 'auto' ? '' : `_${style}`}`;
  return {
    name: `fifo/${variant}`,
    what: `${depth} items of ${width} bits, ${style}: order, data, count, latency, flow control`,
    design: () => fifoModule(width, depth, style),
    properties: 'fifo_properties',
    files: ['stream_properties.sv'],
    parameters: { WIDTH: width, DEPTH: depth, LATENCY: isDeep ? fifoLatency.deep - 1 : 0 },
    mode: 'reachability',
    cover: depth + 8,
    faults: [],
    ...more,
  };
}

const capacities: Record<SliceKind, number> = { full: 2, forward: 1, backward: 1 };

function slice(kind: SliceKind, width: number, more: Partial<Task> = {}): Task {
  return {
    name: `slice/${kind}`,
    what: `${kind} register slice of ${width} bits: order, data, latency, flow control`,
    design: () => sliceModule(kind, width),
    properties: 'stream_properties',
    parameters: { WIDTH: width, CAPACITY: capacities[kind], THROUGH: Number(kind === 'backward') },
    mode: 'reachability',
    cover: 8,
    faults: [],
    ...more,
  };
}

function arbiter(n: number, policy: ArbiterPolicy, bursts: boolean, more: Partial<Task> = {}): Task {
  return {
    name: `arbiter/${policy}_${n}${bursts ? '_bursts' : ''}`,
    what: `${n} streams, ${policy}${bursts ? ', bursts' : ''}: one choice, its item, ${policy === 'fair' ? 'no starvation' : 'the first first'}`,
    design: () => arbiterModule(4, n, policy, bursts),
    properties: 'arbiter_properties',
    parameters: { WIDTH: 4, N: n, FAIR: Number(policy === 'fair'), BURSTS: Number(bursts) },
    ...(!bursts && { probes: { in_last: `${n}'d0` } }),
    mode: 'reachability',
    cover: 8,
    faults: [],
    ...more,
  };
}

export const streamTasks: readonly Task[] = [
  fifo(8, 2, 'auto'),
  fifo(8, 4, 'auto', {
    faults: [
      {
        what: 'the write pointer stays',
        file: 'fifo_w8_d4.sv',
        find: 'tail_q <= following',
        replace: 'tail_q <= tail_q',
        depth: 8,
      },
    ],
  }),
  fifo(2, 5, 'auto'),
  fifo(8, 3, 'registers'),
  fifo(1, 5, 'block'),
  fifo(8, 8, 'auto', { deepOnly: true }),
  slice('full', 64, {
    faults: [
      {
        what: 'an item that spills is forgotten',
        file: 'skid_buffer_w64.sv',
        find: "spilled_q <= 1'b1",
        replace: "spilled_q <= 1'b0",
        depth: 8,
      },
    ],
  }),
  slice('forward', 64),
  slice('backward', 64),
  arbiter(3, 'fair', false, {
    faults: [
      {
        what: 'the one served stays in front',
        file: 'fair_arbiter_w4_n3.sv',
        find: 'chosen_favoured_q <= -chosen_granted & ~chosen_granted',
        replace: "chosen_favoured_q <= '0",
        depth: 10,
      },
    ],
  }),
  arbiter(4, 'fair', true),
  arbiter(8, 'fair', false, { deepOnly: true }),
  arbiter(3, 'priority', false),
];
