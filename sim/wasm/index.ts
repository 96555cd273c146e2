/**
 * The simulator in process: a netlist becomes one WebAssembly module, which runs inside Node without any other tool.
 *
 * ```ts
 * const sim = WasmSimulator.create(top);          // a gen/ir Module with everything below it
 * sim.poke('rst_n', 0); sim.cycle(2); sim.poke('rst_n', 1);
 * const valid = sim.port('valid');                // looked up once: a read then costs nanoseconds
 * while (!valid.get()) sim.cycle();
 * sim.cycleUntil('done', 1, 100_000);             // stays in WebAssembly
 * sim.signal('engine0.pc_q').getBig();            // registers can always be read; see `keep` for the rest
 * ```
 *
 * Four stages, each a function with plain data between:
 *
 * 1. `flatten` (flatten.ts, facts.ts): the tree of instances. A port and what is connected to it are one net, so the
 *    hierarchy costs nothing. A net is cut into parts where assignments begin and end, so that fields of a struct, or
 *    elements of a vector, do not seem to depend on each other.
 * 2. `lower` (lower.ts, steps.ts, words.ts, wide.ts): statements become multiplexers, expressions a graph of words of at
 *    most 64 bits (graph.ts), built from what the outputs need: nothing else is ever made. A 512-bit value is a row of
 *    eight words, and a slice of it touches only the words it lies in. Equal nodes are one node, and simplify.ts makes
 *    nodes cheaper before they exist. A memory's read port is a load of its row, followed by registers for its latency.
 *    Where bits that share a word seem to form a loop, everything is done once more bit by bit; what loops then is an
 *    error that names the net.
 * 3. `partition` (partition.ts): the graph in regions of about 40 operations, in an order in which every value is computed
 *    before it is read. A region is computed only if something that it reads has changed: an idle engine costs a test
 *    of one byte for eight of its regions. This is what makes the simulator fast, and what the size of regions was
 *    measured for: smaller ones spend their time on looking what has changed, larger ones compute what has not.
 * 4. `generate` (generate.ts, region.ts, schedule.ts, operations.ts, encoder.ts): one function for each region. A value
 *    that only one side of a multiplexer needs, or only a register that is about to change, is computed in that branch.
 *    Registers live in linear memory twice: `settle` leaves next values, the edge copies them, and whoever reads a register
 *    that changed, a memory row that changed, or a value of a region that changed, is computed in the next `settle`. Write
 *    ports leave address and data in the same way, so that every read sees what was stored before the edge.
 *
 * Semantics beyond the netlist's: at the start every register and input is 0 (as after configuration of an FPGA; a reset
 * value takes a reset), every memory holds its `init`, else 0. An address past the end of a memory reads 0 and writes
 * nothing. A `switch` without a matching case assigns nothing. Clock ports are inert: `cycle` is the edge of all domains.
 * An assertion that does not hold stops the run before the edge, with the state that led there.
 *
 * Between the second and the third stage a test may put a fault into the design: see `WasmSimulator.of`.
 *
 * simulator.ts drives the module, view.ts, port.ts and memory.ts give values, tracer.ts writes waveforms, frozen.ts goes on
 * where another process has stopped.
 */
export { MemoryView } from './memory.ts';
export type { PortView } from './port.ts';
export { FrozenSimulator, pack, unpack, type Frozen } from './frozen.ts';
export { WasmSimulator, type Snapshot, type WasmOptions } from './simulator.ts';
export type { View } from './view.ts';
