/**
 * semia remove PHOTO and semia inpaint PHOTO: a part of a photograph filled from the rest; nothing outside it changes.
 */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../data/errors.ts';
import { readableList } from '../../data/formats/imageFormats.ts';
import { likePhoto, type Picture, resize, resizeLabels } from '../../data/image/image.ts';
import { fillLabels } from '../../data/image/membrane.ts';
import { percent } from '../../data/layout/layoutReport.ts';
import { growMask, readMask } from '../../data/layout/mask.ts';
import { hex, type Palette } from '../../data/layout/palette.ts';
import { prepareSource } from '../../data/prepare.ts';
import type { Painter } from '../../model/rendering/painter.ts';
import type { PictureRecord } from '../../model/run/runRecord.ts';
import { inpaint } from '../../model/synthesis/inpainting/inpaint.ts';
import type { HoleLayout } from '../../model/synthesis/inpainting/options.ts';
import { RunFolder } from '../../node/runFolder.ts';
import { readInputPicture, readPalette, readTogether } from '../options/inputs.ts';
import { integer } from '../options/options.ts';
import { resultFiles } from '../options/outputs.ts';
import { type OutputOptions, outputOptions, outputWords, writeResults } from '../options/results.ts';
import { painterOf } from '../painting.ts';
import { methodTexts } from '../recipes/methodRecipe.ts';
import { option, type Word } from '../recipes/words.ts';
import { duration, Progress } from '../reports/progress.ts';
import { explainDevice, openSession } from '../session.ts';

interface Shared extends OutputOptions {
  output: string;
  mask?: string;
  sampleMask?: string;
  grow?: number;
  seed: number;
  quiet?: boolean;
}
interface RemoveOptions extends Shared {
  layout?: string;
  class?: string[];
  palette?: string;
  run?: string;
}
interface InpaintCommand extends Shared {
  from?: string[];
}

const shared = (command: Command): Command =>
  outputOptions(
    command
      .argument('<photo>', `the photograph (${readableList})`)
      .requiredOption('-o, --output <file>', 'the result, a picture file (.png, .jpg, .webp, .tiff, .avif)')
      .option('--mask <file>', 'what to fill: white on black, or opaque on transparent')
      .option('--sample-mask <file>', 'where patches may come from (white); default: everywhere but the hole')
      .option('--grow <pixels>', 'widen what is filled by so much', integer(0, 500))
      .option('--seed <number>', 'another seed gives another result', integer(0, 2 ** 32 - 1), 0)
      .option('--quiet', 'print nothing but errors'),
  );

export function addRemove(program: Command): void {
  shared(
    program
      .command('remove')
      .description('remove an object: what a mask, or a class of the layout, covers is filled in from around it'),
  )
    .option('--layout <file>', "the photo's layout: it is continued into the hole, and patches keep to their class")
    .option(
      '--class <name...>',
      'remove these classes of the layout (names, numbers or colors); the hole is then widened by 3 pixels ' +
        'unless --grow says otherwise',
    )
    .option('--palette <file>', 'names of the classes: lines such as "#87ceeb sky" or "0 sky", or JSON')
    .option(
      '--run <folder>',
      "a run trained on this photo: its generator's picture of the new layout is what the hole begins with",
    )
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia remove photo.jpg --mask person.png -o without.png\n' +
        '  semia remove photo.png --layout layout.png --palette palette.txt --class cabin -o without.png\n',
    )
    .action(async (path: string, o: RemoveOptions) => {
      const notify = (note: string): void => Progress.line(note, o.quiet ?? false);
      if (o.class && !o.layout) throw new UserError('--class names a class of a layout: give that, too, with --layout');
      if (!o.mask && !o.class)
        throw new UserError('what is to be removed? Give --mask FILE, or --layout FILE and --class NAME');
      if (o.run && !o.layout) throw new UserError('--run renders a layout: give that, too, with --layout');
      const photo = await readInputPicture(path, false, true);
      const words: Word[] = ['remove', photo.record, ...option('--seed', o.seed), ...option('--grow', o.grow)];
      const read = reading(words);
      const { width, height } = photo.picture;
      let hole = o.mask ? readMask(await read('--mask', o.mask, true), photo.picture) : new Uint8Array(width * height);
      let layout: HoleLayout | undefined;
      let source: ReturnType<typeof prepareSource>['source'] | undefined;
      if (o.layout) {
        const named = o.palette ? await readPalette(o.palette) : null;
        words.push(...option('--palette', named?.record));
        ({ source } = prepareSource(photo.picture, await read('--layout', o.layout, true), { named: named?.palette }));
        const { labels: now, palette } = source;
        const gone = (o.class ?? []).map((name) => classNamed(name, palette, o.layout!));
        hole = hole.map((v, i) => (v || gone.includes(now[i]) ? 1 : 0));
        if (!hole.includes(1))
          throw new UserError(`${o.layout}: has no pixel of ${o.class!.join(', ')}: there is nothing to remove`);
        hole = growMask(hole, width, height, o.grow ?? (o.class ? 3 : 0));
        layout = { count: palette.classes.length, now, wanted: fillLabels(now, hole, source, palette.classes.length) };
      } else {
        hole = growMask(hole, width, height, o.grow ?? 0);
      }
      const run = o.run ? await RunFolder.open(o.run) : null;
      words.push(
        ...option('--run', run && { name: run.path, sha256: run.record.weights.sha256 }),
        ...(o.class ? ['--class', ...o.class] : []),
      );
      await run?.state();
      const sample = o.sampleMask
        ? readMask(await read('--sample-mask', o.sampleMask, true), photo.picture)
        : undefined;
      await fill(o, 'remove', photo.picture, words, notify, hole, async (session) =>
        inpaint({
          session,
          photo: photo.picture,
          hole,
          sample,
          layout,
          seed: o.seed,
          draft:
            run && layout
              ? await drafted(await painterOf(session, run), photo.picture, layout.wanted, source!.palette)
              : undefined,
        }),
      );
    });
}

export function addInpaint(program: Command): void {
  shared(
    program.command('inpaint').description('fill a hole in a photograph: what a mask covers, or what is transparent'),
  )
    .option('--from <photo...>', 'other photographs of the same scene and scale to take patches from, too')
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia inpaint torn.png -o whole.png\n' +
        '  semia inpaint photo.jpg --mask scratches.png --from another.jpg -o whole.png\n',
    )
    .action(async (path: string, o: InpaintCommand) => {
      const notify = (note: string): void => Progress.line(note, o.quiet ?? false);
      const [{ picture: photo, record }, ...others] = await readTogether([path, ...(o.from ?? [])]);
      const words: Word[] = ['inpaint', record, ...option('--seed', o.seed), ...option('--grow', o.grow)];
      const read = reading(words);
      if (!o.mask && !photo.hasAlpha)
        throw new UserError(`${path}: what is to be filled? It has no transparent pixels: give --mask FILE`);
      const marked = o.mask
        ? readMask(await read('--mask', o.mask, true), photo)
        : Uint8Array.from({ length: photo.width * photo.height }, (_, i) => Number(photo.data[4 * i + 3] < 255));
      const hole = growMask(marked, photo.width, photo.height, o.grow ?? 0);
      const sample = o.sampleMask ? readMask(await read('--sample-mask', o.sampleMask, true), photo) : undefined;
      for (const other of others) words.push('--from', other.record);
      await fill(o, 'inpaint', photo, words, notify, hole, (session) =>
        inpaint({ session, photo, hole, sample, others: others.map((p) => p.picture), seed: o.seed }),
      );
    });
}

/** Reads a picture for an option, and adds both to the words of the command. */
const reading =
  (words: Word[]) =>
  async (name: string, file: string, layout: boolean): Promise<Picture> => {
    const { picture, record } = await readInputPicture(file, layout);
    words.push(name, record);
    return picture;
  };

/** A pixel that no photograph has. */
const nowhere = 2 ** 32 - 1;

/**
 * Checks the output, opens a device, fills, writes. The recipe in the file (text `semia-method`) says what it was made
 * of. Outside the hole the result has the photograph's samples, all 16 bits of them where there are so many.
 */
async function fill(
  o: Shared,
  method: string,
  photo: Picture,
  words: readonly Word[],
  notify: (note: string) => void,
  hole: Uint8Array,
  make: (session: Awaited<ReturnType<typeof openSession>>) => Promise<Picture>,
): Promise<void> {
  const files = words.filter((w): w is PictureRecord => typeof w !== 'string' && 'width' in w);
  const [path] = await resultFiles(
    o.output,
    [{ path: basename(photo.source) }],
    files.map((f) => f.name),
    o,
    [photo],
  );
  const share = hole.reduce((n, v) => n + v, 0) / hole.length;
  if (share === 1)
    throw new UserError(`${o.mask ?? photo.source}: everything is to be filled: nothing is left to fill it from`);
  const session = await openSession();
  try {
    const began = performance.now();
    const made = await make(session);
    const from = photo.wide ? Uint32Array.from(hole, (v, i) => (v ? nowhere : i)) : undefined;
    const picture = likePhoto(made, photo, from);
    const { description, vendor } = session.device.info;
    const record = { method, seed: o.seed, grow: o.grow, adapter: description || vendor, files };
    const texts = methodTexts(path, record, [...words, ...outputWords(o)]);
    await writeResults([{ path, picture, texts }], o);
    notify(
      `${path}  ${picture.width} x ${picture.height}, ${percent(share)} of it filled in ` +
        `${duration((performance.now() - began) / 1000)}`,
    );
  } catch (error) {
    throw explainDevice(error);
  }
}

/** The class that a user means: by its name, its number in an index layout, or its color. */
function classNamed(name: string, { classes }: Palette, file: string): number {
  const wanted = name.trim().toLowerCase();
  const found = classes.findIndex(
    (c) =>
      c.name.toLowerCase() === wanted ||
      hex(c.color) === wanted ||
      (c.index !== undefined && String(c.index) === wanted),
  );
  if (found < 0)
    throw new UserError(
      `--class ${name}: ${file} has no such class; there are ` +
        `${classes.map((c) => (c.name === hex(c.color) ? c.name : `${c.name} (${hex(c.color)})`)).join(', ')}`,
    );
  return found;
}

/** The run's own picture of a layout, at the photograph's size. */
async function drafted(painter: Painter, photo: Picture, labels: Uint8Array, palette: Palette): Promise<Picture> {
  const own = painter.source.palette.classes;
  const to = palette.classes.map((c) => own.findIndex((k) => k.color.join() === c.color.join()));
  if (to.includes(-1))
    throw new UserError(
      `--run: the run's layout has not the classes of --layout: give the layout that it was trained on`,
    );
  const { width, height } = painter.source;
  const small = resizeLabels(
    labels.map((l) => to[l]),
    photo.width,
    photo.height,
    width,
    height,
  );
  return resize(
    await painter.paint({ name: 'filled', width, height, labels: small, notes: [] }),
    photo.width,
    photo.height,
  );
}
