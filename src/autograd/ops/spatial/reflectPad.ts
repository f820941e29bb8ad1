/** Reflect padding of images and its adjoint, each the other's gradient. */
import foldKernel from '../../../shaders/spatial/reflectPad/fold.wgsl';
import padKernel from '../../../shaders/spatial/reflectPad/forward.wgsl';
import { planeGroups } from '../../kernels/planes.ts';
import { type ImageShape, imageShape, type Op, op, type Ref, shapeError } from '../../op.ts';
import { absolute, perPlane, scatterPlanes } from '../../reference.ts';
import type { Shape, Tensor } from '../../tensor.ts';

/** Rows and columns added on each side; each smaller than the image's size along its axis. */
export interface PadWidths {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

function checkFrame(name: string, [, , h, w]: Shape, { top, bottom, left, right }: PadWidths): void {
  if (![top, bottom, left, right].every((v) => Number.isInteger(v) && v >= 0))
    shapeError(name, `pads ${[top, bottom, left, right]} must be whole numbers, at least 0`);
  if (Math.max(top, bottom) >= h || Math.max(left, right) >= w)
    shapeError(name, `pads ${[top, bottom, left, right]} must be smaller than ${h}x${w}`);
}
const mirror = (i: number, n: number): number => n - 1 - Math.abs(n - 1 - Math.abs(i));

const frames: readonly (readonly [string, ImageShape, PadWidths])[] = [
  ['one', [2, 3, 4, 5], { top: 1, bottom: 1, left: 1, right: 1 }],
  ['largest', [1, 2, 4, 5], { top: 3, bottom: 3, left: 4, right: 4 }],
  ['sides differ', [1, 5, 3, 6], { top: 2, bottom: 0, left: 1, right: 3 }],
  ['single row', [1, 1, 1, 4], { top: 0, bottom: 0, left: 0, right: 2 }],
  ['wide', [1, 1, 9, 70], { top: 3, bottom: 3, left: 3, right: 3 }],
];
const outer = ([n, c, h, w]: ImageShape, f: PadWidths): ImageShape => [
  n,
  c,
  h + f.top + f.bottom,
  w + f.left + f.right,
];
const inner = (s: ImageShape, f: PadWidths): ImageShape => [
  s[0],
  s[1],
  s[2] - f.top - f.bottom,
  s[3] - f.left - f.right,
];

/** x [N,C,H,W] with its border mirrored, without repeating the edge: [N, C, H+top+bottom, W+left+right]. */
export const reflectPadOp: Op<PadWidths> = op<PadWidths>({
  name: 'reflectPad',
  shape: ([s], frame) => {
    const image = imageShape('reflectPad', s);
    checkFrame('reflectPad', s, frame);
    return outer(image, frame);
  },
  forward: (session, [x], y, { top, left }) => {
    const [n, c, h, w] = x.shape;
    const [, , ho, wo] = y.shape;
    session.run(padKernel, {
      read: { x },
      write: { y },
      params: { planes: n * c, h, w, ho, wo, top, left },
      groups: planeGroups(ho * wo, n * c),
    });
  },
  backward: ({ attrs }, dy) => [reflectFoldOp([dy], attrs)],
  reference: ([x], frame) => {
    const [, , h, w] = x.shape;
    const [, , ho, wo] = outer(x.shape as unknown as ImageShape, frame);
    return perPlane(x, ho, wo, (plane, oy, ox) => plane[mirror(oy - frame.top, h) * w + mirror(ox - frame.left, w)]);
  },
  cases: frames.map(([name, shape, attrs]) => ({ name, inputs: [{ shape }], attrs })),
});

/** The adjoint: what was mirrored outwards is added back where it came from. */
export const reflectFoldOp: Op<PadWidths> = op<PadWidths>({
  name: 'reflectFold',
  shape: ([s], frame) => {
    const shape = inner(imageShape('reflectFold', s), frame);
    checkFrame('reflectFold', shape, frame);
    return shape;
  },
  forward: (session, [x], y, frame) => {
    const [n, c, h, w] = y.shape;
    session.run(foldKernel, {
      read: { x },
      write: { y },
      params: { planes: n * c, h, w, ...frame },
      groups: planeGroups(h * w, n * c),
    });
  },
  backward: ({ attrs }, dy) => [reflectPadOp([dy], attrs)],
  reference: fold,
  terms: () => 9,
  magnitude: ([x], frame) => fold([absolute(x)], frame),
  cases: frames.map(([name, shape, attrs]) => ({ name, inputs: [{ shape: outer(shape, attrs) }], attrs })),
});

function fold([x]: readonly Ref[], frame: PadWidths): Ref {
  const [, , h, w] = inner(x.shape as unknown as ImageShape, frame);
  return scatterPlanes(x, h, w, (add, oy, ox) => add(mirror(oy - frame.top, h), mirror(ox - frame.left, w), 1));
}

/** Reflect padding by the same amount on all sides, or by side. */
export const reflectPad = (x: Tensor, pad: number | PadWidths): Tensor =>
  reflectPadOp([x], typeof pad === 'number' ? { top: pad, bottom: pad, left: pad, right: pad } : pad);
export const reflectFold = (x: Tensor, frame: PadWidths): Tensor => reflectFoldOp([x], frame);
