/** The design broke a rule of the bus or did not answer. The message says which channel, in which cycle, and what the rule is. */
export class ProtocolError extends Error {
  /** The channel, `OCL R`. */
  readonly channel: string;
  /** Edges taken before. */
  readonly cycle: number;

  constructor(channel: string, cycle: number, message: string) {
    super(`${channel}, cycle ${cycle}: ${message}`);
    this.name = 'ProtocolError';
    this.channel = channel;
    this.cycle = cycle;
  }
}

/** The host waited in vain. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}
