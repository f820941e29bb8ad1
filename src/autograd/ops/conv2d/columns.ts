/**
 * The gradient towards few input channels, as an image's: kernels that compute 8 channels at once leave most of their
 * lanes idle there. So all taps of all channels are rows of one matrix, whose product with dy is a 1x1 convolution, and
 * each pixel of dx adds the products that reach it. For subgroups of 8 without workgroup memory.
 */

import forwardK1 from '../../../shaders/conv2d/forward/k1.wgsl';
import columns from '../../../shaders/conv2d/inputGradient/columns.wgsl';
import { type Dispatch, lanes } from '../../kernels/plan.ts';
import { quads } from './lanes.ts';
import { type ConvShape, type ConvVariant, ceilDiv, WG } from './shape.ts';

const CHANNELS = 32; // of a workgroup of conv2d/forward/k1
const rows = (s: ConvShape): number => s.ci * s.kh * s.kw;

/** dx as a 1x1 convolution of dy with all taps, then a gather of the products. */
export const columnsBackwardData: ConvVariant = {
  name: 'columns',
  fits: (s, adapter) =>
    lanes(adapter) &&
    s.padMode === 'zero' &&
    s.kh * s.kw > 1 &&
    s.ci < 8 &&
    rows(s) <= CHANNELS &&
    (s.ho * s.wo) % 4 === 0,
  // Measured (docs/experiments/convolution/third-round.md): a short sum does not pay for the second launch, nor do the
  // few pixels of a stride.
  suits: (s) => s.stride === 1 && (s.dilation > 1 || s.co >= 64),
  plan: (s, { subgroupSize: LANES }) => {
    const plane = (s.ho * s.wo) / 4;
    const QUADS = quads(plane, LANES);
    const { ci: c, h, w, ho, wo, kh, kw, stride, dilation, pad } = s;
    const product: Dispatch = {
      kernel: forwardK1,
      buffers: { x: 'dy', w: 'w', bias: 'dy', skip: 'dy', y: 'scratch0' },
      params: { k: s.co, m: rows(s), plane, stride_m: 1, stride_k: rows(s), has_bias: 0, slope: 1 },
      constants: { CHANNELS, LANES, QUADS },
      groups: [ceilDiv(plane, QUADS * LANES), 1, s.n],
    };
    const gather: Dispatch = {
      kernel: columns,
      buffers: { z: 'scratch0', bias: s.bias ? 'bias' : 'dy', dx: 'dx' },
      params: { c, h, w, ho, wo, kh, kw, stride, dilation, pad, has_bias: s.bias ? 1 : 0 },
      groups: [ceilDiv(h * w, WG), c, s.n],
    };
    return { name: 'columns', scratch: [4 * s.n * rows(s) * s.ho * s.wo], steps: [product, gather] };
  },
};
