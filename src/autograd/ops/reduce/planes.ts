/** What ops over the [H, W] planes of [N, C, H, W] share: the launch grid of lib/planes.wgsl and reference helpers. */
import { grid, ref, shapeError, type Ref } from '../../op.ts';
import type { Session, Shape } from '../../tensor.ts';

export type Image = readonly [number, number, number, number];

/** Workgroups for lib/planes.wgsl: one thread per pixel and four planes. */
export function planeGroups(pixels: number, planes: number): [number, number, number] {
  const [x, z] = grid(pixels, 64);
  return [x, Math.ceil(planes / 4), z];
}

/**
 * How units (planes, channels) of `length` whole vec4 a plane spread over invocations: override constants WG and LANES,
 * and workgroups.
 * Software adapters walk the subgroups of a workgroup one after the other: one invocation to a unit, in small
 * workgroups, so that few units
 * still spread over the cores, and a whole workgroup only to units too few for them. With subgroups of 16, four
 * invocations share a
 * large plane, so that a load meets a fourth of the cache lines (measured: docs/kernels-conv.md). On GPUs a whole
 * workgroup shares each unit.
 */
export function planeLanes(
  session: Session,
  units: number,
  length: number,
): { constants: { WG: number; LANES: number }; groups: [number] } {
  const { software, subgroupMax } = session.device.info;
  if (!software || units < 4) return { constants: { WG: 64, LANES: 64 }, groups: [units] };
  const WG = subgroupMax === 16 ? 16 : 8;
  const LANES = WG === 16 && length >= 256 ? 4 : 1;
  return { constants: { WG, LANES }, groups: [Math.ceil((units * LANES) / WG)] };
}

/** The four sizes of an image tensor, or an error that names the op. */
export function imageShape(name: string, s: Shape): Image {
  if (s.length !== 4) shapeError(name, `[N, C, H, W] is expected, not [${s}]`);
  return s as unknown as Image;
}

/** y[plane, oy, ox] = value(x's plane, oy, ox), plane by plane. */
export function perPlane(
  x: Ref,
  height: number,
  width: number,
  value: (plane: Float64Array, oy: number, ox: number) => number,
): Ref {
  const [n, c, h, w] = x.shape;
  return ref([n, c, height, width], (i) => {
    const plane = Math.floor(i / (height * width));
    return value(x.data.subarray(plane * h * w, (plane + 1) * h * w), Math.floor(i / width) % height, i % width);
  });
}

/** The transpose of `perPlane`: each output value spreads over `height` x `width` planes by `spread(add, oy, ox)`. */
export function scatterPlanes(
  x: Ref,
  height: number,
  width: number,
  spread: (add: (iy: number, ix: number, weight: number) => void, oy: number, ox: number) => void,
): Ref {
  const [n, c, h, w] = x.shape;
  const y = ref([n, c, height, width], () => 0);
  for (let i = 0; i < x.data.length; i++) {
    const start = Math.floor(i / (h * w)) * height * width;
    spread(
      (iy, ix, weight) => {
        y.data[start + iy * width + ix] += weight * x.data[i];
      },
      Math.floor(i / w) % h,
      i % w,
    );
  }
  return y;
}

/** |x|: the magnitude of a linear op with weights >= 0 is its reference of this. */
export const absolute = (x: Ref): Ref => ref(x.shape, (i) => Math.abs(x.data[i]));
