/** A source pair or a target as the trainer takes it, and its way onto the device. */
import type { Session } from '../autograd/tensor.ts';
import type { Side } from './steps.ts';

/** A layout over a grid whose sides are multiples of 2^levels. */
export interface LayoutData { width: number; height: number; /** Class of every pixel, row by row. */ labels: Uint8Array }
export interface PairData extends LayoutData { /** [3,H,W] in [-1,1]. */ image: Float32Array }

/** What layouts are made of. */
export interface ClassTable { count: number; /** RGB 0..255 of each class, for layouts as colours. */ colors: readonly (readonly [number, number, number])[] }

/** Lasting tensors of one side. `channels` is K for one-hot layouts, 3 for colours. */
export function lastingSide(session: Session, label: string, width: number, height: number, channels: number): Side {
  return {
    image: session.lasting([1, 3, height, width], `${label}.image`),
    labels: session.lasting([1, height, width], `${label}.labels`, undefined, 'u32'),
    layout: session.lasting([1, channels, height, width], `${label}.layout`),
  };
}

/** Colours [3,H,W] in [-1,1] of a label map. */
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

export const layoutValues = (labels: Uint8Array, classes: ClassTable, condition: 'onehot' | 'color'): Float32Array =>
  (condition === 'onehot' ? oneHotLayout(labels, classes.count) : colorLayout(labels, classes));
