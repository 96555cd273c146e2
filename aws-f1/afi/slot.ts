/** FPGAs of the instance that this runs on, through the kit's tools. */
import { setTimeout as sleep } from 'node:timers/promises';
import { which } from 'zx';
import type { Calls, Ended } from './calls.ts';
import { AfiError, failure, refused } from './failures.ts';
import { redact } from './redact.ts';

export interface Slot {
  readonly slot: number;
  /** agfi-…, or none. */
  readonly image: string;
  readonly status: string;
  /** What the tools say beside the status: ok, or an error. */
  readonly error: string;
  readonly errorCode: number;
  readonly shell: string;
  /** PCI address and ids of the device, as vendor:device. */
  readonly address: string;
  readonly ids: string;
}

type Tool = 'load-local-image' | 'clear-local-image' | 'describe-local-image' | 'describe-local-image-slots';

/** AFI  slot  image  status  status code  error  error code  shell. */
const imageRow = /^AFI\s+(\d+)\s+(\S+)\s+(\S+)\s+\d+\s+(\S+)\s+(-?\d+)\s+(0x[\da-f]+)/m;
/** AFIDEVICE  slot  vendor  device  address. */
const deviceRow = /^AFIDEVICE\s+(\d+)\s+(\S+)\s+(\S+)\s+(\S+)/gm;
const errorLine = /^Error: \((-?\d+)\) (.*)$/m;

/**
 * @param without what can be done where they are not, for the cure
 * @throws AfiError when the tools are not on PATH
 */
export async function requireTools(dry: boolean, without = ''): Promise<void> {
  if (dry || (await which('fpga-load-local-image', { nothrow: true })) !== null) return;
  throw refused(
    'fpga-load-local-image is not on PATH',
    `run this on an instance with an FPGA, after: source sdk_setup.sh (in the kit)${without}`,
  );
}

/** How often a slot that is busy is asked again, and after how many milliseconds. */
const patience = { times: 5, pause: 500 };

async function tool(calls: Calls, name: Tool, args: readonly string[], planned: string): Promise<string> {
  const isRoot = process.getuid?.() === 0;
  const command = [...(isRoot ? [] : ['sudo', '-n']), `fpga-${name}`, ...args];
  for (let time = 1; ; time++) {
    const ended = await calls.program(command, planned);
    const error = ended.code === 0 && !errorLine.test(ended.output) ? undefined : toolError(command.join(' '), ended);
    if (error === undefined) return ended.output;
    if (!error.passing || time === patience.times) throw error;
    await sleep(patience.pause);
  }
}

function toolError(command: string, { code, output }: Ended): AfiError {
  const [, number, said] = errorLine.exec(output) ?? [];
  const row = number === undefined ? undefined : failure('slot', number);
  if (row !== undefined)
    return new AfiError(`${command}: ${row.meaning} (${number} ${said})`, row.cure, { passing: row.passing ?? false });
  if (/sudo: a password is required|login as root|Permission denied/.test(output)) {
    return new AfiError(`${command}: only root may do this`, 'run hermes as root, or allow these programs in sudoers');
  }
  if (code === 127 || /command not found/.test(output)) {
    return new AfiError(`${command}: the tools are not installed`, 'on the instance: source sdk_setup.sh (in the kit)');
  }
  const last = redact(output.trim().split('\n').at(-1) ?? '');
  return new AfiError(`${command}: ended with ${code}${last && `: ${last}`}`, 'mend what it says, and run it again');
}

const planOf = (slot: number, image: string, status: string): string =>
  `AFI ${slot} ${image} ${status} 0 ok 0 0x0\nAFIDEVICE ${slot} 0x0 0x0 0000:00:00.0\n`;

function parse(output: string): Slot {
  const [, slot, image, status, error, errorCode, shell] = imageRow.exec(output) ?? [];
  const [[, , vendor = '', device = '', address = ''] = []] = [...output.matchAll(deviceRow)];
  if (slot === undefined) {
    throw new AfiError(
      `the tools say nothing of the image: ${redact(output.trim()) || 'no output'}`,
      'install those of the current kit',
    );
  }
  return {
    slot: Number(slot),
    image: image!,
    status: status!,
    error: error!,
    errorCode: Number(errorCode),
    shell: shell!,
    address,
    ids: vendor && `${vendor}:${device}`,
  };
}

const describe = async (calls: Calls, slot: number, image: string, status: string): Promise<Slot> =>
  parse(await tool(calls, 'describe-local-image', ['-S', `${slot}`, '-R', '-H'], planOf(slot, image, status)));

/** Every FPGA of the instance, and what is loaded. */
export async function slots(calls: Calls): Promise<Slot[]> {
  const listed = await tool(calls, 'describe-local-image-slots', ['-H'], planOf(0, 'none', 'cleared'));
  const numbers = [...listed.matchAll(deviceRow)].map(([, slot]) => Number(slot));
  const found: Slot[] = [];
  for (const slot of numbers) {
    found.push(
      parse(await tool(calls, 'describe-local-image', ['-S', `${slot}`, '-H'], planOf(slot, 'none', 'cleared'))),
    );
  }
  return found;
}

/**
 * Loads an image, and looks afterwards that it is still there: one whose PCI ids are not driven is cleared at once, and
 * the tool that loads says nothing of it.
 */
export async function load(calls: Calls, slot: number, globalId: string): Promise<Slot> {
  const plan = planOf(slot, globalId, 'loaded');
  const loaded = parse(await tool(calls, 'load-local-image', ['-S', `${slot}`, '-I', globalId, '-H'], plan));
  requireLoaded(loaded, globalId);
  const later = await describe(calls, slot, globalId, 'loaded');
  requireLoaded(later, globalId);
  return later;
}

function requireLoaded({ slot, image, status, error, errorCode }: Slot, globalId: string): void {
  if (status === 'loaded' && image === globalId && errorCode === 0) return;
  const row = failure('slot', `${errorCode}`);
  throw new AfiError(
    `slot ${slot}: ${globalId} is not loaded: ${status}${errorCode === 0 ? '' : `, ${row?.meaning ?? error} (${errorCode} ${error})`}`,
    row?.cure ??
      'let the design drive cl_sh_id0 and cl_sh_id1, build again; the log of the kernel (dmesg) may say more',
  );
}

export async function clear(calls: Calls, slot: number): Promise<Slot> {
  const plan = planOf(slot, 'none', 'cleared');
  const cleared = parse(await tool(calls, 'clear-local-image', ['-S', `${slot}`, '-H'], plan));
  if (cleared.status === 'cleared') return cleared;
  throw new AfiError(
    `slot ${slot}: not cleared: ${cleared.status} (${cleared.errorCode} ${cleared.error})`,
    'run it again',
  );
}
