/**
 * Progressive augmentation: one random warp for the photograph and its layout, stronger as training goes on. The host
 * draws a handful of numbers; the device resamples (thin-plate spline, Bookstein 1989; affine maps by wgpu-matrix).
 */
import { mat3, vec2 } from 'wgpu-matrix';
import { type Affine, type ControlPoint, warpMap, warpMapSize } from '../../autograd/kernels/warpMap.ts';
import type { HostRandom } from '../../engine/random.ts';
import type { Config } from '../config.ts';

/** 3 x 3 control points. */
export const controlPoints = 9;
export const augmentationSize = warpMapSize(controlPoints);

/** Strength f in [0, 1] at iteration i. */
export const strengthAt = (c: Config, i: number): number => Math.min(1, i / Math.max(1, c.augment.ramp));

/**
 * Draws the warp of one iteration, as the vector that `warp` reads. Always draws the same number of times, so that a
 * setting changes its own effect and no other draw.
 */
export function drawAugmentation(
  c: Config,
  random: HostRandom,
  i: number,
  width: number,
  height: number,
): Float64Array {
  const a = c.augment;
  const f = strengthAt(c, i);
  const flip = random.next() < a.flip * f;
  const bent = random.next() < a.warp;
  const reach = a.warpMove * f * width;
  const points: ControlPoint[] = [];
  const moves: ControlPoint[] = [];
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++) {
      const move: ControlPoint = [random.range(-reach, reach), random.range(-reach, reach)];
      const corner = row !== 1 && column !== 1;
      points.push([(column / 2) * (width - 1), (row / 2) * (height - 1)]);
      moves.push(bent && !corner ? move : [0, 0]);
    }
  const zoom = 1 + random.range(0, a.zoom * f);
  const angle = (random.range(-1, 1) * a.rotate * f * Math.PI) / 180;
  const shift: ControlPoint = [random.range(-1, 1) * a.shift * f * width, random.range(-1, 1) * a.shift * f * height];
  return warpMap({ affine: outputToInput(width, height, { flip, zoom, angle, shift }), points, moves });
}

interface Rigid {
  flip: boolean;
  zoom: number;
  angle: number;
  shift: ControlPoint;
}

/** Where an output pixel reads: the inverse of flip, zoom and rotation about the center, then shift. */
export function outputToInput(width: number, height: number, { flip, zoom, angle, shift }: Rigid): Affine {
  const center = vec2.fromValues((width - 1) / 2, (height - 1) / 2);
  const m = mat3.translation(center);
  mat3.scale(m, vec2.fromValues((flip ? -1 : 1) / zoom, 1 / zoom), m);
  mat3.rotate(m, -angle, m);
  mat3.translate(m, vec2.fromValues(-center[0] - shift[0], -center[1] - shift[1]), m);
  // wgpu-matrix keeps columns of four numbers.
  return [m[0], m[4], m[8], m[1], m[5], m[9]];
}
