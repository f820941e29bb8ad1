/** The segmenter S: reads the layout off an image; trained with the source pair, it teaches G semantic alignment. */
import { concat } from '../../autograd/ops/copy/copy.ts';
import { normalize } from '../../autograd/ops/norm/normalize.ts';
import { mean } from '../../autograd/ops/reduce/reduce.ts';
import { expand } from '../../autograd/ops/reduce/sum.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import { conv, type Declare, type ForwardPass } from './layers.ts';

/** image [N,3,H,W] -> logits [N,K,H,W]. `drop` is the dropout to apply to the fused features, if any. */
export type Segmenter = (pass: ForwardPass, image: Tensor, drop?: (x: Tensor) => Tensor) => Tensor;

/** Four branches (1x1, dilation 8, dilation 16, global) of `width` channels, fused to logits over `classes`. */
export function declareSegmenter(d: Declare, width: number, classes: number): Segmenter {
  const plain = { bias: true, spectral: false };
  const b0 = conv(d, 'seg.b0', 3, width, { k: 1, slope: 0, ...plain });
  const b1 = conv(d, 'seg.b1', 3, width, { k: 3, dilation: 8, pad: 8, slope: 0, ...plain });
  const b2 = conv(d, 'seg.b2', 3, width, { k: 3, dilation: 16, pad: 16, slope: 0, ...plain });
  const b3 = conv(d, 'seg.b3', 3, width, { k: 1, slope: 0, ...plain });
  const fuse = conv(d, 'seg.fuse', 4 * width, width, { k: 1, slope: 0, ...plain });
  const mix = conv(d, 'seg.conv', width, width, { k: 3, pad: 1, spectral: false });
  const gamma = d.vector('seg.norm.gamma', width, 'one');
  const beta = d.vector('seg.norm.beta', width, 'zero');
  const out = conv(d, 'seg.out', width, classes, { k: 1, ...plain });
  return (pass, image, drop) => {
    const [n, , h, w] = image.shape;
    const pooled = b3(pass, mean([image], { axes: [2, 3] }));
    const features = concat([
      b0(pass, image),
      b1(pass, image),
      b2(pass, image),
      expand([pooled], { shape: [n, width, h, w] }),
    ]);
    const fused = fuse(pass, features);
    // The sample's own statistics: with N = 1 that is batch normalization in training, and inference agrees with it.
    const mixed = normalize(mix(pass, drop ? drop(fused) : fused), pass.p.get(gamma), pass.p.get(beta), { slope: 0 }).y;
    return out(pass, mixed);
  };
}
