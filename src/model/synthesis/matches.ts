/** A level's nearest-neighbor field in host memory: by patches, as levels hand it on, and by pixels, for users. */
import type { PatchGrid } from '../../autograd/nnf/patchField.ts';
import type { Tile } from './tile.ts';

/** Source pixel and distance of every result pixel: the coordinates that a result copies from. */
export interface NearestNeighborField {
  /** u32 [H,W]: pixel of the source, row by row. */
  indices: Uint32Array;
  /** f32 [H,W]: mean cost per patch pixel, squared colors in [-1,1]. */
  distances: Float32Array;
}

/** The matches of all patches of a level; its size in pixels is without the margins of a tile. */
export interface PatchMatches extends PatchGrid {
  /** Patches in a row. */
  across: number;
  /** Rows of patches. */
  down: number;
  /** u32 [down,across]: the source patch (by its corner, row by row) that each patch matches. */
  matches: Uint32Array;
  /** u32 [down,across]: the patches' tones, packed (nnf/tone.ts). */
  tones: Uint32Array;
}

/** Patches across and down of a level: along an axis that fits itself, one begins at every pixel. */
export const gridOfPatches = (
  { width, height }: PatchGrid,
  patch: number,
  tile: Tile | null,
): { across: number; down: number } => ({
  across: tile?.across ? width : width - patch + 1,
  down: tile?.down ? height : height - patch + 1,
});

/** A stretch of patches along one axis: the first one's place, and how many. */
export interface Stretch {
  from: number;
  count: number;
}

/**
 * The patches of a level that the patches `from` to `from + count - 1` of one `f` times as large are lifted from, and
 * one more at each side: of the patches `known` of that level, counted from the first of these. Along an axis that fits
 * itself they may lie beyond the edges.
 */
export function liftedFrom({ from, count }: Stretch, f: number, known: Stretch, fits: boolean): Stretch {
  const first = Math.floor(from / f) - 2 - known.from;
  const end = Math.ceil((from + count) / f) + 3 - known.from;
  const patches = known.count;
  if (fits) return { from: first, count: end - first };
  const start = Math.min(patches - 1, Math.max(0, first));
  return { from: start, count: Math.max(1, Math.min(patches, end) - start) };
}

/** The matches of a part as the kernels read fields: pairs of match and tone. */
export function fieldOfPart(
  { across, down, matches, tones }: PatchMatches,
  columns: Stretch,
  rows: Stretch,
): Uint32Array {
  const out = new Uint32Array(2 * columns.count * rows.count);
  const wrapped = (i: number, n: number): number => ((i % n) + n) % n;
  let o = 0;
  for (let y = 0; y < rows.count; y++) {
    const row = wrapped(rows.from + y, down) * across;
    for (let x = 0; x < columns.count; x++, o += 2) {
      const at = row + wrapped(columns.from + x, across);
      out[o] = matches[at];
      out[o + 1] = tones[at];
    }
  }
  return out;
}

/** The first and the second numbers of a field as the kernels write it: matches, and bits of distances or tones. */
export function columnsOf(field: Uint32Array): [Uint32Array, Uint32Array] {
  const n = field.length / 2;
  const [first, second] = [new Uint32Array(n), new Uint32Array(n)];
  for (let i = 0; i < n; i++) {
    first[i] = field[2 * i];
    second[i] = field[2 * i + 1];
  }
  return [first, second];
}

/**
 * From matched patches to every pixel's own source: that of the patch about it. At borders, the nearest patch's match
 * moved along.
 */
export function pixelField(
  { width, height, across, down, matches, distances }: Omit<PatchMatches, 'tones'> & { distances: Float32Array },
  source: PatchGrid,
  patch: number,
): NearestNeighborField {
  const r = (patch - 1) / 2;
  const own = source.width - patch + 1;
  /** The patch that a pixel takes its source from, and the pixel's place in it. */
  const place = (at: number, n: number, size: number): { patch: number; inside: number } => {
    const corner = n === size ? (at - r + n) % n : Math.min(n - 1, Math.max(0, at - r));
    return { patch: corner, inside: n === size ? r : at - corner };
  };
  const columns = Array.from({ length: width }, (_, x) => place(x, across, width));
  const indices = new Uint32Array(width * height);
  const field = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const row = place(y, down, height);
    for (let x = 0; x < width; x++, i++) {
      const at = row.patch * across + columns[x].patch;
      const m = matches[at];
      indices[i] = (Math.floor(m / own) + row.inside) * source.width + (m % own) + columns[x].inside;
      field[i] = distances[at] / (patch * patch);
    }
  }
  return { indices, distances: field };
}
