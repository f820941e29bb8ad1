/** semia singan sample, retarget, superres, edit, harmonize, paint, animate: the tasks of a trained SinGAN run. */
import type { Command } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { animatedPng } from '../../../data/formats/apng.ts';
import { withText } from '../../../data/formats/png.ts';
import { fitSize, flatten, likePhoto, type Picture, resize } from '../../../data/image/image.ts';
import { inColors, mainColors } from '../../../data/image/quantize.ts';
import type { Size } from '../../../data/prepare.ts';
import { scalesOf } from '../../../model/baselines/singan/config.ts';
import {
  animate,
  blend,
  enlarged,
  type InjectionStart,
  sample,
  softMask,
} from '../../../model/baselines/singan/tasks.ts';
import { SinganTraining } from '../../../model/baselines/singan/training.ts';
import type { FileRecord } from '../../../model/run/runRecord.ts';
import { encodePng } from '../../../node/encode.ts';
import { writeFileAtomic } from '../../../node/files.ts';
import { SinganFolder } from '../../../node/singanFolder.ts';
import { type InputPicture, readInputPicture } from '../../options/inputs.ts';
import { integer, largestSize as largest, number, sizeOption } from '../../options/options.ts';
import { resultFiles } from '../../options/outputs.ts';
import { type OutputOptions, outputHelp, outputOptions, outputWords, writeResults } from '../../options/results.ts';
import { methodTexts } from '../../recipes/methodRecipe.ts';
import { option, type Word } from '../../recipes/words.ts';
import { Progress } from '../../reports/progress.ts';
import { explainDevice, openSession } from '../../session.ts';

interface Common extends OutputOptions {
  output: string;
  seed: number;
  start?: number;
  quiet?: boolean;
}

/** A trained run, checked, and what its results are recorded with. `last`: its finest scale. */
export interface Opened {
  run: SinganFolder;
  photo: Picture;
  last: number;
}
/** `paintings`: accept a run with a scale trained for paintings, which is of no use to other tasks. */
export async function openRun(path: string, { paintings = false } = {}): Promise<Opened> {
  const run = await SinganFolder.open(path);
  if (run.record.config.paint && !paintings)
    throw new UserError(`${path}: was trained for paintings (semia singan paint): give the run that it was made of`);
  const photo = await run.photo();
  const last = scalesOf(photo.width, photo.height, run.record.config).length - 1;
  if (run.record.host.scale <= last)
    throw new UserError(
      `${path}: has trained ${run.record.host.scale} of ${last + 1} scales: go on with semia singan train -o ` +
        `${path} --resume`,
    );
  await run.state(); // reports damaged weights before a device is opened
  return { run, photo, last };
}

/**
 * Where a task starts that begins with a picture: `wanted`, or a share of the scales; refused where there is no such
 * scale.
 */
function startOf({ last, run }: Opened, wanted: number | undefined, share: number): number {
  if (last < 1)
    throw new UserError(
      `${run.path}: has one scale only, and nothing can be injected above it: train a run with a larger --size ` +
        'or a smaller --coarsest',
    );
  const start = wanted ?? Math.min(last, Math.max(1, Math.round(share * last)));
  if (start < 1 || start > last)
    throw new UserError(`--start ${start}: a picture is injected at one of the scales 1 to ${last} of ${run.path}`);
  return start;
}

/** A picture, or the frames of an animation as a PNG; and what to say of it. */
type Made = ({ picture: Picture } | { animation: Uint8Array }) & { what: string; seed?: number };

/** Makes and writes results, each with its recipe (text `semia-method`), profile, EXIF and depth of the photograph. */
async function write(
  { run, photo }: Opened,
  o: Common,
  task: string,
  settings: object,
  words: readonly Word[],
  paths: readonly string[],
  make: (model: SinganTraining) => Promise<Made[]>,
): Promise<void> {
  const session = await openSession();
  try {
    const { config, host, weights, photo: file } = run.record;
    const model = new SinganTraining(
      session,
      config,
      scalesOf(photo.width, photo.height, config),
      photo,
      host,
      await run.state(),
    );
    const { description, vendor } = session.device.info;
    const made = await make(model);
    const textsOf = (path: string, seed: number): Record<string, string> => {
      const record = {
        method: `SinGAN, ${task}`,
        ...settings,
        seed,
        adapter: description || vendor,
        run: run.path,
        weights: weights.sha256,
        photo: { name: file.name, sha256: file.sha256 },
      };
      const [name, ...rest] = words;
      return methodTexts(path, record, [
        'singan',
        name,
        { name: run.path, sha256: weights.sha256 },
        ...rest,
        '--seed',
        String(seed),
        ...outputWords(o),
      ]);
    };
    const pictures = made.flatMap((m, i) =>
      'picture' in m
        ? [{ path: paths[i], picture: likePhoto(m.picture, photo), texts: textsOf(paths[i], m.seed ?? o.seed) }]
        : [],
    );
    await writeResults(pictures, o);
    for (const [i, m] of made.entries())
      if ('animation' in m) await writeFileAtomic(paths[i], withText(m.animation, textsOf(paths[i], o.seed)));
    for (const [i, { what }] of made.entries()) Progress.line(`${paths[i]}  ${what}`, o.quiet ?? false);
  } catch (error) {
    throw explainDevice(error);
  }
}
const still = (picture: Picture): Made => ({ picture, what: `${picture.width} x ${picture.height}` });
/** A picture that the run's pixels are mixed with: in its own color space where that is the run's, else in sRGB. */
async function readAlike(path: string, { photo }: Opened): Promise<InputPicture> {
  const own = await readInputPicture(path, false, true);
  const alike = Buffer.from(own.picture.profile ?? []).equals(Buffer.from(photo.profile ?? []));
  return alike ? own : readInputPicture(path, false);
}
const brief = ({ record: { name, sha256 } }: InputPicture): FileRecord => ({ name, sha256 });

const fileHelp = 'a picture file (.png, .jpg, .webp, .tiff, .avif)';
const common = (command: Command, out = fileHelp): Command => outputOptions(bare(command, out));
/** Without the options of how results are written. */
const bare = (command: Command, out: string): Command =>
  command
    .requiredOption('-o, --output <out>', out)
    .option('--seed <number>', 'another seed gives another result', integer(0, 2 ** 32 - 1), 0)
    .option('--quiet', 'print nothing but errors');
const startOption = (command: Command, help: string): Command =>
  command.option('--start <scale>', help, integer(0, 99));

export function addSinganTasks(group: Command): void {
  startOption(
    common(
      group.command('sample').description('random pictures of any size').argument('<run>', 'a trained run'),
      outputHelp,
    ),
    'scale to start at, 0 for wholly random; above, the photograph is kept up to there (default: 0)',
  )
    .option('-n, --count <number>', 'how many; the i-th has the seed + i', integer(1, 1000), 1)
    .option('--size <WxH>', "(default: the run's)", sizeOption)
    .option('--tile', 'continue at the other side, so that copies fit together')
    .action(async (path: string, o: Common & { count: number; size?: Size; tile?: boolean }) => {
      const opened = await openRun(path);
      const size = o.size ?? opened.run.record.size;
      const start = o.start ? startOf(opened, o.start, 0) : 0;
      await samples(
        opened,
        o,
        'sample',
        size,
        { start, picture: opened.photo },
        Array.from({ length: o.count }, (_, i) => (o.seed + i) >>> 0),
        o.tile,
      );
    });
  startOption(
    common(
      group
        .command('retarget')
        .description('the photograph at another size or aspect, its details unstretched')
        .argument('<run>', 'a trained run')
        .requiredOption('--size <WxH>', 'the new size', sizeOption),
    ),
    'scale that the stretched photograph is given to (default: 1)',
  ).action(async (path: string, o: Common & { size: Size }) => {
    const opened = await openRun(path);
    await samples(opened, o, 'retarget', o.size, { start: startOf(opened, o.start, 0), picture: opened.photo }, [
      o.seed,
    ]);
  });
  common(
    group
      .command('superres')
      .description('a larger picture, by the finest generator again and again')
      .argument('<run>', 'a run, best trained with --reconstruction 100')
      .argument('[picture]', "(default: the run's photograph)")
      .option('--factor <number>', 'of its sides', number(1.1, 16), 4),
  ).action(async (path: string, picture: string | undefined, o: Common & { factor: number }) => {
    const opened = await openRun(path);
    const input = picture === undefined ? null : await readAlike(picture, opened);
    const source = input ? flatten(input.picture) : opened.photo;
    if (Math.max(source.width, source.height) * o.factor > largest)
      throw new UserError(
        `--factor ${o.factor}: ${source.width} x ${source.height} pixels would become more than ${largest} a ` +
          'side: take a smaller factor',
      );
    const paths = await resultFiles(o.output, [{ path: 'superres.png' }], [picture ?? ''], o);
    const { reconstruction } = opened.run.record.config;
    if (reconstruction < 100)
      Progress.line(
        `note: the run was trained with a reconstruction weight of ${reconstruction}; 100 is usual for ` +
          'super-resolution',
        o.quiet ?? false,
      );
    await write(
      opened,
      o,
      'super-resolution',
      { factor: o.factor, ...(input ? { picture: brief(input) } : {}) },
      ['superres', ...(input ? [brief(input)] : []), ...option('--factor', o.factor)],
      paths,
      async (m) => [still(await enlarged(m, source, o.factor, o.seed))],
    );
  });
  injection(group, 'edit', 'an edited photograph (parts moved by copy and paste) made seamless', 0.5, 20 / 250);
  injection(group, 'harmonize', 'an object pasted into the photograph, in its style', 0.75, 7 / 250);
  injection(group, 'paint', "a rough painting made a picture in the photograph's likeness", 0, null);
  startOption(
    bare(
      group
        .command('animate')
        .description('a walk around the photograph, as an animated PNG')
        .argument('<run>', 'a trained run'),
      'a .png file',
    ),
    'scale from which on it moves (default: a quarter of them)',
  )
    .option('--frames <number>', 'how many', integer(2, 500), 30)
    .option('--fps <number>', 'frames a second', integer(1, 60), 10)
    .option('--alpha <number>', 'pull towards the photograph, 0 to 1', number(0, 1), 0.1)
    .option('--beta <number>', 'persistence of the direction, 0 to 1', number(0, 1), 0.9)
    .action(async (path: string, o: Common & { frames: number; fps: number; alpha: number; beta: number }) => {
      const opened = await openRun(path);
      const start = o.start ?? Math.round(opened.last / 4);
      if (start > opened.last) throw new UserError(`--start ${start}: the scales of ${path} are 0 to ${opened.last}`);
      const paths = await resultFiles(o.output, [{ path: 'animation.png' }], [], 'png');
      const settings = { start, frames: o.frames, fps: o.fps, alpha: o.alpha, beta: o.beta, seed: o.seed };
      const words = (['start', 'frames', 'fps', 'alpha', 'beta'] as const).flatMap((k) =>
        option(`--${k}`, settings[k]),
      );
      await write(opened, o, 'animate', settings, ['animate', ...words], paths, async (m) => {
        const frames = await animate(m, m.z, { ...settings });
        return [
          {
            animation: animatedPng(
              frames.map((f) => encodePng(f)),
              o.fps,
            ),
            what: `${frames[0].width} x ${frames[0].height}, ${frames.length} frames`,
          },
        ];
      });
    });
}

async function samples(
  opened: Opened,
  o: Common,
  task: string,
  size: Size,
  from: InjectionStart,
  seeds: readonly number[],
  tile = false,
): Promise<void> {
  const paths = await resultFiles(
    o.output,
    seeds.map((s) => ({ path: `${task}-${s}.png` })),
    [],
    o,
    seeds.map(() => size),
  );
  const words = [
    task,
    ...option('--start', from.start || null),
    '--size',
    `${size.width}x${size.height}`,
    ...option('--tile', tile),
  ];
  await write(opened, o, task, { start: from.start, ...size, tile }, words, paths, async (m) =>
    (await sample(m, size, from, seeds, { tile })).map((p, i) => ({ ...still(p), seed: seeds[i] })),
  );
}

/**
 * The tasks that inject a picture of the user's. `share`: the usual start among the scales. `grow`: radius around a
 * mask's white in longer sides; null: no mask.
 */
function injection(group: Command, name: string, description: string, share: number, grow: number | null): void {
  const command = startOption(
    common(
      group
        .command(name)
        .description(description)
        .argument('<run>', 'a trained run')
        .argument('<picture>', 'the picture to begin with'),
    ),
    'scale that the picture is given to: low for much freedom, high for little',
  );
  if (grow !== null) command.option('--mask <picture>', 'white where it was changed: the rest stays as given');
  else
    command.option(
      '--colors <count>',
      "the photograph's main colors that the painting is first brought to; 0: leave it as it is (default: 5; a " +
        'run of train --paint has its own)',
      integer(0, 64),
    );
  command.action(async (path: string, picture: string, o: Common & { mask?: string; colors?: number }) => {
    const opened = await openRun(path, { paintings: grow === null });
    const { paint } = opened.run.record.config;
    for (const [word, given, own] of [
      ['start', o.start, paint?.start],
      ['colors', o.colors, paint?.colors],
    ] as const) {
      if (paint && given !== undefined && given !== own)
        throw new UserError(`--${word} ${given}: ${path} was trained for paintings with --${word} ${own}`);
    }
    const start = paint?.start ?? startOf(opened, o.start, share);
    const colors = grow === null ? (paint?.colors ?? o.colors ?? 5) : undefined;
    const input = await readAlike(picture, opened);
    const given = flatten(input.picture);
    const own = opened.run.record.size;
    const fit = (p: Picture, what: string): Picture => {
      if (Math.abs(p.width / p.height / (own.width / own.height) - 1) > 0.02 + 1 / Math.min(own.width, own.height))
        throw new UserError(
          `${what}: is ${p.width} x ${p.height}, and the run's photograph ${own.width} x ${own.height}: give a ` +
            'picture of its shape',
        );
      return resize(p, own.width, own.height);
    };
    const size = grow === null ? fitSize(given.width, given.height, Math.max(own.width, own.height), true) : own;
    if (Math.min(size.width, size.height) < 16)
      throw new UserError(`${picture}: is too narrow: at the run's size it has ${size.width} x ${size.height} pixels`);
    // The networks know only the photograph's colors, and flat painted ones are far from all of them. As in the
    // released code, each gets the nearest of a few.
    const source =
      grow !== null
        ? fit(given, picture)
        : colors && !paint
          ? inColors(given, mainColors(opened.photo, colors))
          : given;
    const mask = o.mask === undefined ? null : await readInputPicture(o.mask, true);
    const long = Math.max(own.width, own.height);
    const weights = mask && softMask(fit(mask.picture, o.mask!), Math.round((grow ?? 0) * long), (5 / 250) * long);
    const paths = await resultFiles(o.output, [{ path: `${name}.png` }], [picture, o.mask ?? ''], o, [size]);
    const files = { picture: brief(input), ...(mask ? { mask: brief(mask) } : {}) };
    await write(
      opened,
      o,
      name,
      { start, ...files, colors, ...(paint && { trainedForPaintings: true }) },
      [
        name,
        files.picture,
        ...option('--start', start),
        ...option('--mask', files.mask),
        ...option('--colors', colors),
      ],
      paths,
      async (m) => {
        const [made] = await sample(m, size, { start, picture: source, ...(paint && { colors: m.colors }) }, [o.seed]);
        return [still(weights ? blend(made, source, weights) : made)];
      },
    );
  });
}
