/**
 * semia start, which is `npm start`: paints the example scenes, trains on one, renders its targets, and shows it all.
 */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../data/errors.ts';
import { type Picture, resize } from '../../data/image/image.ts';
import { renderLayout } from '../../data/layout/layout.ts';
import { allSceneNames, paintScene, type Scene } from '../../data/scenes/index.ts';
import { psnr } from '../../evaluate/metrics/reconstruction.ts';
import { type Choices, configure } from '../../model/configure.ts';
import type { Painter } from '../../model/rendering/painter.ts';
import { differences } from '../../model/run/runRecord.ts';
import { withIterations } from '../../model/training/schedule.ts';
import { encodePng } from '../../node/encode.ts';
import { writeFileAtomic, writeFilesAtomic } from '../../node/files.ts';
import { isRun, RunFolder } from '../../node/runFolder.ts';
import { sha256Sync } from '../../node/version.ts';
import { integer } from '../options/options.ts';
import { checkWritable } from '../options/outputs.ts';
import { paintAll, painterOf } from '../painting.ts';
import { contactSheet } from '../reports/contactSheet.ts';
import { duration } from '../reports/progress.ts';
import { type Shown, showResults } from '../reports/startPage.ts';
import { explainDevice, openSession } from '../session.ts';
import { pictureFile, sceneFiles, scenePalette } from './example.ts';
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

export function addStart(program: Command): void {
  program
    .command('start')
    .description(
      'the example from beginning to end: paint the scenes, train on one, render its targets, show the results',
    )
    .argument('[dir]', 'where to', 'out')
    .option('--scene <name>', `which scene: ${allSceneNames.join(', ')}`, allSceneNames[0])
    .option('--size <pixels>', 'width of the painted pictures', integer(64, 1024), 256)
    .option('--iterations <count>', 'iterations in all', integer(1, 1_000_000))
    .option('--deterministic', 'take kernels in a fixed order instead of the fastest measured here')
    .addHelpText('after', '\nExample:\n  semia start out --scene meadow\n')
    .action(async (dir: string, o: { scene: string; size: number; iterations?: number; deterministic?: boolean }) => {
      const began = performance.now();
      const name = checkScene(o.scene);
      await checkWritable(join(dir, 'x'));
      console.log(`painting the scene "${name}" into ${dir} (semia example paints ${allSceneNames.length})`);
      const scene = paintScene(name, { size: o.size });
      const folder = join(dir, name);
      await writeFilesAtomic(sceneFiles(scene, folder));
      const { run, painter } = await trained(folder, scene, o);
      try {
        const targets = await run.targets();
        const work = targets.map((target, i) => ({
          target,
          file: run.record.inputs.targets[i],
          path: join(folder, 'results', pictureFile(scene.targets[i])),
        }));
        const pictures = await paintAll(painter, run, work, { raw: false, notify: () => {} });
        const shown = compare(scene, pictures);
        const sheet = join(dir, 'contact-sheet.png');
        await writeFileAtomic(
          sheet,
          encodePng(
            contactSheet([
              [shown.layout, ...shown.targets.map((t) => t.layout)],
              [shown.photo, ...shown.targets.map((t) => t.result)],
              [null, ...shown.targets.map((t) => t.truth)],
            ]),
          ),
        );
        const page = join(dir, 'index.html');
        await writeFileAtomic(page, showResults(shown, run));
        report(shown);
        console.log(
          `\nresults in ${join(folder, 'results')}\nthe run    ${run.path}\nside by side ${sheet}\nopen in ` +
            `a browser: ${page}\n(${duration((performance.now() - began) / 1000)} in all)`,
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

/**
 * The example's run: a finished one is used again, an interrupted one gone on with, one of other settings put aside.
 */
async function trained(
  folder: string,
  scene: Scene,
  { iterations, deterministic }: { iterations?: number; deterministic?: boolean },
): Promise<{ run: RunFolder; painter: Painter }> {
  const session = await openSession();
  const choices = {
    ...(session.device.info.software ? onProcessor : onGpu),
    ...(iterations !== undefined && { iterations }),
  };
  const path = join(folder, 'run');
  const photo = join(folder, 'photo.png');
  let resume = false;
  if (await isRun(path)) {
    const run = await RunFolder.open(path);
    // The schedule may have been shortened to fit the time here.
    const planned = withIterations(configure(choices), run.record.config.iterations);
    const same =
      (!deterministic || run.record.kernels?.choice !== 'measured') &&
      !differences(run.record.config, planned).length &&
      run.record.inputs.photo.sha256 === sha256Sync(await fs.readFile(photo));
    if (same && run.finished) {
      console.log(`${path} is trained already`);
      return { run, painter: await painterOf(session, run) };
    }
    if (same) resume = true;
    else await fs.rename(path, await freeName(`${path}.old`));
  }
  const targets = scene.targets.map((t) => join(folder, 'targets', pictureFile(t)));
  const { description, vendor } = session.device.info;
  console.log(`training on the scene "${scene.name}" with preset ${choices.preset} on ${description || vendor}`);
  const job = await planTraining(photo, join(folder, 'layout.png'), targets, path, {
    ...choices,
    ...(resume && { iterations: undefined }),
    output: path,
    resume,
    deterministic,
    palette: join(folder, 'palette.txt'),
    saveEvery: 30,
  });
  return runTraining(
    {
      ...job,
      minutes: iterations !== undefined ? undefined : session.device.info.software ? minutesOnProcessor : minutesOnGpu,
    },
    { session, goOn: process.env.npm_lifecycle_event === 'start' ? 'npm start' : undefined },
  );
}

async function freeName(base: string): Promise<string> {
  for (let i = 1; ; i++) if (!(await fs.stat(`${base}-${i}`).catch(() => null))) return `${base}-${i}`;
}

function compare(scene: Scene, pictures: readonly Picture[]): Shown {
  const palette = scenePalette(scene);
  const photo = (p: Scene['source']): Picture => {
    const data = new Uint8Array(4 * p.width * p.height).fill(255);
    for (let i = 0; i < p.width * p.height; i++) data.set(p.photo.subarray(3 * i, 3 * i + 3), 4 * i);
    return { width: p.width, height: p.height, data, hasAlpha: false, source: p.name };
  };
  const layout = (p: Scene['source']): Picture => renderLayout({ ...p, labels: p.layout }, palette);
  const source = photo(scene.source);
  return {
    title: scene.title,
    photo: source,
    layout: layout(scene.source),
    targets: scene.targets.map((t, i) => {
      const truth = photo(t);
      const result = resize(pictures[i], t.width, t.height);
      return { name: t.name, layout: layout(t), result, truth, psnr: psnr(result, truth), before: psnr(source, truth) };
    }),
  };
}

function report(shown: Shown): void {
  console.log(
    `\n${'target'.padEnd(20)} result   unchanged photo   (PSNR against the painter's own picture of the target, dB)`,
  );
  for (const t of shown.targets)
    console.log(`${t.name.padEnd(20)} ${t.psnr.toFixed(2).padStart(6)}   ${t.before.toFixed(2).padStart(6)}`);
  const mean = (f: (t: Shown['targets'][number]) => number): string =>
    (shown.targets.reduce((n, t) => n + f(t), 0) / shown.targets.length).toFixed(2).padStart(6);
  console.log(`${'mean'.padEnd(20)} ${mean((t) => t.psnr)}   ${mean((t) => t.before)}`);
}
