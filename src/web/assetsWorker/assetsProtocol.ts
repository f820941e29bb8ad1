/**
 * The protocol between the page and its assets worker: reading files, painting scenes, first layouts. Nothing here
 * needs a device, so all of it works without WebGPU.
 */
import type { Bytes, LayoutClass, Size } from '../wireTypes.ts';

/** A photograph. */
export interface PagePicture extends Size {
  /** RGBA, height * width * 4. */
  photo: Uint8ClampedArray<ArrayBuffer>;
}

/** A painted scene with its source layout [h,w]. */
export interface SceneAnswer extends PagePicture {
  name: string;
  title: string;
  source: Uint8Array;
  classes: LayoutClass[];
  /** Names of its target layouts. */
  targets: string[];
}

/** A layout read from a file. */
export interface LayoutAnswer extends Size {
  /** [h,w] */
  labels: Uint8Array;
  classes: LayoutClass[];
  /** Sentences for people, such as that the layout was stretched. */
  notes: string[];
  /** The layout is a line drawing: its classes are paper and line. */
  lines: boolean;
}

export interface AssetsMethods {
  /** Paints a shipped scene, `size` pixels wide, without its targets, each of which takes as long again. */
  scene(p: { name: string; size: number }): SceneAnswer;
  sceneTarget(p: { name: string; target: string; size: number }): { labels: Uint8Array };
  /** A photograph from a file, upright, with a longer side of at most `side` pixels. */
  photo(p: { file: Blob; name: string; side: number }): PagePicture;
  /**
   * A layout from a file, at the size given: in `classes` for a target, in its own for a source. `lines`: read it as a
   * drawing; a source that is marked as one is read so anyway.
   */
  layout(p: {
    file: Blob;
    name: string;
    width: number;
    height: number;
    classes?: LayoutClass[];
    lines?: boolean;
  }): LayoutAnswer;
  /** The photograph's line drawing, as `semia edges` finds it. `high`: share 0..1 of its pixels that start no line. */
  drawing(p: PagePicture & { name: string; high?: number }): { labels: Uint8Array; classes: LayoutClass[] };
  /** Superpixels of a photograph. The worker remembers them for `classes`. */
  superpixels(p: PagePicture & { count: number }): { labels: Uint16Array; count: number };
  /** The superpixels found last, merged to k classes. */
  classes(p: { k: number }): { labels: Uint8Array; classes: LayoutClass[] };
  /** A layout as a palette PNG that carries the names of its classes. */
  layoutPng(p: Size & { labels: Uint8Array; classes: LayoutClass[] }): { bytes: Bytes };
  /** A picture as a PNG with text entries. */
  picturePng(p: PagePicture & { texts: Record<string, string> }): { bytes: Bytes };
}
export type AssetsMethodName = keyof AssetsMethods;
export type AssetsParams<M extends AssetsMethodName> = Parameters<AssetsMethods[M]>[0];
export type AssetsResult<M extends AssetsMethodName> = ReturnType<AssetsMethods[M]>;

export type ToAssetsWorker = { id: number; method: AssetsMethodName; params: unknown };
export type FromAssetsWorker = { id: number; result: unknown } | { id: number; error: string; user: boolean };
