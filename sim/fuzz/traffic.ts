/** Hostile host traffic by the thousand, and what is left of it when it has found something. */
import { generateScript, type Action, type Script } from './actions.ts';
import { nthCase, type Job } from './cases.ts';
import type { Batch, Choice, Found, Worker } from './campaign.ts';
import { oneOf, randomAt } from './chance.ts';
import { deviceConfigs, Devices } from './devices.ts';
import { fewest, simpler } from './minimise.ts';
import { play, type Played } from './player.ts';

/** Programs that are run when a script is over: always the same. */
const jobs: readonly Job[] = nthCase({ target: 'device', invalid: false, shape: 'mix' }, 1, 0).jobs.slice(0, 6);

/** The n-th script of a seed. */
export function nthScript(seed: number, n: number): Script {
  const random = randomAt(seed, n, 0x4057);
  return generateScript(random, oneOf(random, Object.values(deviceConfigs)));
}

/** Plays one script on a fresh device. @returns what was done; or what went wrong */
export async function playOn(
  devices: Devices,
  script: Script,
): Promise<(Played & { readonly cycles: number }) | Error> {
  const host = await devices.open(script.seed, script.stalls, script.shell);
  const begin = host.cycles;
  try {
    return { ...(await play(host, script, jobs)), cycles: host.cycles - begin };
  } catch (error) {
    devices.discard();
    return error as Error;
  }
}

/** The smallest script found that fails with an error of the same name. */
export async function shrunkScript(devices: Devices, script: Script, { name }: Error): Promise<Script> {
  const fails = async (candidate: Script): Promise<boolean> => {
    const outcome = await playOn(devices, candidate);
    return outcome instanceof Error && outcome.name === name;
  };
  let left = script;
  if (!(await fails(left))) return left;
  const withActions = (actions: readonly Action[]): Promise<boolean> => fails({ ...left, actions });
  const settings: ((script: Script) => Script)[] = [
    (script) => ({ ...script, shell: 'f1' }),
    (script) => ({ ...script, bystander: false }),
    (script) => ({ ...script, masked: false }),
    (script) => ({ ...script, reset: false }),
    (script) => ({ ...script, stalls: 0 }),
    (script) => ({ ...script, seed: 1 }),
  ];
  for (let round = 0; round < 2; round++) {
    left = { ...left, actions: await fewest(left.actions, withActions) };
    for (const change of settings) {
      const changed = change(left);
      if (JSON.stringify(changed) !== JSON.stringify(left) && (await fails(changed))) left = changed;
    }
    left = { ...left, actions: await simpler(left.actions, plainer, withActions) };
  }
  return left;
}

/** Plainer versions of an action, the plainest first. */
function plainer(action: Action): Action[] {
  const patient = action.wait ? [] : [{ ...action, wait: true }];
  switch (action.do) {
    case 'dmaWrite':
    case 'dmaRead':
      return action.length > 1 ? [{ ...action, length: 1 }, { ...action, length: 64 }, ...patient] : patient;
    case 'idle':
      return action.cycles > 1
        ? [
            { ...action, cycles: 1 },
            { ...action, cycles: 50 },
          ]
        : [];
    case 'write':
      return [...(action.strobe === 15 ? [] : [{ ...action, strobe: 15 }]), ...patient];
    case 'command':
    case 'read':
    case 'reset':
      return patient;
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** An action in a line. */
export function actionText(action: Action): string {
  const { wait } = action;
  const text = ((): string => {
    switch (action.do) {
      case 'write':
        return `BAR0 ${hex(action.offset)} = ${hex(action.value)}, byte strobes ${action.strobe.toString(2).padStart(4, '0')}`;
      case 'read':
        return `BAR0 ${hex(action.offset)}, read ${action.size} bytes`;
      case 'dmaWrite':
        return `DMA write of ${action.length} bytes at ${hex(action.address)}: ${JSON.stringify(action.content)}`;
      case 'dmaRead':
        return `DMA read of ${action.length} bytes at ${hex(action.address)}`;
      case 'command':
        return `engine ${action.engine}: command ${action.words.map(hex).join(' ')}`;
      case 'idle':
        return `${action.cycles} cycles`;
      case 'reset':
        return 'function-level reset';
    }
  })();
  return `  ${text}${wait ? '' : ', without waiting'}`;
}

export function scriptText({ actions, ...settings }: Script): string {
  return [`on the device, ${JSON.stringify(settings)}:`, ...actions.map(actionText)].join('\n');
}

/** Scripts one after the other, each on a fresh device. */
export class HostTraffic implements Worker {
  readonly #seed: number;
  readonly #devices: Devices;

  constructor({ seed, backend }: Choice) {
    this.#seed = seed;
    this.#devices = new Devices(backend);
  }

  async step(from: number): Promise<Batch> {
    const script = nthScript(this.#seed, from);
    const outcome = await playOn(this.#devices, script);
    const nothing = { runs: 1, instructions: 0, cycles: 0, actions: 0, ends: {} };
    if (!(outcome instanceof Error)) return { ...nothing, ...outcome };
    const small = await shrunkScript(this.#devices, script, outcome);
    const again = await playOn(this.#devices, small);
    const difference = (again instanceof Error ? again : outcome).message;
    const found: Found = {
      kind: 'host',
      difference,
      text: scriptText(small),
      from,
      count: 1,
      kept: `${JSON.stringify({ was: difference.split('\n', 1)[0], script: small }, null, 2)}\n`,
    };
    return { ...nothing, found };
  }

  close(): void {
    this.#devices.close();
  }
}
