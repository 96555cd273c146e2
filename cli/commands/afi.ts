/** `hermes afi`: its commands and their options. What they do is in afi-run.ts, loaded when one is run. */
import { InvalidArgumentError, type Command } from 'commander';
import type { Action, AfiOptions } from './afi-run.ts';

/** Where `hermes build f2` writes. */
const usualFolder = 'build/aws-f2/cl_hermes';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `200ms`, `30s`, `5m` or `6h`. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (number !== undefined) return Number(number) * units[unit!]!;
  throw new InvalidArgumentError('Give a number and a unit: 30s, 5m, 6h.');
}

const number =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number, ${least} to ${most}.`);
  };

const path = [
  '',
  'From source to a loaded image:',
  '  hermes build f2            the directory of the custom logic',
  '  hermes afi build           the archive, where the kit and Vivado are (hours)',
  '  hermes afi submit          the archive to S3, and an image asked of EC2',
  '  hermes afi wait            until the image is available (about an hour)',
  '  hermes afi load            into an FPGA, on an instance that has one',
  'hermes afi ship does all of them. Whatever was interrupted goes on where it stopped when it is run again;',
  'what is done is in build/afi.json of the directory. Credentials: those that the AWS SDK finds by itself.',
].join('\n');

/** Adds `afi` with its commands to `hermes`. */
export function afi(program: Command): void {
  const group = program
    .command('afi')
    .description('make Amazon FPGA images of a custom logic, and load them')
    .helpCommand('help [command]', 'explain a command')
    .addHelpText('after', path)
    .showHelpAfterError('Run "hermes afi --help" to see its commands.');

  /** A command with the options that all of them take. */
  const plain = (name: Action, description: string): Command =>
    group
      .command(name)
      .description(description)
      .option('--region <region>', 'region of the image; that of the profile unless told')
      .option('--dry-run', 'print every call, with what belongs to the account left out, and do none')
      .option('--request-timeout <time>', 'after which a request without an answer is sent again', duration, 60_000)
      .option('--endpoint-s3 <url>', 'in place of that of AWS; also AWS_ENDPOINT_URL_S3')
      .option('--endpoint-ec2 <url>', 'in place of that of AWS; also AWS_ENDPOINT_URL_EC2')
      .option('--debug', 'show stack traces')
      .showHelpAfterError(`Run "hermes afi help ${name}" to see its options.`)
      .action(async (...args: unknown[]) => {
        const [directory, options] = args.length === 3 ? args : [usualFolder, ...args];
        process.exitCode = await (await import('./afi-run.ts')).afi(name, directory as string, options as AfiOptions);
      });
  /** A command about one custom logic. */
  const command = (name: Action, description: string): Command =>
    plain(name, description).argument('[directory]', 'the custom logic, as hermes build has made it', usualFolder);

  const consent = (of: Command): Command => of.option('-y, --yes', 'go on with F1, which was retired on 2025-12-20');
  const submitting = (of: Command): Command =>
    of
      .option('-b, --bucket <name>', 'bucket for the archive and the logs; the last one unless told')
      .option('--prefix <key>', 'how the keys in the bucket begin', 'hermes')
      .option('--name <name>', 'of the image; made of the digest unless told')
      .option('--description <text>', 'of the image; the digest is added')
      .option('--part <MiB>', 'of which the upload is made', number(5, 5120), 16)
      .option('--allow-violations', 'also when the timing is violated');
  const waiting = (of: Command): Command =>
    of
      .option('--interval <time>', 'between two questions', duration, 30_000)
      .option('--timeout <time>', 'after which to give up', duration, 6 * 3_600_000);
  const slot = (of: Command): Command => of.option('-S, --slot <number>', 'the FPGA of the instance', number(0, 7), 0);
  const image = (of: Command): Command => of.option('-i, --image <id>', 'afi-… or agfi-…; the last one unless told');

  consent(command('build', 'run the build of the kit, with Vivado'));
  consent(submitting(command('submit', 'check the archive, upload it, and ask for an image'))).option(
    '--tar <file>',
    'the archive; the newest below build/checkpoints unless told',
  );
  command('status', 'show how far it is, and why an image has failed').option('-j, --json', 'print one JSON object');
  image(waiting(command('wait', 'wait until the image is available')));
  consent(image(slot(command('load', 'load the image into an FPGA of this instance'))));
  slot(plain('clear', 'clear an FPGA of this instance'));
  plain('list', 'list the images of the account, or the FPGAs of this instance')
    .option('--slots', 'the FPGAs')
    .option('-j, --json', 'print one JSON array');
  consent(image(command('copy', 'copy the image to another region'))).requiredOption('--to <region>', 'where to');
  consent(slot(waiting(submitting(command('ship', 'all of it: build, submit, wait, load'))))).option(
    '--no-load',
    'end when the image is available',
  );
}
