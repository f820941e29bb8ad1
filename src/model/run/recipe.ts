/** What a result carries with it to be made again: two texts of its file, `semia` (JSON) and `semia-layout`. */
import { zlibSync } from 'fflate';
import { withText } from '../../data/formats/png.ts';
import type { Target } from '../../data/prepare.ts';
import type { Tile } from '../synthesis/tile.ts';
import type { FileRecord, RunRecord } from './runRecord.ts';

export interface Recipe {
  program: 'semia';
  version: string;
  preset: string;
  seed: number;
  size: number;
  iteration: number;
  raw: boolean;
  /** The axes along which it fits itself; none: absent. */
  tile?: Tile;
  /** Of a lossy file, where it was given. */
  quality?: number;
  adapter: string;
  /** The run folder, seen from the picture's own folder. */
  run: string;
  /** SHA-256 of the run's weights, and of the files given. */
  weights: string;
  photo: FileRecord;
  layout: FileRecord;
  target: FileRecord & { width: number; height: number };
}

export interface RecipeParts {
  record: RunRecord;
  run: string;
  target: Target;
  file: FileRecord;
  raw: boolean;
  tile?: Tile;
  quality?: number;
  adapter: string;
  version: string;
}

/** The PNG of a result with its recipe in it. The same result has the same bytes. */
export const withRecipe = (png: Uint8Array, parts: RecipeParts): Uint8Array => withText(png, recipeTexts(parts));

/** The recipe as texts of the result's file. `file`: the target layout's. */
export function recipeTexts({ record, run, target, file, ...parts }: RecipeParts): Record<string, string> {
  const { config: c, inputs, host, weights } = record;
  const { raw, tile, quality, adapter, version } = parts;
  const brief = ({ name, sha256 }: FileRecord): FileRecord => ({ name, sha256 });
  const recipe: Recipe = {
    program: 'semia',
    version,
    preset: c.preset,
    seed: c.seed,
    size: c.size,
    iteration: host.iteration,
    raw,
    ...(tile && { tile }),
    ...(quality !== undefined && { quality }),
    adapter,
    run,
    weights: weights.sha256,
    photo: brief(inputs.photo),
    layout: brief(inputs.layout),
    target: { ...brief(file), width: target.width, height: target.height },
  };
  // The labels themselves travel along: a layout drawn over later can still be rendered as it was.
  let packed = '';
  for (const byte of zlibSync(target.labels, { level: 9 })) packed += String.fromCharCode(byte);
  return { Software: `semia ${version}`, semia: JSON.stringify(recipe), 'semia-layout': btoa(packed) };
}
