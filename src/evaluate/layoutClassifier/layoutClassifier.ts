/**
 * The judge: reads the layout off a picture, to say whether a result follows its target. It took no part in any
 * training here: it learns from the source pair and random warps of it alone, by other means (extremely randomized
 * trees over hand-made features of color and texture) and another seed than the segmenter S, and it is not told where a
 * pixel lies, so it cannot answer by habit that the sky is at the top.
 *
 * No judge is right about everything. So it comes with two numbers of its own: its ceiling, what it gives to warps of
 * the source that it has not seen, where the layout is known to be right; and the control, what it gives the untouched
 * source against the target, which is what doing nothing earns. A result's score means something between the two.
 */
import { type Picture, resize, resizeLabels } from '../../data/image/image.ts';
import { HostRandom } from '../../engine/random.ts';
import { type LayoutScore, layoutScore } from '../metrics/labels.ts';
import { lab } from '../metrics/planes.ts';
import { pixelFeatures } from './features.ts';
import { Forest } from './forest.ts';
import { type PictureAndLabels, warpedPair } from './warps.ts';

/** How a layout classifier learns. */
export interface LayoutClassifierOptions {
  /** Longer side of the source as the judge sees it, in pixels; smaller sources stay as they are. */
  longSide: number;
  /** Warps to learn from (beside the source itself), and unseen ones for the ceiling. */
  warps: number;
  unseen: number;
  /** Pixels learned from, over all warps; classes by the square root of their areas. */
  samples: number;
  /** How often each view's resolution is divided before it is learned from, in turn: a blurred tree still is a tree. */
  soft: number[];
  trees: number;
  tries: number;
  least: number;
  seed: number;
}
export const defaultLayoutClassifier: LayoutClassifierOptions = {
  longSide: 256,
  warps: 5,
  unseen: 2,
  samples: 24_000,
  soft: [1, 2, 1, 3, 1, 4],
  trees: 24,
  tries: 12,
  least: 8,
  seed: 0x1d9e,
};

/** Spread of the final vote: pixels, and units of L*a*b*. */
const voteRadius = 2,
  voteColor = 8;

/** Reads the layout off any picture in the likeness of one photograph. Made by `LayoutClassifier.train`. */
export class LayoutClassifier {
  private constructor(
    /** Number of classes. */
    readonly classes: number,
    /** Size of the pictures it looks at, as a share of the source's. */
    readonly scale: number,
    private readonly forest: Forest,
    /** What it gives, on average, to warps of the source that it has not seen. */
    readonly ceiling: LayoutScore,
  ) {}

  /**
   * Trains on one pair. A second or two for 256 x 256 pixels on one core; the same bits for the same pair and options.
   */
  static train(
    source: PictureAndLabels,
    classes: number,
    options: Partial<LayoutClassifierOptions> = {},
  ): LayoutClassifier {
    const o = { ...defaultLayoutClassifier, ...options };
    const scale = Math.min(1, o.longSide / Math.max(source.width, source.height));
    const [w, h] = [source.width, source.height].map((n) => Math.max(8, Math.round(n * scale)));
    const small: PictureAndLabels = {
      width: w,
      height: h,
      photo: resize(source.photo, w, h),
      labels: resizeLabels(source.labels, source.width, source.height, w, h),
    };
    const forest = Forest.train(draw(small, classes, o), o);
    const scores = Array.from({ length: o.unseen }, (_, i) => {
      const unseen = warpedPair(small, o.seed, o.warps + i);
      return layoutScore(unseen.labels, decide(forest, unseen.photo), classes);
    });
    return new LayoutClassifier(classes, scale, forest, meanScore(scores));
  }

  /** Class of every pixel of a picture whose pixels are as large as the source's; [h,w] at the picture's size. */
  predict(picture: Picture): Uint8Array {
    const [w, h] = [picture.width, picture.height].map((n) => Math.max(8, Math.round(n * this.scale)));
    return resizeLabels(decide(this.forest, resize(picture, w, h)), w, h, picture.width, picture.height);
  }
}

/** The mean of scores; a class counts where it occurs. */
export function meanScore(scores: readonly LayoutScore[]): LayoutScore {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    meanIoU: mean(scores.map((s) => s.meanIoU)),
    accuracy: mean(scores.map((s) => s.accuracy)),
    perClass: scores[0].perClass.map((_, k) => {
      const found = scores.map((s) => s.perClass[k]).filter((v): v is number => v !== null);
      return found.length ? mean(found) : null;
    }),
  };
}

/** The picture with detail finer than `by` pixels taken out. */
const softened = (p: Picture, by: number): Picture =>
  by === 1
    ? p
    : resize(
        resize(p, Math.max(2, Math.round(p.width / by)), Math.max(2, Math.round(p.height / by))),
        p.width,
        p.height,
      );

/** Pixels of the source and its warps, with their features. */
function draw(
  source: PictureAndLabels,
  classes: number,
  o: LayoutClassifierOptions,
): { columns: Float32Array[]; labels: Uint8Array; classes: number } {
  const columns: number[][] = [];
  const labels: number[] = [];
  const random = new HostRandom(o.seed);
  for (let v = -1; v < o.warps; v++) {
    const view = v < 0 ? source : warpedPair(source, o.seed, v);
    const { planes } = pixelFeatures(softened(view.photo, o.soft[(v + 1) % o.soft.length]));
    const byClass: number[][] = Array.from({ length: classes }, () => []);
    for (const [i, k] of view.labels.entries()) byClass[k].push(i);
    const total = byClass.reduce((s, c) => s + Math.sqrt(c.length), 0);
    for (const [k, pixels] of byClass.entries()) {
      const n = Math.min(pixels.length, Math.round(((o.samples / (o.warps + 1)) * Math.sqrt(pixels.length)) / total));
      for (let j = 0; j < n; j++) {
        const i = pixels[Math.floor(random.next() * pixels.length)];
        for (const [f, p] of planes.entries()) (columns[f] ??= []).push(p[i]);
        labels.push(k);
      }
    }
  }
  return { columns: columns.map((c) => Float32Array.from(c)), labels: Uint8Array.from(labels), classes };
}

/**
 * Labels of a picture: the forest's shares, averaged over neighbors of like color (a bilateral window, Tomasi and
 * Manduchi 1998), then the largest. Without it single leaves and blades speckle the map.
 */
function decide(forest: Forest, picture: Picture): Uint8Array {
  const { width: w, height: h } = picture;
  const shares = forest.shares(pixelFeatures(picture).planes);
  const [L, A, B] = lab(picture).planes;
  const k = forest.classes;
  const out = new Uint8Array(w * h);
  const sum = new Float64Array(k);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const p = y * w + x;
      sum.fill(0);
      for (let v = Math.max(0, y - voteRadius); v <= Math.min(h - 1, y + voteRadius); v++) {
        for (let u = Math.max(0, x - voteRadius); u <= Math.min(w - 1, x + voteRadius); u++) {
          const q = v * w + u;
          const d = ((L[p] - L[q]) ** 2 + (A[p] - A[q]) ** 2 + (B[p] - B[q]) ** 2) / voteColor ** 2;
          const weight = 1 / (1 + d);
          for (let c = 0; c < k; c++) sum[c] += weight * shares[q * k + c];
        }
      }
      let best = 0;
      for (let c = 1; c < k; c++) if (sum[c] > sum[best]) best = c;
      out[p] = best;
    }
  return out;
}
