/**
 * The feature-pyramid discriminator: realness of patches at 1/4 and at 1/8 of the size (method, row "discriminator D").
 */
import { add } from '../../autograd/ops/pointwise/pointwise.ts';
import { resizeBilinear } from '../../autograd/ops/spatial/resize.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import { conv, type Declare, type ForwardPass, type Layer, plainNorm } from './layers.ts';

export interface DiscriminatorOutput {
  /** Prediction maps [N,1,h,w] at 1/4 and 1/8 of the size. */
  maps: [Tensor, Tensor];
  /** Feature-matching taps: the 2d- and the 4d-channel bottom-up features. */
  taps: [Tensor, Tensor];
}
export type Discriminator = (pass: ForwardPass, image: Tensor) => DiscriminatorOutput;

/** `width` d: 64 in the paper. image [N,3,H,W]. */
export function declareDiscriminator(d: Declare, width: number): Discriminator {
  const normed =
    (layer: Layer): Layer =>
    (pass, x) =>
      plainNorm(layer(pass, x));
  const bottomUp = [
    [3, width],
    [width, 2 * width],
    [2 * width, 4 * width],
  ].map(([ci, co], i) => normed(conv(d, `disc.${i}`, ci, co, { k: 3, stride: 2, pad: 1 })));
  const lateral1 = normed(conv(d, 'disc.lateral1', 2 * width, 4 * width, { k: 1 }));
  const lateral2 = normed(conv(d, 'disc.lateral2', 4 * width, 4 * width, { k: 1 }));
  const smooth1 = normed(conv(d, 'disc.smooth1', 4 * width, 2 * width, { k: 3, pad: 1 }));
  const smooth2 = normed(conv(d, 'disc.smooth2', 4 * width, 2 * width, { k: 3, pad: 1 }));
  const predict = conv(d, 'disc.predict', 2 * width, 1, { k: 1, bias: true, spectral: false });
  return (pass, image) => {
    const half = bottomUp[0](pass, image);
    const quarter = bottomUp[1](pass, half);
    const eighth = bottomUp[2](pass, quarter);
    const deep = lateral2(pass, eighth);
    const [, , h, w] = quarter.shape;
    const merged = add(resizeBilinear(deep, h, w, true), lateral1(pass, quarter));
    return {
      maps: [predict(pass, smooth1(pass, merged)), predict(pass, smooth2(pass, deep))],
      taps: [quarter, eighth],
    };
  };
}
