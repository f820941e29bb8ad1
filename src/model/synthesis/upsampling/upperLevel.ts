/**
 * One level that is too large to be searched. The level before it has decided its field; here the field is lifted,
 * voted, mended at its seams and voted again, in bands of rows that overlap by what a pixel depends on. So memory is
 * that of the source's pixels and one band, and the result is the same for any height of the bands.
 */
import type { CutOut, FieldPixels, PatchGrid, SearchPass } from '../../../autograd/nnf/patchField.ts';
import { liftField, patches, voteField } from '../../../autograd/nnf/patchField.ts';
import { refineField } from '../../../autograd/nnf/refinedField.ts';
import type { Session } from '../../../autograd/session.ts';
import type { Tensor } from '../../../autograd/tensor.ts';
import { fieldOfPart, gridOfPatches, liftedFrom, type PatchMatches, type Stretch } from '../matches.ts';
import type { SynthesisOptions } from '../options.ts';
import { type Tile, windowOf } from '../tile.ts';

/** Passes of the search: neighbors two patches away, then one; random candidates close by. */
const passes: readonly SearchPass[] = [
  { jump: 2, radius: 3 },
  { jump: 1, radius: 1.5 },
];

/** Pixels of a band, about. */
export const bandPixels = 1 << 21;

/** What a band is told, and where its rows go. */
export interface UpperLevelWork {
  /** The level's size, without margins. */
  size: PatchGrid;
  /** Its index among all levels. */
  index: number;
  source: FieldPixels;
  /** The source's size at the level before. */
  sourceBefore: PatchGrid;
  before: PatchMatches;
  /** Classes [H,W] at this level. */
  labels: Uint8Array;
  options: SynthesisOptions;
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
    const part: CutOut = { x: columns.from, y: rows.from, width: columns.count, height: rows.count, whole: size };
    const level = gridOfPatches(size, patch, tile);
    const lifted = {
      columns: liftedFrom(
        { from: part.x, count: part.width - patch + 1 },
        size.width / before.width,
        before.across,
        tile?.across ?? false,
      ),
      rows: liftedFrom(
        { from: part.y, count: part.height - patch + 1 },
        size.height / before.height,
        before.down,
        tile?.down ?? false,
      ),
    };
    const coarse: CutOut = {
      x: lifted.columns.from,
      y: lifted.rows.from,
      width: lifted.columns.count + patch - 1,
      height: lifted.rows.count + patch - 1,
      whole: before,
    };
    const count = part.width * part.height;
    const grid = patches(part, patch);
    const labels = this.lasting('labels', count);
    const given = this.lasting('coarse', 2 * lifted.columns.count * lifted.rows.count);
    const picture = this.lasting('picture', count);
    const field = this.lasting('field', 2 * grid.count);
    const costs = this.lasting('costs', grid.count);
    session.write(labels, Uint32Array.from(windowOf(w.labels, size, part)));
    session.write(given, fieldOfPart(before, lifted.columns, lifted.rows));
    const program = await session.record(() => {
      const start = liftField(source, part, given, { source: sourceBefore, target: coarse }, true);
      const map = voteField(source, part, labels, start, o.sigma, { toned: true });
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
      voteField(source, part, labels, better, o.sharp, { output: picture, toned: true });
    });
    try {
      program.run();
      const wanted = result.distances ? [picture, field, costs] : [picture, field];
      const [packed, found, distances] = (await session.read(wanted)) as Uint32Array[];
      keepRows(result, { part, grid, top, bottom }, packed, found, distances);
    } finally {
      program.destroy();
    }
  }
}

interface Band {
  part: CutOut;
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
