/**
 * Image Analogies on the device. It is the serial algorithm, not an approximation of it: diagonals that do not depend
 * on each other run together, and the "approximate" nearest neighbor is the exact one. It may differ from
 * `serialAnalogies` (float64) only where two candidates, or the two sides of the kappa rule, are equal within float32's
 * rounding; what is made after such a place may then differ, too, since the algorithm feeds on its own output.
 */
import { type FeatureEntry, runAnalogyLevel } from '../../../autograd/nnf/analogyField.ts';
import type { Session } from '../../../autograd/session.ts';
import { UserError } from '../../../data/errors.ts';
import type { Picture } from '../../../data/image/image.ts';
import type { RGB } from '../../../data/layout/palette.ts';
import type { LayoutData } from '../../pair.ts';
import { largestTensor, refuseSize } from '../limits.ts';
import { type Analogy, type AnalogyLevel, coherenceFactor, type FeaturePlanes, neighbors, pyramid } from './problem.ts';
import type { Synthesis } from './reference.ts';

/** How a run is watched and stopped. */
export interface AnalogyRun {
  /** Share of the work done, 0..1. */
  onProgress?: (share: number) => void;
  /** An abort rejects with its reason. */
  signal?: AbortSignal;
}

const concat = (parts: readonly FeaturePlanes[]): { data: Float32Array; at: number[] } => {
  const data = new Float32Array(parts.reduce((n, p) => n + p.data.length, 0));
  let offset = 0;
  const at = parts.map((p) => {
    data.set(p.data, offset);
    offset += p.data.length;
    return offset - p.data.length;
  });
  return { data, at };
};

/** Numbers that the search passes in a second on two processor cores, most of them unread, about [M]. */
const rate = 5e9;
/** What takes longer on an adapter that computes on the processor is refused. */
const mostMinutes = 60;

interface Planes {
  c: number;
  width: number;
  height: number;
}

/**
 * Throws UserError, one line with a number, where the features of A and A' are more than the adapter holds, or where
 * computing B' on the processor would take hours. ap: any map of A's size with the planes of A'.
 */
export function refuseAnalogy(
  session: Session,
  { a, ap, guideWeight }: { a: Planes; ap: Planes; guideWeight?: number },
  b: Planes,
): void {
  const entries = neighbors(a.c, ap.c, true, guideWeight).length;
  const [width, height] = [a.width, a.height];
  refuseSize(
    {
      what: 'image analogies',
      width,
      height,
      bytes: 4 * entries * width * height,
      advice: (side) => `use a smaller size (--output-size ${side})`,
    },
    largestTensor(session),
  );
  if (!session.device.info.software) return;
  const minutes = (entries * width * height * b.width * b.height) / rate / 60;
  if (minutes <= mostMinutes) return;
  const side = Math.floor(Math.max(width, height) * (mostMinutes / minutes) ** 0.25);
  throw new UserError(
    `image analogies of ${b.width} x ${b.height} pixels from ${width} x ${height} would take about ` +
      `${Math.round(minutes)} minutes on the processor: use a smaller size (--output-size ${side})`,
  );
}

/** B' and its matches. Throws UserError where `refuseAnalogy` does. */
export async function imageAnalogies(
  session: Session,
  problem: Analogy,
  { onProgress, signal }: AnalogyRun = {},
): Promise<Synthesis> {
  refuseAnalogy(session, problem, problem.b);
  const levels = pyramid(problem);
  const work = levels.map(({ a, b }) => a.width * a.height * b.width * b.height);
  const total = work.reduce((x, y) => x + y, 0);
  let done = 0;
  let last: Synthesis | null = null as Synthesis | null;
  for (const [l, level] of levels.entries()) {
    const { a, ap, b } = level;
    const empty: FeaturePlanes = {
      c: ap.c,
      width: b.width,
      height: b.height,
      data: new Float32Array(ap.c * b.width * b.height),
    };
    const before: AnalogyLevel | null = last && levels[l - 1];
    const source = concat([a, ap, ...(before ? [before.a, before.ap] : [])]);
    const target = concat([b, empty, ...(before ? [before.b, last!.result] : [])]);
    const size = ({ width, height }: FeaturePlanes): { width: number; height: number } => ({ width, height });
    const [coarseA, coarseB]: { width: number; height: number }[] = before
      ? [size(before.a), size(before.b)]
      : [size(a), size(b)];
    const entries = neighbors(a.c, ap.c, before !== null, problem.guideWeight).map((n): FeatureEntry => {
      const part = (n.coarse ? 2 : 0) + (n.guide ? 0 : 1);
      const [s, t] = n.coarse ? [coarseA, coarseB] : [a, b];
      return {
        source: source.at[part] + n.plane * s.width * s.height,
        target: target.at[part] + n.plane * t.width * t.height,
        coarse: n.coarse,
        dx: n.dx,
        dy: n.dy,
        weight: n.weight,
      };
    });
    const { made, matches } = await runAnalogyLevel(
      session,
      {
        entries,
        sourceStack: source.data,
        targetStack: target.data,
        source: { ...size(a), coarse: coarseA },
        target: { ...size(b), coarse: coarseB },
        planes: ap.c,
        sourceMade: source.at[1],
        targetMade: target.at[1],
        factor: coherenceFactor(problem.kappa, l, levels.length),
      },
      (front, of) => {
        signal?.throwIfAborted();
        onProgress?.((done + (work[l] * front) / of) / total);
      },
    );
    done += work[l];
    last = { result: { ...empty, data: made }, matches };
  }
  return last!;
}

/** Planes [3,h,w] of a picture's colors. */
export function planesOf(p: { width: number; height: number; data: Uint8Array }): FeaturePlanes {
  const n = p.width * p.height;
  const data = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) for (let c = 0; c < 3; c++) data[c * n + i] = p.data[4 * i + c];
  return { c: 3, width: p.width, height: p.height, data };
}

const pictureOf = ({ width, height, data }: FeaturePlanes, name: string): Picture => {
  const n = width * height;
  const out = new Uint8Array(4 * n).fill(255);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < 3; c++) out[4 * i + c] = Math.min(255, Math.max(0, Math.round(data[c * n + i])));
  return { width, height, data: out, hasAlpha: false, source: name };
};

/** What texture by numbers takes. */
export interface ByNumbers extends AnalogyRun {
  /** The device that computes. */
  session: Session;
  /** RGBA, opaque. */
  photo: { width: number; height: number; data: Uint8Array };
  /** Class of each of the photograph's pixels. */
  layout: Uint8Array;
  /** The layout to make a picture of. */
  target: LayoutData;
  /** Color of each class, as drawn: the distance of two classes is that of their colors. */
  colors: readonly RGB[];
  /** 0..1, default 0.5; see Analogy. */
  kappa?: number;
  /** Weight of the layouts against the pictures; see Analogy. */
  guideWeight?: number;
}

/**
 * Texture-by-numbers: A = the layout in its colors, A' = the photo, B = the target. All of B' are pixels of the photo.
 */
export async function textureByNumbers({
  session,
  photo,
  layout,
  target,
  colors,
  kappa = 0.5,
  guideWeight,
  ...run
}: ByNumbers): Promise<{ image: Picture; matches: Uint32Array }> {
  const drawn = ({ width, height, labels }: LayoutData): FeaturePlanes => {
    const n = labels.length;
    return {
      c: 3,
      width,
      height,
      data: Float32Array.from({ length: 3 * n }, (_, i) => colors[labels[i % n]][Math.floor(i / n)]),
    };
  };
  const { width, height } = photo;
  const { result, matches } = await imageAnalogies(
    session,
    { a: drawn({ width, height, labels: layout }), ap: planesOf(photo), b: drawn(target), kappa, guideWeight },
    run,
  );
  return { image: pictureOf(result, 'image analogies'), matches };
}

/** YIQ (NTSC) of RGB, as the paper uses it. */
const toYiq = [
  [0.299, 0.587, 0.114],
  [0.595716, -0.274453, -0.321263],
  [0.211456, -0.522591, 0.311135],
];
const fromYiq = [
  [1, 0.9563, 0.621],
  [1, -0.2721, -0.6474],
  [1, -1.107, 1.7046],
];
const mix = (m: number[][], x: FeaturePlanes): FeaturePlanes => {
  const n = x.width * x.height;
  return {
    ...x,
    data: Float32Array.from({ length: 3 * n }, (_, i) => {
      const r = m[Math.floor(i / n)];
      const p = i % n;
      return r[0] * x.data[p] + r[1] * x.data[n + p] + r[2] * x.data[2 * n + p];
    }),
  };
};
const moments = (x: Float32Array): { mean: number; deviation: number } => {
  const mean = x.reduce((s, v) => s + v, 0) / x.length;
  return { mean, deviation: Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length) };
};

/** What `imageFilter` takes. */
export interface Filter extends AnalogyRun {
  /** The device that computes. */
  session: Session;
  /** A picture before the filter. */
  a: Picture;
  /** The same after it, of the same size. */
  ap: Picture;
  /** The picture to filter. */
  b: Picture;
  /** 0.5..5, default 1. */
  kappa?: number;
}

/**
 * The filter that made A' of A, applied to B: in luminance, A and A' moved to B's mean and deviation; B's colors stay.
 * Throws UserError where A and A' differ in size.
 */
export async function imageFilter({ session, a, ap, b, kappa = 1, ...run }: Filter): Promise<Picture> {
  if (a.width !== ap.width || a.height !== ap.height)
    throw new UserError(
      `${ap.source}: is ${ap.width} x ${ap.height} and ${a.source} ${a.width} x ${a.height}: a picture ` +
        'before and after a filter must be of one size',
    );
  const luminance = (x: FeaturePlanes): FeaturePlanes => ({ ...x, c: 1, data: x.data.slice(0, x.width * x.height) });
  const [ya, yap, full] = [mix(toYiq, planesOf(a)), mix(toYiq, planesOf(ap)), mix(toYiq, planesOf(b))];
  const [from, to] = [moments(luminance(ya).data), moments(luminance(full).data)];
  const gain = from.deviation > 0 ? to.deviation / from.deviation : 1;
  const moved = (x: FeaturePlanes): FeaturePlanes => {
    const y = luminance(x);
    return { ...y, data: y.data.map((v) => gain * (v - from.mean) + to.mean) };
  };
  const { result } = await imageAnalogies(session, { a: moved(ya), ap: moved(yap), b: luminance(full), kappa }, run);
  const data = full.data.slice();
  data.set(result.data);
  return pictureOf(mix(fromYiq, { ...full, data }), 'image analogies');
}
