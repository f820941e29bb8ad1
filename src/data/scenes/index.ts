// The example scenes that ship with the program: landscapes and a portrait painted by code, each with an exact layout,
// and further layouts whose true picture is known because the same painter paints it.

import { cabin } from './cabin.ts';
import { coast } from './coast.ts';
import { colonnade } from './colonnade.ts';
import { face } from './face.ts';
import { lake } from './lake.ts';
import { meadow } from './meadow.ts';
import { Canvas } from './painting/canvas.ts';
import { developLayout, developPhoto } from './painting/develop.ts';
import type { Scene, ScenePicture, SceneRecipe } from './scene.ts';
import { skyline } from './skyline.ts';

export type { Scene, SceneClass, ScenePicture } from './scene.ts';

/** Closes a recipe over its own geometry type, so that recipes of different scenes fit one list. */
function painter<G>(recipe: SceneRecipe<G>) {
  const picture = (name: string, geometry: G, size: number, seed: number): ScenePicture => {
    const width = size,
      height = Math.round(size * recipe.aspect),
      canvas = new Canvas(width, height);
    // Scenes must not share their clouds and trees, so each counts its seeds from its own start.
    const own = Math.imul(seed, 7919) + recipe.start;
    recipe.paint(canvas, geometry, own);
    const photo = developPhoto(canvas, { exposure: recipe.exposure, grain: 1.1, seed: own + 99 });
    const layout = developLayout(canvas, recipe.classes.length, Math.round(24 * (size / 256) ** 2));
    return { name, width, height, photo, layout };
  };
  return {
    name: recipe.name,
    targets: recipe.targets.map((t) => t.name),
    paint: (size: number, seed: number, targets = true): Scene => ({
      name: recipe.name,
      title: recipe.title,
      classes: recipe.classes,
      source: picture('source', recipe.source, size, seed),
      targets: targets ? recipe.targets.map((t) => picture(t.name, t.geometry, size, seed)) : [],
    }),
    one: (name: string, size: number, seed: number): ScenePicture => {
      const target = recipe.targets.find((t) => t.name === name);
      if (!target) throw new Error(`${recipe.name} has no target "${name}"`);
      return picture(name, target.geometry, size, seed);
    },
  };
}

const landscapes = [
  painter(lake),
  painter(meadow),
  painter(cabin),
  painter(coast),
  painter(skyline),
  painter(colonnade),
];
const portraits = [painter(face)];

/** Names of the landscapes: what comparisons run over. */
export const sceneNames: string[] = landscapes.map((p) => p.name);
/** Names of all scenes that `paintScene` knows: the landscapes and the face, of many small classes. */
export const allSceneNames: string[] = [...sceneNames, ...portraits.map((p) => p.name)];

/**
 * Paints a scene: its source picture and all its targets. `size` is the width in pixels (default 256; the height
 * follows from the scene); the same name, size and seed give the same bytes. Other seeds give other clouds, leaves and
 * waves.
 */
export const paintScene = (name: string, options: SceneOptions = {}): Scene =>
  find(name).paint(options.size ?? 256, options.seed ?? 1);

/** The scene with its source alone, in a fraction of the time; `targetNames` are what paintTarget knows. */
export const paintSource = (name: string, options: SceneOptions = {}): Scene & { targetNames: string[] } => ({
  ...find(name).paint(options.size ?? 256, options.seed ?? 1, false),
  targetNames: find(name).targets,
});

/** One of a scene's targets by itself. */
export const paintTarget = (name: string, target: string, options: SceneOptions = {}): ScenePicture =>
  find(name).one(target, options.size ?? 256, options.seed ?? 1);

/** How a scene is painted. */
export interface SceneOptions {
  /** Width in pixels; default 256. */
  size?: number;
  /** Other seeds give other clouds, leaves and waves; default 1. */
  seed?: number;
}

function find(name: string) {
  const found = [...landscapes, ...portraits].find((p) => p.name === name);
  if (!found) throw new Error(`no scene named "${name}"; there are: ${allSceneNames.join(', ')}`);
  return found;
}
