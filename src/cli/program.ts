/**
 * The command line. Exit codes: 0; 2 for input that cannot be used, with one line `semia: ...` on stderr and nothing
 * written; 1 for an error of the program's own; 130 after Ctrl-C.
 */
import { Command, CommanderError } from 'commander';
import { isUserError } from '../data/errors.ts';
import { programVersion } from '../node/version.ts';
import { addAblate } from './commands/research/ablate.ts';
import { addAnalogies } from './commands/baselines/analogies.ts';
import { addAnalogy } from './commands/analogy.ts';
import { addCompare } from './commands/research/compare.ts';
import { addDeepAnalogy } from './commands/baselines/deepAnalogy.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEdges } from './commands/edges.ts';
import { addEvaluate } from './commands/research/evaluate.ts';
import { addExample } from './commands/example.ts';
import { addExport, addImport } from './commands/import.ts';
import { addInpaint, addRemove } from './commands/inpaint.ts';
import { addPalette } from './commands/palette.ts';
import { addPreview } from './commands/preview.ts';
import { addRender } from './commands/render.ts';
import { addRerun } from './commands/rerun.ts';
import { addSegment } from './commands/segment.ts';
import { addServe } from './commands/serve.ts';
import { addSingan } from './commands/baselines/singan.ts';
import { addSpade } from './commands/baselines/spade.ts';
import { addStart } from './commands/start.ts';
import { addStudy } from './commands/research/study.ts';
import { addTrain } from './commands/train.ts';

function build(): Command {
  const program = new Command('semia')
    .description(
      'Semantic Image Analogy: learns one photograph and its layout, and renders new layouts in its likeness',
    )
    .version(programVersion)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText('after', '\nExample:\n  semia analogy photo.jpg layout.png target.png -o result.png --preset fast\n');
  for (const add of [
    addAnalogy,
    addPreview,
    addAnalogies,
    addTrain,
    addRender,
    addPalette,
    addDoctor,
    addExample,
    addRerun,
    addSegment,
    addEdges,
    addServe,
    addStart,
    addEvaluate,
    addCompare,
    addStudy,
    addAblate,
    addSpade,
    addDeepAnalogy,
    addSingan,
    addImport,
    addExport,
    addRemove,
    addInpaint,
  ])
    add(program);
  // Commands inherit these settings only when they are made, which `copyInheritedSettings` would have to repeat.
  for (const c of program.commands) c.copyInheritedSettings(program);
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
    line: `internal error: ${one(error instanceof Error ? error.message : String(error)).slice(0, 500)}; set SEMIA_DEBUG=1 for the stack`,
    code: 1,
  };
}

/** Runs one command line; resolves to the exit code. */
export async function main(args: string[]): Promise<number> {
  // A reader that closes its end early (semia ... | head) is no error of ours.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const program = build();
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
