/** Any size through a network that halves it several times: mirror the edges out to a multiple, cut the result back. */

/** Pixels added on each side, and the size that comes out. */
export interface Padding {
  /** Pixels. */
  left: number;
  /** Pixels. */
  right: number;
  /** Pixels. */
  top: number;
  /** Pixels. */
  bottom: number;
  /** With the padding, in pixels. */
  width: number;
  /** With the padding, in pixels. */
  height: number;
}

/**
 * How much to add to a width x height image so that both sides divide by `multiple`; split evenly, the odd pixel right
 * and below.
 */
export function padTo(width: number, height: number, multiple = 8): Padding {
  const extra = (n: number) => (multiple - (n % multiple)) % multiple;
  const left = Math.floor(extra(width) / 2),
    top = Math.floor(extra(height) / 2);
  return {
    left,
    right: extra(width) - left,
    top,
    bottom: extra(height) - top,
    width: width + extra(width),
    height: height + extra(height),
  };
}

/** Position i mirrored into [0, n) without repeating the edge pixel; any distance, any n >= 1. */
export function mirror(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const m = ((i % period) + period) % period;
  return m < n ? m : period - m;
}

type Plane = Float32Array | Uint8Array;

function gather<T extends Plane>(out: T, src: T, channels: number, w: number, h: number, p: Padding): T {
  for (let c = 0, o = 0; c < channels; c++)
    for (let y = 0; y < p.height; y++) {
      const row = (c * h + mirror(y - p.top, h)) * w;
      for (let x = 0; x < p.width; x++) out[o++] = src[row + mirror(x - p.left, w)];
    }
  return out;
}

function cut<T extends Plane>(out: T, src: T, channels: number, w: number, h: number, p: Padding): T {
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < h; y++) {
      const from = (c * p.height + y + p.top) * p.width + p.left;
      out.set(src.subarray(from, from + w), (c * h + y) * w);
    }
  return out;
}

/** [C,h,w] -> [C,p.height,p.width], edges mirrored. */
export const padCHW = (src: Float32Array, channels: number, w: number, h: number, p: Padding): Float32Array =>
  gather(new Float32Array(channels * p.width * p.height), src, channels, w, h, p);

/** [C,p.height,p.width] -> [C,h,w]: undoes padCHW. */
export const cutCHW = (src: Float32Array, channels: number, w: number, h: number, p: Padding): Float32Array =>
  cut(new Float32Array(channels * w * h), src, channels, w, h, p);

/** Labels [h,w] -> [p.height,p.width], edges mirrored like the image's. */
export const padLabels = (labels: Uint8Array, w: number, h: number, p: Padding): Uint8Array =>
  gather(new Uint8Array(p.width * p.height), labels, 1, w, h, p);

/** Labels [p.height,p.width] -> [h,w]: undoes padLabels. */
export const cutLabels = (labels: Uint8Array, w: number, h: number, p: Padding): Uint8Array =>
  cut(new Uint8Array(w * h), labels, 1, w, h, p);
