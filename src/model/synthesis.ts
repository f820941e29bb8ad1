/**
 * Patch synthesis without training: the target layout filled coarse to fine with patches of the photograph, each level a
 * few rounds of "nearest patch, then vote" (expectation-maximisation as in Kwatra et al. 2005 and GPNN, Granot et al.
 * 2022), guided by the layouts. It gives the generator something to learn from, and finishes what it renders.
 */
import { concat } from '../autograd/ops/copy.ts';
import { classMembers, patchField } from '../autograd/ops/patchField.ts';
import { patchNearest } from '../autograd/ops/patchNearest.ts';
import { patchVote } from '../autograd/ops/patchVote.ts';
import type { Session, Tensor } from '../autograd/tensor.ts';
import type { Config } from './config.ts';
import { guides, type GuideWeights } from './guides.ts';
import type { LayoutData, PairData } from './pair.ts';
import { shrinkImage, shrinkLabels } from './pyramid.ts';

export interface SynthesisOptions {
  patch: number;
  /** Shorter side of the coarsest level in pixels. */
  coarsest: number;
  /** Levels up to this many pixels are searched exactly, finer ones by PatchMatch from the level before. */
  exactPixels: number;
  /** Rounds by level, coarsest first; the last number serves all further levels. */
  rounds: number[];
  guides: GuideWeights;
  /** Guide weights but the near one shrink by this factor from level to level: the colours know more and more. */
  fade: number;
  /** Cost of using the same source patches again and again (PatchMatch levels): keeps small patterns from repeating. */
  repetition: number;
  /** Spread of a patch's vote in pixels; the last round uses `sharp`. */
  sigma: number; sharp: number;
}
export const defaultSynthesis: SynthesisOptions = {
  patch: 5, coarsest: 24, exactPixels: 48 * 48, rounds: [8, 5, 3, 2], sigma: 1.5, sharp: 0.7, fade: 0.8, repetition: 0.5,
  guides: { near: 2, far: 1.5, farRadius: 0.06, across: 0.3, down: 1.2 },
};

interface Size { width: number; height: number }
/** A level's state: the picture so far, and each patch's match in the source of that level. */
interface Field extends Size { image: Float32Array; indices: Uint32Array; source: Size }

function levels({ width, height }: Size, coarsest: number): Size[] {
  const out: Size[] = [{ width, height }];
  while (Math.min(out[0].width, out[0].height) / 2 >= coarsest) out.unshift({ width: Math.round(out[0].width / 2), height: Math.round(out[0].height / 2) });
  return out;
}

const scaled = (source: PairData, f: number): PairData => {
  const [width, height] = [Math.round(source.width * f), Math.round(source.height * f)];
  return { width, height, image: shrinkImage(source.image, source.width, source.height, width, height), labels: shrinkLabels(source.labels, source.width, source.height, width, height) };
};

/** [3,H,W] in [-1,1] for the layout, from the source's patches. Source and layout may differ in size, not in scale. */
export async function synthesize(session: Session, source: PairData, layout: LayoutData, classes: number, o: SynthesisOptions = defaultSynthesis): Promise<Float32Array> {
  let field: Field | null = null;
  for (const [l, size] of levels(layout, o.coarsest).entries()) {
    const t: LayoutData = { ...size, labels: shrinkLabels(layout.labels, layout.width, layout.height, size.width, size.height) };
    field = await runLevel(session, scaled(source, size.width / layout.width), t, field, classes, o, l);
  }
  return field!.image;
}

/**
 * Finishes a rendered draft at the photograph's own resolution: coarse to fine like `synthesize`, but what is matched at
 * every level up to the draft's size is the draft, so it decides what goes where and the photograph's patches how it
 * looks. draft [3,h,w] of any size; source and layout at the resolution wanted.
 */
export async function refine(session: Session, c: Config, source: PairData, draft: { width: number; height: number; image: Float32Array }, layout: LayoutData, o: SynthesisOptions = defaultSynthesis): Promise<Float32Array> {
  const classes = 1 + source.labels.reduce((a, b) => Math.max(a, b), 0);
  // The draft has settled what the first rounds of a synthesis from nothing are for.
  const fewer = { ...o, rounds: o.rounds.map((n) => Math.min(n, 1 + c.refine)) };
  let field: Field | null = null;
  for (const [l, size] of levels(layout, o.coarsest).entries()) {
    const t: LayoutData = { ...size, labels: shrinkLabels(layout.labels, layout.width, layout.height, size.width, size.height) };
    const seen = size.width <= draft.width * 1.25 ? shrinkImage(draft.image, draft.width, draft.height, size.width, size.height) : undefined;
    field = await runLevel(session, scaled(source, size.width / layout.width), t, field, classes, fewer, l, seen);
  }
  return field!.image;
}

async function runLevel(session: Session, s: PairData, t: LayoutData, before: Field | null, classes: number, o: SynthesisOptions, level: number, draft?: Float32Array): Promise<Field> {
  const p = o.patch;
  const r = (p - 1) / 2;
  const exact = t.width * t.height <= o.exactPixels;
  const weight = o.fade ** level;
  const faded: GuideWeights = { ...o.guides, far: o.guides.far * weight, across: o.guides.across * weight, down: o.guides.down * weight };
  const gs = guides(s, classes, faded);
  const gt = guides(t, classes, faded);
  const rounds = o.rounds[Math.min(level, o.rounds.length - 1)];
  return session.memory.scope(async () => {
    const fixed = (shape: number[], data: ArrayLike<number>, dtype: 'f32' | 'u32' = 'f32'): Tensor => session.lasting(shape, 'synthesis', data, dtype);
    const image = fixed([1, 3, s.height, s.width], s.image);
    const sGuides = fixed([1, gs.channels, s.height, s.width], gs.data);
    const tGuides = fixed([1, gt.channels, t.height, t.width], gt.data);
    const sClasses = centres(s, r);
    const tClasses = centres(t, r);
    const labels = { sourceLabels: fixed([sClasses.length], sClasses, 'u32'), targetLabels: fixed([tClasses.length], tClasses, 'u32') };
    const members = exact ? null : classMembers(session, sClasses);
    const use = exact || !o.repetition ? undefined : { weight: o.repetition, expected: fixed([256], expectedUse(sClasses, tClasses)) };
    const start = before && upsampled(before, s, t, p);
    const given = draft ? fixed([1, 3, t.height, t.width], draft) : null;
    const first = start ? fixed([start.length], start, 'u32') : null;
    const [result, matches] = await session.compute(() => {
      const vote = (indices: Tensor, sigma: number): Tensor => patchVote(image, indices, { patch: p, height: t.height, width: t.width, sigma });
      const whole = concat([image, sGuides]);
      const search = (x: Tensor, from: Tensor | null, round: number): Tensor => {
        const target = concat([x, tGuides]);
        if (exact || !from) return patchNearest(target, whole, { patch: p, ...labels }).indices;
        return patchField(target, whole, from, { patch: p, ...labels, members: members!, passes: fieldPasses(s), seed: level * 16 + round, use }).indices;
      };
      let indices: Tensor | null = first;
      let x = given ?? (first ? vote(first, o.sigma) : vote(indices = patchNearest(tGuides, sGuides, { patch: p, ...labels }).indices, o.sigma));
      for (let i = 0; i < rounds; i++) {
        indices = search(x, indices, i);
        x = vote(indices, i === rounds - 1 ? o.sharp : o.sigma);
      }
      return [x, indices!];
    });
    return { width: t.width, height: t.height, source: s, image: result as Float32Array, indices: matches as Uint32Array };
  });
}

/** Neighbours far, then near; random search from a quarter of the picture down to a few pixels. */
const fieldPasses = ({ width, height }: Size): { jump: number; radius: number }[] => {
  const far = Math.max(width, height);
  return [{ jump: 4, radius: far / 4 }, { jump: 2, radius: far / 16 }, { jump: 1, radius: 4 }, { jump: 1, radius: 2 }];
};

/** The classes at patch centres, row by row over the valid patches. */
function centres({ width, height, labels }: LayoutData, r: number): Uint32Array {
  const [w, h] = [width - 2 * r, height - 2 * r];
  return Uint32Array.from({ length: w * h }, (_, i) => labels[(Math.floor(i / w) + r) * width + (i % w) + r]);
}

/** Target patches per source patch, by class: each used this often is even use. */
function expectedUse(source: Uint32Array, target: Uint32Array): Float32Array {
  const count = (labels: Uint32Array): Float32Array => { const n = new Float32Array(256); for (const l of labels) n[l]++; return n; };
  const [s, t] = [count(source), count(target)];
  return t.map((n, k) => (s[k] ? n / s[k] : 0));
}

/** The matches of a coarser level, carried to a finer one: each patch takes its coarse patch's match, at the same place inside it. */
function upsampled(before: Field, s: Size, t: Size, patch: number): Uint32Array {
  const r = (patch - 1) / 2;
  const grid = ({ width, height }: Size): [number, number] => [width - 2 * r, height - 2 * r];
  const [[tw, th], [cw, ch], [sw, sh], [bw]] = [grid(t), grid(before), grid(s), grid(before.source)];
  const clamp = (v: number, n: number): number => Math.min(n - 1, Math.max(0, Math.round(v)));
  const f = t.width / before.width;
  const out = new Uint32Array(tw * th);
  for (let y = 0; y < th; y++) for (let x = 0; x < tw; x++) {
    // Pixel centres at halves: fine centre -> coarse patch -> its match -> fine again, keeping the remainder.
    const [fx, fy] = [x + r + 0.5, y + r + 0.5];
    const cx = clamp(fx / f - 0.5 - r, cw);
    const cy = clamp(fy / f - 0.5 - r, ch);
    const m = before.indices[cy * cw + cx];
    const mx = ((m % bw) + r + 0.5) * f + fx - (cx + r + 0.5) * f;
    const my = (Math.floor(m / bw) + r + 0.5) * f + fy - (cy + r + 0.5) * f;
    out[y * tw + x] = clamp(my - 0.5 - r, sh) * sw + clamp(mx - 0.5 - r, sw);
  }
  return out;
}

/** Patch syntheses of the user's targets, for the generator to learn from. */
export async function synthesizeTargets(session: Session, _c: Config, source: PairData, layouts: readonly LayoutData[]): Promise<PairData[]> {
  const classes = 1 + source.labels.reduce((a, b) => Math.max(a, b), 0);
  const out: PairData[] = [];
  for (const l of layouts) out.push({ ...l, image: await synthesize(session, source, l, classes) });
  return out;
}
