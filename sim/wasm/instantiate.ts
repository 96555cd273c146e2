/** What `generate` exports. */
export interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  settle(): void;
  run(cycles: number): number;
  until(cycles: number, address: number, value: number): number;
}

/** Code that was compiled once and can be instantiated often. */
export type Code = object;

/** The part of the WebAssembly interface that is used here; the compiler's library knows it only for browsers. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => Code;
  readonly Instance: new (module: Code) => { readonly exports: unknown };
}

const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

export function compile(bytes: Uint8Array): Code {
  return new engine.Module(bytes);
}

export function instantiate(code: Code): Exports {
  return new engine.Instance(code).exports as Exports;
}
