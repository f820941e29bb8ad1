import type { Canvas } from './painting/canvas.ts';

/** A class of a layout: its name and its color in the layout's picture (sRGB bytes). */
export interface SceneClass {
  /** In English, one word. */
  name: string;
  /** Red, green, blue, each 0 to 255. */
  color: [number, number, number];
}

/** A photograph and its exact layout. */
export interface ScenePicture {
  /** `source`, or the target's name. */
  name: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** sRGB bytes, red green blue, row after row: height * width * 3. */
  photo: Uint8Array;
  /** Class index of each pixel: height * width. */
  layout: Uint8Array;
}

/**
 * One photograph to learn from, and layouts to render. A target's photo is the truth: the same painter's picture of
 * that layout.
 */
export interface Scene {
  /** As in `allSceneNames`. */
  name: string;
  /** For headings. */
  title: string;
  /** Class k of its layouts is `classes[k]`. */
  classes: SceneClass[];
  /** What to learn from. */
  source: ScenePicture;
  /** What to render, with their true pictures. */
  targets: ScenePicture[];
}

/**
 * How to paint one scene from a geometry G: the same materials, light and palette for the source and for every target.
 */
export interface SceneRecipe<G> {
  name: string;
  title: string;
  classes: SceneClass[];
  /** Height over width. */
  aspect: number;
  exposure: number;
  /** Where the scene's seeds start. */
  start: number;
  source: G;
  targets: readonly { name: string; geometry: G }[];
  paint: (canvas: Canvas, geometry: G, seed: number) => void;
}
