/** What a pipeline carries from stage to stage. */
import type { AnyType } from './types.ts';

export class Payload<T extends AnyType = AnyType> {
  readonly type: T;
  /** From the variable that holds it. */
  name: string | undefined;

  constructor(type: T, name?: string) {
    this.type = type;
    this.name = name;
  }
}

/** A value that belongs to one instruction or item on its way through a pipeline: put at one stage, read at any later one. */
export function payload<T extends AnyType>(type: T, name?: string): Payload<T> {
  return new Payload(type, name);
}
