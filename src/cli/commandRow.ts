/** The type of a row in the table of commands (commands/index.ts), and the questions that rows answer. */
import type { Command } from 'commander';

/** The options that `semia rerun` passes on, for one command. The output option is set by `rerun` itself. */
export type RerunOptions = readonly string[];

export interface CommandRow {
  /** The first word of the command line. */
  name: string;
  /** It opens a WebGPU device, so it runs in a child process with a filtered stderr (stderrFilter.ts). */
  device: boolean;
  /** Its results carry a command that `semia rerun` may run again, with these options and no others. */
  rerun?: RerunOptions;
  /** The same for commands with subcommands, by the second word of the command line. */
  rerunSubcommands?: Readonly<Record<string, RerunOptions>>;
  /** Loads the command's file, only in the process that runs the program. */
  load: () => Promise<AddCommand>;
}

/** Declares a command: its arguments, options, help and action. */
export type AddCommand = (program: Command, table: readonly CommandRow[]) => void;

/**
 * Whether these words of a command line are to run in the child process: those of a command that opens a device, unless
 * they ask for its help.
 */
export const opensDevice = (table: readonly CommandRow[], args: readonly string[]): boolean =>
  table.some((row) => row.name === args[0] && row.device) && !args.some((a) => a === '-h' || a === '--help');

/**
 * The options that `semia rerun` may pass on to a recorded command, or undefined where it may not run that command.
 * @param words The command line in a recipe, which may be anybody's: nothing about it is taken for granted.
 */
export function rerunOptions(table: readonly CommandRow[], words: readonly unknown[]): RerunOptions | undefined {
  const row = table.find(({ name }) => name === words[0]);
  const subcommand = String(words[1]);
  return row?.rerunSubcommands && Object.hasOwn(row.rerunSubcommands, subcommand)
    ? row.rerunSubcommands[subcommand]
    : row?.rerun;
}
