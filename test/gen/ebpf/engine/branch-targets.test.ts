/** The branch target buffer alone, in every cycle against what it should know. */
import { expect, test } from 'vitest';
import { branchTargets } from '../../../../gen/ebpf/engine/branch-targets.ts';
import { chance, simulate } from '../../lib/bench.ts';
import { small } from './bench.ts';

const sim = simulate(branchTargets(small));
const places = 4;

interface Entry {
  readonly pc: number;
  readonly target: number;
  readonly firm: boolean;
}

test('hits, targets and firmness of the address that is meant, whatever is entered, confirmed, hinted and forgotten', () => {
  const random = chance(23);
  const below = (limit: number): number => Math.floor(random() * limit);
  // Few addresses with all bits in use, so that they meet in a place with the same tag and with another.
  const addresses = [0, 1, 2, 3, 4, 5, 8, 16, 32, 64, 128, 256, 512, 513, 767, 1020, 1021, 1022, 1023];
  const address = (): number => addresses[below(addresses.length)]!;
  const bit = (): number => below(2);
  let entries: (Entry | undefined)[] = Array.from({ length: places });
  for (let n = 0; n < 20_000; n++) {
    const given = {
      plain: address(),
      skipping: address(),
      jumping: address(),
      skips: bit(),
      jumps: bit(),
      update_valid: bit(),
      update_taken: bit(),
      update_predicted: bit(),
      update_firm: bit(),
      update_pc: address(),
      update_target: below(1024),
      hint_valid: bit(),
      hint_pc: address(),
      hint_target: below(1024),
      clear: random() < 0.01 ? 1 : 0,
    };
    for (const [name, value] of Object.entries(given)) sim.poke(name, value);
    const at = given.jumps ? given.jumping : given.skips ? given.skipping : given.plain;
    const entry = entries[at % places];
    const hit = entry?.pc === at;
    expect([n, sim.peekNumber('hit')]).toEqual([n, hit ? 1 : 0]);
    if (hit)
      expect([n, sim.peekNumber('target'), sim.peekNumber('firm')]).toEqual([n, entry.target, entry.firm ? 1 : 0]);

    const { update_pc: pc, update_target: target, hint_pc, hint_target } = given;
    if (given.update_valid && given.update_taken) entries[pc % places] = { pc, target, firm: true };
    else if (given.update_valid && given.update_predicted)
      entries[pc % places] = given.update_firm ? { pc, target, firm: false } : undefined;
    else if (given.hint_valid) entries[hint_pc % places] ??= { pc: hint_pc, target: hint_target, firm: true };
    if (given.clear) entries = Array.from({ length: places });
    sim.cycle();
  }
});
