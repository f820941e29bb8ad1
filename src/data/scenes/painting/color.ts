// Colors are linear light while painting: light adds up and averages there, and only there. `develop` encodes at the
// end.

/** Linear red, green, blue; 1 is a white wall in full sun, highlights may exceed it. */
export type LinearColor = readonly [number, number, number];

/** A linear color from an sRGB number such as 0x88aa44. */
export function colorFromHex(rgb: number): LinearColor {
  const decode = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return [decode(((rgb >> 16) & 255) / 255), decode(((rgb >> 8) & 255) / 255), decode((rgb & 255) / 255)];
}

/** sRGB value in [0, 1] of a linear value in [0, 1]. */
export const encodeSrgb = (v: number): number => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);

/** From a (t = 0) to b (t = 1). */
export const mix = (a: LinearColor, b: LinearColor, t: number): LinearColor => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

/** The color k times as bright. */
export const scaleColor = (a: LinearColor, k: number): LinearColor => [a[0] * k, a[1] * k, a[2] * k];

/** A direction: x to the right, y up, z towards the viewer. */
export type Vector = readonly [number, number, number];

/** The same direction with length 1. */
export function unitVector(v: Vector): Vector {
  const n = Math.hypot(v[0], v[1], v[2]);
  return [v[0] / n, v[1] / n, v[2] / n];
}

/** Sunlight from one direction and skylight from everywhere. */
export interface Light {
  /** Unit vector towards the sun. */
  sun: Vector;
  /** What a white surface facing the sun gets from it. */
  direct: LinearColor;
  /** What a white surface open to the whole sky gets from it. */
  ambient: LinearColor;
}

/** Light that an albedo sends back, with `direct` of the sun and `open` of the sky reaching it, each in [0, 1]. */
export const lit = (albedo: LinearColor, light: Light, direct: number, open: number): LinearColor => [
  albedo[0] * (light.direct[0] * direct + light.ambient[0] * open),
  albedo[1] * (light.direct[1] * direct + light.ambient[1] * open),
  albedo[2] * (light.direct[2] * direct + light.ambient[2] * open),
];
