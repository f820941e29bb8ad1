/** What a result carries with it to be made again: in two text chunks of its PNG, `semia` (JSON) and `semia-layout`. */
import { dirname, relative, resolve } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { UserError } from '../data/errors.ts';
import type { Picture } from '../data/image.ts';
import { readText, withText } from '../data/png.ts';
import type { Target } from '../data/prepare.ts';
import { encodePng } from '../node/decode.ts';
import type { RunFolder } from '../node/runFolder.ts';
import type { FileRecord } from '../model/runRecord.ts';
import { programVersion } from '../node/version.ts';

export interface Recipe {
  program: 'semia';
  version: string;
  preset: string;
  seed: number;
  size: number;
  iteration: number;
  raw: boolean;
  adapter: string;
  /** The run folder, seen from the picture's own folder. */
  run: string;
  /** SHA-256 of the run's weights, and of the files given. */
  weights: string;
  photo: FileRecord;
  layout: FileRecord;
  target: FileRecord & { width: number; height: number };
}

/** The PNG of a result that will lie at `path`. The same result has the same bytes. */
export function withRecipe(picture: Picture, path: string, run: RunFolder, target: Target, file: FileRecord, raw: boolean, adapter: string): Uint8Array {
  const { config: c, inputs, host, weights } = run.record;
  const brief = ({ name, sha256: hash }: FileRecord): FileRecord => ({ name, sha256: hash });
  const recipe: Recipe = {
    program: 'semia', version: programVersion, preset: c.preset, seed: c.seed, size: c.size, iteration: host.iteration, raw, adapter,
    run: relative(dirname(resolve(path)), resolve(run.path)) || '.', weights: weights.sha256, photo: brief(inputs.photo), layout: brief(inputs.layout),
    target: { ...brief(file), width: target.width, height: target.height },
  };
  // The labels themselves travel along: a layout drawn over later can still be rendered as it was.
  return withText(encodePng(picture), { Software: `semia ${programVersion}`, semia: JSON.stringify(recipe), 'semia-layout': Buffer.from(deflateSync(target.labels)).toString('base64') });
}

/** The recipe in a PNG's bytes. Throws UserError where there is none. */
export function readRecipe(png: Uint8Array, path: string): { recipe: Recipe; target: Target } {
  const texts = readText(png, path);
  if (!texts.semia || !texts['semia-layout']) throw new UserError(`${path}: carries no recipe: only PNG files that this program rendered do, and some programs drop it when they save`);
  try {
    const recipe = JSON.parse(texts.semia) as Recipe;
    const { width, height, name } = recipe.target;
    const labels = new Uint8Array(inflateSync(Buffer.from(texts['semia-layout'], 'base64'), { maxOutputLength: Math.max(1, width * height) }));
    if (labels.length !== width * height || typeof recipe.run !== 'string' || typeof recipe.weights !== 'string') throw new Error('incomplete');
    return { recipe, target: { name, width, height, labels, notes: [] } };
  } catch {
    throw new UserError(`${path}: its recipe is damaged`);
  }
}

export const weightsDiffer = (recipe: Recipe, run: RunFolder): boolean => recipe.weights !== run.record.weights.sha256;
