/**
 * Average and max pooling over square windows, with PyTorch's conventions (floor sizes, padding that counts as zeros).
 */
import averageKernel from '../../../shaders/spatial/pool/average.wgsl';
import averageAdjointKernel from '../../../shaders/spatial/pool/averageAdjoint.wgsl';
import maxKernel from '../../../shaders/spatial/pool/max.wgsl';
import pickKernel from '../../../shaders/spatial/pool/pick.wgsl';
import spreadKernel from '../../../shaders/spatial/pool/spread.wgsl';
import { planeGroups } from '../../kernels/planes.ts';
import { type CaseInput, type ImageShape, imageShape, type Op, op, type Ref, ref, shapeError } from '../../op.ts';
import { absolute, perPlane, scatterPlanes } from '../../reference.ts';
import { type Shape, sameShape, type Tensor } from '../../tensor.ts';
import { mean } from '../reduce/reduce.ts';

interface Window {
  kernel: number;
  stride: number;
  pad: number;
}
/** A window, and the size of the plane it slides over. */
interface Inverse extends Window {
  height: number;
  width: number;
}

function pooledShape(name: string, s: Shape, { kernel, stride, pad }: Window): ImageShape {
  const [n, c, h, w] = imageShape(name, s);
  if (kernel < 1 || stride < 1 || pad < 0 || pad > kernel / 2)
    shapeError(name, `kernel ${kernel}, stride ${stride}, pad ${pad} (at most half the kernel)`);
  const out = (size: number): number => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  if (out(h) < 1 || out(w) < 1) shapeError(name, `a window of ${kernel} does not fit into [${s}] with pad ${pad}`);
  return [n, c, out(h), out(w)];
}
function unpooledShape(name: string, s: Shape, attrs: Inverse): ImageShape {
  const shape: ImageShape = [s[0], s[1], attrs.height, attrs.width];
  if (!sameShape(pooledShape(name, shape, attrs), s)) shapeError(name, `[${s}] is no pooled size of [${shape}]`);
  return shape;
}
const inverse = (x: Tensor, { kernel, stride, pad }: Window): Inverse => ({
  kernel,
  stride,
  pad,
  height: x.shape[2],
  width: x.shape[3],
});
/** Uniforms for a window over `image` with results `pooled`. */
const params = (image: Tensor, pooled: Tensor, { kernel, stride, pad }: Window): Record<string, number> => ({
  planes: image.shape[0] * image.shape[1],
  h: image.shape[2],
  w: image.shape[3],
  ho: pooled.shape[2],
  wo: pooled.shape[3],
  kernel,
  stride,
  pad,
});
const groups = (y: Tensor): [number, number, number] => planeGroups(y.shape[2] * y.shape[3], y.shape[0] * y.shape[1]);

/** Positions of the window of (oy, ox) inside an image of h x w. */
function visitWindow(
  h: number,
  w: number,
  { kernel, stride, pad }: Window,
  oy: number,
  ox: number,
  visit: (iy: number, ix: number) => void,
): void {
  for (let iy = Math.max(oy * stride - pad, 0); iy < Math.min(oy * stride - pad + kernel, h); iy++) {
    for (let ix = Math.max(ox * stride - pad, 0); ix < Math.min(ox * stride - pad + kernel, w); ix++) visit(iy, ix);
  }
}
const spreadAverage = (x: Ref, a: Inverse): Ref =>
  scatterPlanes(x, a.height, a.width, (add, oy, ox) =>
    visitWindow(a.height, a.width, a, oy, ox, (iy, ix) => add(iy, ix, 1 / a.kernel ** 2)),
  );

const shapes: readonly (readonly [ImageShape, Window])[] = [
  [[2, 3, 6, 8], { kernel: 2, stride: 2, pad: 0 }],
  [[1, 2, 7, 5], { kernel: 3, stride: 2, pad: 1 }],
  [[1, 5, 5, 7], { kernel: 3, stride: 1, pad: 1 }],
  [[1, 1, 9, 8], { kernel: 2, stride: 3, pad: 0 }],
  [[1, 1, 4, 20], { kernel: 4, stride: 2, pad: 2 }],
  [[1, 2, 3, 3], { kernel: 1, stride: 1, pad: 0 }],
];
const caseName = (s: ImageShape, { kernel, stride, pad }: Window): string =>
  `${s.join('x')} k${kernel} s${stride} p${pad}`;
/** A pooled case's other side: [pooled shape, attributes]. */
const inverseCase = (s: ImageShape, a: Window): [ImageShape, Inverse] => [
  pooledShape('case', s, a),
  { ...a, height: s[2], width: s[3] },
];

/** Mean over windows; the padding's zeros count. */
export const averagePoolOp: Op<Window> = op<Window>({
  name: 'averagePool',
  shape: ([s], attrs) => pooledShape('averagePool', s, attrs),
  forward: (session, [x], y, attrs) =>
    session.run(averageKernel, { read: { x }, write: { y }, params: params(x, y, attrs), groups: groups(y) }),
  backward: ({ x: [x], attrs }, dy) => [averagePoolAdjoint([dy], inverse(x, attrs))],
  reference: ([x], attrs) => {
    const [, , h, w] = x.shape;
    const [, , ho, wo] = pooledShape('averagePool', x.shape, attrs);
    return perPlane(x, ho, wo, (plane, oy, ox) => {
      let sum = 0;
      visitWindow(h, w, attrs, oy, ox, (iy, ix) => {
        sum += plane[iy * w + ix];
      });
      return sum / attrs.kernel ** 2;
    });
  },
  terms: (_s, { kernel }) => kernel ** 2,
  cases: shapes.map(([shape, attrs]) => ({ name: caseName(shape, attrs), inputs: [{ shape }], attrs })),
});

/** The transpose of averagePool. */
export const averagePoolAdjoint: Op<Inverse> = op<Inverse>({
  name: 'averagePoolAdjoint',
  shape: ([s], attrs) => unpooledShape('averagePoolAdjoint', s, attrs),
  forward: (session, [x], y, attrs) =>
    session.run(averageAdjointKernel, { read: { x }, write: { y }, params: params(y, x, attrs), groups: groups(y) }),
  backward: ({ attrs: { kernel, stride, pad } }, dy) => [averagePoolOp([dy], { kernel, stride, pad })],
  reference: ([x], attrs) => spreadAverage(x, attrs),
  terms: (_s, { kernel }) => kernel ** 2,
  magnitude: ([x], attrs) => spreadAverage(absolute(x), attrs),
  cases: shapes.map(([s, a]) => {
    const [shape, attrs] = inverseCase(s, a);
    return { name: caseName(s, a), inputs: [{ shape }], attrs };
  }),
});

/** Maximum over windows; padding never wins. */
export const maxPoolOp: Op<Window> = op<Window>({
  name: 'maxPool',
  shape: ([s], attrs) => pooledShape('maxPool', s, attrs),
  forward: (session, [x], y, attrs) => {
    const indices = session.temporary(y.shape, 'maxPool.indices', 'u32');
    session.run(maxKernel, { read: { x }, write: { y, indices }, params: params(x, y, attrs), groups: groups(y) });
    return [indices];
  },
  backward: ({ x: [x], aux: [indices], attrs }, dy) => [maxPoolSpread([dy, indices], inverse(x, attrs))],
  reference: ([x], attrs) => {
    const [, , h, w] = x.shape;
    const [, , ho, wo] = pooledShape('maxPool', x.shape, attrs);
    return perPlane(x, ho, wo, (plane, oy, ox) => {
      let top = -Infinity;
      visitWindow(h, w, attrs, oy, ox, (iy, ix) => {
        top = Math.max(top, plane[iy * w + ix]);
      });
      return top;
    });
  },
  // Values apart from each other: at a tie the maximum has no derivative. 1511 is prime, so none repeats.
  cases: shapes.map(([shape, attrs]) => ({
    name: caseName(shape, attrs),
    inputs: [{ shape, make: (_u, i) => ((i * 1009) % 1511) / 100 - 7 }],
    attrs,
  })),
});

/** Some position of each window, as max pooling would save it. */
const choices = (s: ImageShape, a: Window): CaseInput => {
  const shape = pooledShape('case', s, a);
  return {
    shape,
    dtype: 'u32',
    make: (u, i) => {
      const inside: number[] = [];
      visitWindow(s[2], s[3], a, Math.floor(i / shape[3]) % shape[2], i % shape[3], (iy, ix) => {
        inside.push(iy * s[3] + ix);
      });
      return inside[Math.floor(((u + 1) / 2) * inside.length)];
    },
  };
};

/** [x, indices] (both of the pooled size): x's values added up where the indices point. */
const maxPoolSpread: Op<Inverse> = op<Inverse>({
  name: 'maxPoolSpread',
  shape: ([s], attrs) => unpooledShape('maxPoolSpread', s, attrs),
  forward: (session, [x, indices], y, attrs) =>
    session.run(spreadKernel, { read: { x, indices }, write: { y }, params: params(y, x, attrs), groups: groups(y) }),
  backward: ({ x: [, indices], attrs }, dy) => [maxPoolPick([dy, indices], attrs), null],
  reference: ([x, indices], { height, width }) => {
    const y = ref([x.shape[0], x.shape[1], height, width], () => 0);
    const size = x.shape[2] * x.shape[3];
    for (let i = 0; i < x.data.length; i++)
      y.data[Math.floor(i / size) * height * width + indices.data[i]] += x.data[i];
    return y;
  },
  terms: (_s, { kernel }) => kernel ** 2,
  magnitude: ([x], { kernel, height, width }) => ref([x.shape[0], x.shape[1], height, width], () => kernel ** 2),
  cases: shapes.map(([s, a]) => {
    const [shape, attrs] = inverseCase(s, a);
    return { name: caseName(s, a), inputs: [{ shape }, choices(s, a)], attrs };
  }),
});

/** [x (of the full size), indices (of the pooled size)]: x at the indices. */
const maxPoolPick: Op<Inverse> = op<Inverse>({
  name: 'maxPoolPick',
  shape: ([s, indices], attrs) =>
    sameShape(unpooledShape('maxPoolPick', indices, attrs), s)
      ? indices
      : shapeError('maxPoolPick', `[${s}] and indices [${indices}]`),
  forward: (session, [x, indices], y) =>
    session.run(pickKernel, {
      read: { x, indices },
      write: { y },
      groups: groups(y),
      params: { planes: y.shape[0] * y.shape[1], size: x.shape[2] * x.shape[3], out: y.shape[2] * y.shape[3] },
    }),
  backward: ({ x: [, indices], attrs }, dy) => [maxPoolSpread([dy, indices], attrs), null],
  reference: ([x, indices]) => {
    const size = indices.shape[2] * indices.shape[3];
    return ref(indices.shape, (i) => x.data[Math.floor(i / size) * x.shape[2] * x.shape[3] + indices.data[i]]);
  },
  cases: shapes.map(([shape, a]) => ({
    name: caseName(shape, a),
    inputs: [{ shape }, choices(shape, a)],
    attrs: inverseCase(shape, a)[1],
  })),
});
/** The ops of this file, for the list of ops. */
export const poolOps = [averagePoolOp, averagePoolAdjoint, maxPoolOp, maxPoolSpread, maxPoolPick] as const;

/** x [N,C,H,W]: the mean of each kernel x kernel window; the zeros of the padding count (count_include_pad). */
export const avgPool2d = (x: Tensor, kernel: number, stride = kernel, pad = 0): Tensor =>
  averagePoolOp([x], { kernel, stride, pad });
/** x [N,C,H,W]: the maximum of each kernel x kernel window, without the padding. */
export const maxPool2d = (x: Tensor, kernel: number, stride = kernel, pad = 0): Tensor =>
  maxPoolOp([x], { kernel, stride, pad });
/** [N,C,H,W] -> [N,C,1,1]. */
export const globalAveragePool = (x: Tensor): Tensor => mean([x], { axes: [2, 3] });
