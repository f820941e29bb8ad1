/** The colors of a layout picture counted, and where it is flat and where thick. */
import type { Picture } from '../image/image.ts';

export interface ColorTable {
  width: number;
  height: number;
  ids: Int32Array; // [h,w]: which entry a pixel is; HOLE where it is (almost) transparent
  colors: number[]; // by entry: r << 16 | g << 8 | b, or in index files the class number
  counts: number[]; // by entry: pixels
  first: number[]; // by entry: its first pixel, y * width + x
  holes: number; // pixels with alpha under half
  faint: number; // pixels with alpha from half to under full: their colors are taken as they are
}

export const HOLE = -1;

export const pack = (c: ArrayLike<number>) => (c[0] << 16) | (c[1] << 8) | c[2];
export const unpack = (c: number): [number, number, number] => [c >> 16, (c >> 8) & 255, c & 255];

/** Pixel number p as x, y. */
export const place = (table: { width: number }, p: number): [number, number] => [
  p % table.width,
  Math.floor(p / table.width),
];

/** Counts the colors. code: what to count of a pixel at byte offset i; default its packed color. */
export function countColors(
  picture: Picture,
  code = (d: Uint8Array, i: number) => (d[i] << 16) | (d[i + 1] << 8) | d[i + 2],
): ColorTable {
  const { width, height, data } = picture;
  const n = width * height;
  const table: ColorTable = {
    width,
    height,
    ids: new Int32Array(n),
    colors: [],
    counts: [],
    first: [],
    holes: 0,
    faint: 0,
  };
  const known = new Map<number, number>();
  const veil = uniformAlpha(picture);
  let last = -1,
    id = -1;
  for (let p = 0; p < n; p++) {
    const alpha = data[4 * p + 3];
    if (alpha !== 255 && !veil) {
      if (alpha < 128) {
        table.ids[p] = HOLE;
        table.holes++;
        continue;
      }
      table.faint++;
    }
    const c = code(data, 4 * p);
    if (c !== last) {
      // layouts come in runs: most pixels need no look-up
      last = c;
      const old = known.get(c);
      if (old === undefined) {
        known.set(c, (id = table.colors.length));
        table.colors.push(c);
        table.counts.push(0);
        table.first.push(p);
      } else id = old;
    }
    table.ids[p] = id;
    table.counts[id]++;
  }
  return table;
}

/** An alpha that is the same everywhere, but not 0, is a veil over the whole drawing and says nothing about classes. */
function uniformAlpha(picture: Picture): boolean {
  const a = picture.data[3];
  if (!picture.hasAlpha || a === 0) return false;
  for (let i = 3; i < picture.data.length; i += 4) if (picture.data[i] !== a) return false;
  return true;
}

/**
 * [h,w]: 1 where the pixel and its eight neighbors differ from it by at most `by` in every channel: inside a region,
 * not on a border.
 */
export function flatPixels(table: ColorTable, by = 8): Uint8Array {
  const { width: w, height: h, ids, colors } = table;
  const flat = new Uint8Array(w * h);
  const alike = (a: number, b: number) => {
    if (a < 0 || b < 0) return false;
    const p = colors[a],
      q = colors[b];
    return (
      Math.abs((p >> 16) - (q >> 16)) <= by &&
      Math.abs(((p >> 8) & 255) - ((q >> 8) & 255)) <= by &&
      Math.abs((p & 255) - (q & 255)) <= by
    );
  };
  for (let y = 0; y < h; y++) {
    const above = y > 0 ? -w : 0,
      below = y < h - 1 ? w : 0;
    for (let x = 0; x < w; x++) {
      const p = y * w + x,
        id = ids[p],
        left = x > 0 ? -1 : 0,
        right = x < w - 1 ? 1 : 0;
      let ok = id >= 0;
      for (let dx = left; ok && dx <= right; dx++) {
        const q = p + dx,
          up = ids[q + above],
          level = ids[q],
          down = ids[q + below];
        ok = (up === id || alike(id, up)) && (level === id || alike(id, level)) && (down === id || alike(id, down));
      }
      if (ok) flat[p] = 1;
    }
  }
  return flat;
}

/**
 * [h,w]: 1 at the top left of every size x size square that holds one value only (none where that value is `except`).
 */
export function squares(map: ArrayLike<number>, w: number, h: number, size: number, except = -1): Uint8Array {
  const out = new Uint8Array(w * h);
  // rows in which the run of `size` equal values to the right goes on with the same value
  const down = new Uint16Array(w);
  for (let y = h - 1; y >= 0; y--) {
    let run = 0;
    for (let x = w - 1; x >= 0; x--) {
      const p = y * w + x,
        v = map[p];
      run = x + 1 < w && map[p + 1] === v ? run + 1 : 1;
      const same = y + 1 < h && map[p + w] === v ? down[x] : 0;
      down[x] = v !== except && run >= size ? Math.min(size, same + 1) : 0;
      if (down[x] === size) out[p] = 1;
    }
  }
  return out;
}

/** [h,w]: 1 where a pixel lies in some size x size square of its own value: parts thinner than that are 0. */
export function thickParts(map: ArrayLike<number>, w: number, h: number, size: number, except = -1): Uint8Array {
  const corner = squares(map, w, h, size, except);
  const out = new Uint8Array(w * h);
  const reach = new Int32Array(w).fill(-1); // by column: the last row still covered by a square begun above
  for (let y = 0; y < h; y++)
    for (let x = 0, until = -1; x < w; x++) {
      if (corner[y * w + x]) reach[x] = y + size - 1;
      if (reach[x] >= y) until = x + size - 1;
      if (until >= x) out[y * w + x] = 1;
    }
  return out;
}
