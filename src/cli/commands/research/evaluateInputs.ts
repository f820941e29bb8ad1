/**
 * The inputs of `semia evaluate`: pictures with their targets, pictures with a recipe inside, run folders. All are read
 * and checked before a device is opened.
 */
import { promises as fs } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isUserError, UserError } from '../../../data/errors.ts';
import { hasReadableExtension, readableExtensions } from '../../../data/formats/imageFormats.ts';
import { type Picture, resize, resizeLabels } from '../../../data/image/image.ts';
import { readLayout } from '../../../data/layout/layout.ts';
import { prepareSource, prepareTarget, type Source, type Target } from '../../../data/prepare.ts';
import { readPicture } from '../../../node/decode.ts';
import { readInput } from '../../../node/files.ts';
import { readTexts } from '../../../node/pictures/encodeImage.ts';
import { isRun, RunFolder } from '../../../node/runFolder.ts';
import { readInputPicture, readLayouts, readPalette } from '../../options/inputs.ts';
import { readRecipe } from '../../recipes/runRecipe.ts';

export interface EvaluateOptions {
  source?: string;
  layout?: string;
  target?: string[];
  truth?: string[];
  predicted?: string;
  inception?: string;
  palette?: string;
  size: number;
  json?: string;
  csv?: string;
  quiet?: boolean;
}

export interface Item {
  name: string;
  source: Source;
  target: Target;
  /** null: to be rendered with the run. */
  result: Picture | null;
  run: RunFolder | null;
  truth?: Picture;
  predicted?: Uint8Array;
  predictedSource?: Uint8Array;
}

const stem = (path: string): string => basename(path).replace(/\.\w+$/, '');

/** Everything to evaluate, in the order given. Throws UserError where inputs do not fit together. */
export async function readItems(paths: readonly string[], o: EvaluateOptions): Promise<Item[]> {
  const given = { '--source': o.source, '--layout': o.layout, '--target': o.target?.length ? 'given' : undefined };
  const missing = Object.entries(given)
    .filter(([, v]) => v === undefined)
    .map(([k]) => k);
  if (missing.length && missing.length < 3)
    throw new UserError(
      `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing: --source, --layout and --target ` +
        'go together (or none, for pictures and run folders of this program)',
    );
  const runs = await Promise.all(paths.map(isRun));
  if (!missing.length && runs.includes(true))
    throw new UserError(
      `${paths[runs.indexOf(true)]}: is a run folder, which brings its own source and targets: leave out ` +
        '--source, --layout and --target',
    );
  const items = missing.length ? await ownItems(paths, runs) : await givenItems(paths, o);
  const small = shrinker(o.size);
  const drawn = items.find((i) => i.source.palette.lines);
  if (drawn)
    throw new UserError(
      `${drawn.name}: was made after a drawing, which has no classes for the layout classifier to read; how well ` +
        'a result follows its drawing says: semia edges RESULT --against DRAWING',
    );
  for (const item of items) Object.assign(item, small(item));
  if (o.truth) await addTruths(items, o.truth);
  if (o.predicted) for (const item of items) await addPredicted(item, o.predicted);
  return items;
}

/** Pictures of another program, or without a recipe: options name their source and target. */
async function givenItems(paths: readonly string[], o: EvaluateOptions): Promise<Item[]> {
  const named = o.palette ? (await readPalette(o.palette)).palette : undefined;
  const photo = await readInputPicture(o.source!, false),
    layout = await readInputPicture(o.layout!, true);
  const { source } = prepareSource(photo.picture, layout.picture, { named });
  const targets = (await readLayouts(o.target!, source.palette, () => {})).map((t) => prepareTarget(t.picture, source));
  const results = await pictures(paths);
  if (targets.length !== 1 && targets.length !== results.length)
    throw new UserError(
      `--target: ${targets.length} layouts for ${results.length} results: give one for all, or one for each in ` +
        'the same order',
    );
  return results.map((result, i) =>
    fitting({ name: stem(result.source), source, target: targets[targets.length === 1 ? 0 : i], result, run: null }),
  );
}

/** Files, and in place of folders the pictures in them, by name. */
async function pictures(paths: readonly string[]): Promise<Picture[]> {
  const out: Picture[] = [];
  for (const path of paths) {
    if (!(await fs.stat(path).catch(() => null))?.isDirectory()) {
      out.push(await readPicture(path));
      continue;
    }
    const names = (await fs.readdir(path)).filter((n) => hasReadableExtension(n) && !n.startsWith('.')).sort();
    if (!names.length) throw new UserError(`${path}: has no pictures, and is no run folder`);
    for (const n of names) out.push(await readPicture(join(path, n)));
  }
  return out;
}

/**
 * Run folders with all their targets and their own layout; and results of such runs, which know their run and layout.
 */
async function ownItems(paths: readonly string[], runs: readonly boolean[]): Promise<Item[]> {
  const sources = new Map<string, { run: RunFolder; source: Source }>();
  const open = async (path: string): Promise<{ run: RunFolder; source: Source }> => {
    const key = resolve(path);
    let found = sources.get(key);
    if (!found) {
      const run = await RunFolder.open(path);
      sources.set(key, (found = { run, source: await run.source() }));
    }
    return found;
  };
  const out: Item[] = [];
  for (const [i, path] of paths.entries()) {
    if (runs[i]) {
      const { run, source } = await open(path);
      await run.state(); // reports damaged weights before a device is opened
      const own: Target = {
        name: 'source',
        width: source.width,
        height: source.height,
        labels: source.labels,
        notes: [],
      };
      for (const target of [...(await run.targets()), own])
        out.push({ name: stem(target.name), source, target, result: null, run });
      continue;
    }
    if ((await fs.stat(path).catch(() => null))?.isDirectory())
      throw new UserError(
        `${path}: is not a run folder (it has no run.json): for a folder of pictures give --source, --layout ` +
          'and --target too',
      );
    const { recipe, target } = await recipeIn(await readInput(path), path);
    const folder = resolve(dirname(path), recipe.run);
    const { run, source } = await open(folder).catch((e: Error) => {
      throw new UserError(
        `${path}: was made by a run that cannot be read (${e.message}): give --source, --layout and --target`,
      );
    });
    out.push(fitting({ name: stem(path), source, target, result: await readPicture(path, { own: true }), run }));
  }
  return out;
}

/** The recipe in a result; throws UserError with the options to give instead where there is none. */
async function recipeIn(bytes: Uint8Array, path: string): Promise<ReturnType<typeof readRecipe>> {
  try {
    return readRecipe(await readTexts(bytes, path), path);
  } catch (e) {
    if (isUserError(e)) throw new UserError(`${e.message}: give --source, --layout and --target`);
    throw e;
  }
}

function fitting(item: Item): Item {
  const { result, target } = item;
  if (
    result &&
    Math.abs(result.width / result.height / (target.width / target.height) - 1) >
      0.02 + 1 / Math.min(result.width, result.height)
  ) {
    throw new UserError(
      `${result.source}: is ${result.width} x ${result.height}, and its target layout ${target.name} ` +
        `${target.width} x ${target.height}: a result has its layout's shape`,
    );
  }
  return item;
}

/**
 * Brings sources (each once) and targets to at most this many pixels on the source's longer side: what results are
 * compared at.
 */
function shrinker(longSide: number): (item: Item) => Pick<Item, 'source' | 'target'> {
  const done = new Map<Source, Source>();
  return ({ source, target }) => {
    const f = Math.min(1, longSide / Math.max(source.width, source.height));
    const size = (s: { width: number; height: number }): [number, number] => [
      Math.max(1, Math.round(s.width * f)),
      Math.max(1, Math.round(s.height * f)),
    ];
    if (!done.has(source)) {
      const [width, height] = size(source);
      done.set(source, {
        ...source,
        width,
        height,
        photo: resize(source.photo, width, height),
        labels: resizeLabels(source.labels, source.width, source.height, width, height),
      });
    }
    const [width, height] = size(target);
    const small = done.get(source)!;
    if (Math.min(width, height, small.width, small.height) < 16)
      throw new UserError(
        `${target.name}: at --size ${longSide} it or its source has under 16 pixels a side: give a larger --size`,
      );
    return {
      source: small,
      target: {
        ...target,
        width,
        height,
        labels: resizeLabels(target.labels, target.width, target.height, width, height),
      },
    };
  };
}

/** One truth for all, one for each result, or a folder with pictures of the results' names. */
async function addTruths(items: readonly Item[], paths: readonly string[]): Promise<void> {
  const folder = paths.length === 1 && (await fs.stat(paths[0]).catch(() => null))?.isDirectory() ? paths[0] : null;
  if (!folder && paths.length !== 1 && paths.length !== items.length)
    throw new UserError(
      `--truth: ${paths.length} pictures for ${items.length} results: give one for all, one for each in the ` +
        'same order, or a folder with pictures of the same names',
    );
  let found = 0;
  for (const [i, item] of items.entries()) {
    const path = folder ? await namedAs(folder, item.name) : paths[paths.length === 1 ? 0 : i];
    if (!path) continue; // a run's own layout needs none: its truth is the photograph
    // A run's photograph stays in its own color space, and so do its results.
    const truth = await readPicture(path, { own: item.run !== null });
    const { width, height } = item.target;
    if (Math.abs(truth.width / truth.height / (width / height) - 1) > 0.02 + 1 / Math.min(width, height))
      throw new UserError(
        `${path}: is ${truth.width} x ${truth.height}, and the target ${item.target.name} has another shape ` +
          `(${width} x ${height})`,
      );
    item.truth = resize(truth, width, height);
    found++;
  }
  if (!found)
    throw new UserError(
      `${folder}: has no picture named like a result (${items
        .map((i) => `${i.name}.png`)
        .slice(0, 4)
        .join(', ')})`,
    );
}

async function namedAs(folder: string, name: string): Promise<string | null> {
  for (const extension of readableExtensions) {
    const path = join(folder, `${name}.${extension}`);
    if ((await fs.stat(path).catch(() => null))?.isFile()) return path;
  }
  return null;
}

/**
 * The outside segmenter's map of a result: a layout of the same name in the source's classes; and of the source where
 * there is a source.png.
 */
async function addPredicted(item: Item, folder: string): Promise<void> {
  if (!(await fs.stat(folder).catch(() => null))?.isDirectory())
    throw new UserError(`--predicted ${folder}: no such folder`);
  const read = async (path: string, size: { width: number; height: number }): Promise<Uint8Array> => {
    const { labels, width, height } = readLayout(await readPicture(path, { layout: true }), item.source.palette);
    return resizeLabels(labels, width, height, size.width, size.height);
  };
  const path = await namedAs(folder, item.name);
  if (!path) throw new UserError(`--predicted ${folder}: has no label map named ${item.name}.png, like the result`);
  item.predicted = await read(path, item.target);
  const source = await namedAs(folder, 'source');
  if (source) item.predictedSource = await read(source, item.source);
}
