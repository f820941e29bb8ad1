/**
 * Line drawings as a condition in place of classes: read from a picture, or extracted from a photograph. A drawing is a
 * layout of two classes, paper and line, so that all that carries layouts (runs, recipes, the page) carries it;
 * `palette.lines` says that it is one.
 */

import { UserError } from '../../errors.ts';
import { brightness, gaussianGradient, hysteresis } from '../../image/edges.ts';
import { flatten, type Picture, resizeLabels } from '../../image/image.ts';
import { percent } from '../layoutReport.ts';
import type { Palette } from '../palette.ts';
import { allDistances, resizeLines, thin, withoutSpecks } from './lines.ts';

interface Drawing {
  width: number;
  height: number;
  labels: Uint8Array;
}

/** Label 1 is the line. */
export const drawingPalette: Palette = {
  as: 'colors',
  lines: true,
  classes: [
    { name: 'paper', color: [255, 255, 255] },
    { name: 'line', color: [0, 0, 0] },
  ],
};

/** Labels of a palette's layouts at another size: lines stay lines. */
export const resizerOf = ({ lines }: Pick<Palette, 'lines'>): typeof resizeLabels =>
  lines ? resizeLines : resizeLabels;

export interface DrawingOptions {
  /**
   * Standard deviation of the smoothing in pixels; default 1/128 of the longer side, at least 1: what is drawn is
   * shapes, not grain.
   */
  sigma?: number;
  /** Share of the pixels (0..1) whose gradient is under an edge's strongest; default 0.88. Fewer lines for more. */
  high?: number;
  /** The gradient of an edge's weakest pixel as a share of that; default 0.4, as is usual. */
  low?: number;
  /** Shorter lines are left out, in pixels; default 1/20 of the longer side. */
  shortest?: number;
}

/**
 * The drawing of a photograph (flatten() it first): Canny's edges, u8 [h,w] with 1 on a line. Throws UserError where
 * there is none.
 */
export function drawingOf(photo: Picture, o: DrawingOptions = {}): Drawing {
  const { width, height, source } = photo;
  const longer = Math.max(width, height);
  const g = gaussianGradient(brightness(photo), o.sigma ?? Math.max(1, longer / 128));
  const sorted = g.magnitude.slice().sort();
  const high = sorted[Math.min(sorted.length - 1, Math.floor((o.high ?? 0.88) * sorted.length))];
  const edges = high > 1e-9 ? hysteresis(g, (o.low ?? 0.4) * high, high) : new Uint8Array(width * height);
  const labels = withoutSpecks(edges, width, height, o.shortest ?? Math.round(longer / 20));
  if (!labels.includes(1))
    throw new UserError(
      `${source}: no edge is found in it: it is too even or too small; take a smaller --sigma or --shortest, or ` +
        'give a drawing',
    );
  return { width, height, labels };
}

/** Otsu's threshold (IEEE SMC 9, 1979) of bytes: the darker class ends with it. And both classes' means. */
function otsu(values: Uint8Array): { threshold: number; dark: number; bright: number } {
  const counts = new Float64Array(256);
  for (const v of values) counts[v]++;
  const all = counts.reduce((s, n, v) => s + n * v, 0);
  let best = { threshold: 0, dark: 0, bright: 0 },
    most = -1,
    below = 0,
    sum = 0;
  for (let v = 0; v < 255; v++) {
    below += counts[v];
    sum += counts[v] * v;
    const above = values.length - below;
    if (!below || !above) continue;
    const [dark, bright] = [sum / below, (all - sum) / above];
    const spread = below * above * (bright - dark) ** 2;
    if (spread > most) {
      most = spread;
      best = { threshold: v, dark, bright };
    }
  }
  return best;
}

/** Above it a picture is no drawing. */
const mostInk = 0.4;

/**
 * A drawing as people have them: dark lines on light paper or light ones on dark, of any width, scanned or drawn,
 * transparent paper too. Lines are thinned to a pixel, so that a pen's width says nothing. Throws UserError: no lines,
 * a photograph, a layout of filled areas.
 */
export function readDrawing(picture: Picture): Drawing {
  const { width, height, source } = picture;
  const gray = Uint8Array.from(brightness(flatten(picture)).data, (v) => Math.round(255 * v));
  const { threshold, dark, bright } = otsu(gray);
  if (bright - dark < 24)
    throw new UserError(`${source}: has no lines: a drawing has dark lines on light paper, or light ones on dark`);
  let darker = 0,
    between = 0;
  for (const v of gray) {
    darker += Number(v <= threshold);
    between += Number(Math.min(Math.abs(v - dark), Math.abs(v - bright)) > 0.25 * (bright - dark));
  }
  const ink = Math.min(darker, gray.length - darker) / gray.length;
  if (ink > mostInk || between > 0.25 * gray.length) {
    const why =
      ink > mostInk
        ? `filled areas: ${percent(ink)} would be lines`
        : `${percent(between / gray.length)} is neither line nor paper`;
    throw new UserError(
      `${source}: is no line drawing (${why}): draw outlines only; semia edges draws those of a photograph`,
    );
  }
  const inkIsDark = darker < gray.length / 2;
  return {
    width,
    height,
    labels: thin(
      Uint8Array.from(gray, (v) => Number(v <= threshold === inkIsDark)),
      width,
      height,
    ),
  };
}

/** Channels of `drawingPlanes`. */
export const drawingChannels = 5;

/**
 * What networks are given of a drawing, [5,h,w], all 0..1: the line; exp(-d/a) of the distance d to the nearest one;
 * exp(-d/b) of the distances to the nearest
 * above, below, and to the left or right, whichever is nearer. a = 1/32, b = 1/6 of the longer side. A mirrored drawing
 * has the mirrored planes.
 */
export function drawingPlanes({ width: w, height: h, labels }: Drawing): Float32Array {
  const out = new Float32Array(drawingChannels * w * h);
  const longer = Math.max(w, h);
  const { any, up, down, left, right } = allDistances(labels, w, h);
  for (let p = 0, n = w * h; p < n; p++) {
    out[p] = labels[p];
    out[n + p] = Math.exp((-any[p] * 32) / longer);
    out[2 * n + p] = Math.exp((-up[p] * 6) / longer);
    out[3 * n + p] = Math.exp((-down[p] * 6) / longer);
    out[4 * n + p] = Math.exp((-Math.min(left[p], right[p]) * 6) / longer);
  }
  return out;
}
