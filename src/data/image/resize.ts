/** Sizes changed: photographs by area average or bicubic, label maps by majority or nearest. */
import { narrow } from './depth.ts';
import type { Picture } from './picture.ts';

/**
 * For one axis: output i = sum over k of weight[i * taps + k] * input[first[i] + k]; weights of one output add up to 1.
 */
interface Axis {
  taps: number;
  first: Int32Array;
  weight: Float32Array;
}

// Keys' cubic with a = -1/2 (Catmull-Rom): third order accurate, little ringing
const cubic = (x: number) => {
  const t = Math.abs(x);
  return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
};

function axis(from: number, to: number): Axis {
  const scale = from / to;
  const shrink = scale > 1;
  const taps = Math.min(from, shrink ? Math.ceil(scale) + 1 : 4);
  const first = new Int32Array(to);
  const weight = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const left = i * scale,
      right = left + scale,
      center = left + scale / 2 - 0.5;
    const start = shrink ? Math.floor(left) : Math.floor(center) - 1;
    first[i] = Math.max(0, Math.min(from - taps, start));
    const span = shrink ? Math.ceil(scale) + 1 : 4;
    let sum = 0;
    for (let k = 0; k < span; k++) {
      const at = start + k;
      const w = shrink ? Math.max(0, Math.min(right, at + 1) - Math.max(left, at)) : cubic(center - at);
      weight[i * taps + Math.max(0, Math.min(from - 1, at)) - first[i]] += w; // beyond the edge: the edge pixel
      sum += w;
    }
    for (let k = 0; k < taps; k++) weight[i * taps + k] /= sum;
  }
  return { taps, first, weight };
}

/**
 * A photograph at another size. Each axis by itself: exact area average where it shrinks, bicubic where it grows.
 * Colors are weighted by alpha where there is any, so that what lies under transparent pixels does not bleed out.
 * With 16 bits, those are scaled, and the 8 bits are rounded from them.
 */
export function resize(picture: Picture, width: number, height: number): Picture {
  const { width: w, height: h } = picture;
  if (!(width >= 1 && height >= 1)) throw new Error(`resize to ${width} x ${height}`);
  if (w === width && h === height) return picture;
  const scaled = { ...picture, width, height, indexed: undefined };
  if (!picture.wide) return { ...scaled, data: resizeSamples(picture, picture.data, 255, width, height) };
  const wide = resizeSamples(picture, picture.wide, 65535, width, height);
  return { ...scaled, wide, data: narrow(wide) };
}

/** RGBA samples from 0 to `full`, of the same type as given. */
function resizeSamples<T extends Uint8Array | Uint16Array>(
  { width: w, height: h, hasAlpha }: Picture,
  samples: T,
  full: number,
  width: number,
  height: number,
): T {
  const across = axis(w, width),
    down = axis(h, height);
  // Rows already made narrower, as many as one row of the result needs: a large picture takes no copy of itself.
  const rows = Array.from({ length: down.taps }, () => new Float32Array(width * 4));
  const whole = new Float32Array(w * 4);
  let made = 0;
  const narrowed = (y: number): Float32Array => {
    for (; made <= y; made++) {
      takeRow(samples, made, hasAlpha ? full : 0, whole);
      resizeRow(whole, across, rows[made % down.taps]);
    }
    return rows[y % down.taps];
  };
  const data = new (samples.constructor as new (length: number) => T)(width * height * 4);
  const row = new Float32Array(width * 4);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (let k = 0; k < down.taps; k++) {
      const f = down.weight[y * down.taps + k];
      const from = narrowed(down.first[y] + k);
      for (let j = 0; j < row.length; j++) row[j] += f * from[j];
    }
    for (let j = 0; j < row.length; j += 4) {
      const alpha = hasAlpha ? row[j + 3] : full;
      const un = hasAlpha && alpha > 0 ? full / alpha : 1;
      const at = y * width * 4 + j;
      for (let c = 0; c < 3; c++) data[at + c] = Math.max(0, Math.min(full, Math.round(row[j + c] * un)));
      data[at + 3] = Math.max(0, Math.min(full, Math.round(alpha)));
    }
  }
  return data;
}

/** Row y of RGBA samples. `opaque`: the alpha of opaque pixels, by whose share colors are weighted; 0: they are not. */
function takeRow(samples: Uint8Array | Uint16Array, y: number, opaque: number, out: Float32Array): void {
  for (let j = 0; j < out.length; j++) out[j] = samples[y * out.length + j];
  if (opaque) for (let j = 0; j < out.length; j += 4) for (let c = 0; c < 3; c++) out[j + c] *= out[j + 3] / opaque;
}

/** A row at another width: [w,4] -> `out` [width,4]. */
function resizeRow(row: Float32Array, across: Axis, out: Float32Array): void {
  out.fill(0);
  for (let x = 0, d = 0; d < out.length; x++, d += 4)
    for (let k = 0; k < across.taps; k++) {
      const f = across.weight[x * across.taps + k];
      const s = (across.first[x] + k) * 4;
      for (let c = 0; c < 4; c++) out[d + c] += f * row[s + c];
    }
}

/** A label map [h,w] at another size: the class with the largest area under each new pixel; nearest where it grows. */
export function resizeLabels(labels: Uint8Array, w: number, h: number, width: number, height: number): Uint8Array {
  if (w === width && h === height) return new Uint8Array(labels);
  const out = new Uint8Array(width * height);
  const sx = w / width,
    sy = h / height;
  const votes = new Float64Array(256);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (sx <= 1 && sy <= 1) {
        out[y * width + x] =
          labels[Math.min(h - 1, Math.floor((y + 0.5) * sy)) * w + Math.min(w - 1, Math.floor((x + 0.5) * sx))];
        continue;
      }
      const [x0, x1] = span(x, sx, w),
        [y0, y1] = span(y, sy, h);
      let best = labels[Math.floor((y0 + y1) / 2) * w + Math.floor((x0 + x1) / 2)]; // a tie goes to the middle
      votes.fill(0);
      for (let v = Math.floor(y0); v < y1; v++)
        for (let u = Math.floor(x0); u < x1; u++) {
          const area = (Math.min(u + 1, x1) - Math.max(u, x0)) * (Math.min(v + 1, y1) - Math.max(v, y0));
          votes[labels[v * w + u]] += area;
        }
      for (let k = 0; k < 256; k++) if (votes[k] > votes[best] + 1e-9) best = k;
      out[y * width + x] = best;
    }
  return out;
}

/** The input range under output i: its area where the axis shrinks, the one nearest pixel where it grows. */
function span(i: number, scale: number, n: number): [number, number] {
  if (scale > 1) return [i * scale, Math.min(n, (i + 1) * scale)];
  const nearest = Math.min(n - 1, Math.floor((i + 0.5) * scale));
  return [nearest, nearest + 1];
}

/** The size with this aspect whose longer side is at most longSide pixels; never enlarged unless asked to. */
export function fitSize(
  width: number,
  height: number,
  longSide: number,
  enlarge = false,
): { width: number; height: number; scale: number } {
  const wanted = longSide / Math.max(width, height);
  const scale = enlarge ? wanted : Math.min(1, wanted);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)), scale };
}
