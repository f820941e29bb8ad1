/**
 * What the judge sees of a pixel: color and texture of its surroundings at several sizes, and nothing of where it lies.
 * All by hand (no learned filter), on the host in a fixed order, so that they are the same on every adapter.
 */
import { lab, type Plane, type Planes, planeGradient, smooth } from '../metrics/planes.ts';

/** Radii (in pixels of a picture about 256 wide) of the windows for means and for texture. */
const radii = [2, 5];

/**
 * Features of every pixel of a picture:
 * - L*a*b* averaged over a window of about 3, 9 and 21 pixels;
 * - per window size: standard deviation of L, of a and of b (how varied), mean squared gradient of L across, down, and
 * their
 *   product (how strong and which way: the structure tensor of Bigun and Granlund 1987), and the mean absolute fine
 *   detail.
 * Energies are taken to their square roots, so that all features are in units of L*a*b*.
 */
export function pixelFeatures(picture: {
  width: number;
  height: number;
  data: Uint8Array;
}): Planes & { /** Which are texture; the others are color. */ texture: boolean[] } {
  const { width: w, height: h, planes: color } = lab(picture);
  const out: Plane[] = color.map((p) => smooth(p, w, h, 1));
  const texture = [false, false, false];
  const fine = color[0].map((v, i) => Math.abs(v - out[0][i]));
  const [gx, gy] = planeGradient(color[0], w, h);
  const product = (a: Plane, b: Plane): Plane => a.map((v, i) => v * b[i]);
  const rooted = (p: Plane): Plane => p.map((v) => Math.sign(v) * Math.sqrt(Math.abs(v)));
  const [xx, yy, xy] = [product(gx, gx), product(gy, gy), product(gx, gy)];
  const squares = color.map((p) => product(p, p));
  for (const r of radii) {
    for (const [c, p] of color.entries()) {
      const mean = smooth(p, w, h, r);
      out.push(
        mean,
        smooth(squares[c], w, h, r).map((v, i) => Math.sqrt(Math.max(0, v - mean[i] ** 2))),
      );
    }
    for (const p of [xx, yy, xy]) out.push(rooted(smooth(p, w, h, r)));
    out.push(smooth(fine, w, h, r));
    texture.push(false, true, false, true, false, true, true, true, true, true);
  }
  return { width: w, height: h, planes: out, texture };
}
