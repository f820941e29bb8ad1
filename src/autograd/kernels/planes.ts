/** Launch grids of kernels over the [H, W] planes of [N, C, H, W]. */
import { grid } from '../../engine/grid.ts';
import type { OpSession } from '../tensor.ts';

/** Workgroups for lib/planes.wgsl: one thread per pixel and four planes. */
export function planeGroups(pixels: number, planes: number): [number, number, number] {
  const [x, z] = grid(pixels, 64);
  return [x, Math.ceil(planes / 4), z];
}

/**
 * How units (planes, channels) of `length` whole vec4 a plane spread over invocations: override constants WG and LANES,
 * and workgroups. Software adapters walk the subgroups of a workgroup one after the other: one invocation to a unit, in
 * small workgroups, so that few units still spread over the cores, and a whole workgroup only to units too few for
 * them. With subgroups of 16, four invocations share a large plane, so that a load meets a fourth of the cache lines
 * (docs/experiments/convolution/wide-vectors.md). On GPUs a whole workgroup shares each unit.
 */
export function planeLanes(
  session: OpSession,
  units: number,
  length: number,
): { constants: { WG: number; LANES: number }; groups: [number] } {
  const { software, subgroupMax } = session.device.info;
  if (!software || units < 4) return { constants: { WG: 64, LANES: 64 }, groups: [units] };
  const WG = subgroupMax === 16 ? 16 : 8;
  const LANES = WG === 16 && length >= 256 ? 4 : 1;
  return { constants: { WG, LANES }, groups: [Math.ceil((units * LANES) / WG)] };
}
