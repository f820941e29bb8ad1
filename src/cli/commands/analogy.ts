/** semia analogy PHOTO LAYOUT TARGET... -o OUT: train, then render. */
import type { Command } from 'commander';
import { UserError } from '../../data/errors.ts';
import { readableList } from '../../data/formats/imageFormats.ts';
import { finishesByPatches } from '../../model/presets.ts';
import { checkTile } from '../../model/rendering/painter.ts';
import { dataUri } from '../../node/page.ts';
import { writeRunPage } from '../../node/runs/runPage.ts';
import {
  type Axes,
  drawingOption,
  layoutAndTargets,
  type TrainOptions,
  targetSizeOption,
  tileOf,
  tileOption,
  trainingOptions,
} from '../options/options.ts';
import { resultFiles, runBeside } from '../options/outputs.ts';
import { type OutputOptions, outputHelp, outputOptions } from '../options/results.ts';
import { paintAll } from '../painting.ts';
import { isTrainedBetter, previewsOf } from '../previews/analogyPreviews.ts';
import { sheetFile, sheetOption, writeSheet } from '../reports/contactSheet.ts';
import { Progress } from '../reports/progress.ts';
import { explainDevice, openSession } from '../session.ts';
import { makePreviews } from './preview.ts';
import { planTraining, runTraining } from './train.ts';

interface AnalogyCommand extends TrainOptions, OutputOptions {
  training: boolean;
  contactSheet?: string;
  run?: string;
  raw?: boolean;
  tile?: Axes;
  drawing?: string;
}

export function addAnalogy(program: Command): void {
  sheetOption(
    outputOptions(
      trainingOptions(
        program
          .command('analogy')
          .description('rearrange a photograph to new layouts: train, then render each target')
          .argument('<photo>', `the photograph (${readableList})`)
          .argument('<layout>', 'its layout: each class in one flat color, or class numbers')
          .argument('[targets...]', 'new layouts in the same classes (files, folders or patterns)')
          .requiredOption('-o, --output <out>', outputHelp)
          .option('--no-training', 'no training, seconds instead of minutes: the files that semia preview makes')
          .option(...drawingOption)
          .option('--run <folder>', 'the run folder (default: beside the results)')
          .option('--raw', "the network's own pictures, at the training size")
          .addOption(tileOption())
          .addOption(targetSizeOption()),
      ),
    ),
  )
    .addHelpText(
      'after',
      '\nExample:\n  semia analogy photo.jpg layout.png wider-lake.png -o result.png --preset fast\n' +
        '  semia analogy photo.jpg new-drawing.png --condition sketch -o result.png --preset fast\n' +
        '  semia analogy photo.jpg layout.png wider-lake.png -o result.png --no-training\n',
    )
    .action(async (photo: string, first: string, rest: string[], o: AnalogyCommand, command: Command) => {
      if (!o.training) {
        refuseTraining(command);
        return makePreviews(photo, first, rest, o);
      }
      const { layout, targets } = layoutAndTargets(first, rest, o);
      const notify = (note: string): void => Progress.line(note, o.quiet ?? false);
      const job = await planTraining(photo, layout, targets, o.run ?? (await runBeside(o.output)), o);
      if (o.tile && !o.raw) checkTile(job.config, `--tile ${o.tile}: `);
      const given = job.inputs.targets;
      const files = await resultFiles(
        o.output,
        given.map((t) => ({ path: t.name })),
        [photo, ...(layout ? [layout] : []), ...given.map((t) => t.name)],
        o,
        o.raw ? [] : job.targets,
      );
      const sheet = await sheetFile(o.contactSheet, [
        ...files,
        photo,
        ...(layout ? [layout] : []),
        ...given.map((t) => t.name),
      ]);
      const session = await openSession();
      try {
        const first = o.raw || job.resume ? null : await previewsOf(session, job, files, o, notify);
        const { run, painter } = await runTraining(job, { session });
        // The other presets are as their authors say, for comparison.
        const kept = first && finishesByPatches(job.config) && !(await isTrainedBetter(painter, notify)) ? first : null;
        const work = job.targets.map((target, i) => ({ target, file: given[i], path: files[i] }));
        const settings = { ...o, raw: o.raw ?? false, tile: tileOf(o.tile), notify };
        const pictures = kept ?? (await paintAll(painter, run, work, settings));
        if (sheet) {
          await writeSheet(sheet, job.prepared.source, job.targets, pictures);
          notify(sheet);
        }
        const page = await writeRunPage(run, {
          results: pictures.map((p, i) => ({ caption: work[i].path, src: dataUri(p) })),
        });
        notify(`page: ${page}`);
      } catch (error) {
        throw explainDevice(error);
      }
    });
}

/** Options of training and of its run, by the names that commander gives their values. */
const ofTraining = [
  ...['preset', 'size', 'width', 'iterations', 'vgg', 'resume', 'saveEvery', 'deterministic', 'profile'],
  ...['run', 'raw'],
];

/** Throws UserError where --no-training is given with options that only a training has. */
function refuseTraining(command: Command): void {
  const given = command.options.filter(
    (option) =>
      ofTraining.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (!given.length) return;
  const [are, them] = given.length > 1 ? ['are', 'them'] : ['is', 'it'];
  throw new UserError(
    `--no-training: ${given.map((option) => option.long).join(', ')} ${are} for training: leave ${them} out, or ` +
      'leave out --no-training',
  );
}
