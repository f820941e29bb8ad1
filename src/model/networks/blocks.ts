/**
 * The blocks that both encoders and the decoder are made of (method: "bottleneck residual block", down and up blocks).
 */
import { chain, conv, type Declare, type Layer, norm, slope, up } from './layers.ts';

/** x + [1x1 c->c/4, norm, LReLU, reflect 3x3 c/4->c/4, norm, LReLU, 1x1 c/4->c, norm](x). */
export function residual(d: Declare, name: string, c: number): Layer {
  const branch = chain(
    conv(d, `${name}.conv1`, c, c / 4, { k: 1 }),
    norm(d, `${name}.norm1`, c / 4),
    conv(d, `${name}.conv2`, c / 4, c / 4, { k: 3, pad: 1, reflect: true }),
    norm(d, `${name}.norm2`, c / 4),
    conv(d, `${name}.conv3`, c / 4, c, { k: 1 }),
  );
  const last = norm(d, `${name}.norm3`, c, false);
  return (pass, x) => last(pass, branch(pass, x), x);
}

/** The same without normalization and with biases, as inside the feature translation. */
export function plainResidual(d: Declare, name: string, c: number): Layer {
  const branch = chain(
    conv(d, `${name}.conv1`, c, c / 4, { k: 1, bias: true, slope }),
    conv(d, `${name}.conv2`, c / 4, c / 4, { k: 3, pad: 1, reflect: true, bias: true, slope }),
  );
  const last = conv(d, `${name}.conv3`, c / 4, c, { k: 1, bias: true });
  return (pass, x) => last(pass, branch(pass, x), x);
}

/** Reflect-padded convolution at full resolution of its place, norm, LReLU: heads and tails. */
export const edge = (d: Declare, name: string, ci: number, co: number, k: 3 | 7): Layer =>
  chain(conv(d, `${name}.conv`, ci, co, { k, pad: (k - 1) / 2, reflect: true }), norm(d, `${name}.norm`, co));

/** Residual block, 3x3 c->c, then 4x4 stride 2 c->2c; norm and LReLU behind both. */
export const downBlock = (d: Declare, name: string, c: number): Layer =>
  chain(
    residual(d, `${name}.res`, c),
    conv(d, `${name}.conv`, c, c, { k: 3, pad: 1 }),
    norm(d, `${name}.norm`, c),
    conv(d, `${name}.down`, c, 2 * c, { k: 4, stride: 2, pad: 1 }),
    norm(d, `${name}.downNorm`, 2 * c),
  );

/** Residual block, 3x3 c->c, then transposed 4x4 stride 2 c->c/2; norm and LReLU behind both. */
export const upBlock = (d: Declare, name: string, c: number): Layer =>
  chain(
    residual(d, `${name}.res`, c),
    conv(d, `${name}.conv`, c, c, { k: 3, pad: 1 }),
    norm(d, `${name}.norm`, c),
    up(d, `${name}.up`, c, c / 2),
    norm(d, `${name}.upNorm`, c / 2),
  );
