/**
 * A hole in a photograph filled with patches from the rest of it: coarse to fine, rounds of "nearest patch, then vote"
 * in which
 * only the hole's pixels change (Wexler, Shechtman, Irani, Space-Time Completion of Video, PAMI 2007; the fields as in
 * Barnes et al.
 * 2009), begun from the membrane over the hole, and blended at the rim by the membrane of what is left to differ there
 * (Perez et
 * al. 2003). Removing an object and inpainting are this; layouts, other photographs and masks only say which patches
 * may be taken.
 */
import {
  fieldSource,
  improveField,
  knownPixel,
  liftField,
  overuse,
  packPixels,
  searchField,
  seedField,
  voteField,
  type CutOut,
  type FieldSource,
  type PatchGrid,
} from '../../autograd/nnf/patchField.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import { toFloatCHW, type Picture } from '../../data/image/image.ts';
import { membrane } from '../../data/image/membrane.ts';
import { guides, surroundings, type GuideWeights, type Surroundings } from './guides.ts';
import { shrinkImage, shrinkLabels } from './pyramid.ts';

export interface InpaintSettings {
  patch: number;
  /** Shorter side of the coarsest level, at least; a level's size over the next finer one's. */
  coarsest: number;
  ratio: number;
  /** Rounds by level, coarsest first; the last number serves all further levels. */
  rounds: number[];
  /** Levels are searched in full up to this many pairs of patches, else by PatchMatch from the level before. */
  fullPairs: number;
  guides: GuideWeights;
  repetition: number;
  /** Spread of a patch's vote in pixels; the last round uses `sharp`. */
  sigma: number;
  sharp: number;
  /** How much worse matches say less: patches count exp(-trust distance), distances per pixel as in Field. */
  trust: number;
}
/** What a patch says of a pixel of another class than it is to have, against 1. */
const stray = 1e-3;
/** Chosen by eye on the painted scenes [M]. */
export const defaultInpainting: InpaintSettings = {
  patch: 7,
  coarsest: 24,
  ratio: 0.5,
  rounds: [12, 8, 5, 3],
  fullPairs: 1e6,
  repetition: 0.2,
  sigma: 1.5,
  sharp: 0.8,
  trust: 8,
  guides: { near: 2, far: 0.5, farRadius: 0.06, across: 0.15, down: 0.5, within: 0, shade: 0 },
};
/**
 * Where no layout says what is to be there, the height in the picture does: what goes across a hole (waves, a shore)
 * begins as a blur of all of it, which
 * the plainest region around matches best, and fills (coast, a hole over sea and sand: all sand with `down` 0.5, waves
 * with 2, 4 and 8) [M].
 */
export const unguidedInpainting: InpaintSettings = {
  ...defaultInpainting,
  guides: { ...defaultInpainting.guides, down: 4 },
};

/**
 * Classes of all pixels, 0..count-1: as the photograph is (`now`), and as it is to be (`wanted`, other in the hole
 * only).
 */
export interface HoleLayout {
  count: number;
  now: Uint8Array;
  wanted: Uint8Array;
}

export interface InpaintOptions {
  session: Session;
  /** RGBA; pixels that are not opaque are no patch source. */
  photo: Picture;
  /** [H,W]: 1 where the photograph is to be filled. */
  hole: Uint8Array;
  /** [H,W]: 0 where patches may not come from. */
  sample?: Uint8Array;
  /** Other photographs to take patches from, too; at the photograph's scale. */
  others?: readonly Picture[];
  /** Keeps what fills each place to its class; not with `others`, whose classes nobody knows. */
  layout?: HoleLayout;
  /**
   * What the hole is filled with to begin with, of the photograph's size, e.g. a generator's picture; the membrane over
   * the hole without.
   */
  draft?: Picture;
  seed?: number;
  /** Default: `defaultInpainting` with a layout, `unguidedInpainting` without. */
  settings?: InpaintSettings;
  signal?: AbortSignal;
}

/** Where patches come from: a photograph with what may be taken of it. */
interface Source extends PatchGrid {
  image: Float32Array;
  free: Float32Array;
  labels: Uint8Array;
  around: Surroundings;
}
interface Solved {
  cut: CutOut;
  source: FieldSource;
  field: Tensor;
  picture: Uint32Array;
  plain: Uint32Array;
  hole: Uint8Array;
  labels: Uint8Array;
}

/**
 * The photograph with its hole filled: every pixel outside has the very bytes that it had. One seed and adapter, the
 * same bytes.
 * @throws UserError: nothing to fill, nothing to fill it with, or sides below two patches.
 */
export async function inpaint(o: InpaintOptions): Promise<Picture> {
  const { photo, hole, session, layout, others = [] } = o;
  const s = o.settings ?? (layout ? defaultInpainting : unguidedInpainting);
  const { width, height } = photo;
  if (hole.length !== width * height) throw new Error(`inpaint: ${hole.length} mask values for ${width} x ${height}`);
  if (layout && others.length) throw new Error('inpaint: a layout together with other photographs');
  if (!hole.includes(1)) throw new UserError('the mask is empty: nothing is to be filled');
  for (const p of [photo, ...others]) {
    if (Math.min(p.width, p.height) < 2 * s.patch)
      throw new UserError(
        `${p.source}: ${p.width} x ${p.height} is too small: patches of ${s.patch} x ${s.patch} are matched, and at least ${2 * s.patch} pixels a side are needed`,
      );
  }
  const usable = Float32Array.from(hole, (v, i) =>
    Number(!v && photo.data[4 * i + 3] === 255 && (o.sample?.[i] ?? 1) > 0),
  );
  const labels = layout?.now ?? new Uint8Array(width * height);
  const classes = layout?.count ?? 1;
  const source = (p: Picture, free: Float32Array, l: Uint8Array): Source => ({
    width: p.width,
    height: p.height,
    image: toFloatCHW(p),
    free,
    labels: l,
    around: surroundings({ width: p.width, height: p.height, labels: l }, classes, s.guides.farRadius),
  });
  const sources = [
    source(photo, usable, labels),
    ...others.map((p) => {
      const n = p.width * p.height;
      return source(
        p,
        Float32Array.from({ length: n }, (_, i) => Number(p.data[4 * i + 3] === 255)),
        new Uint8Array(n),
      );
    }),
  ];
  const known = Float32Array.from(hole, (v, i) => Number(!v && photo.data[4 * i + 3] === 255));
  const target = {
    known,
    labels: layout?.wanted ?? labels,
    around: surroundings({ width, height, labels: layout?.wanted ?? labels }, classes, s.guides.farRadius),
  };
  const scales = scalesOf(Math.min(width, height, ...others.flatMap((p) => [p.width, p.height])), s);
  return session.memory.scope(async () => {
    let before: Solved | null = null;
    for (const [l, f] of scales.entries()) {
      o.signal?.throwIfAborted();
      before = (await level(o, s, sources, target, f, l, before)) ?? before;
    }
    return blend(photo, hole, before!);
  });
}

function scalesOf(shorter: number, { coarsest, ratio }: InpaintSettings): number[] {
  const out = [1];
  while (shorter * out[0] * ratio >= coarsest) out.unshift(out[0] * ratio);
  return out;
}

/** Colors and coverage at another size: means over the pixels that count, and their share. */
function shrinkKnown(
  image: Float32Array,
  known: Float32Array,
  from: PatchGrid,
  to: PatchGrid,
): { image: Float32Array; share: Float32Array } {
  const n = known.length;
  const share = shrinkImage(known, from.width, from.height, to.width, to.height);
  const small = shrinkImage(
    image.map((v, i) => v * known[i % n]),
    from.width,
    from.height,
    to.width,
    to.height,
  );
  return { image: small.map((v, i) => v / Math.max(1e-6, share[i % share.length])), share };
}

/** Sources of a level one under the other; what lies beside the narrower ones is no source. */
function stack(session: Session, sources: readonly Source[], f: number, s: InpaintSettings): FieldSource {
  const parts = sources.map((p) => {
    const size = sized(p, f);
    const { image, share } = shrinkKnown(p.image, p.free, p, size);
    return {
      ...size,
      image,
      share,
      labels: shrinkLabels(p.labels, p.width, p.height, size.width, size.height),
      guides: guides(p.around, size, s.guides),
    };
  });
  const width = Math.max(...parts.map((p) => p.width)),
    height = parts.reduce((n, p) => n + p.height + 1, -1);
  const m = parts[0].guides.length / (parts[0].width * parts[0].height);
  const packed = new Uint32Array(width * height),
    allowed = new Uint8Array(width * height),
    guide = new Float32Array(m * width * height);
  let top = 0;
  for (const p of parts) {
    const pixels = packPixels(p.image, p.labels);
    for (let y = 0; y < p.height; y++)
      for (let x = 0; x < p.width; x++) {
        const [i, j] = [y * p.width + x, (top + y) * width + x];
        packed[j] = pixels[i];
        allowed[j] = Number(p.share[i] > 0.999);
        guide.set(p.guides.subarray(m * i, m * i + m), m * j);
      }
    top += p.height + 1; // a row between, so that no patch has pixels of two photographs
  }
  return fieldSource(session, { width, height }, s.patch, packed, guide, allowed);
}

const sized = ({ width, height }: PatchGrid, f: number): PatchGrid => ({
  width: Math.round(width * f),
  height: Math.round(height * f),
});

/** The smallest cut-out that has all patches with a pixel in the hole; null without a hole. */
function around(hole: Uint8Array, whole: PatchGrid, patch: number): CutOut | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  hole.forEach((v, i) => {
    if (!v) return;
    const [x, y] = [i % whole.width, Math.floor(i / whole.width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  });
  if (right < 0) return null;
  const [x, y] = [Math.max(0, left - patch), Math.max(0, top - patch)];
  return {
    x,
    y,
    width: Math.min(whole.width, right + patch + 1) - x,
    height: Math.min(whole.height, bottom + patch + 1) - y,
    whole,
  };
}

/** The values of planes [C,H,W] in a cut-out. */
function cutOut<T extends Float32Array | Uint8Array>(
  x: T,
  { x: left, y: top, width, height, whole }: CutOut,
  inner = 1,
): T {
  const planes = x.length / (whole.width * whole.height * inner);
  const out = new (x.constructor as new (n: number) => T)(planes * width * height * inner);
  for (let p = 0; p < planes; p++)
    for (let y = 0; y < height; y++) {
      const at = ((p * whole.height + top + y) * whole.width + left) * inner;
      out.set(x.subarray(at, at + width * inner) as never, (p * height + y) * width * inner);
    }
  return out;
}

interface Target {
  known: Float32Array;
  labels: Uint8Array;
  around: Surroundings;
}

/** One level; null where it has no hole, or next to nothing to fill it with, as coarse levels may. */
async function level(
  o: InpaintOptions,
  s: InpaintSettings,
  sources: readonly Source[],
  t: Target,
  f: number,
  l: number,
  before: Solved | null,
): Promise<Solved | null> {
  const { session, photo, draft } = o;
  const whole = sized(photo, f),
    finest = f === 1;
  const small = shrinkKnown(sources[0].image, t.known, photo, whole);
  const open = Uint8Array.from(small.share, (v) => Number(v < 0.5));
  const cut = around(open, whole, s.patch);
  if (!cut) return null;
  const source = stack(session, sources, f, s);
  const members = source.counts.reduce((a, b) => a + b, 0);
  if (members < (finest ? 1 : 4 * s.patch ** 2)) {
    if (finest)
      throw new UserError(
        `nothing to fill the hole with: outside the mask there is no patch of ${s.patch} x ${s.patch} pixels that may be taken`,
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

/**
 * Neighbors far, then near; random search from a quarter of the source down to a few pixels; all of it `times` times.
 */
const passesOf = ({ width, height }: PatchGrid, times: number): { jump: number; radius: number }[] => {
  const far = Math.max(width, height);
  return Array.from({ length: times }, () => [
    { jump: 8, radius: far / 2 },
    { jump: 4, radius: far / 8 },
    { jump: 2, radius: far / 32 },
    { jump: 1, radius: 3 },
  ]).flat();
};

/** The photograph with the finest level in its hole, moved by the membrane of what it misses the rim by. */
function blend(photo: Picture, hole: Uint8Array, { cut, picture, plain, hole: open, labels }: Solved): Picture {
  const { width, height } = cut,
    n = width * height;
  const byte = (packed: Uint32Array, c: number, i: number): number => (packed[i] >> (8 * c)) & 255;
  // Where another class begins at the rim, the step is meant.
  const goesOn = (i: number): boolean =>
    [i % width ? i - 1 : -1, (i + 1) % width ? i + 1 : -1, i - width, i + width].some(
      (j) => open[j] === 1 && labels[j] === labels[i],
    );
  const miss = new Float32Array(3 * n);
  for (let i = 0; i < n; i++)
    if (!open[i] && goesOn(i)) for (let c = 0; c < 3; c++) miss[c * n + i] = byte(picture, c, i) - byte(plain, c, i);
  membrane(miss, open, cut);
  const data = new Uint8Array(photo.data);
  for (let i = 0; i < n; i++) {
    const at = (cut.y + Math.floor(i / width)) * photo.width + cut.x + (i % width);
    if (!hole[at]) continue;
    for (let c = 0; c < 3; c++)
      data[4 * at + c] = Math.min(255, Math.max(0, Math.round(byte(picture, c, i) + miss[c * n + i])));
    data[4 * at + 3] = 255;
  }
  return {
    width: photo.width,
    height: photo.height,
    data,
    hasAlpha: data.some((v, i) => i % 4 === 3 && v < 255),
    source: 'inpainted',
  };
}
