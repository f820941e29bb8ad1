/**
 * semia start, which is `npm start`: paints the example scenes, trains on one, renders its targets, and shows it all.
 */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import { allSceneNames, paintScene, type Scene } from '../../data/scenes/index.ts';
import { type Choices, configure } from '../../model/configure.ts';
import type { Painter } from '../../model/rendering/painter.ts';
import { differences } from '../../model/run/runRecord.ts';
import { withIterations } from '../../model/training/schedule.ts';
import { writeFilesAtomic } from '../../node/files.ts';
import { isRun, RunFolder } from '../../node/runFolder.ts';
import { sha256Sync } from '../../node/version.ts';
import type { Job } from '../job.ts';
import { integer } from '../options/options.ts';
import { checkWritable } from '../options/outputs.ts';
import { paintAll, painterOf } from '../painting.ts';
import { firstPictures } from '../previews/firstPictures.ts';
import { duration } from '../reports/progress.ts';
import { Results } from '../reports/startResults.ts';
import { explainDevice, openSession } from '../session.ts';
import { pictureFile, sceneFiles } from './example.ts';
import { planTraining, runTraining } from './train.ts';

/**
 * What is worth its time here: minutes on a processor, under one on a GPU. As many iterations as the minutes below have
 * room for, up to these.
 */
const onProcessor: Choices = { preset: 'fast', iterations: 400 };
/** Training at most: `npm start` is to be done ten minutes after a fresh clone without a GPU, in one minute with. */
const minutesOnProcessor = 5.5;
const minutesOnGpu = 0.7;
const onGpu: Choices = { preset: 'fixed', size: 128, iterations: 500 };

interface ExampleOptions {
  scene: string;
  size: number;
  iterations?: number;
  deterministic?: boolean;
}

export function addStart(program: Command): void {
  program
    .command('start')
    .description(
      'the example from beginning to end: paint the scenes, train on one, render its targets, show the results',
    )
    .argument('[dir]', 'where to', 'out')
    .option('--scene <name>', `which scene: ${allSceneNames.join(', ')}`, allSceneNames[0])
    .option('--size <pixels>', 'width of the painted pictures', integer(64, 1024), 384)
    .option('--iterations <count>', 'iterations in all', integer(1, 1_000_000))
    .option('--deterministic', 'take kernels in a fixed order instead of the fastest measured here')
    .addHelpText('after', '\nExample:\n  semia start out --scene meadow\n')
    .action(async (dir: string, o: ExampleOptions) => {
      const began = performance.now();
      const name = checkScene(o.scene);
      await checkWritable(join(dir, 'x'));
      console.log(`painting the scene "${name}" into ${dir} (semia example paints ${allSceneNames.length})`);
      const scene = paintScene(name, { size: o.size });
      const folder = join(dir, name);
      await writeFilesAtomic(sceneFiles(scene, folder));
      const session = await openSession();
      const shown = new Results(dir, scene);
      try {
        const job = await planExample(session, folder, scene, o);
        const results = scene.targets.map((t) => join(folder, 'results', pictureFile(t)));
        await firstPictures(session, job.prepared.source, job.targets, {
          done: (i, { image }) => shown.preview(i, image),
        });
        console.log(
          `previews of ${results.length} layouts after ${duration((performance.now() - began) / 1000)}; open ` +
            `in a browser: ${shown.page}\nThe page goes on by itself; training follows.`,
        );
        const { run, painter } = await trained(session, job);
        for (const [i, target] of job.targets.entries()) {
          const work = { target, file: run.record.inputs.targets[i], path: results[i] };
          const [picture] = await paintAll(painter, run, [work], { raw: false, notify: () => {} });
          await shown.trained(i, picture, run);
        }
        await shown.finish(run);
        console.log(
          `\nresults in ${join(folder, 'results')}\nthe run    ${run.path}\nside by side ${shown.sheet}\nopen in ` +
            `a browser: ${shown.page}\n(${duration((performance.now() - began) / 1000)} in all)`,
        );
      } catch (error) {
        throw explainDevice(error);
      }
    });
}

function checkScene(name: string): string {
  if (!allSceneNames.includes(name))
    throw new UserError(`--scene ${name}: there is no such scene; there are ${allSceneNames.join(', ')}`);
  return name;
}

/** The example's run, planned; `ready`: a finished one is there. */
interface ExampleJob extends Job {
  ready: RunFolder | null;
}

/** A finished run is used again, an interrupted one gone on with, one of other settings put aside. */
async function planExample(
  session: Session,
  folder: string,
  scene: Scene,
  { iterations, deterministic }: ExampleOptions,
): Promise<ExampleJob> {
  const choices = {
    ...(session.device.info.software ? onProcessor : onGpu),
    ...(iterations !== undefined && { iterations }),
  };
  const path = join(folder, 'run');
  const photo = join(folder, 'photo.png');
  let resume = false;
  let ready: RunFolder | null = null;
  if (await isRun(path)) {
    const run = await RunFolder.open(path);
    // The schedule may have been shortened to fit the time here.
    const planned = withIterations(configure(choices), run.record.config.iterations);
    const same =
      (!deterministic || run.record.kernels?.choice !== 'measured') &&
      !differences(run.record.config, planned).length &&
      run.record.inputs.photo.sha256 === sha256Sync(await fs.readFile(photo));
    if (same) resume = true;
    else await fs.rename(path, await freeName(`${path}.old`));
    if (same && run.finished) ready = run;
  }
  const targets = scene.targets.map((t) => join(folder, 'targets', pictureFile(t)));
  const job = await planTraining(photo, join(folder, 'layout.png'), targets, path, {
    ...choices,
    ...(resume && { iterations: undefined }),
    output: path,
    resume,
    deterministic,
    palette: join(folder, 'palette.txt'),
    saveEvery: 30,
  });
  const software = session.device.info.software;
  return {
    ...job,
    ready,
    minutes: iterations !== undefined ? undefined : software ? minutesOnProcessor : minutesOnGpu,
  };
}

async function trained(session: Session, job: ExampleJob): Promise<{ run: RunFolder; painter: Painter }> {
  if (job.ready) {
    console.log(`${job.path} is trained already`);
    return { run: job.ready, painter: await painterOf(session, job.ready) };
  }
  const { description, vendor } = session.device.info;
  console.log(`training with preset ${job.config.preset} on ${description || vendor}`);
  return runTraining(job, { session, goOn: process.env.npm_lifecycle_event === 'start' ? 'npm start' : undefined });
}

async function freeName(base: string): Promise<string> {
  for (let i = 1; ; i++) if (!(await fs.stat(`${base}-${i}`).catch(() => null))) return `${base}-${i}`;
}
