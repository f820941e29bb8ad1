/**
 * One level that is too large to be searched. The level before it has decided its field; here the field is lifted,
 * voted, mended at its seams and voted again, in bands of rows that overlap by what a pixel depends on. So memory is
 * that of the source's pixels and one band, and the result is the same for any height of the bands.
 */
import type { CutOut, FieldPixels, PatchGrid, SearchPass } from '../../../autograd/nnf/patchField.ts';
import { knownPixel, liftField, patches, voteField } from '../../../autograd/nnf/patchField.ts';
import { refineField } from '../../../autograd/nnf/refinedField.ts';
import type { Session } from '../../../autograd/session.ts';
import type { Tensor } from '../../../autograd/tensor.ts';
import type { GuideWeights } from '../guides.ts';
import { fieldOfPart, gridOfPatches, liftedFrom, type PatchMatches, type Stretch } from '../matches.ts';
import { type Tile, windowOf } from '../tile.ts';

/** Passes of the search: neighbors two patches away, then one; random candidates close by. */
const passes: readonly SearchPass[] = [
  { jump: 2, radius: 3 },
  { jump: 1, radius: 1.5 },
];

/** Pixels of a band, about. */
export const bandPixels = 1 << 21;

/** What of its options a level of synthesis or inpainting uses here. */
export interface UpperLevelOptions {
  sigma: number;
  sharp: number;
  guides: Pick<GuideWeights, 'near'>;
}

/** Where in its level a computed part begins, and the level's size. */
export type Place = Pick<CutOut, 'x' | 'y' | 'whole'>;

/** What a band is told, and where its rows go. */
export interface UpperLevelWork {
  /** What is computed, without margins: the level's size, or its part's. */
  size: PatchGrid;
  /** Where in the level that is, where it is a part, and what `before` is a part of; not with a tile. */
  place?: { now: Place; before: Place };
  /** Its index among all levels. */
  index: number;
  source: FieldPixels;
  /** The source's size at the level before. */
  sourceBefore: PatchGrid;
  before: PatchMatches;
  /** Classes [H,W] of what is computed. */
  labels: Uint8Array;
  /**
   * Pixels of the level, RGBA [H,W,4], which patches are to fit where `open` [H,W] is 0: both of all the level. The
   * result there is what the patches say.
   */
  known?: { data: Uint8Array; open: Uint8Array };
  /** What a vote for a pixel of another class counts; default 1. */
  stray?: number;
  options: UpperLevelOptions;
  tile: Tile | null;
  seed: number;
  /** See `bandPixels`. */
  pixels?: number;
  signal?: AbortSignal;
}

/** What a level came to: opaque RGBA bytes [H,W,4], its field, and the distances of its patches where asked for. */
export interface UpperLevelResult {
  data: Uint8Array;
  matches: PatchMatches;
  distances: Float32Array | null;
}

/** Computes a level band by band. `costs`: its distances are wanted, too. */
export async function upperLevel(session: Session, w: UpperLevelWork, costs = false): Promise<UpperLevelResult> {
  const { size, tile, source } = w;
  const { across, down } = gridOfPatches(size, source.patch, tile);
  const result: UpperLevelResult = {
    data: new Uint8Array(4 * size.width * size.height),
    matches: { ...size, across, down, matches: new Uint32Array(across * down), tones: new Uint32Array(across * down) },
    distances: costs ? new Float32Array(across * down) : null,
  };
  const rows = Math.max(2 * reach(source.patch), Math.floor((w.pixels ?? bandPixels) / size.width));
  const bands = new Bands(session, w);
  try {
    for (let y = 0; y < size.height; y += rows) {
      w.signal?.throwIfAborted();
      if (w.known && !anyOpen(w, y, y + rows)) continue;
      await bands.run(y, Math.min(size.height, y + rows), result);
    }
  } finally {
    bands.release();
  }
  return result;
}

/** Pixels around a pixel that it depends on: two votes, two distances, and the neighbors that passes ask. */
const reach = (patch: number): number => 3 * (patch - 1) + passes.reduce((sum, { jump }) => sum + jump, 0) + 1;

/** The part of a level's rows or columns that is computed for some of them. */
function stretchAround(from: number, to: number, n: number, fits: boolean, margin: number): Stretch {
  const first = fits ? from - margin : Math.max(0, from - margin);
  const end = fits ? to + margin : Math.min(n, to + margin);
  return { from: first, count: end - first };
}

/** The device's side of one level: tensors that all its bands share. */
class Bands {
  private readonly tensors = new Map<string, Tensor>();

  constructor(
    private readonly session: Session,
    private readonly w: UpperLevelWork,
  ) {}

  /** A lasting tensor of at least this many values; a larger band takes a larger one. */
  private lasting(name: string, values: number): Tensor {
    let t = this.tensors.get(name);
    if (!t || t.size < values) {
      if (t) this.session.memory.release(t.storage.buffer!);
      t = this.session.lasting([values], `upperLevel.${name}`, undefined, 'u32');
      this.tensors.set(name, t);
    }
    return t;
  }

  release(): void {
    for (const t of this.tensors.values()) this.session.memory.release(t.storage.buffer!);
  }

  /** The rows from `top` to before `bottom`, put into `result`. */
  async run(top: number, bottom: number, result: UpperLevelResult): Promise<void> {
    const { session, w } = this;
    const { size, source, before, sourceBefore, options: o, tile } = w;
    const { patch } = source;
    const margin = reach(patch);
    const rows = stretchAround(top, bottom, size.height, tile?.down ?? false, margin);
    const columns = stretchAround(0, size.width, size.width, tile?.across ?? false, margin);
    const { now, before: then } = w.place ?? { now: wholeOf(size), before: wholeOf(before) };
    const inner = { x: columns.from, y: rows.from, width: columns.count, height: rows.count };
    const part: CutOut = { ...inner, x: now.x + inner.x, y: now.y + inner.y, whole: now.whole };
    const level = gridOfPatches(now.whole, patch, tile);
    const lifted = {
      columns: liftedFrom(
        { from: part.x, count: part.width - patch + 1 },
        now.whole.width / then.whole.width,
        { from: then.x, count: before.across },
        tile?.across ?? false,
      ),
      rows: liftedFrom(
        { from: part.y, count: part.height - patch + 1 },
        now.whole.height / then.whole.height,
        { from: then.y, count: before.down },
        tile?.down ?? false,
      ),
    };
    const coarse: CutOut = {
      x: then.x + lifted.columns.from,
      y: then.y + lifted.rows.from,
      width: lifted.columns.count + patch - 1,
      height: lifted.rows.count + patch - 1,
      whole: then.whole,
    };
    const count = part.width * part.height;
    const grid = patches(part, patch);
    const labels = this.lasting('labels', count);
    const known = w.known && this.lasting('known', count);
    const kept = known ? this.lasting('kept', count) : labels;
    const given = this.lasting('coarse', 2 * lifted.columns.count * lifted.rows.count);
    const picture = this.lasting('picture', count);
    const field = this.lasting('field', 2 * grid.count);
    const costs = this.lasting('costs', grid.count);
    const classes = Uint32Array.from(windowOf(w.labels, size, inner));
    session.write(labels, classes);
    if (known) {
      session.write(known, keepKnown(classes, w.known!, part));
      session.write(kept, classes);
    }
    session.write(given, fieldOfPart(before, lifted.columns, lifted.rows));
    const program = await session.record(() => {
      const start = liftField(source, part, given, { source: sourceBefore, target: coarse }, true);
      const votes = { stray: w.stray, toned: true };
      const map = voteField(source, part, kept, start, o.sigma, { ...votes, known });
      const better = refineField(
        source,
        part,
        level,
        map,
        start,
        { near: o.guides.near, passes, seed: w.seed, stream: w.index },
        costs,
        field,
      );
      voteField(source, part, labels, better, o.sharp, { ...votes, output: picture });
    });
    try {
      program.run();
      const wanted = result.distances ? [picture, field, costs] : [picture, field];
      const [packed, found, distances] = (await session.read(wanted)) as Uint32Array[];
      keepRows(result, { part: inner, grid, top, bottom }, packed, found, distances);
    } finally {
      program.destroy();
    }
  }
}

const wholeOf = (size: PatchGrid): Place => ({ x: 0, y: 0, whole: size });

/** A part's known pixels, packed; `classes` get the bit that says which they are. */
function keepKnown(
  classes: Uint32Array,
  { data, open }: { data: Uint8Array; open: Uint8Array },
  { x, y, width, height, whole }: CutOut,
): Uint32Array {
  const packed = new Uint32Array(classes.length);
  for (let v = 0, i = 0; v < height; v++)
    for (let u = 0, p = (y + v) * whole.width + x; u < width; u++, i++, p++) {
      packed[i] = (data[4 * p] | (data[4 * p + 1] << 8) | (data[4 * p + 2] << 16) | (classes[i] << 24)) >>> 0;
      if (!open[p]) classes[i] |= knownPixel;
    }
  return packed;
}

/** Whether something is to be filled in rows from `top` to before `bottom` of a part, or so near that it asks them. */
function anyOpen({ known, place, size, source }: UpperLevelWork, top: number, bottom: number): boolean {
  const { x, y, whole } = place!.now;
  const margin = reach(source.patch);
  for (let v = Math.max(0, top - margin); v < Math.min(size.height, bottom + margin); v++) {
    const row = (y + v) * whole.width + x;
    if (known!.open.subarray(row, row + size.width).includes(1)) return true;
  }
  return false;
}

interface Band {
  part: Omit<CutOut, 'whole'>;
  grid: { across: number };
  top: number;
  bottom: number;
}

/** A band's own rows, without what it overlaps with. Patches count to the row that their corner is in. */
function keepRows(
  result: UpperLevelResult,
  band: Band,
  packed: Uint32Array,
  found: Uint32Array,
  distances?: Uint32Array,
): void {
  const { part, grid, top, bottom } = band;
  const { width, across, down, matches, tones } = result.matches;
  const costs = distances && new Float32Array(distances.buffer, distances.byteOffset, distances.length);
  const out = new Uint32Array(result.data.buffer);
  for (let y = top; y < bottom; y++) {
    const from = (y - part.y) * part.width - part.x;
    for (let x = 0; x < width; x++) out[y * width + x] = (packed[from + x] | 0xff000000) >>> 0;
    if (y >= down) continue;
    const first = (y - part.y) * grid.across - part.x;
    for (let x = 0; x < across; x++) {
      matches[y * across + x] = found[2 * (first + x)];
      tones[y * across + x] = found[2 * (first + x) + 1];
      if (costs) result.distances![y * across + x] = costs[first + x];
    }
  }
}
