/** Recipes of runs' results, in the PNG's text chunks. Their content is defined in model/run/recipe.ts. */
import { dirname, relative, resolve } from 'node:path';
import { inflateSync } from 'node:zlib';
import { UserError } from '../../data/errors.ts';
import { readText } from '../../data/formats/png.ts';
import type { Picture } from '../../data/image/image.ts';
import type { Target } from '../../data/prepare.ts';
import { withRecipe as addRecipe, type Recipe } from '../../model/run/recipe.ts';
import type { FileRecord } from '../../model/run/runRecord.ts';
import { encodePng } from '../../node/encode.ts';
import type { RunFolder } from '../../node/runFolder.ts';
import { programVersion } from '../../node/version.ts';

export type { Recipe } from '../../model/run/recipe.ts';

/** The PNG of a result that will lie at `path`. The same result has the same bytes. */
export function embedRunRecipe(
  picture: Picture,
  path: string,
  run: RunFolder,
  target: Target,
  file: FileRecord,
  { raw, tile }: Pick<Recipe, 'raw' | 'tile'>,
  adapter: string,
): Uint8Array {
  const beside = relative(dirname(resolve(path)), resolve(run.path)) || '.';
  return addRecipe(encodePng(picture), {
    record: run.record,
    run: beside,
    target,
    file,
    raw,
    tile,
    adapter,
    version: programVersion,
  });
}

/** The recipe in a PNG's bytes. Throws UserError where there is none. */
export function readRecipe(png: Uint8Array, path: string): { recipe: Recipe; target: Target } {
  const texts = readText(png, path);
  if (!texts.semia || !texts['semia-layout'])
    throw new UserError(
      `${path}: carries no recipe: only PNG files that this program rendered do, and some programs drop it when ` +
        'they save',
    );
  try {
    const recipe = JSON.parse(texts.semia) as Recipe;
    const { width, height, name } = recipe.target;
    const labels = new Uint8Array(
      inflateSync(Buffer.from(texts['semia-layout'], 'base64'), { maxOutputLength: Math.max(1, width * height) }),
    );
    if (labels.length !== width * height || typeof recipe.run !== 'string' || typeof recipe.weights !== 'string')
      throw new Error('incomplete');
    return { recipe, target: { name, width, height, labels, notes: [] } };
  } catch {
    throw new UserError(`${path}: its recipe is damaged`);
  }
}

export const weightsDiffer = (recipe: Recipe, run: RunFolder): boolean => recipe.weights !== run.record.weights.sha256;
