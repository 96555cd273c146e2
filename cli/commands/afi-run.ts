/** What the commands of `hermes afi` do, and how they show it. */
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Calls, type CallOptions } from '../../aws-f1/afi/calls.ts';
import { refused } from '../../aws-f1/afi/failures.ts';
import { ownImages } from '../../aws-f1/afi/image.ts';
import { redact } from '../../aws-f1/afi/redact.ts';
import type { Reporter } from '../../aws-f1/afi/report.ts';
import { clear, requireTools, slots } from '../../aws-f1/afi/slot.ts';
import { requireDirectory, StateFile } from '../../aws-f1/afi/state.ts';
import {
  buildStep,
  copyStep,
  loadStep,
  shellOf,
  statusStep,
  submitStep,
  waitStep,
  type SubmitOptions,
  type Work,
} from '../../aws-f1/afi/steps.ts';
import { describeTiming } from '../../aws-f1/afi/timing.ts';
import { Exit } from '../errors.ts';
import { count, note, table } from '../output.ts';

export interface AfiOptions extends CallOptions, Omit<SubmitOptions, 'part'> {
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly slots?: boolean;
  /** MiB. */
  readonly part: number;
  readonly interval: number;
  readonly timeout: number;
  readonly slot: number;
  readonly image?: string;
  readonly to: string;
  readonly load: boolean;
}

const MiB = 1 << 20;

/** Lines on standard output; passing ones on a terminal only. */
function reporter(): Reporter {
  let last: string | number | undefined;
  return {
    line(text) {
      note('');
      console.log(redact(text));
    },
    progress(text, milestone) {
      note(redact(text));
      if (!process.stderr.isTTY && milestone !== last) console.log(redact(text));
      last = milestone;
    },
  };
}

type Run = (work: Work, options: AfiOptions) => Promise<number>;
/** Of a command that is not about one custom logic. */
type PlainRun = (work: Pick<Work, 'calls' | 'report'>, options: AfiOptions) => Promise<number>;

const submitting = ({ part, ...options }: AfiOptions): SubmitOptions => ({ ...options, part: part * MiB });

const build: Run = async (work) => {
  await buildStep(work);
  return Exit.ok;
};

const submit: Run = async (work, options) => {
  await submitStep(work, submitting(options));
  work.report.line('next: hermes afi wait');
  return Exit.ok;
};

const wait: Run = async (work, { image, ...waiting }) => {
  await waitStep(work, waiting, image);
  work.report.line('next, on an instance with an FPGA: hermes afi load');
  return Exit.ok;
};

const load: Run = async (work, { image, slot, dryRun = false }) => {
  await requireTools(dryRun);
  await loadStep(work, slot, image);
  return Exit.ok;
};

const clearSlot: PlainRun = async ({ calls, report }, { slot, dryRun = false }) => {
  await requireTools(dryRun);
  const { status } = await clear(calls, slot);
  report.line(`slot ${slot}: ${status}`);
  return Exit.ok;
};

const copyImage: Run = async (work, { image, to }) => {
  await copyStep(work, to, image);
  return Exit.ok;
};

/** What would fail at the end is looked at before the beginning. */
const ship: Run = async (work, options) => {
  const { file, report } = work;
  if ((options.bucket ?? file.state.upload?.bucket) === undefined) {
    throw refused('no bucket is chosen', 'name one in the region of the image with --bucket');
  }
  if (options.load) await requireTools(options.dryRun ?? false, '; or leave loading out with --no-load');
  await buildStep(work);
  const { id } = await submitStep(work, submitting(options));
  const image = await waitStep(work, options, id);
  const { globalId } = image;
  if (options.load) await loadStep(work, options.slot, globalId);
  else report.line(`next, on an instance with an FPGA: hermes afi load --image ${globalId}`);
  const { archive, timing } = file.state;
  report.line(
    table(
      [],
      [
        ['archive', `sha256 ${archive?.sha256 ?? '(unknown in a dry run)'}`],
        ['timing', timing ? describeTiming(timing) : 'no report of it'],
        ['image', `${image.id} in ${image.region}`],
        ['global', `${globalId}`],
      ],
    ),
  );
  return Exit.ok;
};

const status: Run = async (work, { json = false }) => {
  const { images, reasons } = await statusStep(work);
  const { shell, build: built, archive, timing, upload, loaded } = work.file.state;
  if (json) {
    const failures = reasons.map(({ message }) => redact(message));
    console.log(redact(JSON.stringify({ shell, build: built, archive, timing, upload, images, loaded, failures })));
  } else {
    const said = (text: string | undefined, missing: string): string => text ?? missing;
    const place = upload && `s3://${upload.bucket}/${upload.key}`;
    const rows = [
      ['built', said(built?.finished, 'no, or not by hermes afi build')],
      ['archive', said(archive && `${archive.path}, ${count(archive.bytes)} bytes, sha256 ${archive.sha256}`, 'none')],
      ['timing', said(timing && describeTiming(timing), 'no report of it')],
      ['in S3', said(place, 'no')],
      ...images.map(({ region, id = 'without an id', globalId = '', state }) => [
        `image in ${region}`,
        `${id} ${globalId} ${state}`,
      ]),
      ['loaded', said(loaded && `${loaded.globalId} in slot ${loaded.slot}, ${loaded.at}`, 'not from here')],
    ];
    console.log(redact(table([], rows)));
    for (const { message } of reasons) console.log(redact(`\n${message}`));
  }
  const last = images.at(-1)?.state;
  return last === 'failed' || last === 'unavailable' ? Exit.failed : Exit.ok;
};

const list: PlainRun = async ({ calls }, { slots: ofSlots = false, json = false, dryRun = false }) => {
  if (ofSlots) await requireTools(dryRun);
  const found = ofSlots ? await slots(calls) : await ownImages(calls);
  if (dryRun) return Exit.ok;
  if (json) console.log(redact(JSON.stringify(found)));
  else if (found.length === 0) console.log(ofSlots ? 'this instance has no FPGA' : `no images in ${calls.region}`);
  else console.log(redact(ofSlots ? slotTable(found as SlotRows) : imageTable(found as ImageRows)));
  return Exit.ok;
};

type SlotRows = Awaited<ReturnType<typeof slots>>;
type ImageRows = Awaited<ReturnType<typeof ownImages>>;

const slotTable = (rows: SlotRows): string =>
  table(
    ['slot', 'image', 'status', 'error', 'shell', 'ids', 'address'],
    rows.map(({ slot, image, status, error, shell, ids, address }) => [
      `${slot}`,
      image,
      status,
      error,
      shell,
      ids,
      address,
    ]),
  );

const imageTable = (rows: ImageRows): string =>
  table(
    ['image', 'global', 'state', 'shell', 'made', 'name'],
    rows.map(({ FpgaImageId, FpgaImageGlobalId, State, ShellVersion, CreateTime, Name }) => [
      FpgaImageId ?? '',
      FpgaImageGlobalId ?? '',
      State?.Code ?? '',
      ShellVersion ?? '',
      CreateTime?.toISOString() ?? '',
      Name ?? '',
    ]),
  );

const plain = { clear: clearSlot, list } as const;
const ofOne = { build, submit, status, wait, load, copy: copyImage, ship } as const;

type Plain = keyof typeof plain;
export type Action = Plain | keyof typeof ofOne;

const isPlain = (name: Action): name is Plain => Object.hasOwn(plain, name);

/** Commands that cost time or money, and for F1 lead nowhere. */
const needConsent: readonly Action[] = ['build', 'submit', 'load', 'copy', 'ship'];
/** Commands that reach no service of AWS, and so need no region. */
const local: readonly Action[] = ['build', 'load', 'clear'];

/** Runs one command of the group and gives back its exit code. */
export async function afi(name: Action, directory: string, options: AfiOptions): Promise<number> {
  const report = reporter();
  if (!isPlain(name)) requireThere(directory, options);
  const isLocal = local.includes(name) || options.slots === true;
  const calls = await Calls.open(isLocal ? { region: 'local', ...options } : options, (line) => report.line(line));
  try {
    const code = await perform(name, directory, options, { calls, report });
    if (options.dryRun && !options.json) report.line('dry run: nothing of this was done');
    return code;
  } finally {
    note('');
    calls.close();
  }
}

/** An image that is named with its id can be loaded where there is no directory. */
function requireThere(cl: string, { image }: AfiOptions): void {
  if (image === undefined) requireDirectory(cl);
}

async function perform(
  name: Action,
  cl: string,
  options: AfiOptions,
  { calls, report }: Pick<Work, 'calls' | 'report'>,
): Promise<number> {
  if (isPlain(name)) return plain[name]({ calls, report }, options);
  const file = options.dryRun || !existsSync(cl) ? StateFile.inMemory(cl) : StateFile.open(cl);
  try {
    const consent = consenting(options);
    const shell = shellOf(file);
    if (shell !== undefined && needConsent.includes(name)) await consent(shell);
    return await ofOne[name]({ file, calls, report, consent }, options);
  } finally {
    file.close();
  }
}

const retirement = [
  'F1 was retired on 2025-12-20: no instance can load an image for it any more. What is built, uploaded and submitted',
  'costs time and storage, and AWS may refuse it (SHELL_VERSION_DEPRECATED). The same design runs on F2: hermes build f2.',
].join('\n');

/** Says once what the end of F1 means, and goes no further unless that is accepted. */
function consenting({ yes = false, dryRun = false }: AfiOptions): Work['consent'] {
  let isSaid = false;
  return async (shell) => {
    if (shell !== 'f1' || isSaid) return;
    isSaid = true;
    console.log(retirement);
    if (yes || dryRun) return;
    const cure = 'say that you want it all the same with --yes';
    if (!process.stdin.isTTY) throw refused('nothing was done for F1', cure);
    const question = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await question.question('Go on all the same? [y/N] ');
    question.close();
    if (!/^y(?:es)?$/i.test(answer.trim())) throw refused('nothing was done for F1', cure);
  };
}
