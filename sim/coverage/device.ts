/** Every engine of a device: instructions, error classes, and what its stages wait for and are emptied for. */
import { configure, type Config } from '../../gen/config.ts';
import type { ErrorName } from '../../gen/ebpf/abi.ts';
import { modulesOf } from '../../gen/ir/index.ts';
import { inLockstep } from '../compare/index.ts';
import { nthCase } from '../fuzz/cases.ts';
import { netlist } from '../shell/create.ts';
import { Recorder } from '../shell/recorder.ts';
import { ShellHost, type HermesDevice, type Slot } from '../shell/index.ts';
import { WasmSimulator } from '../wasm/index.ts';
import { aimedAt } from './closure.ts';
import { isObserved, type Collector } from './collector.ts';
import { covered } from './covered.ts';
import { instrument, type Instrumented } from './instrument.ts';
import { engineName, flagsOf } from './passage.ts';

/** Random programs on each engine at most, until its stages have waited and been emptied for every reason. */
const patience = 400;

/** Runs a device whose engines are the covered one. @throws Divergence */
export async function coverDevice(collector: Collector, engines: number, seed: number): Promise<void> {
  const config: Config = configure({ ...covered, programSlots: 2, dataSlots: 2, engines }, 'small');
  const top = netlist(config);
  const engine = modulesOf(top).find(({ name }) => name === engineName)!;
  const instrumented = instrument(top, engineName, flagsOf(engine));
  requireSame(instrumented, collector);
  const make = (): WasmSimulator => WasmSimulator.create(instrumented.top, { keep: isObserved });
  const simulator = make();
  const recorder = new Recorder(simulator, async () => make());
  const host = new ShellHost(recorder, { kind: 'wasm', config, seed: 1, stalls: 0, timeout: 1_000_000 });
  const watcher = collector.watching(simulator, instrumented.pipelines);
  try {
    await inLockstep(
      host,
      'build/coverage/divergence.vcd',
      async (device) => {
        const slots = { code: await device.requestSlot('program'), data: await device.requestSlot('data') };
        for (const [engine, path] of instrumented.pipelines.entries()) {
          await aim(device, slots, engine, collector);
          await wait(device, slots, engine, seed, collector, () => collector.readPoints(simulator, path, engine));
        }
      },
      watcher,
    );
  } finally {
    host.close();
  }
}

interface Slots {
  readonly code: Slot;
  readonly data: Slot;
}

/** Scenes for all bins that have any. */
async function aim(device: HermesDevice, { code, data }: Slots, engine: number, collector: Collector): Promise<void> {
  const { named, ofRow } = collector.model.ofEngines[engine]!;
  const programs = aimedAt([...named.values(), ...[...ofRow.values()].flat()], collector);
  for (let made = programs.next(); !made.done;) {
    const { program, length } = made.value;
    await device.write(code, program);
    const { error } = await device.run(code, data, length, { engine });
    made = programs.next(error && { class: error.class as ErrorName, pc: error.pc });
  }
}

/** Random programs, until nothing is left to be seen in the stages. */
async function wait(
  device: HermesDevice,
  { code, data }: Slots,
  engine: number,
  seed: number,
  collector: Collector,
  look: () => void,
): Promise<void> {
  const bins = [...collector.model.ofEngines[engine]!.named.values()].filter(({ scene }) => !scene);
  const isDone = (): boolean => bins.every((bin) => collector.count(bin) > 0);
  let left = patience;
  for (let index = 0; left > 0; index++) {
    const { jobs } = nthCase({ target: 'engine', invalid: false, engines: ['blocks'] }, seed, 1000 * engine + index);
    for (const { program, data: content } of jobs) {
      await device.write(code, program);
      await device.write(data, content);
      await device.run(code, data, program.length, { engine });
    }
    look();
    if (isDone()) return;
    left -= jobs.length;
  }
}

/** The points of the device's engines have to be those that the bins were made from. */
function requireSame({ points, pipelines }: Instrumented, { model }: Collector): void {
  for (const path of pipelines) {
    for (const [below, own] of model.instrumented.points) {
      const found = points.get(below === '' ? path : `${path}.${below}`);
      if (found?.length !== own.length || found.some(({ name }, i) => name !== own[i]!.name))
        throw new Error(`${path} of the device is not the engine that is covered: ${below || engineName} differs`);
    }
  }
}
