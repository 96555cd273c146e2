/** Programs that are made from the bins: each bin that was missed is aimed at with its own scene. */
import type { ProgramError } from '../../gen/ebpf/isa.ts';
import { sceneOf, type Bin, type Pace, type Scene } from './bins.ts';
import { Code } from './code.ts';
import type { Collector } from './collector.ts';
import { rowNamed } from './rows.ts';

/** A program to be run, with the data slot empty. */
export interface Aimed {
  readonly program: Uint8Array;
  /** Bytes of program as the command gives them. */
  readonly length: number;
  readonly pace: Pace;
}

/** Gives a program, and is told how it ended. */
export type Programs = Generator<Aimed, void, ProgramError | null>;

/** Slots after which a program of scenes takes no more. */
const enough = 240;
const exit = rowNamed('exit');
const paces: readonly Pace[] = ['steady', 'slow'];

interface Aim extends Scene {
  readonly bin: Bin;
}

/**
 * Programs for those of the bins that are missed when their turn comes. The collector has to listen to the runs.
 * @throws Error when a scene ends a program that it should not end
 */
export function* aimedAt(bins: readonly Bin[], collector: Collector): Programs {
  const missed = (): Aim[] =>
    bins.flatMap((bin) => {
      const scene = sceneOf(bin);
      return scene && !bin.excluded && collector.count(bin) === 0 ? [{ ...scene, bin }] : [];
    });
  const all = missed();
  for (const pace of paces) {
    const together = all.filter((aim) => !aim.alone && paceOf(aim) === pace);
    yield* inCompany(together, pace, collector);
  }
  for (const aim of all) if (aim.alone && collector.count(aim.bin) === 0) yield alone(aim, 0);
  // What is missed still may be a matter of where in a line the scene stands.
  for (const aim of missed()) {
    for (let lane = 0; lane < 8 && collector.count(aim.bin) === 0; lane++) yield alone(aim, lane);
  }
}

const paceOf = ({ pace = 'steady' }: Scene): Pace => pace;

/** Many scenes in one program; those whose bin was hit on the way are left out. */
function* inCompany(aims: readonly Aim[], pace: Pace, collector: Collector): Programs {
  const waiting = aims.values();
  for (;;) {
    const code = new Code();
    const begins: { readonly at: number; readonly bin: Bin }[] = [];
    while (code.here < enough) {
      const { value: aim } = waiting.next();
      if (!aim) break;
      if (collector.count(aim.bin) > 0) continue;
      begins.push({ at: code.here, bin: aim.bin });
      aim.build(code);
    }
    if (begins.length === 0) return;
    code.emit(exit);
    const error = yield { program: code.bytes, length: code.bytes.length, pace };
    if (!error) continue;
    const { at, bin } = begins.findLast(({ at }) => at <= error.pc)!;
    throw new Error(
      `the scene of ${bin.id} ends its program with ${error.class}, at slot ${error.pc - at} of the scene`,
    );
  }
}

/** One scene, from slot `lane` of its line. It may end the program as it likes. */
function alone(scene: Scene, lane: number): Aimed {
  const code = new Code();
  if (!scene.alone) code.align(lane);
  scene.build(code);
  // A scene that wants to be alone may be about the end of the program.
  if (!scene.alone) code.emit(exit);
  const program = code.bytes;
  return { program, length: scene.length ?? program.length, pace: paceOf(scene) };
}
