/**
 * What the page asks of its second worker: reading files, painting scenes, first layouts. Nothing here needs a device,
 * so all of it works without WebGPU.
 */
import type { LayoutClass } from '../page/paint/document.ts';
import type { RGB } from '../../data/layout/palette.ts';
import type { Bytes } from '../engineProtocol.ts';

export interface PagePicture {
  width: number;
  height: number;
  /** RGBA */
  photo: Uint8ClampedArray<ArrayBuffer>;
}
export interface SceneAnswer extends PagePicture {
  name: string;
  title: string;
  source: Uint8Array;
  classes: LayoutClass[];
  targets: string[];
}
export interface LayoutAnswer {
  width: number;
  height: number;
  labels: Uint8Array;
  classes: LayoutClass[];
  notes: string[];
  /** It is a line drawing: paper and line. */
  lines: boolean;
}

export interface AssetsMethods {
  /** One of the shipped scenes, its width `size` pixels; without its targets, which take as long each. */
  scene(p: { name: string; size: number }): SceneAnswer;
  sceneTarget(p: { name: string; target: string; size: number }): { labels: Uint8Array };
  /** A photograph from a file, upright, at most `side` pixels long. */
  photo(p: { file: Blob; name: string; side: number }): PagePicture;
  /**
   * A layout from a file, as a source's (its own classes) or in given classes, at the size given. `lines`: it is a
   * drawing; a source's can say so by itself.
   */
  layout(p: {
    file: Blob;
    name: string;
    width: number;
    height: number;
    classes?: LayoutClass[];
    lines?: boolean;
  }): LayoutAnswer;
  /**
   * The photograph's line drawing, as `semia edges` finds it. `high`: the share of its pixels (0..1) too even to begin
   * a line.
   */
  drawing(p: PagePicture & { name: string; high?: number }): { labels: Uint8Array; classes: LayoutClass[] };
  /** Superpixels of a photograph; kept for `classes`. */
  superpixels(p: PagePicture & { count: number }): { labels: Uint16Array; count: number };
  /** The photograph's superpixels merged to k classes. */
  classes(p: { k: number }): { labels: Uint8Array; classes: LayoutClass[] };
  /** A layout as a palette PNG that carries its classes' names. */
  layoutPng(p: { width: number; height: number; labels: Uint8Array; classes: { name: string; color: RGB }[] }): {
    bytes: Bytes;
  };
  /** A picture as a PNG with texts in it. */
  picturePng(p: PagePicture & { texts: Record<string, string> }): { bytes: Bytes };
}
export type AssetsMethodName = keyof AssetsMethods;
export type AssetsParams<M extends AssetsMethodName> = Parameters<AssetsMethods[M]>[0];
export type AssetsResult<M extends AssetsMethodName> = ReturnType<AssetsMethods[M]>;

export type ToAssetsWorker = { id: number; method: AssetsMethodName; params: unknown };
export type FromAssetsWorker = { id: number; result: unknown } | { id: number; error: string; user: boolean };
