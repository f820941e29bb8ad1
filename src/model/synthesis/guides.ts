/** Guides of patch synthesis: what a position is, beside its colors, so that patches come from like places. */

import { allDistances } from '../../data/layout/drawing/lines.ts';
import type { LayoutData } from '../pair.ts';
import { shrinkImage } from './pyramid.ts';
import type { MirroredPlanes } from './reflections.ts';
import { placesWithin, type RegionCoordinates, regionCoordinates } from './regionCoordinates.ts';

/** Weights of the guide channels, each against squared color differences in [-1,1]. */
export interface GuideWeights {
  /**
   * What each pixel of another class costs in a patch, against squared color differences in [-1,1]: keeps the shapes
   * of boundaries.
   */
  near: number;
  /** Classes in the wider surroundings: what lies next to what. */
  far: number;
  /** Radius of that blur, as a share of the picture's size. */
  farRadius: number;
  /** Position across, in picture widths. */
  across: number;
  /** Position down, in picture heights: skies are brighter at the horizon. */
  down: number;
  /**
   * Place within the pixel's own region (synthesis/regionCoordinates.ts), in region sizes: doors and windows are
   * somewhere in a wall.
   */
  within: number;
  /** Light and shadow that an object casts beside its foot (synthesis/castShadows.ts), against luminance in [-1,1]. */
  castShadow: number;
  /** What a reflecting class mirrors (synthesis/reflections.ts). */
  mirrored: number;
}

/**
 * One pass of a box blur of radius r over `rows` lines of n values, `stride` apart within a line, `next` between lines;
 * edges repeated.
 */
function boxRows(x: Float32Array, rows: number, n: number, r: number, stride: number, next: number): void {
  const line = new Float32Array(n + 2 * r + 1);
  const f = 1 / (2 * r + 1);
  for (let row = 0; row < rows; row++) {
    const base = row * next;
    for (let i = 0; i < line.length; i++) line[i] = x[base + Math.min(n - 1, Math.max(0, i - r)) * stride];
    let sum = 0;
    for (let i = 0; i < 2 * r + 1; i++) sum += line[i];
    for (let i = 0; i < n; i++) {
      x[base + i * stride] = sum * f;
      sum += line[i + 2 * r + 1] - line[i];
    }
  }
}

/** Three box blurs: close to a Gaussian of standard deviation about r. In place over [h,w]. */
function blur(x: Float32Array, w: number, h: number, r: number): Float32Array {
  if (r >= 1)
    for (let pass = 0; pass < 3; pass++) {
      boxRows(x, h, w, Math.round(r), 1, w);
      boxRows(x, w, h, Math.round(r), w, 1);
    }
  return x;
}

/** Shorter side, at most, of the maps that surroundings are blurred in: they are smooth, and enlarged afterwards. */
const smallSide = 64;

/**
 * What surrounds each place, as planes [n,h,w] at a size of their own; and, found when first asked for, the regions
 * that places lie within.
 */
export interface Surroundings {
  width: number;
  height: number;
  planes: Float32Array;
  regions: () => RegionCoordinates;
  /** [h,w], see synthesis/castShadows.ts. */
  castShadow?: Float32Array;
  /** See synthesis/reflections.ts. */
  mirrored?: MirroredPlanes;
}

function regionsOf(layout: LayoutData): () => RegionCoordinates {
  let found: RegionCoordinates | undefined;
  return () => (found ??= regionCoordinates(layout));
}

/**
 * The surroundings in a drawing, [5,h,w] at its own size: exp(-d / a) of the distances to the nearest line above,
 * below, left, right (a: 1/8 of the longer side), and anywhere (1/32).
 */
export function lineSurroundings({ width, height, labels }: LayoutData): Surroundings {
  const n = width * height;
  const longer = Math.max(width, height);
  const planes = new Float32Array(5 * n);
  const { any, up, down, left, right } = allDistances(labels, width, height);
  for (const [k, map] of [up, down, left, right, any].entries()) {
    const rate = (k < 4 ? 8 : 32) / longer;
    for (let p = 0; p < n; p++) planes[k * n + p] = Math.exp(-map[p] * rate);
  }
  return { width, height, planes, regions: regionsOf({ width, height, labels }) };
}

/** The surroundings in a layout, [K,h,w] at a small size: shares of the classes about each place. */
export function surroundings(
  { width: w, height: h, labels }: LayoutData,
  classes: number,
  radius: number,
): Surroundings {
  const f = Math.min(1, smallSide / Math.min(w, h));
  const [width, height] = [Math.max(1, Math.round(w * f)), Math.max(1, Math.round(h * f))];
  const planes = new Float32Array(classes * width * height);
  const [column, row] = [
    Float64Array.from({ length: w }, (_, x) => Math.floor((x * width) / w)),
    Float64Array.from({ length: h }, (_, y) => Math.floor((y * height) / h)),
  ];
  const cells = new Float32Array(width * height);
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0; x < w; x++, i++) {
      const cell = row[y] * width + column[x];
      cells[cell]++;
      planes[labels[i] * width * height + cell]++;
    }
  for (let i = 0; i < planes.length; i++) planes[i] /= cells[i % cells.length];
  for (let k = 0; k < classes; k++)
    blur(planes.subarray(k * cells.length, (k + 1) * cells.length), width, height, radius * Math.max(width, height));
  return { width, height, planes, regions: regionsOf({ width: w, height: h, labels }) };
}

/**
 * Guides [h,w,4 n] of one level, times their weights: surroundings, position across and down, place within the region
 * where it has a weight, light and shadow and what is mirrored where there is some, colors [3,h,w] where given, zeros
 * to fill up.
 */
export function guides(
  around: Surroundings,
  { width: w, height: h }: { width: number; height: number },
  weight: GuideWeights,
  colors?: Float32Array,
): Float32Array {
  const kinds = around.planes.length / (around.width * around.height);
  const places = weight.within ? placesWithin(around.regions(), w, h) : null;
  const castShadow =
    weight.castShadow && around.castShadow ? shrinkImage(around.castShadow, around.width, around.height, w, h) : null;
  const third = kinds + (places ? 4 : 2); // channel of the castShadow
  const fourth = third + (castShadow ? 1 : 0); // channel of the first mirrored class
  const mirrored =
    weight.mirrored && around.mirrored
      ? shrinkImage(around.mirrored.planes, around.mirrored.width, around.mirrored.height, w, h)
      : new Float32Array(0);
  const mirroredKinds = mirrored.length / (w * h);
  const first = fourth + mirroredKinds; // channel of the colors
  const n = 4 * Math.ceil((first + (colors ? 3 : 0)) / 4);
  const data = new Float32Array(w * h * n);
  const planes = shrinkImage(around.planes, around.width, around.height, w, h);
  const size = Math.max(w, h);
  const each = w * h;
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0; x < w; x++, i++) {
      const at = i * n;
      for (let k = 0; k < kinds; k++) data[at + k] = planes[k * each + i] * weight.far;
      data[at + kinds] = (x / size) * weight.across;
      data[at + kinds + 1] = (y / size) * weight.down;
      if (places) {
        data[at + kinds + 2] = places[i] * weight.within;
        data[at + kinds + 3] = places[each + i] * weight.within;
      }
      if (castShadow) data[at + third] = castShadow[i] * weight.castShadow;
      for (let k = 0; k < mirroredKinds; k++) data[at + fourth + k] = mirrored[k * each + i] * weight.mirrored;
      if (colors) for (let c = 0; c < 3; c++) data[at + first + c] = colors[c * each + i];
    }
  return data;
}
