/** semia preview PHOTO LAYOUT TARGET... -o OUT: patch synthesis, without training. */
import type { Command } from 'commander';
import { preview } from '../../model/synthesis/preview.ts';
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
import { option } from '../recipes/methodRecipe.ts';
import { makeResults, readTask, type TaskOptions, taskOptions, taskWords } from '../withoutTraining.ts';

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
    .action(async (photo: string, first: string, rest: string[], o: TaskOptions & { seed: number; tile?: Axes }) => {
      const { layout, targets } = layoutAndTargets(first, rest, o);
      const task = await readTask(photo, layout, targets, o);
      const { source } = task;
      const tile = tileOf(o.tile);
      await makeResults(
        task,
        o,
        'preview',
        () => ({ seed: o.seed, tile: o.tile, ...(o.condition && { condition: o.condition }) }),
        (target) => taskWords(task, 'preview', target, [...option('--seed', o.seed), ...option('--tile', o.tile)], o),
        async (session, i) =>
          (
            await preview({
              session,
              photo: source.photo,
              layout: source.labels,
              target: task.targets[i],
              classes: source.palette.classes.length,
              lines: source.palette.lines,
              tile,
              seed: o.seed,
              field: false,
            })
          ).image,
      );
    });
}
