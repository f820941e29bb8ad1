/**
 * Winograd F(2x2, 3x3) (Lavin and Gray, Fast algorithms for convolutional neural networks, 2016) for 3x3 of stride 1:
 * 16 multiplications for four results instead of 36, for four passes over memory more. Worth it only with many
 * channels, and only measuring shows where. On values of one size its rounding error is a direct convolution's
 * (docs/experiments/convolution/gpu-variants.md); next to a value many times the others' it is relative to the largest
 * of the 4x4 that a tile reads.
 */
import input from '../../../shaders/conv2d/winograd/input.wgsl';
import output from '../../../shaders/conv2d/winograd/output.wgsl';
import weights from '../../../shaders/conv2d/winograd/weights.wgsl';
import { tiledProduct } from '../matmul/families.ts';
import { mirroring } from './generic.ts';
import { type ConvDirection, type ConvShape, type ConvVariant, ceilDiv, WG } from './shape.ts';

const MOST_BYTES = 128 << 20; // of a scratch buffer: what every WebGPU adapter binds
const LEAST_CHANNELS = 32;

/** The convolution that a direction is: backwards, dx is dy with flipped taps and the padding that is left of 2. */
function sizes(s: ConvShape, d: ConvDirection) {
  const [m, c, h, w] = d === 'forward' ? [s.co, s.ci, s.ho, s.wo] : [s.ci, s.co, s.h, s.w];
  const [across, down] = [ceilDiv(w, 2), ceilDiv(h, 2)];
  const t4 = ceilDiv(s.n * across * down, 4);
  return { m, c, h, w, across, down, t4, m4: ceilDiv(m, 4), bytes: 256 * t4 * Math.max(m, c) };
}

const variant = (d: ConvDirection): ConvVariant => ({
  name: 'winograd',
  workgroup: true,
  fits: (s) =>
    s.kh === 3 &&
    s.kw === 3 &&
    s.stride === 1 &&
    s.dilation === 1 &&
    s.pad <= 2 &&
    Math.min(s.ci, s.co) >= LEAST_CHANNELS &&
    sizes(s, d).bytes <= MOST_BYTES,
  suits: () => false,
  plan: (s) => {
    const { m, c, h, w, across, down, t4, m4 } = sizes(s, d);
    const forth = d === 'forward';
    const [from, to] = forth ? ['x', 'y'] : ['dy', 'dx'];
    return {
      name: 'winograd',
      scratch: [256 * c * m4, 256 * c * t4, 256 * m * t4],
      steps: [
        {
          kernel: weights,
          buffers: { w: 'w', u: 'scratch0' },
          params: {
            m,
            k: c,
            m4,
            ...(forth
              ? { stride_m: c * 9, stride_k: 9, tap0: 0, tap_step: 1 }
              : { stride_m: 9, stride_k: m * 9, tap0: 8, tap_step: -1 }),
          },
          groups: [ceilDiv(c * m4, WG), 1, 1],
        },
        {
          kernel: input,
          buffers: { x: from, v: 'scratch1' },
          params: {
            n: s.n,
            c,
            h: forth ? s.h : s.ho,
            w: forth ? s.w : s.wo,
            pad: forth ? s.pad : 2 - s.pad,
            reflect: forth && s.padMode === 'reflect' ? 1 : 0,
            across,
            down,
            t4,
          },
          groups: [ceilDiv(t4, WG), c, 1],
        },
        tiledProduct({ m, n: 4 * t4, k: c, batch: 16, aShared: false, bShared: false, transposed: false }, 64, {
          a: 'scratch0',
          b: 'scratch1',
          y: 'scratch2',
        }),
        {
          kernel: output,
          buffers: { p: 'scratch2', bias: s.bias ? 'bias' : from, y: to },
          params: { n: s.n, m, h, w, across, down, t4, has_bias: s.bias ? 1 : 0 },
          groups: [ceilDiv(s.n * across * down, WG), m, 1],
        },
      ],
    };
  },
});

/** Forward by F(2x2, 3x3). */
export const winogradForward = variant('forward');
/** dx by F(2x2, 3x3), with reflect padding by `mirroring`. */
export const winogradBackwardData = mirroring(variant('backward'));
