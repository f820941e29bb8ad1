/** Copy check: is the result just the photograph, moved? */
import type { Picture } from '../../data/image/image.ts';
import { HostRandom } from '../../engine/random.ts';

/** How much of a result is the photograph, moved. */
export interface CopyShare {
  /**
   * Share of the result's pixels, 0..1, that are equal to the source's at one and the same displacement. Near 1: a
   * copy. Lower is more of its own, as far as the target differs from the source.
   */
  share: number;
  /** Column of that displacement in pixels: result (x, y) = source (x - dx, y - dy). */
  dx: number;
  /** Row of that displacement in pixels. */
  dy: number;
  /** The share at no displacement. */
  unmoved: number;
}

/** Equal means: no channel differs by more than this many of 255 levels. */
export const copyTolerance = 8;
/**
 * Pixels probed at every displacement, displacements kept after that, pixels probed at those, and displacements counted
 * in full.
 */
const glance = 96,
  kept = 2000,
  probes = 1024,
  finalists = 24;

/**
 * The best of all displacements that keep at least a quarter of either side overlapping. All of them are tried on a
 * fixed random sample of the result's pixels, the best on a larger one, and the best of those, and no displacement, are
 * counted in full. A pixel whose place lies outside the source counts as not copied. Flat regions match by themselves:
 * compare with what the truth, or another method, gets.
 */
export function copyShare(source: Picture, result: Picture, tolerance = copyTolerance): CopyShare {
  const [w, h] = [result.width, result.height];
  const random = new HostRandom(0xc0b1);
  const at = Array.from({ length: probes }, () => Math.floor(random.next() * w * h));
  const [px, py] = [at.map((p) => p % w), at.map((p) => Math.floor(p / w))];
  const hitsAt = (dx: number, dy: number, n: number): number => {
    let hits = 0;
    for (let i = 0; i < n; i++) if (equal(source, px[i] - dx, py[i] - dy, result, at[i], tolerance)) hits++;
    return hits;
  };
  const [x0, x1] = [-Math.floor(source.width * 0.75), Math.floor(w * 0.75)];
  const [y0, y1] = [-Math.floor(source.height * 0.75), Math.floor(h * 0.75)];
  const across = x1 - x0 + 1;
  const seen = Uint8Array.from({ length: across * (y1 - y0 + 1) }, (_, i) =>
    hitsAt(x0 + (i % across), y0 + Math.floor(i / across), glance),
  );
  const byHits = new Float64Array(glance + 1);
  for (const n of seen) byHits[n]++;
  let [least, more] = [glance, byHits[glance]];
  while (least > 1 && more + byHits[least - 1] <= kept) more += byHits[--least];
  const candidates: { dx: number; dy: number; hits: number }[] = [];
  for (let i = 0; i < seen.length; i++)
    if (seen[i] >= least) {
      const [dx, dy] = [x0 + (i % across), y0 + Math.floor(i / across)];
      candidates.push({ dx, dy, hits: hitsAt(dx, dy, probes) });
    }
  candidates.sort((a, b) => b.hits - a.hits); // stable: ties stay in the order of the displacements
  const full = (dx: number, dy: number): number => {
    let hits = 0;
    for (let p = 0; p < w * h; p++)
      if (equal(source, (p % w) - dx, Math.floor(p / w) - dy, result, p, tolerance)) hits++;
    return hits / (w * h);
  };
  const unmoved = full(0, 0);
  let found: CopyShare = { share: unmoved, dx: 0, dy: 0, unmoved };
  for (const { dx, dy } of candidates.slice(0, finalists)) {
    const share = full(dx, dy);
    if (share > found.share) found = { share, dx, dy, unmoved };
  }
  return found;
}

function equal(source: Picture, x: number, y: number, result: Picture, p: number, tolerance: number): boolean {
  if (x < 0 || y < 0 || x >= source.width || y >= source.height) return false;
  const [s, r] = [4 * (y * source.width + x), 4 * p];
  const [a, b] = [source.data, result.data];
  return (
    Math.abs(a[s] - b[r]) <= tolerance &&
    Math.abs(a[s + 1] - b[r + 1]) <= tolerance &&
    Math.abs(a[s + 2] - b[r + 2]) <= tolerance
  );
}
