/**
 * SinGAN's two networks of one scale, and the generator as it is used once its scale is trained.
 *   body: [conv 3x3, batch norm, LReLU 0.2] four times, conv 3x3; no padding anywhere
 *   G(x, y) = tanh(body(x)) + y without its border;  D(x) = body(x), one output channel
 * Biases that have no effect and would only drift are left out: before a batch norm, and of D's last layer, since a
 * Wasserstein critic is known up to a constant.
 */

import { conv2d } from '../../../autograd/ops/conv2d/conv2d.ts';
import { concat } from '../../../autograd/ops/copy/copy.ts';
import { crop, sliceOrPad, zeroPad } from '../../../autograd/ops/copy/slice.ts';
import { argmax, oneHot } from '../../../autograd/ops/labels/labels.ts';
import { addBias } from '../../../autograd/ops/pointwise/bias.ts';
import { add, tanh } from '../../../autograd/ops/pointwise/pointwise.ts';
import { resizeBilinear } from '../../../autograd/ops/spatial/resize.ts';
import { Parameters } from '../../../autograd/parameters.ts';
import type { Session } from '../../../autograd/session.ts';
import { type Shape, sizeOf, type Tensor } from '../../../autograd/tensor.ts';
import { fnv1a, HostRandom } from '../../../engine/random.ts';
import { Declare, type ForwardPass, type Init, norm, slope } from '../../networks/layers.ts';
import type { TensorState } from '../../networks/networks.ts';
import { adamOptions, border, layers } from './config.ts';

/** x and prev [1,3,H+10,W+10] -> [1,3,H,W]. */
export type SinganGenerator = (pass: ForwardPass, x: Tensor, prev: Tensor) => Tensor;
/** [N,3,H,W] -> a map of realness [N,1,H-10,W-10]. */
export type SinganDiscriminator = (pass: ForwardPass, x: Tensor) => Tensor;
export interface SinganNetworks {
  g: SinganGenerator;
  d: SinganDiscriminator;
  gPass: ForwardPass;
  dPass: ForwardPass;
}

const epsilon = 1e-5;

/**
 * 3x3 convolution without padding. Where the kernels for padded convolutions over whole vec4 rows are much the faster
 * ones (CPU drivers), as one of these: on rows filled up with zeros, and what those and the border reach cut off.
 */
export function validConv(x: Tensor, w: Tensor): Tensor {
  if (!x.session.device.info.software) return conv2d(x, w);
  const [n, c, height, width] = x.shape;
  const across = Math.ceil(width / 4) * 4;
  const filled = across === width ? x : sliceOrPad([x], { start: [0, 0, 0, 0], size: [n, c, height, across] });
  return crop(conv2d(filled, w, null, { pad: 1 }), 1, 1, height - 2, width - 2);
}

function declareBody(d: Declare, width: number, co: number): (pass: ForwardPass, x: Tensor) => Tensor {
  const blocks = Array.from({ length: layers - 1 }, (_, i) => {
    const w = d.weight(`body.${i}.conv.weight`, [width, i ? width : 3, 3, 3]);
    const n = norm(d, `body.${i}.norm`, width);
    return (pass: ForwardPass, x: Tensor): Tensor => n(pass, validConv(x, pass.p.get(w)));
  });
  const w = d.weight('tail.weight', [co, width, 3, 3]);
  const bias = co > 1 ? d.vector('tail.bias', co, 'zero') : null;
  return ({ p, ...pass }, x) => {
    const y = validConv(
      blocks.reduce((t, block) => block({ p, ...pass }, t), x),
      p.get(w),
    );
    return bias ? addBias(y, p.get(bias)) : y;
  };
}

/** The middle of a picture with its border. */
const inner = (x: Tensor): Tensor => crop(x, border, border, x.shape[2] - 2 * border, x.shape[3] - 2 * border);

/** `init`: the start values of the network called 'G' or 'D'. */
export function createSingan(session: Session, width: number, init: (network: 'G' | 'D') => Init): SinganNetworks {
  const [gd, dd] = [new Declare(init('G'), false), new Declare(init('D'), false)];
  const body = declareBody(gd, width, 3);
  const d = declareBody(dd, width, 1);
  const running = new Map(
    [...gd.norms].map(([name, c]) => [
      name,
      session.lasting(
        [2 * c],
        `${name}.running`,
        Float32Array.from({ length: 2 * c }, (_, i) => (i < c ? 0 : 1)),
      ),
    ]),
  );
  return {
    g: (pass, x, prev) => add(tanh(body(pass, x)), inner(prev)),
    d,
    gPass: { p: new Parameters(session, 'G', gd.specs, adamOptions), training: true, running },
    // D always sees one picture at a time, so batch normalization is a sample's own.
    dPass: { p: new Parameters(session, 'D', dd.specs, adamOptions), training: true, running: null },
  };
}

/** Two normal numbers of a host stream. */
function gaussians(random: HostRandom): [number, number] {
  const r = Math.sqrt(-2 * Math.log(1 - random.next()));
  const angle = 2 * Math.PI * random.next();
  return [r * Math.cos(angle), r * Math.sin(angle)];
}
/** `count` normal numbers that belong to a seed and a name. */
export function gaussianField(seed: number, name: string, count: number): Float32Array {
  const random = new HostRandom((fnv1a(name) ^ Math.imul(seed + 1, 0x9e3779b9)) >>> 0);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const [a, b] = gaussians(random);
    out[i] = a;
    if (i + 1 < count) out[i + 1] = b;
  }
  return out;
}

/** Weights normal with deviation 0.02, scales 1 + the same, shifts and biases 0 (the released code's). */
export const singanInit =
  (seed: number, network: string): Init =>
  (name, shape, kind) => {
    if (kind === 'zero') return new Float32Array(sizeOf(shape));
    return gaussianField(seed, `${network}.${name}`, sizeOf(shape)).map((v) => (kind === 'one' ? 1 : 0) + 0.02 * v);
  };

/** A trained generator with its batch normalization, at its running statistics, folded into weights and biases. */
export interface Frozen {
  weights: Tensor[];
  biases: Tensor[];
}

/** `state`: of the scale's G: parameters, and `body.*.norm.running`. Throws Error where one is missing. */
export function freeze(session: Session, state: TensorState): Frozen {
  const get = (name: string): { shape: Shape; data: Float32Array } => {
    const found = state.get(name);
    if (!found) throw new Error(`SinGAN: ${name} is missing`);
    return found;
  };
  const frozen: Frozen = { weights: [], biases: [] };
  for (let i = 0; i < layers - 1; i++) {
    const { shape, data } = get(`body.${i}.conv.weight`);
    const [gamma, beta, running] = ['gamma', 'beta', 'running'].map((n) => get(`body.${i}.norm.${n}`).data);
    const c = shape[0];
    const gain = Float64Array.from({ length: c }, (_, k) => gamma[k] / Math.sqrt(running[c + k] + epsilon));
    frozen.weights.push(
      session.lasting(
        shape,
        `frozen.${i}.weight`,
        data.map((v, at) => v * gain[Math.floor((at * c) / data.length)]),
      ),
    );
    frozen.biases.push(
      session.lasting(
        [c],
        `frozen.${i}.bias`,
        Float32Array.from(gain, (a, k) => beta[k] - a * running[k]),
      ),
    );
  }
  const tail = get('tail.weight');
  frozen.weights.push(session.lasting(tail.shape, 'frozen.tail.weight', tail.data));
  frozen.biases.push(session.lasting([3], 'frozen.tail.bias', get('tail.bias').data));
  return frozen;
}

/** The trained G: x and prev [1,3,H+10,W+10] -> [1,3,H,W]. */
export function generate(g: Frozen, x: Tensor, prev: Tensor): Tensor {
  const y = g.weights.reduce((t, w, i) => {
    return addBias(validConv(t, w), g.biases[i], i < layers - 1 ? { slope } : {});
  }, x);
  return add(tanh(y), inner(prev));
}

/** The border that a generator takes away, of zeros, or `wrap` for a picture that continues at its other side. */
export function pad(x: Tensor, wrap = false): Tensor {
  if (!wrap) return zeroPad(x, border, border, border, border);
  const [n, c, h, w] = x.shape;
  const wide = concat(
    [
      sliceOrPad([x], { start: [0, 0, 0, w - border], size: [n, c, h, border] }),
      x,
      sliceOrPad([x], { start: [0, 0, 0, 0], size: [n, c, h, border] }),
    ],
    3,
  );
  const cut = (top: number): Tensor =>
    sliceOrPad([wide], { start: [0, 0, top, 0], size: [n, c, border, w + 2 * border] });
  return concat([cut(h - border), wide, cut(0)], 2);
}

/** One scale's picture at the next scale's size; bilinear, where the released code is bicubic. */
export const enlarge = (x: Tensor, height: number, width: number): Tensor => resizeBilinear(x, height, width);

/**
 * x [1,3,H,W] with every pixel in the nearest of these colors, [K,3] in x's units, the first of equals. No gradient.
 */
export function nearestColors(x: Tensor, colors: readonly (readonly number[])[]): Tensor {
  const { session } = x;
  const k = colors.length;
  // |x - c|^2 is least where c.x - |c|^2 / 2 is largest.
  const scores = conv2d(
    x,
    session.lasting([k, 3, 1, 1], 'colors', colors.flat()),
    session.lasting(
      [k],
      'half squares',
      colors.map((c) => -c.reduce((s, v) => s + v * v, 0) / 2),
    ),
  );
  return conv2d(
    oneHot(argmax(scores), k),
    session.lasting(
      [3, k, 1, 1],
      'colors by channel',
      [0, 1, 2].flatMap((i) => colors.map((c) => c[i])),
    ),
  );
}
