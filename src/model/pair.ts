/** A source pair or a target as the trainer takes it, and its way onto the device. */
import type { Session } from '../autograd/session.ts';
import type { Tensor } from '../autograd/tensor.ts';
import { drawingChannels, drawingPlanes } from '../data/layout/drawing/drawing.ts';
import { mirrorOf } from '../data/layout/mirror.ts';
import type { PaletteClass } from '../data/layout/palette.ts';
import type { Condition } from './config.ts';

/** A layout over a grid whose sides are multiples of 2^levels. */
export interface LayoutData {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Class of every pixel, row by row. */
  labels: Uint8Array;
}
/** A picture with its layout. */
export interface PairData extends LayoutData {
  /** Shape [3,H,W], -1 to 1. */
  image: Float32Array;
}

/** What layouts are made of. */
export interface ClassTable {
  /** Number of classes. */
  count: number;
  /** RGB 0..255 of each class, for layouts as colors. */
  colors: readonly (readonly [number, number, number])[];
  /** What each class is in a mirrored picture (data/mirror.ts); itself without. */
  mirror?: Uint8Array | null;
}

/** One side of a pair on the device. */
export interface TrainingPair {
  /** [1,3,H,W] in [-1,1]. */
  image: Tensor;
  /** Classes u32 [1,H,W]. */
  labels: Tensor;
  /** What the networks are given as layout: one-hot [1,K,H,W] or colors [1,3,H,W]. */
  layout: Tensor;
}
/** What the networks need to know of a palette's classes. */
export const classTable = ({ classes }: { classes: readonly Pick<PaletteClass, 'name' | 'color'>[] }): ClassTable => ({
  count: classes.length,
  colors: classes.map((c) => c.color),
  mirror: mirrorOf(classes.map((c) => c.name)),
});

/** Lasting tensors of one side. `channels`: layoutChannels. */
export function lastingSide(
  session: Session,
  label: string,
  width: number,
  height: number,
  channels: number,
): TrainingPair {
  return {
    image: session.lasting([1, 3, height, width], `${label}.image`),
    labels: session.lasting([1, height, width], `${label}.labels`, undefined, 'u32'),
    layout: session.lasting([1, channels, height, width], `${label}.layout`),
  };
}

/**
 * (median frequency / frequency)^power for each class of a label map (Eigen and Fergus, ICCV 2015, for power 1), f32
 * [K]; 1 for classes that it lacks.
 */
export function classWeights(labels: Uint8Array, classes: number, power: number): Float32Array {
  const counts = new Float64Array(classes);
  for (const k of labels) counts[k]++;
  const present = [...counts].filter((n) => n > 0).sort((a, b) => a - b);
  const middle = present.length / 2;
  const median = present.length % 2 ? present[Math.floor(middle)] : (present[middle - 1] + present[middle]) / 2;
  return Float32Array.from(counts, (n) => (n ? (median / n) ** power : 1));
}

/** Colors [3,H,W] in [-1,1] of a label map. */
export function colorLayout(labels: Uint8Array, classes: ClassTable): Float32Array {
  const n = labels.length;
  const out = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) for (let c = 0; c < 3; c++) out[c * n + i] = classes.colors[labels[i]][c] / 127.5 - 1;
  return out;
}

/** One-hot [K,H,W] of a label map. */
export function oneHotLayout(labels: Uint8Array, classes: number): Float32Array {
  const n = labels.length;
  const out = new Float32Array(classes * n);
  for (let i = 0; i < n; i++) out[labels[i] * n + i] = 1;
  return out;
}

/** Channels of what the networks are given as layout. */
export const layoutChannels = (condition: Condition, classes: number): number =>
  condition === 'onehot' ? classes : condition === 'color' ? 3 : drawingChannels;

/** What the networks are given of a layout, [layoutChannels,H,W]. */
export const layoutValues = (layout: LayoutData, classes: ClassTable, condition: Condition): Float32Array =>
  condition === 'onehot'
    ? oneHotLayout(layout.labels, classes.count)
    : condition === 'color'
      ? colorLayout(layout.labels, classes)
      : drawingPlanes(layout);
