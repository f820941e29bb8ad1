/** A large photograph with its hole at the size of a level, in bytes. */
import type { PatchGrid } from '../../../autograd/nnf/patchField.ts';
import { type Picture, resize } from '../../../data/image/image.ts';
import { shrinkLabels, sized } from '../pyramid.ts';
import type { InpaintOptions } from './options.ts';

/** A picture with what is open in it and what may not be taken from it, each [H,W] of 0 and 1. */
export interface Reduced {
  /** RGBA; colors are means over known pixels, alpha is no matter. */
  picture: Picture;
  /** Something of the pixel is not known. */
  open: Uint8Array;
  /** Something of the pixel may not be taken. */
  barred: Uint8Array;
}

/** 1 where a pixel of a smaller map has any of the map's ones; the map itself where the sizes agree. */
export function anyOf(map: Uint8Array, { width: w, height: h }: PatchGrid, { width: W, height: H }: PatchGrid) {
  if (w === W && h === H) return map;
  const out = new Uint8Array(W * H);
  const first = Int32Array.from({ length: W + 1 }, (_, x) => Math.floor((x * w) / W));
  const end = Int32Array.from({ length: W }, (_, x) => Math.min(w, Math.ceil(((x + 1) * w) / W)));
  for (let y = 0; y < H; y++)
    for (let v = Math.floor((y * h) / H); v < Math.min(h, Math.ceil(((y + 1) * h) / H)); v++) {
      const row = map.subarray(v * w, v * w + w);
      if (!row.includes(1)) continue;
      for (let x = 0; x < W; x++) for (let u = first[x]; u < end[x]; u++) out[y * W + x] |= row[u];
    }
  return out;
}

/** The photograph, its hole and its layout at any size. */
export class Reducer {
  /** What is not known, and what may not be taken, at full size. */
  private readonly open: Uint8Array;
  private readonly barred: Uint8Array;

  constructor(private readonly o: InpaintOptions) {
    const { photo, hole, sample } = o;
    this.open = hole.map((v, i) => (v || photo.data[4 * i + 3] < 255 ? 1 : 0));
    this.barred = sample ? this.open.map((v, i) => (v || !sample[i] ? 1 : 0)) : this.open;
  }

  /** The photograph at scale f. */
  photo(f: number): Reduced {
    const { photo } = this.o;
    const size = sized(photo, f);
    const open = anyOf(this.open, photo, size);
    const barred = this.barred === this.open ? open : anyOf(this.barred, photo, size);
    if (f === 1) return { picture: photo, open, barred };
    // Weighted by alpha, what is in the hole counts for nothing.
    const data = new Uint8Array(photo.data);
    for (let i = 0; i < this.open.length; i++) data[4 * i + 3] = this.open[i] ? 0 : 255;
    return { picture: resize({ ...photo, data, hasAlpha: true }, size.width, size.height), open, barred };
  }

  /** The other photographs at scale f. */
  others(f: number): Reduced[] {
    return (this.o.others ?? []).map((p) => {
      const { width, height } = sized(p, f);
      const picture = resize(p, width, height);
      const open = new Uint8Array(width * height);
      for (let i = 0; i < open.length; i++) open[i] = Number(picture.data[4 * i + 3] < 255);
      return { picture, open, barred: open };
    });
  }

  /** A layout of the photograph at scale f; without one, all is of class 0. */
  labels(which: 'now' | 'wanted', f: number): Uint8Array {
    const { photo, layout } = this.o;
    const { width, height } = sized(photo, f);
    if (!layout) return new Uint8Array(width * height);
    return shrinkLabels(layout[which], photo.width, photo.height, width, height);
  }

  /** All that is asked for at scale f, below 1, as a small photograph's. */
  options(f: number): InpaintOptions {
    const { o } = this;
    const { picture, open, barred } = this.photo(f);
    const { width, height } = picture;
    const data = new Uint8Array(picture.data);
    for (let i = 0; i < open.length; i++) data[4 * i + 3] = open[i] ? 0 : 255;
    return {
      ...o,
      photo: { ...picture, data, hasAlpha: true },
      hole: open,
      sample: barred === open ? undefined : barred.map((v) => 1 - v),
      others: this.others(f).map((r) => r.picture),
      layout: o.layout && { ...o.layout, now: this.labels('now', f), wanted: this.labels('wanted', f) },
      draft: o.draft && resize(o.draft, width, height),
    };
  }
}
