/** What `generate` exports. */
export interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  settle(): void;
  run(cycles: number): number;
  until(cycles: number, address: number, value: number): number;
}

/** The part of the WebAssembly interface that is used here; the compiler's library knows it only for browsers. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

export function instantiate(bytes: Uint8Array): Exports {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
  return new Instance(new Module(bytes)).exports as Exports;
}
