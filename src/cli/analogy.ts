/** semia analogy PHOTO LAYOUT TARGET... -o OUT: train, then render. */
import type { Command } from 'commander';
import { readLayouts } from './inputs.ts';
import { trainingOptions, type TrainOptions } from './options.ts';
import { resultFiles } from './outputs.ts';
import { paintAll, runBeside } from './painting.ts';
import { Progress } from './progress.ts';
import { explainDevice } from './session.ts';
import { planTraining, runTraining } from './train.ts';
import { dataUri } from '../node/page.ts';
import { writeRunPage } from '../node/runPage.ts';

interface AnalogyCommand extends TrainOptions { run?: string; raw?: boolean }

export function addAnalogy(program: Command): void {
  trainingOptions(program.command('analogy').description('rearrange a photograph to new layouts: train, then render each target')
    .argument('<photo>', 'the photograph (PNG, JPEG, WebP)').argument('<layout>', 'its layout: each class in one flat colour, or class numbers')
    .argument('<targets...>', 'new layouts in the same classes (files or folders)')
    .requiredOption('-o, --output <out>', 'a .png file for one target, a folder for several')
    .option('--run <folder>', 'the run folder (default: beside the results)').option('--raw', "the network's own pictures, at the training size"))
    .addHelpText('after', '\nExample:\n  semia analogy photo.jpg layout.png wider-lake.png -o result.png --preset fast\n')
    .action(async (photo: string, layout: string, targets: string[], o: AnalogyCommand) => {
      const tell = (note: string): void => Progress.line(note, o.quiet ?? false);
      const named = await readLayouts(targets, undefined, () => {});   // the plan tells of masks, knowing the classes
      const files = await resultFiles(o.output, named, [photo, layout, ...named.map((t) => t.path)]);
      const job = await planTraining(photo, layout, targets, o.run ?? runBeside(files, o.output), o);
      const { run, painter } = await runTraining(job);
      try {
        const results = await resultFiles(o.output, job.inputs.targets.map((t) => ({ path: t.name })), []);
        const work = job.targets.map((target, i) => ({ target, file: job.inputs.targets[i], path: results[i] }));
        const pictures = await paintAll(painter, run, work, { raw: o.raw ?? false, tell });
        const page = await writeRunPage(run, { results: pictures.map((p, i) => ({ caption: work[i].path, src: dataUri(p) })) });
        tell(`page: ${page}`);
      } catch (error) {
        throw explainDevice(error);
      }
    });
}
