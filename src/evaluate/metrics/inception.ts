/**
 * The first layers of Inception v3 (Szegedy et al. 2016) with weights that the user supplies: torchvision's
 * inception_v3, or pytorch-fid's, whose tensors have the same names. SIFID looks no deeper.
 */
import { conv2d } from '../../autograd/ops/conv2d/conv2d.ts';
import { relu } from '../../autograd/ops/pointwise/pointwise.ts';
import { maxPool2d } from '../../autograd/ops/spatial/pool.ts';
import type { Session } from '../../autograd/session.ts';
import { type Shape, sameShape, type Tensor } from '../../autograd/tensor.ts';
import { UserError } from '../../data/errors.ts';

/** name, kernel, stride, padding; each convolution without bias, then batch normalization (eps 0.001) and ReLU. */
const layers = [
  ['Conv2d_1a_3x3', 3, 2, 0],
  ['Conv2d_2a_3x3', 3, 1, 0],
  ['Conv2d_2b_3x3', 3, 1, 1],
  ['Conv2d_3b_1x1', 1, 1, 0],
  ['Conv2d_4a_3x3', 3, 1, 0],
] as const;
/** Max pooling 3x3, stride 2, comes after this many layers. */
const pooledAfter = 3;
const parts = ['conv.weight', 'bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var'] as const;
/** Channels as published, for messages: a file may have other widths, as small test networks do. */
const published = [3, 32, 32, 64, 80, 192];

type Weights = ReadonlyMap<string, { shape: Shape; data: ArrayLike<number> }>;

/** What the layers make of a picture. */
export interface InceptionFeatures {
  /** Shape [1,64,h,w], after the first max pooling, about 1/4 of the size (pytorch-fid's 64-dimensional choice). */
  first: Tensor;
  /** Shape [1,192,h,w], after the ReLU before the second max pooling (the choice of the SinGAN paper and its code). */
  second: Tensor;
}
/** The first layers of Inception v3 with weights of the user's, for SIFID. */
export interface Inception {
  /** image [1,3,H,W] in [-1, 1], what the network expects (2 x - 1 of [0, 1]); at least 32 pixels a side. */
  features(image: Tensor): InceptionFeatures;
}

/** Whether a tensor of a weight file is one that `inceptionFromWeights` takes: a filter for reading large files. */
export const isInceptionWeight = (name: string): boolean =>
  layers.some(([l]) => parts.some((p) => name === `${l}.${p}`));

/**
 * The layers as frozen lasting tensors; normalization is folded into the convolutions in float64.
 * @throws UserError naming file and tensor: missing, or of a shape that does not follow from the layers before it, or
 * not finite.
 */
export function inceptionFromWeights(session: Session, weights: Weights, file: string): Inception {
  let channels = 3;
  const folded = layers.map(([name, k], l) => {
    const take = (
      part: string,
      fits: (s: Shape) => boolean,
      expected: string,
    ): { shape: Shape; data: ArrayLike<number> } => {
      const found = weights.get(`${name}.${part}`);
      const source = "Inception weights are torchvision's inception_v3 or pytorch-fid's pt_inception file";
      if (!found) throw new UserError(`${file}: the tensor '${name}.${part}' ${expected} is missing: ${source}`);
      if (!fits(found.shape))
        throw new UserError(
          `${file}: the tensor '${name}.${part}' is [${found.shape}], ${expected} is expected: ${source}`,
        );
      for (let i = 0; i < found.data.length; i++)
        if (!Number.isFinite(found.data[i]))
          throw new UserError(
            `${file}: value ${i} of the tensor '${name}.${part}' is ${found.data[i]}: get the file again: ${source}`,
          );
      return found;
    };
    const weight = take(
      'conv.weight',
      (s) => s.length === 4 && s[0] > 0 && sameShape(s.slice(1), [channels, k, k]),
      `[${published[l + 1]}, ${channels}, ${k}, ${k}]`,
    );
    const out = weight.shape[0];
    const [gamma, beta, mean, variance] = parts
      .slice(1)
      .map((p) => take(p, (s) => sameShape(s, [out]), `[${out}]`).data);
    const factor = Float64Array.from({ length: out }, (_, c) => gamma[c] / Math.sqrt(variance[c] + 0.001));
    const size = channels * k * k;
    channels = out;
    return {
      shape: weight.shape,
      weight: Float32Array.from(weight.data, (v, i) => v * factor[Math.floor(i / size)]),
      bias: Float32Array.from(factor, (f, c) => beta[c] - mean[c] * f),
    };
  });
  // All is checked before the device gets anything.
  const convs = folded.map((f, l) => ({
    w: session.lasting(f.shape, `inception.${layers[l][0]}`, f.weight),
    b: session.lasting([f.bias.length], 'inception.bias', f.bias),
  }));
  return {
    features(image) {
      let x = image;
      let first = x;
      for (const [l, [, , stride, pad]] of layers.entries()) {
        if (l === pooledAfter) first = x = maxPool2d(x, 3, 2);
        x = relu(conv2d(x, convs[l].w, convs[l].b, { stride, pad }));
      }
      return { first, second: x };
    },
  };
}
