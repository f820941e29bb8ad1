/** Recipes of runs' results, as texts of their files. Their content is defined in model/run/recipe.ts. */
import { dirname, relative, resolve } from 'node:path';
import { inflateSync } from 'node:zlib';
import { UserError } from '../../data/errors.ts';
import type { Target } from '../../data/prepare.ts';
import { type Recipe, recipeTexts } from '../../model/run/recipe.ts';
import type { FileRecord } from '../../model/run/runRecord.ts';
import type { RunFolder } from '../../node/runFolder.ts';
import { programVersion } from '../../node/version.ts';

export type { Recipe } from '../../model/run/recipe.ts';

/** The texts of a result that will lie at `path`. The same result has the same ones. */
export function runTexts(
  path: string,
  run: RunFolder,
  target: Target,
  file: FileRecord,
  { raw, tile, quality }: Pick<Recipe, 'raw' | 'tile' | 'quality'>,
  adapter: string,
): Record<string, string> {
  const beside = relative(dirname(resolve(path)), resolve(run.path)) || '.';
  return recipeTexts({
    record: run.record,
    run: beside,
    target,
    file,
    raw,
    tile,
    quality,
    adapter,
    version: programVersion,
  });
}

/** The recipe in a file's texts. Throws UserError where there is none. */
export function readRecipe(texts: Record<string, string>, path: string): { recipe: Recipe; target: Target } {
  if (!texts.semia || !texts['semia-layout'])
    throw new UserError(
      `${path}: carries no recipe: only pictures that this program rendered do, and some programs drop it when ` +
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
