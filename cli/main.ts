/** The `hermes` command: arguments, help and exit codes. What a command does is in commands/, loaded when it is run. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { ShellName } from '../gen/config.ts';
import { afi } from './commands/afi.ts';
import { Exit, explain } from './errors.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const sims = ['wasm', 'verilator', 'golden'];
const shells: readonly ShellName[] = ['f1', 'f2'];

const oneOf =
  (names: readonly string[]) =>
  (name: string): string => {
    if (names.includes(name)) return name;
    throw new InvalidArgumentError(`Choose one of ${names.join(', ')}.`);
  };

/** Options that several commands have. */
const shared = {
  config: ['-c, --config <file>', 'configuration: JSON, or a TypeScript or JavaScript module'],
  preset: ['-p, --preset <name>', 'settings that the configuration does not give: default, small, compat, max'],
  shell: ['--shell <shell>', 'cloud shell, instead of that of the configuration: f1, f2', oneOf(shells)],
  out: ['-o, --out <folder>', 'where to write; build/ and the name of the shell unless told'],
  entry: [
    '-e, --entry <symbol>',
    'function or section of an object file to begin with; its first function unless told',
  ],
  sim: ['-s, --sim <simulator>', `what runs the device: ${sims.join(', ')}`, oneOf(sims), 'wasm'],
} as const;

const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Give a whole number, ${least} or more.`);
  };

const program = new Command('hermes')
  .description('Generates an eBPF accelerator for AWS F1 and F2, and runs eBPF programs on it.')
  .version(version, '-V, --version', 'show the version')
  .helpCommand('help [command]', 'explain a command')
  .helpOption('-h, --help', 'explain')
  .addHelpText(
    'after',
    [
      '',
      'Exit codes:',
      '  0  done',
      '  1  the program ended with an error, the device differed from the model, or a check has findings',
      '  2  the command line, a file or the configuration cannot be used',
      '',
      'Try: hermes run examples/hash.s --data examples/hash.data',
    ].join('\n'),
  )
  .showHelpAfterError('Run "hermes help" to see the commands.')
  .exitOverride();

/** A command whose `action` loads what does the work and gives back the exit code. */
function command(usage: string, description: string, action: (...args: any[]) => Promise<number>): Command {
  const [name] = usage.split(' ', 1);
  return program
    .command(usage)
    .description(description)
    .option('--debug', 'show stack traces')
    .showHelpAfterError(`Run "hermes help ${name}" to see its options.`)
    .action(async (...args: any[]) => {
      process.exitCode = await action(...args);
    });
}

command('demo', 'generate the default device and run the examples on all its engines (npm start)', async (options) =>
  (await import('./commands/demo.ts')).demo(options),
)
  .option(...shared.sim)
  .option(...shared.shell)
  .option(...shared.out);

command('gen', 'write SystemVerilog, source maps, register constants and their documentation', async (options) =>
  (await import('./commands/gen.ts')).gen(options),
)
  .option(...shared.shell)
  .option(...shared.config)
  .option(...shared.preset)
  .option(...shared.out);

command('run <program>', 'run an eBPF program on the device, in lockstep with the model', async (path, options) =>
  (await import('./commands/run.ts')).run(path, options),
)
  .option('-d, --data <file>', 'what the data slot holds at the start; hex text when the name ends in .hex')
  .option(...shared.sim)
  .option('-w, --wave <file>', 'write a waveform: VCD, on Verilator FST')
  .option(...shared.shell)
  .option(...shared.config)
  .option(...shared.preset)
  .option(...shared.entry)
  .option('--engine <number>', 'engine that runs it', wholeNumber(0), 0)
  .option('-m, --memory <range>', 'bytes of the data slot to print: offset:length, or dump for all of them')
  .option(
    '--steps <number>',
    'instructions after which it is stopped, at most those of the configuration',
    wholeNumber(1),
    1_000_000,
  )
  .option('--no-verify', 'run it even if the static check finds errors')
  .option('-j, --json', 'print one JSON object: r0, error, instructions, cycles, equal, sim');

command('disasm <program>', 'print a program as text', async (path, options) =>
  (await import('./commands/disasm.ts')).disasm(path, options),
)
  .option(...shared.entry)
  .option('--source', 'print source that assembles to the same bytes');

command(
  'info',
  'show the configuration, what it needs of the part, BARs, registers, presets and tools',
  async (options) => (await import('./commands/info.ts')).info(options),
)
  .option(...shared.shell)
  .option(...shared.config)
  .option(...shared.preset);

command('timing', 'what Vivado is likely to complain about: size, slow paths, fan-out, crossings', async (options) =>
  (await import('./commands/timing.ts')).timing(options),
)
  .option(...shared.shell)
  .option(...shared.config)
  .option(...shared.preset)
  .option('--module <name>', 'module that Yosys measures; an engine unless told')
  .option('--fan-out <number>', 'readers of a net from which on it is reported, 100 or more', wholeNumber(100), 500)
  .option('--rows <number>', 'paths and ports to print', wholeNumber(1), 10)
  .option('-j, --json', 'print one JSON object: module, resources, parts, paths, loads, crossings, verdicts and more');

command('build', 'write the directory that the development kit of a cloud builds', async (shell, options) =>
  (await import('./commands/build.ts')).build(shell, options),
)
  .argument('<shell>', 'f1 or f2', oneOf(shells))
  .option(...shared.config)
  .option(...shared.preset)
  .option('-o, --out <folder>', 'where to write; build/aws-f1/cl_hermes or build/aws-f2/cl_hermes unless told')
  .option('--clock <MHz>', "the shell's main clock: 250, on f1 also 125", wholeNumber(1), 250)
  .option('-f, --force', 'replace the folder whatever it holds');

afi(program);

command('check', 'check a directory of hermes build against the rules of its kit', async (shell, folder, options) =>
  (await import('./commands/check.ts')).check(shell, folder, options),
)
  .argument('<shell>', 'f1 or f2', oneOf(shells))
  .argument('<folder>', 'what hermes build has written')
  .option('--hdk <folder>', 'a checkout of the kit, to compile and to follow the build with its own files')
  .option('-j, --json', 'print one JSON object: folder, shell, checked, findings, skipped');

// Whoever reads the output may stop early: hermes info | head.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? Exit.ok : Exit.failed));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? Exit.ok : Exit.usage;
  else process.exitCode = explain(error, process.argv.includes('--debug'));
}
