/**
 * Deep Image Analogy (Liao et al., SIGGRAPH 2017): of two photographs A and B' of like things, A' (A's arrangement, B'
 * 's looks) and B (the other way round), by fields between VGG-19 features, coarse to fine.
 *
 * After the paper: at level L fields of both directions over the pairs (A, B) and (A', B'); F_A' of the next level is
 * F_A W + R (1 - W), where R are the features of that level from which VGG makes F_B' warped by the field (eq. 6, by
 * L-BFGS), and W = alpha_L / (1 + exp(-300 (|F_A|^2 - 0.05))), |F_A|^2 normalized to [0, 1] over the picture. alpha,
 * patches, radii as released. PatchMatch here is the gather form (featureField.ts), not the scan-line one.
 */

import { mse } from '../../../autograd/functional/losses.ts';
import { channelsLast, fieldMap, improveFeatureField, voteFeatures } from '../../../autograd/nnf/featureField.ts';
import { permute } from '../../../autograd/ops/copy/copy.ts';
import { add, affine, div, mul, scale, sigmoid, square, sub } from '../../../autograd/ops/pointwise/pointwise.ts';
import { max } from '../../../autograd/ops/reduce/reduce.ts';
import { sum } from '../../../autograd/ops/reduce/sum.ts';
import { minimize } from '../../../autograd/optimizer/lbfgs.ts';
import type { Session } from '../../../autograd/session.ts';
import { gradients } from '../../../autograd/tape.ts';
import type { Shape, Tensor } from '../../../autograd/tensor.ts';
import { UserError } from '../../../data/errors.ts';
import { fromFloatCHW, type Picture, resize, toFloatCHW } from '../../../data/image/image.ts';
import { HostRandom } from '../../../engine/random.ts';
import { type Vgg, vggLayers } from '../../networks/vgg.ts';
import { untaped } from '../../training/steps.ts';
import { largestTensor, refuseSize } from '../limits.ts';

/** By level, coarsest (relu5_1) first. The radius at the top is the whole map. */
const patches = [3, 3, 3, 5, 5];
const radii = [Infinity, 6, 6, 4, 4];
/** Share of the own features in the mix at relu4_1, 3, 2, 1. */
const alphas = [0.9, 0.8, 0.7, 0.2];

export interface DeepAnalogyOptions {
  session: Session;
  vgg: Vgg;
  a: Picture;
  b: Picture;
  /** Passes of PatchMatch, and steps of L-BFGS, at each level. */
  iterations?: number;
  steps?: number;
  seed?: number;
  /** Called before each level. */
  onLevel?: (level: number, of: number) => void;
}
/** A' of A's size and B of B' 's, at sides that are multiples of 16. */
export interface DeepAnalogy {
  ap: Picture;
  b: Picture;
}

interface Map {
  shape: Shape;
  data: Float32Array;
}
/** One photograph's side: its own features by level, and those of its counterpart (A' or B) at this level. */
interface Side {
  image: Map;
  own: Map[];
  made: Map;
}

/** Sides of pictures: multiples of 16, so that every level is half of the one before. */
const fitted = (p: Picture): Picture => {
  const round = (n: number): number => Math.max(32, 16 * Math.round(n / 16));
  return resize(p, round(p.width), round(p.height));
};

/** Of the largest tensor: the features of relu1_1, 64 channels of a photograph and of its counterpart. */
const bytesPerPixel = 4 * 2 * 64;

/** @throws UserError where a picture is too narrow, or has more pixels than the adapter holds. */
export const deepAnalogy = ({
  session,
  vgg,
  a,
  b,
  iterations = 10,
  steps = 20,
  seed = 0,
  onLevel,
}: DeepAnalogyOptions): Promise<DeepAnalogy> =>
  session.memory.scope(async () => {
    for (const p of [a, b])
      if (Math.min(p.width, p.height) < 24)
        throw new UserError(`${p.source}: is ${p.width} x ${p.height} pixels: at least 24 a side are needed`);
    const pair = [fitted(a), fitted(b)];
    for (const { width, height } of pair)
      refuseSize(
        {
          what: 'deep image analogy',
          width,
          height,
          bytes: bytesPerPixel * width * height,
          advice: (side) => `use --size ${side - (side % 16)}`,
        },
        largestTensor(session),
      );
    const sides = [await sideOf(session, vgg, pair[0]), await sideOf(session, vgg, pair[1])];
    let fields = sides.map((s, i) => randomField(s.own[4].shape, sides[1 - i].own[4].shape, seed + i));
    for (let l = 0; ; l++) {
      onLevel?.(l, 5);
      const level = 4 - l;
      fields = await search(
        session,
        sides,
        level,
        fields,
        { patch: patches[l], iterations, radius: radii[l] },
        seed * 16 + l,
      );
      if (level === 0) break;
      const made: Map[] = [];
      for (const [i, side] of sides.entries()) {
        const from = sides[1 - i].own[level];
        const warped = await warp(session, from, fields[i], side.own[level].shape);
        made.push(await deconvolve(session, vgg, side.own[level - 1], warped, level - 1, alphas[l], steps));
      }
      sides.forEach((s, i) => {
        s.made = made[i];
      });
      fields = fields.map((f, i) => doubled(f, sides[i].own[level].shape, sides[1 - i].own[level].shape));
    }
    const pictures = [];
    for (const [i, side] of sides.entries()) {
      const { shape, data } = sides[1 - i].image;
      const four = {
        shape: [1, 4, shape[2], shape[3]],
        data: Float32Array.from({ length: (data.length / 3) * 4 }, (_, k) => data[k] ?? 0),
      };
      const voted = await warp(session, four, fields[i], side.image.shape, patches[4]);
      const [h, w] = side.image.shape.slice(2);
      pictures.push(fromFloatCHW(voted.data.slice(0, 3 * h * w), w, h, i ? 'B' : "A'"));
    }
    return { ap: pictures[0], b: pictures[1] };
  });

async function sideOf(session: Session, vgg: Vgg, p: Picture): Promise<Side> {
  const image = { shape: [1, 3, p.height, p.width], data: toFloatCHW(p) };
  const own = await compute(session, () => vgg.features(upload(session, image), vggLayers));
  return { image, own, made: own[4] };
}

const upload = (session: Session, { shape, data }: Map): Tensor => session.lasting(shape, 'deepAnalogy', data);

/** Untaped results with their shapes; what was uploaded for them is freed. */
const compute = (session: Session, work: () => Tensor[]): Promise<Map[]> =>
  session.memory.scope(async () => {
    let made: Tensor[] = [];
    const data = await session.compute(() => untaped(session, () => (made = work())));
    return made.map(({ shape }, i) => ({ shape, data: data[i] as Float32Array }));
  });

/** Source pixels at random, with distances that no one reads. */
function randomField(target: Shape, source: Shape, seed: number): Uint32Array {
  const random = new HostRandom(seed >>> 0);
  const [n, count] = [target[2] * target[3], source[2] * source[3]];
  return Uint32Array.from({ length: 2 * n }, (_, i) => (i % 2 ? 0 : Math.floor(random.next() * count)));
}

/** A field at twice the size, of both maps: a pixel's four take their matches' four. */
function doubled(field: Uint32Array, target: Shape, source: Shape): Uint32Array {
  const [h, w] = target.slice(2);
  const ws = source[3];
  const out = new Uint32Array(8 * h * w);
  for (let y = 0; y < 2 * h; y++)
    for (let x = 0; x < 2 * w; x++) {
      const m = field[2 * ((y >> 1) * w + (x >> 1))];
      out[2 * (y * 2 * w + x)] = (2 * Math.floor(m / ws) + (y & 1)) * 2 * ws + 2 * (m % ws) + (x & 1);
    }
  return out;
}

/** Both fields of a level: A -> B over features of (A, A') against (B, B'), and B -> A. */
function search(
  session: Session,
  sides: readonly Side[],
  level: number,
  starts: readonly Uint32Array[],
  o: { patch: number; iterations: number; radius: number },
  stream: number,
): Promise<Uint32Array[]> {
  return session.memory.scope(async () => {
    const fields = await session.compute(() =>
      untaped(session, () => {
        // In the analogy's order: (A, A') and (B, B').
        const [a, b] = sides.map(({ own, made }, i) =>
          fieldMap((i ? [made, own[level]] : [own[level], made]).map((m) => upload(session, m))),
        );
        return [
          [a, b],
          [b, a],
        ].map(([from, to], i) =>
          improveFeatureField(
            from,
            to,
            session.lasting([starts[i].length / 2, 2], 'deepAnalogy.field', starts[i], 'u32'),
            {
              patch: o.patch,
              iterations: o.iterations,
              radius: Math.min(o.radius, Math.max(to.shape[1], to.shape[2])),
              stream: 2 * stream + i,
            },
          ),
        );
      }),
    );
    return fields as Uint32Array[];
  });
}

/** A map as the field over `target` says: [1,C,h,w]. */
async function warp(session: Session, source: Map, field: Uint32Array, target: Shape, patch = 1): Promise<Map> {
  const [y] = await compute(session, () => [
    permute(
      [
        voteFeatures(
          channelsLast(upload(session, source)),
          session.lasting([field.length / 2, 2], 'deepAnalogy.field', field, 'u32'),
          target[2],
          target[3],
          patch,
        ),
      ],
      { order: [0, 3, 1, 2] },
    ),
  ]);
  return y;
}

/**
 * Features at `level` from which VGG makes `wanted` at the next one, starting from its own, and mixed with these by
 * their response.
 */
async function deconvolve(
  session: Session,
  vgg: Vgg,
  own: Map,
  wanted: Map,
  level: number,
  alpha: number,
  steps: number,
): Promise<Map> {
  const made = await session.memory.scope(async () => {
    const x = upload(session, own);
    x.requiresGrad = true;
    const goal = upload(session, wanted);
    let out: Tensor[] = [];
    const program = await session.record(() => {
      const loss = mse(vgg.next(x, vggLayers[level]), goal);
      out = [loss, ...gradients(loss, [x])].map((t) => session.keep(t));
    });
    try {
      const { x: found } = await minimize(
        own.data,
        async (values) => {
          session.write(x, values);
          program.run();
          const [loss, gradient] = await session.read(out);
          return { value: loss[0], gradient };
        },
        { iterations: steps },
      );
      return found;
    } finally {
      program.destroy();
    }
  });
  const [mixed] = await compute(session, () => {
    const [f, r] = [upload(session, own), upload(session, { shape: own.shape, data: made })];
    const w = scale(responses(f), alpha);
    return [add(mul(f, w), mul(r, affine(w, -1, 1)))];
  });
  return mixed;
}

/** 1 / (1 + exp(-300 (|F|^2 - 0.05))) per pixel, |F|^2 from 0 to 1 over the picture. [1,1,h,w] */
export function responses(f: Tensor): Tensor {
  const r = sum([square(f)], { axes: [1] });
  const axes = [2, 3];
  const [high, low] = [max([r], { axes }), scale(max([scale(r, -1)], { axes }), -1)];
  return sigmoid(affine(div(sub(r, low), affine(sub(high, low), 1, 1e-12)), 300, -15));
}
