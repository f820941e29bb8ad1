/** Nearest and bilinear resampling to any size, by PyTorch's `interpolate` conventions, and its adjoint. */
import adjointKernel from '../../../shaders/spatial/resize/adjoint.wgsl';
import forwardKernel from '../../../shaders/spatial/resize/forward.wgsl';
import { planeGroups } from '../../kernels/planes.ts';
import { type ImageShape, imageShape, type Op, op, type Ref, shapeError } from '../../op.ts';
import { absolute, perPlane, scatterPlanes } from '../../reference.ts';
import type { OpSession, Shape, Tensor } from '../../tensor.ts';

/**
 * `areas`: align_corners = false, pixels are areas. `corners`: align_corners = true, the corner pixels' centers meet.
 */
export type ResizeMode = 'nearest' | 'areas' | 'corners';
interface Attrs {
  height: number;
  width: number;
  mode: ResizeMode;
}
const codes: Record<ResizeMode, number> = { nearest: 0, areas: 1, corners: 2 };

function resizedShape(name: string, s: Shape, { height, width }: Attrs): Shape {
  const [n, c, h, w] = imageShape(name, s);
  for (const v of [h, w, height, width])
    if (!Number.isInteger(v) || v < 1 || v > 32767)
      shapeError(name, `sizes from 1 to 32767 are expected, not ${h}x${w} and ${height}x${width}`);
  return [n, c, height, width];
}

/** `small`: the tensor on the side of the resize's input; `large`: the one on the side of its output. */
function launch(
  session: OpSession,
  kernel: WgslModule,
  x: Tensor,
  y: Tensor,
  small: Tensor,
  large: Tensor,
  mode: ResizeMode,
): void {
  const [n, c, h, w] = small.shape;
  const [, , ho, wo] = large.shape;
  session.run(kernel, {
    read: { x },
    write: { y },
    constants: { MODE: codes[mode] },
    groups: planeGroups(y.shape[2] * y.shape[3], n * c),
    params: { planes: n * c, h, w, ho, wo, scale_y: Math.fround(h / ho), scale_x: Math.fround(w / wo) },
  });
}

/** [low, high, weight of high] along one axis. */
function tap(o: number, size: number, out: number, mode: ResizeMode): [number, number, number] {
  if (mode === 'nearest') {
    // PyTorch computes this one in float32, and the index depends on it.
    const i = Math.min(Math.floor(Math.fround(o * Math.fround(size / out))), size - 1);
    return [i, i, 0];
  }
  const position =
    mode === 'areas' ? Math.max(((o + 0.5) * size) / out - 0.5, 0) : (o * (size - 1)) / Math.max(out - 1, 1);
  const low = Math.min(Math.floor(position), size - 1);
  return [low, Math.min(low + 1, size - 1), position - low];
}

function adjoint([x]: readonly Ref[], { height, width, mode }: Attrs): Ref {
  const [, , h, w] = x.shape;
  return scatterPlanes(x, height, width, (add, oy, ox) => {
    const [top, bottom, wy] = tap(oy, height, h, mode);
    const [left, right, wx] = tap(ox, width, w, mode);
    add(top, left, (1 - wy) * (1 - wx));
    add(top, right, (1 - wy) * wx);
    add(bottom, left, wy * (1 - wx));
    add(bottom, right, wy * wx);
  });
}

const sizes: readonly (readonly [ImageShape, number, number])[] = [
  [[1, 2, 3, 5], 6, 10],
  [[2, 3, 7, 4], 3, 9],
  [[1, 5, 1, 6], 4, 1],
  [[1, 1, 2, 1], 5, 7],
  [[1, 2, 9, 8], 2, 3],
  [[1, 2, 4, 5], 4, 5],
  [[1, 1, 10, 11], 49, 3],
];
const modes = Object.keys(codes) as ResizeMode[];

/** x [N,C,H,W] resampled to [N, C, height, width]. */
export const resizeOp: Op<Attrs> = op<Attrs>({
  name: 'resize',
  shape: ([s], attrs) => resizedShape('resize', s, attrs),
  forward: (session, [x], y, { mode }) => launch(session, forwardKernel, x, y, x, y, mode),
  backward: ({ x: [x], attrs: { mode } }, dy) => [resizeAdjoint([dy], { height: x.shape[2], width: x.shape[3], mode })],
  samplewise: () => [true],
  reference: ([x], { height, width, mode }) => {
    const [, , h, w] = x.shape;
    return perPlane(x, height, width, (plane, oy, ox) => {
      const [top, bottom, wy] = tap(oy, h, height, mode);
      const [left, right, wx] = tap(ox, w, width, mode);
      const row = (y: number): number => plane[y * w + left] * (1 - wx) + plane[y * w + right] * wx;
      return row(top) * (1 - wy) + row(bottom) * wy;
    });
  },
  terms: () => 8,
  cases: modes.flatMap((mode) =>
    sizes.map(([shape, height, width]) => ({
      name: `${mode} ${shape.join('x')} to ${height}x${width}`,
      inputs: [{ shape }],
      attrs: { height, width, mode },
    })),
  ),
});

/** The transpose of a resize from [height, width] to x's size: x [N,C,h,w] -> [N, C, height, width]. */
export const resizeAdjoint: Op<Attrs> = op<Attrs>({
  name: 'resizeAdjoint',
  shape: ([s], attrs) => resizedShape('resizeAdjoint', s, attrs),
  forward: (session, [x], y, { mode }) => launch(session, adjointKernel, x, y, y, x, mode),
  backward: ({ x: [x], attrs: { mode } }, dy) => [resizeOp([dy], { height: x.shape[2], width: x.shape[3], mode })],
  reference: adjoint,
  terms: ([[, , h, w]], { height, width }) => 4 * Math.ceil(h / height + 1) * Math.ceil(w / width + 1),
  magnitude: ([x], attrs) => adjoint([absolute(x)], attrs),
  cases: modes.flatMap((mode) =>
    sizes.map(([[n, c, height, width], h, w]) => ({
      name: `${mode} ${h}x${w} to ${height}x${width}`,
      inputs: [{ shape: [n, c, h, w] }],
      attrs: { height, width, mode },
    })),
  ),
});

/** Nearest resize: floor(o * in / out), PyTorch's mode='nearest'. */
export const resizeNearest = (x: Tensor, height: number, width: number): Tensor =>
  resizeOp([x], { height, width, mode: 'nearest' });
/** Bilinear resize, PyTorch's mode='bilinear'. */
export const resizeBilinear = (x: Tensor, height: number, width: number, alignCorners = false): Tensor =>
  resizeOp([x], { height, width, mode: alignCorners ? 'corners' : 'areas' });
