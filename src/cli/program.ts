/**
 * The command line. Exit codes: 0; 2 for input that cannot be used, with one line `semia: ...` on stderr and nothing
 * written; 1 for an error of the program's own; 130 after Ctrl-C.
 */
import { Command, CommanderError } from 'commander';
import { isUserError } from '../data/errors.ts';
import { programVersion } from '../node/version.ts';
import { commands } from './commands/index.ts';

/** The program with every command of the table. */
export async function buildProgram(): Promise<Command> {
  const program = new Command('semia')
    .description(
      'Semantic Image Analogy: learns one photograph and its layout, and renders new layouts in its likeness',
    )
    .version(programVersion)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText('after', '\nExample:\n  semia analogy photo.jpg layout.png target.png -o result.png --preset fast\n');
  for (const add of await Promise.all(commands.map((row) => row.load()))) add(program, commands);
  return program;
}

/** One line for an error, and the exit code it means. */
function explain(error: unknown): { line: string; code: number } {
  const one = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');
  if (error instanceof CommanderError) return { line: one(error.message.replace(/^error: /, '')), code: 2 };
  if (isUserError(error))
    return {
      line: error.message + ((error as { hint?: string }).hint ? ` (${(error as { hint?: string }).hint})` : ''),
      code: 2,
    };
  return {
    line:
      `internal error: ${one(error instanceof Error ? error.message : String(error)).slice(0, 500)}; set ` +
      'SEMIA_DEBUG=1 for the stack',
    code: 1,
  };
}

/** Runs one command line; resolves to the exit code. */
export async function main(args: string[]): Promise<number> {
  // A reader that closes its end early (semia ... | head) is no error.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const program = await buildProgram();
    if (!args.length) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help, version
    if (process.env.SEMIA_DEBUG) console.error(error);
    const { line, code } = explain(error);
    process.stderr.write(`semia: ${line}\n`);
    return code;
  }
}
