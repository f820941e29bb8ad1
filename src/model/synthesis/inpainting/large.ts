/**
 * Holes in large photographs. A level that is small enough is solved as a photograph by itself: there it is decided
 * what comes from where. Larger ones only carry that on in the part around the hole (upsampling/upperLevel.ts), with
 * memory for the photograph's pixels and one band.
 */
import type { FieldPixels, PatchGrid } from '../../../autograd/nnf/patchField.ts';
import { pixelLimits, releasePixels } from '../../../autograd/nnf/refinedField.ts';
import { noTone } from '../../../autograd/nnf/tone.ts';
import { isUserError, UserError } from '../../../data/errors.ts';
import type { Picture } from '../../../data/image/image.ts';
import { columnsOf, type PatchMatches } from '../matches.ts';
import { sized } from '../pyramid.ts';
import { type Place, upperLevel } from '../upsampling/upperLevel.ts';
import { type MissedRim, missedRim } from './blend.ts';
import { blendLarge } from './blendLarge.ts';
import { aroundHole, cutOut } from './cutOut.ts';
import { type InpaintOptions, type InpaintSettings, stray } from './options.ts';
import { Reducer } from './reduced.ts';
import { solveHole } from './solve.ts';
import { stack, tops } from './stack.ts';

/** What a level hands on to the next. */
interface Decided {
  place: Place;
  matches: PatchMatches;
  source: PatchGrid;
  tops: number[];
}

/** The photograph with its hole filled, where levels are searched up to scale `searched`, 1/2^k below 1. */
export async function inpaintLarge(o: InpaintOptions, s: InpaintSettings, searched: number): Promise<Picture> {
  const { photo, hole, session, others = [] } = o;
  refuseTooMany(o);
  for (const p of [photo, ...others]) {
    const least = (2 * s.patch) / searched;
    if (Math.min(p.width, p.height) < least)
      throw new UserError(
        `${p.source}: ${p.width} x ${p.height} is too narrow: so many pixels are first filled at ` +
          `1/${1 / searched} of their size, for which at least ${least} pixels a side are needed`,
      );
  }
  const reducer = new Reducer(o);
  const base = await solveBase(reducer, o, s, searched);
  let before: Decided = base;
  for (let f = 2 * searched, index = 1; f <= 1; f *= 2, index++) {
    o.signal?.throwIfAborted();
    const now = reducer.photo(f);
    const size = sized(photo, f);
    const cut = aroundHole(now.open, size, s.patch)!;
    const place: Place = { x: cut.x, y: cut.y, whole: size };
    let pixels: FieldPixels | null = null;
    try {
      const made = stack(
        session,
        [now, ...reducer.others(f)],
        reducer.labels('now', f),
        s.patch,
        before.tops,
        size.height / before.place.whole.height,
      );
      pixels = made.pixels;
      const labels = cutOut(reducer.labels('wanted', f), cut);
      const { data, matches } = await upperLevel(session, {
        size: { width: cut.width, height: cut.height },
        place: { now: place, before: before.place },
        index,
        source: pixels,
        sourceBefore: before.source,
        before: before.matches,
        labels,
        known: { data: now.picture.data, open: now.open },
        stray,
        options: s,
        tile: null,
        seed: o.seed ?? 0,
        pixels: o.bandPixels,
        signal: o.signal,
      });
      if (f === 1) return blendLarge(photo, hole, { cut, data, labels, open: now.open, rim: base.rim });
      before = { place, matches, source: { width: pixels.width, height: pixels.height }, tops: made.tops };
    } finally {
      if (pixels) releasePixels(session, pixels);
    }
  }
  throw new Error(`inpaint: ${searched} is no scale 1/2^k`);
}

/** The largest level that is searched, with the membrane at its rim. */
async function solveBase(
  reducer: Reducer,
  o: InpaintOptions,
  s: InpaintSettings,
  f: number,
): Promise<Decided & { rim: MissedRim }> {
  const { session } = o;
  try {
    return await session.memory.scope(async () => {
      const small = reducer.options(f);
      const level = await solveHole(small, s);
      const { cut, source } = level;
      const [field] = (await session.read([level.field])) as Uint32Array[];
      const [matches] = columnsOf(field);
      return {
        place: { x: cut.x, y: cut.y, whole: cut.whole },
        matches: {
          width: cut.width,
          height: cut.height,
          across: cut.width - s.patch + 1,
          down: cut.height - s.patch + 1,
          matches,
          tones: new Uint32Array(matches.length).fill(noTone),
        },
        source: { width: source.width, height: source.height },
        tops: tops([small.photo, ...(small.others ?? [])]),
        rim: missedRim(level),
      };
    });
  } catch (error) {
    if (!isUserError(error)) throw error;
    throw new UserError(`${error.message} at 1/${1 / f} of its size, at which so large a photograph is filled first`);
  }
}

/** Throws UserError where the adapter does not hold the pixels of all photographs. */
function refuseTooMany({ session, photo, others = [] }: InpaintOptions): void {
  const most = pixelLimits(session).all;
  const all = [photo, ...others];
  const width = Math.max(...all.map((p) => p.width));
  const pixels = width * all.reduce((sum, p) => sum + p.height + 3, 0);
  const mega = (n: number): string => `${Math.ceil(n / 1e5) / 10} megapixels`;
  if (pixels <= most) return;
  throw new UserError(
    others.length
      ? `${photo.source} and ${others.map((p) => p.source).join(', ')}: one under the other they have ` +
          `${mega(pixels)}, and this adapter holds ${mega(most)}: give fewer or smaller ones, or crop them`
      : `${photo.source}: ${mega(pixels)} are more than this adapter holds (${mega(most)}): make it smaller or crop it`,
  );
}
