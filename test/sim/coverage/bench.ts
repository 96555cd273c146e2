/** The covered engine for tests: made once, looked at by a collector of its own for each run. */
import { EngineBench } from '../../../sim/compare/index.ts';
import type { Scene } from '../../../sim/coverage/bins.ts';
import { Code } from '../../../sim/coverage/code.ts';
import { Collector } from '../../../sim/coverage/collector.ts';
import { modelOf } from '../../../sim/coverage/model.ts';
import { rowNamed } from '../../../sim/coverage/rows.ts';
import { covered } from '../../../sim/coverage/covered.ts';
import { CoveredEngine } from '../../../sim/coverage/suite.ts';
import { assemble } from '../../../gen/ebpf/assembler.ts';

export const model = modelOf(EngineBench.netlist(covered), covered, 1);
const engine = new CoveredEngine(new Collector(model));

/** What one program hits of what can be told from instructions, by id; points are not looked at. */
export function hitBy(program: Uint8Array, length = program.length): string[] {
  const collector = engine.listen(new Collector(model));
  engine.bench.run({ program, length, data: new Uint8Array(0), patience: 20_000 });
  return Object.keys(collector.counts);
}

export const hitBySource = (source: string): string[] => hitBy(assemble(source).program);

/** What a scene hits by itself. */
export function hitByScene(scene: Scene): string[] {
  const code = new Code();
  scene.build(code);
  if (!scene.alone) code.emit(rowNamed('exit'));
  return hitBy(code.bytes, scene.length);
}
