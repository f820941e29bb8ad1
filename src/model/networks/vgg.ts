/**
 * VGG-19's features (Simonyan and Zisserman 2015, configuration E) with torchvision's weights, frozen: gradients flow
 * to the image, none to the weights. The released code measures patch coherence on relu1_1 and relu2_1 [C].
 */
import { conv2d } from '../../autograd/ops/conv2d/conv2d.ts';
import { add, mul, relu } from '../../autograd/ops/pointwise/pointwise.ts';
import { maxPool2d } from '../../autograd/ops/spatial/pool.ts';
import type { Session } from '../../autograd/session.ts';
import { type Shape, sameShape, sizeOf, type Tensor } from '../../autograd/tensor.ts';
import { UserError } from '../../data/errors.ts';
import { hashUniform } from '../../engine/random.ts';

/** The first ReLU of each block, at 1, 1/2, 1/4, 1/8 and 1/16 of the image's size (rounded down). */
export type VggLayer = 'relu1_1' | 'relu2_1' | 'relu3_1' | 'relu4_1' | 'relu5_1';
export const vggLayers: readonly VggLayer[] = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];

/**
 * torchvision's numbers of the 3x3 convolutions (each with a ReLU behind it), block by block; a pooling ends each
 * block.
 */
const blocks: readonly (readonly number[])[] = [
  [0, 2],
  [5, 7],
  [10, 12, 14, 16],
  [19, 21, 23, 25],
  [28, 30, 32, 34],
];
/** Channels of the network as published, for messages: a file may have other widths, as small test networks do. */
const published = [64, 128, 256, 512, 512];

/** What ImageNet images were normalized with when the weights were trained, for values in [0, 1] (torchvision). */
const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

interface Conv {
  weight: Tensor;
  bias: Tensor;
}
type Weights = ReadonlyMap<string, { shape: Shape; data: ArrayLike<number> }>;

/**
 * Weights of an untrained network of VGG-19's form up to relu5_1: uniform, of the variance that keeps a signal's size
 * behind ReLUs (He et al. 2015), so that features neither die nor explode. `widths`: channels of each block.
 */
export function randomVgg(widths: readonly number[], seed: number): Map<string, { shape: Shape; data: Float32Array }> {
  const out = new Map<string, { shape: Shape; data: Float32Array }>();
  let channels = 3;
  for (const [b, numbers] of needed('relu5_1').entries())
    for (const n of numbers) {
      const fill = (name: string, shape: Shape, by: number): void => {
        out.set(name, { shape, data: hashUniform(`${name} of seed ${seed}`, sizeOf(shape)).map((v) => v * by) });
      };
      fill(`features.${n}.weight`, [widths[b], channels, 3, 3], Math.sqrt(6 / (9 * channels)));
      fill(`features.${n}.bias`, [widths[b]], 0.1);
      channels = widths[b];
    }
  return out;
}

export interface Vgg {
  /**
   * Features of an image [N,3,H,W] in [-1, 1] at each of `names`, [N,C,h,w]; what lies beyond the last one is not
   * computed.
   */
  features(image: Tensor, names: readonly VggLayer[]): Tensor[];
  /** What follows from features at one layer: those at the next one. */
  next(features: Tensor, from: VggLayer): Tensor;
}

/** Whether a tensor of a weight file is one that `vggFromWeights` takes: a filter for reading large files. */
export const isVggWeight = (name: string, last: VggLayer = 'relu5_1'): boolean =>
  needed(last)
    .flat()
    .some((n) => name === `features.${n}.weight` || name === `features.${n}.bias`);

/** The convolutions up to a layer: whole blocks before it, and the first of its own. */
const needed = (last: VggLayer): number[][] => {
  const block = vggLayers.indexOf(last);
  return [...blocks.slice(0, block).map((b) => [...b]), [blocks[block][0]]];
};

/**
 * VGG-19 up to `last` from torchvision's weights, as frozen lasting tensors of the session. Channel widths are the
 * file's.
 * @throws UserError naming file and tensor: missing, or of a shape that does not follow from the layers before it.
 */
export function vggFromWeights(session: Session, weights: Weights, file: string, last: VggLayer = 'relu5_1'): Vgg {
  const source = `VGG-19 weights are torchvision's file vgg19-dcbb9e9d.pth`;
  const check = (name: string, fits: (s: Shape) => boolean, expected: string): Shape => {
    const found = weights.get(name);
    if (!found) throw new UserError(`${file}: the tensor '${name}' ${expected} is missing: ${source}`);
    if (!fits(found.shape))
      throw new UserError(`${file}: the tensor '${name}' is [${found.shape}], ${expected} is expected: ${source}`);
    for (let i = 0; i < found.data.length; i++)
      if (!Number.isFinite(found.data[i]))
        throw new UserError(
          `${file}: value ${i} of the tensor '${name}' is ${found.data[i]}: get the file again: ${source}`,
        );
    return found.shape;
  };
  let channels = 3;
  for (const [b, numbers] of needed(last).entries()) {
    for (const n of numbers) {
      const [out] = check(
        `features.${n}.weight`,
        (s) => s.length === 4 && s[0] > 0 && sameShape(s.slice(1), [channels, 3, 3]),
        `[${published[b]}, ${channels}, 3, 3]`,
      );
      check(`features.${n}.bias`, (s) => sameShape(s, [out]), `[${out}]`);
      channels = out;
    }
  }
  // All is checked before the device gets anything.
  const frozen = (name: string): Tensor =>
    session.lasting(weights.get(name)!.shape, `vgg.${name}`, weights.get(name)!.data);
  const network = needed(last).map((numbers) =>
    numbers.map((n): Conv => ({ weight: frozen(`features.${n}.weight`), bias: frozen(`features.${n}.bias`) })),
  );
  // ((x + 1) / 2 - mean) / std, as one factor and one shift per channel.
  const factor = session.lasting(
    [1, 3, 1, 1],
    'vgg.factor',
    imageNet.std.map((s) => 0.5 / s),
  );
  const shift = session.lasting(
    [1, 3, 1, 1],
    'vgg.shift',
    imageNet.std.map((s, c) => (0.5 - imageNet.mean[c]) / s),
  );
  return {
    features(image, names) {
      const depth = Math.max(...names.map((name) => vggLayers.indexOf(name)));
      if (depth >= network.length)
        throw new Error(`vgg: ${vggLayers[depth]} is wanted, but only layers up to ${last} were loaded`);
      const found = new Map<VggLayer, Tensor>();
      let x = add(mul(image, factor), shift);
      for (let b = 0; b <= depth; b++) {
        if (b > 0) x = maxPool2d(x, 2);
        for (const [i, { weight, bias }] of network[b].entries()) {
          x = relu(conv2d(x, weight, bias, { pad: 1 }));
          if (i === 0) found.set(vggLayers[b], x);
          if (b === depth) break;
        }
      }
      return names.map((name) => found.get(name)!);
    },
    next(features, from) {
      const b = vggLayers.indexOf(from);
      if (b + 1 >= network.length)
        throw new Error(`vgg: what follows ${from} is wanted, but only layers up to ${last} were loaded`);
      const through = (x: Tensor, { weight, bias }: Conv): Tensor => relu(conv2d(x, weight, bias, { pad: 1 }));
      return through(maxPool2d(network[b].slice(1).reduce(through, features), 2), network[b + 1][0]);
    },
  };
}
