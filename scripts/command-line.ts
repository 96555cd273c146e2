/** How the commands of `npm run` take their options. Exit code 2 is for what was typed. */

export interface CommandLine {
  /** Ends the command for what was typed. */
  refuse(this: void, message: string): never;
  /** What `parse` makes of the command line; what it throws is refused. */
  read<T>(this: void, parse: () => T): T;
}

/** The command line of `npm run NAME`. Ends the command when help is asked for. */
export function commandLine(name: string, usage: string): CommandLine {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    console.log(usage);
    process.exit(0);
  }
  const refuse = (message: string): never => {
    console.error(`${name}: ${message}\n  the options: npm run ${name} -- --help`);
    process.exit(2);
  };
  return {
    refuse,
    read: (parse) => {
      try {
        return parse();
      } catch (error) {
        return refuse((error as Error).message);
      }
    },
  };
}
