/** What the quality bench runs on: painted scenes, with the truth of every target, and folders of photographs. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/data/errors.ts';
import { type Picture, resize } from '../../src/data/image/image.ts';
import {
  fitTarget,
  ownLayout,
  prepareSource,
  prepareTarget,
  type Source,
  type Target,
} from '../../src/data/prepare.ts';
import { allSceneNames, paintSource, paintTarget } from '../../src/data/scenes/index.ts';
import { sceneLayout, scenePhoto } from '../../src/data/scenes/pictures.ts';
import { scenePalette } from '../../src/cli/commands/example.ts';
import { readPicture } from '../../src/node/decode.ts';

/** A photograph with layouts to render. */
export interface Case {
  source: Source;
  targets: CaseTarget[];
}
export interface CaseTarget {
  name: string;
  target: Target;
  /** The true picture, of the target's size; null where nobody knows it. */
  truth: Picture | null;
}
/** A case that is painted or read when its turn comes. */
export interface CaseEntry {
  name: string;
  open(): Promise<Case>;
}
export interface CaseOptions {
  /** Targets of each photograph, at most. */
  targets: number;
  /** Longer side in pixels: painted scenes have it, photographs at most; null: 600, and their own. */
  size: number | null;
}

const paintedSize = 600;

async function painted(name: string, { targets, size }: CaseOptions): Promise<Case> {
  const options = { size: size ?? paintedSize };
  const scene = paintSource(name, options);
  const { source } = prepareSource(scenePhoto(scene.source), sceneLayout(scene, scene.source), {
    named: scenePalette(scene),
  });
  return {
    source,
    targets: scene.targetNames.slice(0, targets).map((target) => {
      const made = paintTarget(name, target, options);
      return { name: target, target: prepareTarget(sceneLayout(scene, made), source), truth: scenePhoto(made) };
    }),
  };
}

/** The file of a folder that fits, or null. */
const find = (files: readonly string[], pattern: RegExp): string | null => files.find((f) => pattern.test(f)) ?? null;
const list = (folder: string): Promise<string[]> =>
  fs.readdir(folder).then(
    (f) => f.sort(),
    () => [],
  );

/**
 * A folder with photo.* or img.*, layout.png or label.png, and layouts in targets/ (true pictures in truth/) or cond/;
 * without any: the photograph's own layout, mirrored, and shifted.
 */
async function photographed(folder: string, { targets, size }: CaseOptions): Promise<Case> {
  const files = await list(folder);
  const [photo, layout] = [find(files, /^(photo|img)\.\w+$/), find(files, /^(layout|label)\.\w+$/)];
  if (!photo || !layout) throw new UserError(`${folder}: has no photo.* and layout.* (or img.* and label.*)`);
  const { source } = prepareSource(
    await readPicture(join(folder, photo)),
    await readPicture(join(folder, layout), { layout: true }),
    { longSide: size ?? undefined },
  );
  const drawn = [
    ...(await list(join(folder, 'targets'))).map((f) => join('targets', f)),
    ...(await list(join(folder, 'cond'))).filter((f) => /^\d+\.\w+$/.test(f)).map((f) => join('cond', f)),
  ].slice(0, targets);
  if (!drawn.length) return { source, targets: madeTargets(source) };
  const truths = new Set(await list(join(folder, 'truth')));
  return {
    source,
    targets: await Promise.all(
      drawn.map(async (file) => {
        const target = prepareTarget(await readPicture(join(folder, file), { layout: true }), source);
        const name = file.replace(/^\w+[\\/]|\.\w+$/g, '');
        const truth = [...truths].find((f) => f.replace(/\.\w+$/, '') === name);
        return {
          name,
          target,
          truth: truth ? resize(await readPicture(join(folder, 'truth', truth)), target.width, target.height) : null,
        };
      }),
    ),
  };
}

/** The photograph's own layout, the same mirrored, and moved right by a fifth, its left column repeated. */
export function madeTargets(source: Source): CaseTarget[] {
  const { width: w, height: h, labels } = source;
  const from = (name: string, column: (x: number) => number): CaseTarget => {
    const moved = labels.map((_, i) => labels[i - (i % w) + column(i % w)]);
    // In the picture's pixels, not in the layout's, which may be another size.
    const target = fitTarget(
      { name, width: w, height: h, labels: moved },
      { ...source, drawn: { width: w, height: h } },
    );
    return { name, target, truth: null };
  };
  const shift = Math.round(w / 5);
  return [
    { name: 'own', target: { ...ownLayout(source), name: 'own' }, truth: null },
    from('mirrored', (x) => w - 1 - x),
    from('shifted', (x) => Math.max(0, x - shift)),
  ];
}

/** All cases by name: the painted scenes, then those of the folder, where it exists. `only`: these alone. */
export async function casesOf(examples: string, only: readonly string[], o: CaseOptions): Promise<CaseEntry[]> {
  const folders = (await fs.readdir(examples, { withFileTypes: true }).catch(() => []))
    .filter((f) => f.isDirectory())
    .map((f) => f.name)
    .sort();
  const all: CaseEntry[] = [
    ...allSceneNames.map((name) => ({ name, open: () => painted(name, o) })),
    ...folders.map((name) => ({ name, open: () => photographed(join(examples, name), o) })),
  ];
  const unknown = only.find((name) => !all.some((c) => c.name === name));
  if (unknown !== undefined)
    throw new UserError(`--only ${unknown}: there is no such scene; there are ${all.map((c) => c.name).join(', ')}`);
  return only.length ? all.filter((c) => only.includes(c.name)) : all;
}
