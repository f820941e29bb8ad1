/** semia analogies PHOTO LAYOUT TARGET... -o OUT, and --filter A A' B...: Image Analogies (Hertzmann et al. 2001). */
import type { Command } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { fitSize, flatten, type Picture, resize } from '../../../data/image/image.ts';
import {
  imageFilter,
  refuseAnalogy,
  textureByNumbers,
} from '../../../model/baselines/imageAnalogies/imageAnalogies.ts';
import { readTogether } from '../../options/inputs.ts';
import { number } from '../../options/options.ts';
import { option } from '../../recipes/words.ts';
import { Progress } from '../../reports/progress.ts';
import { type Made, makeResults, readTask, type TaskOptions, taskOptions, taskWords } from '../../withoutTraining.ts';

/** Longer side unless asked for: the time grows with the fourth power of it. */
export const analogiesSide = 256;

interface AnalogiesOptions extends TaskOptions {
  filter?: boolean;
  kappa?: number;
  guideWeight: number;
}

export function addAnalogies(program: Command): void {
  taskOptions(
    program
      .command('analogies')
      .description(
        'Image Analogies (Hertzmann et al. 2001), to compare with: texture-by-numbers, or with --filter the filters',
      ),
  )
    .option(
      '--kappa <number>',
      'preference for coherent copies: 0 to 1 for texture-by-numbers (default 0.5), 0.5 to 5 for filters (default 1)',
      number(0, 100),
    )
    .option('--guide-weight <number>', 'weight of the layouts against the pixels made so far', number(0, 100), 1)
    .option(
      '--filter',
      "take the arguments as A, A' and B...: a picture before and after a filter, and pictures to filter",
    )
    .addHelpText(
      'after',
      `\nResults have at most ${analogiesSide} pixels a side unless --output-size says otherwise: the time ` +
        'grows with its fourth power.\n' +
        '\nExample:\n' +
        '  semia analogies photo.jpg layout.png target.png -o result.png --output-size 128\n' +
        '  semia analogies --filter photo.jpg painting-of-it.jpg other.jpg -o other-painted.png\n',
    )
    .action(async (a: string, b: string, targets: string[], o: AnalogiesOptions) => {
      const progress = (share: number): void => {
        if (process.stdout.isTTY && !o.quiet)
          process.stdout.write(`\r${Math.round(100 * share)} %  ${share < 1 ? '' : '\r'}`);
      };
      if (o.filter && o.contactSheet)
        throw new UserError('--contact-sheet shows layouts, and --filter has none: leave one out');
      if (o.filter) return filter(a, b, targets, o, progress);
      const task = await readTask(a, b, targets, { ...o, outputSize: o.outputSize ?? analogiesSide });
      const { source } = task;
      await makeResults(
        task,
        o,
        'image analogies',
        () => ({ kappa: o.kappa ?? 0.5, guideWeight: o.guideWeight }),
        (target) =>
          taskWords(
            task,
            'analogies',
            target,
            [...option('--kappa', o.kappa), ...option('--guide-weight', o.guideWeight)],
            o,
          ),
        async (session, i) => {
          // All targets before the first is made.
          const [a, ap] = [source, source].map(({ width, height }) => ({ c: 3, width, height }));
          if (!i) for (const b of task.targets) refuseAnalogy(session, { a, ap }, { ...b, c: 3 });
          const { image, matches } = await textureByNumbers({
            session,
            photo: source.photo,
            layout: source.labels,
            target: task.targets[i],
            colors: source.palette.classes.map((c) => c.color),
            kappa: o.kappa,
            guideWeight: o.guideWeight,
            onProgress: progress,
          });
          return { image, from: matches };
        },
      );
    });
}

async function filter(
  a: string,
  ap: string,
  others: readonly string[],
  o: AnalogiesOptions,
  onProgress: (share: number) => void,
): Promise<void> {
  const read = await readTogether([a, ap, ...others]);
  if (o.metadata === false) for (const r of read) delete r.picture.exif;
  const small = (p: Picture): Picture => {
    const size = fitSize(p.width, p.height, o.outputSize ?? analogiesSide);
    return { ...resize(flatten(p), size.width, size.height), source: p.source };
  };
  const [before, after, ...pictures] = read.map((r) => small(r.picture));
  const [first, second, ...rest] = read.map((r) => r.record);
  const work: Made = {
    files: { photo: first, layout: second, targets: rest },
    notify: (note) => Progress.line(note, o.quiet ?? false),
    sizes: pictures,
  };
  await makeResults(
    work,
    o,
    'image analogies, filter',
    () => ({ kappa: o.kappa ?? 1 }),
    (target) => taskWords(work, 'analogies', target, ['--filter', ...option('--kappa', o.kappa)], o),
    async (session, i) => {
      const b = pictures[i];
      return { image: await imageFilter({ session, a: before, ap: after, b, kappa: o.kappa, onProgress }), photo: b };
    },
  );
}
