/** semia preview PHOTO LAYOUT TARGET... -o OUT: patch synthesis, without training. */
import type { Command } from 'commander';
import type { FileRecord } from '../../model/run/runRecord.ts';
import { type Previewer, previewerOf } from '../../model/synthesis/preview.ts';
import {
  type Axes,
  conditionOption,
  drawingOption,
  integer,
  layoutAndTargets,
  targetSizeOption,
  tileOf,
  tileOption,
} from '../options/options.ts';
import { option, type Word } from '../recipes/words.ts';
import { type Made, makeResults, readTask, type TaskOptions, taskOptions, taskWords } from '../withoutTraining.ts';

export function addPreview(program: Command): void {
  taskOptions(
    program
      .command('preview')
      .description('a first look in seconds: fill new layouts with patches of the photograph, without training'),
    '[targets...]',
  )
    .addOption(conditionOption())
    .option(...drawingOption)
    .addOption(tileOption())
    .addOption(targetSizeOption())
    .option('--seed <number>', 'another seed gives another result', integer(0, 2 ** 32 - 1), 0)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia preview photo.jpg layout.png wider-lake.png -o preview.png\n' +
        '  semia preview photo.jpg new-drawing.png --condition sketch -o preview.png\n',
    )
    .action((photo: string, first: string, rest: string[], o: PreviewCommand) => makePreviews(photo, first, rest, o));
}

/** A preview's settings, for its recipe. */
export const previewSettings = (seed: number, o: Pick<PreviewCommand, 'tile' | 'condition'>): object => ({
  seed,
  tile: o.tile,
  ...(o.condition && { condition: o.condition }),
});

/** The command that makes one preview. */
export const previewWords = (made: Made, target: FileRecord, seed: number, o: PreviewCommand): Word[] =>
  taskWords(made, 'preview', target, [...option('--seed', seed), ...option('--tile', o.tile)], o);

/** What `makePreviews` takes. */
export interface PreviewCommand extends TaskOptions {
  seed?: number;
  tile?: Axes;
}

/** The previews of `semia preview`, and of `semia analogy --no-training`: the same files, to the byte. */
export async function makePreviews(photo: string, first: string, rest: string[], o: PreviewCommand): Promise<void> {
  const { layout, targets } = layoutAndTargets(first, rest, o);
  const task = await readTask(photo, layout, targets, o);
  const { source } = task;
  const tile = tileOf(o.tile);
  const seed = o.seed ?? 0;
  // Kept from target to target: what one size needs is prepared once.
  let previewer: Previewer | null = null;
  await makeResults(
    task,
    o,
    'preview',
    () => previewSettings(seed, o),
    (target) => previewWords(task, target, seed, o),
    async (session, i) => {
      const wide = source.photo.wide !== undefined;
      previewer ??= previewerOf(session, source);
      const { image, field } = await previewer.run({ target: task.targets[i], tile, seed, field: wide });
      return { image, from: field?.indices };
    },
  );
}
