/** What the paper does with a trained pyramid: each task a function from a model and pictures to pictures. */

import { UserError } from '../../../data/errors.ts';
import { fromFloatCHW, type Picture, resize, toFloatCHW } from '../../../data/image/image.ts';
import type { Size } from '../../../data/prepare.ts';
import {
  injected,
  injectedPainting,
  type NoiseMap,
  noiseOf,
  Sampler,
  type SinganModel,
  type Stage,
  stagesFrom,
} from './sampler.ts';

/**
 * Where sampling starts: at scale 0 from noise, or above from a picture (see `injected`); with `colors` from a
 * painting (`injectedPainting`).
 */
export interface InjectionStart {
  start: number;
  picture?: Picture;
  colors?: Parameters<typeof injectedPainting>[2];
}

function check(model: SinganModel, { start }: InjectionStart): void {
  const last = model.scales.length - 1;
  if (start > last) throw new UserError(`there is no scale ${start} to start at: the run's are 0 to ${last}`);
}

/**
 * Pictures of any size, one for each seed: as random as the start scale leaves them. `tile`: they continue at their
 * other sides.
 */
export async function sample(
  model: SinganModel,
  size: Size,
  from: InjectionStart,
  seeds: readonly number[],
  { tile = false } = {},
): Promise<Picture[]> {
  check(model, from);
  const { session } = model;
  return session.memory.scope(async () => {
    const stages = stagesFrom(model, size, from.start);
    const sampler = await Sampler.create(session, stages, { wrap: tile });
    const before = !from.start
      ? undefined
      : from.colors
        ? injectedPainting(model, from.picture!, from.colors, size, from.start)
        : injected(model, from.picture!, size, from.start);
    const made: Picture[] = [];
    for (const seed of seeds)
      made.push(fromFloatCHW(await sampler.make(noiseOf(stages, seed), before), size.width, size.height));
    sampler.destroy();
    return made;
  });
}

/**
 * Super-resolution: the finest generator again and again, a scale's factor larger each time, with its noise at
 * seed-drawn maps. `factor`: of the picture's sides, in the end exact.
 */
export async function enlarged(model: SinganModel, picture: Picture, factor: number, seed: number): Promise<Picture> {
  const { session, scales, frozen, amplitudes } = model;
  const last = scales.length - 1;
  const step = last ? scales[last].width / scales[last - 1].width : 4 / 3;
  const count = Math.max(1, Math.round(Math.log(factor) / Math.log(step)));
  const stages = Array.from({ length: count }, (_, i): Stage => {
    const by = factor ** ((i + 1) / count);
    return {
      generator: frozen[last],
      amplitude: last ? amplitudes[last] : 0,
      width: Math.round(picture.width * by),
      height: Math.round(picture.height * by),
      first: false,
    };
  });
  return session.memory.scope(async () => {
    const sampler = await Sampler.create(session, stages);
    const { width, height } = stages[0];
    const made = await sampler.make(noiseOf(stages, seed), toFloatCHW(resize(picture, width, height)));
    sampler.destroy();
    return fromFloatCHW(made, stages[count - 1].width, stages[count - 1].height);
  });
}

/**
 * A mask as weights 0..1: where it is white, and `radius` pixels around, with an edge softened by `soft` (a Gaussian's
 * deviation).
 */
export function softMask(mask: Picture, radius: number, soft: number): Float32Array {
  const { width: w, height: h, data } = mask;
  const white = (x: number, y: number): boolean => data[4 * (y * w + x)] > 127 && data[4 * (y * w + x) + 3] > 127;
  const grown = new Float32Array(w * h);
  const spans = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.floor(Math.sqrt(radius ** 2 - (i - radius) ** 2)),
  );
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      if (!white(x, y)) continue;
      for (let v = Math.max(0, y - radius); v <= Math.min(h - 1, y + radius); v++) {
        const span = spans[v - y + radius];
        grown.fill(1, v * w + Math.max(0, x - span), v * w + Math.min(w - 1, x + span) + 1);
      }
    }
  if (soft <= 0) return grown;
  const reach = Math.ceil(3 * soft);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * soft * soft)));
  const total = taps.reduce((a, b) => a + b, 0);
  const blur = (from: Float32Array, along: number, count: number, across: number, lines: number): Float32Array => {
    const to = new Float32Array(from.length);
    for (let l = 0; l < lines; l++)
      for (let i = 0; i < count; i++) {
        let sum = 0;
        for (let k = -reach; k <= reach; k++)
          sum += taps[k + reach] * from[l * across + Math.min(count - 1, Math.max(0, i + k)) * along];
        to[l * across + i * along] = sum / total;
      }
    return to;
  };
  return blur(blur(grown, 1, w, w, h), w, h, 1, w);
}

/** `made` where the weights are 1, `own` where they are 0. All of one size. */
export function blend(made: Picture, own: Picture, weights: Float32Array): Picture {
  const data = made.data.map((v, i) => {
    const a = weights[i >> 2];
    return i % 4 === 3 ? 255 : Math.round(a * v + (1 - a) * own.data[i]);
  });
  return { ...made, data };
}

export interface AnimationOptions {
  frames: number;
  start: number;
  seed: number;
  /** Pull towards the photograph, 0..1. */
  alpha: number;
  /** Persistence of the direction, 0..1. */
  beta: number;
}

/**
 * A walk of the noise around the photograph's own (z at the coarsest scale, none above), as in the released code:
 * z' = alpha z* + (1 - alpha)(z + beta (z - z_before) + (1 - beta) fresh). Scales below `start` stay the photograph's.
 */
export async function animate(
  model: SinganModel,
  own: Float32Array,
  { frames, start, seed, alpha, beta }: AnimationOptions,
): Promise<Picture[]> {
  check(model, { start });
  const { session, scales } = model;
  const size = scales[scales.length - 1];
  return session.memory.scope(async () => {
    const stages = stagesFrom(model, size, 0);
    const sampler = await Sampler.create(session, stages);
    const center: NoiseMap = stages.map((s, i) =>
      i
        ? new Float32Array(3 * s.width * s.height)
        : Float32Array.from({ length: 3 * own.length }, (_, j) => own[j % own.length]),
    );
    const mix = (f: (k: number, i: number) => number): NoiseMap => center.map((c, k) => c.map((_, i) => f(k, i)));
    let fresh = noiseOf(stages, seed);
    let before = center;
    let now = mix((k, i) => 0.95 * center[k][i] + 0.05 * fresh[k][i]);
    const made: Picture[] = [];
    for (let n = 0; n < frames; n++) {
      fresh = noiseOf(stages, (seed + Math.imul(n + 1, 0x9e3779b1)) >>> 0);
      const next = mix(
        (k, i) =>
          alpha * center[k][i] +
          (1 - alpha) * (now[k][i] + beta * (now[k][i] - before[k][i]) + (1 - beta) * fresh[k][i]),
      );
      [before, now] = [now, next];
      made.push(
        fromFloatCHW(await sampler.make(now.map((z, k) => (k < start ? center[k] : z))), size.width, size.height),
      );
    }
    sampler.destroy();
    return made;
  });
}
