/** One level of inpainting: its hole filled in rounds of "nearest patch, then vote". */
import {
  type CutOut,
  type FieldSource,
  improveField,
  knownPixel,
  liftField,
  overuse,
  packPixels,
  searchField,
  seedField,
  voteField,
} from '../../../autograd/nnf/patchField.ts';
import type { Tensor } from '../../../autograd/tensor.ts';
import { UserError } from '../../../data/errors.ts';
import { toFloatCHW } from '../../../data/image/image.ts';
import { membrane } from '../../../data/image/membrane.ts';
import { guides, type Surroundings } from '../guides.ts';
import { shrinkImage, shrinkLabels, sized } from '../pyramid.ts';
import { aroundHole, cutOut } from './cutOut.ts';
import { type InpaintOptions, type InpaintSettings, passesOf, stray } from './options.ts';
import { type PatchSource, shrinkKnown, stackSources } from './sources.ts';

/** What a level has come to: its field, and the cut-out's pixels as bytes packed in u32, with the hole (`picture`) and
 * without anything known (`plain`). */
export interface SolvedLevel {
  cut: CutOut;
  source: FieldSource;
  field: Tensor;
  picture: Uint32Array;
  plain: Uint32Array;
  hole: Uint8Array;
  labels: Uint8Array;
}

/** The picture wanted at full size: what of it is known [H,W], and its classes. */
export interface HoleTarget {
  known: Float32Array;
  labels: Uint8Array;
  around: Surroundings;
}

/** One level; null where it has no hole, or next to nothing to fill it with, as coarse levels may. */
export async function solveLevel(
  o: InpaintOptions,
  s: InpaintSettings,
  sources: readonly PatchSource[],
  t: HoleTarget,
  f: number,
  l: number,
  before: SolvedLevel | null,
): Promise<SolvedLevel | null> {
  const { session, photo, draft } = o;
  const whole = sized(photo, f),
    finest = f === 1;
  const small = shrinkKnown(sources[0].image, t.known, photo, whole);
  const open = Uint8Array.from(small.share, (v) => Number(v < 0.5));
  const cut = aroundHole(open, whole, s.patch);
  if (!cut) return null;
  const source = stackSources(session, sources, f, s);
  const members = source.counts.reduce((a, b) => a + b, 0);
  if (members < (finest ? 1 : 4 * s.patch ** 2)) {
    if (finest)
      throw new UserError(
        `nothing to fill the hole with: outside the mask there is no patch of ${s.patch} x ${s.patch} ` +
          'pixels that may be taken',
      );
    return null;
  }
  const [hole, labels] = [
    cutOut(open, cut),
    cutOut(shrinkLabels(t.labels, photo.width, photo.height, whole.width, whole.height), cut),
  ];
  const image = cutOut(small.image, cut);
  if (draft && !before) {
    const given = cutOut(shrinkImage(toFloatCHW(draft), photo.width, photo.height, whole.width, whole.height), cut);
    for (let i = 0; i < image.length; i++) if (hole[i % hole.length]) image[i] = given[i];
  } else if (!before) membrane(image, hole, cut);
  const packed = packPixels(image, labels);
  const u32 = (data: ArrayLike<number>, name: string): Tensor =>
    session.lasting([data.length], `inpaint.${name}`, data, 'u32');
  const [map, plainLabels, kept] = [
    u32(packed, 'map'),
    u32(labels, 'labels'),
    u32(
      Array.from(labels, (v, i) => v | (hole[i] ? 0 : knownPixel)),
      'kept',
    ),
  ];
  const guide = cutOut(guides(t.around, whole, s.guides), cut, source.guides.size / source.map.size);
  const target = { ...cut, guides: session.lasting([guide.length], 'inpaint.guides', guide) };
  const n = (cut.width - s.patch + 1) * (cut.height - s.patch + 1);
  const even = Float32Array.from({ length: 256 }, (_, k) =>
    Math.max(1, labels.reduce((c, v) => c + Number(v === k), 0) / Math.max(1, source.counts[k])),
  );
  const expected = session.lasting([256], 'inpaint.expected', even);
  const fieldKept = session.lasting([n, 2], 'inpaint.field', before ? undefined : new Uint32Array(2 * n), 'u32');
  seedField(source, (o.seed ?? 0) + l);
  const full = n * members <= s.fullPairs;
  const rounds = s.rounds[Math.min(l, s.rounds.length - 1)];
  const { near } = s.guides;
  const trust = s.trust / s.patch ** 2;
  const [picture, plain] = await session.compute(() => {
    let field: Tensor | null = before
      ? liftField(source, target, before.field, { source: before.source, target: before.cut })
      : null;
    // A lifted field has no distances of this level to trust by.
    let x = field ? voteField(source, cut, kept, field, s.sigma, { known: map, stray }) : map;
    for (let i = 0; i < rounds; i++) {
      const last = i === rounds - 1;
      const scale = s.repetition && field ? overuse(source, cut, field, s.repetition, expected) : undefined;
      const out = last ? fieldKept : undefined;
      if (full) {
        field = searchField(source, target, x, { near, scale }, out);
      } else {
        field = improveField(
          source,
          target,
          x,
          field ?? fieldKept,
          passesOf(source, field ? 1 : 4),
          l * 16 + i,
          { near, scale },
          out,
        );
      }
      x = voteField(source, cut, kept, field, last ? s.sharp : s.sigma, { known: map, trust, stray });
    }
    return [x, voteField(source, cut, plainLabels, field!, s.sharp, { trust, stray })];
  });
  return { cut, source, field: fieldKept, picture: picture as Uint32Array, plain: plain as Uint32Array, hole, labels };
}
