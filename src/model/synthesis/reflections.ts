/**
 * Reflections: water shows what stands above it, so when that moves, its image should. Where a photograph's class
 * resembles, upside down, what lies above it, the layout mirrored at the class's upper edge is a guide: water that
 * mirrors sky is matched to water that mirrored sky.
 */
import type { LayoutData, PairData } from '../pair.ts';
import { shrinkImage, shrinkLabels } from './pyramid.ts';

/** What mirrored labels give as planes [n,h,w], at a size of their own. */
export interface MirroredPlanes {
  width: number;
  height: number;
  planes: Float32Array;
}

/** A photograph's reflecting classes, and the classes that they mirror. */
export interface Reflections {
  mirrors: ReadonlySet<number>;
  /** Classes that have a plane, the most frequent first. */
  shown: readonly number[];
}

/** Shorter side, at most, of the maps that are looked at: towers stay some pixels wide. */
const smallSide = 128;
/** Least share of the picture that a reflecting class has. */
const leastShare = 0.03;
/** Least correlation, within rows, of a class's brightness with what is above its upper edge, upside down [M]. */
const leastCorrelation = 0.35;
/** Planes at most. */
const mostPlanes = 8;

/** The size of the maps for a layout. */
function smallSize({ width, height }: { width: number; height: number }): { width: number; height: number } {
  const f = Math.min(1, smallSide / Math.min(width, height));
  return { width: Math.max(1, Math.round(width * f)), height: Math.max(1, Math.round(height * f)) };
}

/**
 * For each pixel the pixel above the upper edge of its class's vertical stretch, as far away from the edge as it is;
 * -1 where that lies outside the picture.
 */
function mirroredPixels(labels: Uint8Array, width: number, height: number): Int32Array {
  const out = new Int32Array(labels.length);
  for (let x = 0; x < width; x++)
    for (let y = 0, top = 0; y < height; y++) {
      const i = y * width + x;
      if (y > 0 && labels[i] !== labels[i - width]) top = y;
      const mirrored = 2 * top - 1 - y;
      out[i] = mirrored >= 0 ? mirrored * width + x : -1;
    }
  return out;
}

/** The classes of a photograph that mirror what is above them; null where there are none. */
export function learnReflections(source: PairData): Reflections | null {
  const { width, height } = smallSize(source);
  const labels = shrinkLabels(source.labels, source.width, source.height, width, height);
  const image = shrinkImage(source.image, source.width, source.height, width, height);
  const n = width * height;
  const light = Float32Array.from({ length: n }, (_, i) => (image[i] + image[n + i] + image[2 * n + i]) / 3);
  const above = mirroredPixels(labels, width, height);
  const mirrors = new Set<number>();
  const counts = new Uint32Array(256);
  for (const k of new Set(labels)) {
    if (labels.reduce((sum, l) => sum + Number(l === k), 0) < leastShare * n) continue;
    if (correlation(k, labels, light, above, width, height) >= leastCorrelation) mirrors.add(k);
  }
  for (let i = 0; i < n; i++) if (mirrors.has(labels[i]) && above[i] >= 0) counts[labels[above[i]]]++;
  const shown = [...counts.keys()].filter((k) => counts[k]).sort((a, b) => counts[b] - counts[a]);
  return mirrors.size ? { mirrors, shown: shown.slice(0, mostPlanes) } : null;
}

/** Of a class's brightness with its mirrored pixels', less the means of each row. */
function correlation(
  k: number,
  labels: Uint8Array,
  light: Float32Array,
  above: Int32Array,
  width: number,
  height: number,
): number {
  let [own, other, both] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    const pixels: number[] = [];
    for (let i = y * width; i < (y + 1) * width; i++) if (labels[i] === k && above[i] >= 0) pixels.push(i);
    const mean = (f: (i: number) => number): number => pixels.reduce((sum, i) => sum + f(i), 0) / pixels.length;
    const [a, b] = [mean((i) => light[i]), mean((i) => light[above[i]])];
    for (const i of pixels) {
      own += (light[i] - a) ** 2;
      other += (light[above[i]] - b) ** 2;
      both += (light[i] - a) * (light[above[i]] - b);
    }
  }
  return own > 0 && other > 0 ? both / Math.sqrt(own * other) : 0;
}

/** One plane for each class that is mirrored: 1 where a reflecting class shows it, 0 elsewhere. */
export function mirroredPlanes({ mirrors, shown }: Reflections, of: LayoutData): MirroredPlanes {
  const { width, height } = smallSize(of);
  const labels = shrinkLabels(of.labels, of.width, of.height, width, height);
  const above = mirroredPixels(labels, width, height);
  const n = width * height;
  const planes = new Float32Array(shown.length * n);
  for (let i = 0; i < n; i++) {
    const plane = mirrors.has(labels[i]) && above[i] >= 0 ? shown.indexOf(labels[above[i]]) : -1;
    if (plane >= 0) planes[plane * n + i] = 1;
  }
  return { width, height, planes };
}
