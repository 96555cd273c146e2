/** The ports of one interface of the CL, by their standard names. */
import type { Port as Declared } from '../../gen/hdl/index.ts';
import { pinOf, type Interface } from '../../gen/shell/ports.ts';
import type { Port, Simulator } from '../simulator.ts';
import type { Handshake } from './channel.ts';
import { pauses, type Random } from './random.ts';

/** How the shell behaves as master of an interface. */
export interface MasterOptions {
  /** What errors call the interface. */
  readonly name: string;
  readonly random: Random;
  /** Share of the cycles, 0 to less than 1, in which each channel pauses on its own. */
  readonly stalls: number;
  /** Clock cycles that the CL may leave the shell waiting. */
  readonly patience: number;
}

export type Handles = Readonly<Record<string, Port>>;

export function handlesOf(simulator: Simulator, face: Interface): Handles {
  const ports = Object.entries(face.ports as Readonly<Record<string, Declared>>);
  return Object.fromEntries(ports.map(([name, port]) => [name, simulator.port(pinOf(face, name, port))]));
}

/** Valid and ready of a channel, `ar` or `b`. */
export function channelOf(handles: Handles, channel: string, { name, random, stalls }: MasterOptions): Handshake {
  return {
    name: `${name} ${channel.toUpperCase()}`,
    valid: handles[`${channel}valid`]!,
    ready: handles[`${channel}ready`]!,
    pause: pauses(random.fork(), stalls),
  };
}

/** The other ports of a channel. */
export function payloadOf(handles: Handles, channel: string): Port[] {
  return Object.entries(handles).flatMap(([name, port]) =>
    name.startsWith(channel) && !/(valid|ready)$/.test(name) ? [port] : [],
  );
}
