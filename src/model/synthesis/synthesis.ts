/**
 * Patch synthesis without training: the target layout filled coarse to fine with patches of the photograph. Each level
 * takes a few rounds of "nearest patch, then vote" (expectation-maximization as in Kwatra et al. 2005 and GPNN, Granot
 * et al. 2022), guided by the layouts. The generator learns from it, its drafts are finished by it, and it is the
 * preview. Here are its uses for one layout; upsampling/photoSynthesizer.ts keeps one ready at the
 * photograph's size, synthesizer.ts its searched levels, level.ts has a level's rounds.
 */
import type { Session } from '../../autograd/session.ts';
import { toFloatCHW } from '../../data/image/image.ts';
import type { Config } from '../config.ts';
import type { LayoutData, PairData } from '../pair.ts';
import type { Draft } from './level.ts';
import { defaultSynthesis, lineSynthesis, type SynthesisOptions } from './options.ts';
import { type RunOptions, Synthesizer, type SynthesizerOptions } from './synthesizer.ts';
import type { Tile } from './tile.ts';
import { type PhotoPair, PhotoSynthesizer } from './upsampling/photoSynthesizer.ts';

/** What a generator makes of a layout, and of the source's own. */
export interface Drafts {
  draft: Draft;
  own: Draft;
}

async function once(
  session: Session,
  source: PairData,
  layout: LayoutData,
  options: SynthesizerOptions,
  run: RunOptions,
): Promise<Float32Array> {
  const synthesizer = await Synthesizer.create(session, source, layout, options);
  try {
    const { data } = await synthesizer.run(layout.labels, run);
    return toFloatCHW({ ...layout, data });
  } finally {
    synthesizer.destroy();
  }
}

/** [3,H,W] in [-1,1] for the layout, from the source's patches. Source and layout may differ in size, not in scale. */
export const synthesize = (
  session: Session,
  source: PairData,
  layout: LayoutData,
  classes: number,
  options: SynthesisOptions = defaultSynthesis,
): Promise<Float32Array> => once(session, source, layout, { classes, options }, {});

/**
 * Finishes a rendered draft at the photograph's own resolution. The layout is filled as `synthesize` does it, and the
 * tones are pulled to the draft (levelTones.ts): it decides how bright a place is. Of drawings (`fromDraft`), the draft
 * is what is matched at levels up to its size, and it guides all levels where the options give it a weight: it is then
 * compared with `drafts.own`, what the generator makes of the source's own layout, so that what all drafts have in
 * common costs nothing. Both drafts are of any size, source and layout at the resolution wanted. `tile`: the result
 * fits itself along these axes, as the draft should. Gives opaque RGBA bytes
 * [H,W,4] of the layout's size.
 */
export async function refine(
  session: Session,
  c: Config,
  source: PhotoPair,
  drafts: Drafts,
  layout: LayoutData,
  { options: o, tile }: { options?: SynthesisOptions; tile?: Tile } = {},
): Promise<Uint8Array> {
  const { draft, own } = drafts;
  const lines = c.network.condition === 'sketch';
  const base = o ?? (lines ? lineSynthesis : defaultSynthesis);
  // The first rounds of a synthesis decide what goes where; begun with a draft, that is decided.
  const options = { ...base, rounds: base.fromDraft ? base.rounds.map((n) => Math.min(n, 1 + c.refine)) : base.rounds };
  const synthesizer = await PhotoSynthesizer.create(session, source, layout, {
    classes: classesOf(source, layout),
    lines,
    options,
    tile,
    draft: { width: draft.width, height: draft.height, own },
  });
  try {
    return (await synthesizer.run(layout.labels, { draft: draft.image, field: false })).data;
  } finally {
    synthesizer.destroy();
  }
}

/** A class may be too thin for the source's small size and still be in a layout. */
const classesOf = (...layouts: Pick<LayoutData, 'labels'>[]): number =>
  1 + Math.max(...layouts.map((l) => l.labels.reduce((a, b) => Math.max(a, b), 0)));

/** Weights of the place within a region, in the syntheses that a learnt picture is the mean of [M]. */
const hypotheses = [0, 1, 2];

/**
 * Pictures of the user's targets for the generator to learn from: each the mean of patch syntheses that weigh the place
 * within a region differently. A single synthesis has its errors in full contrast, and a draft that learned them keeps
 * them through the finishing. Where several differ, their mean is soft, and the finishing decides. `lines`: the layouts
 * are drawings, which have lines but no regions: one synthesis.
 */
export async function synthesizeTargets(
  session: Session,
  source: PairData,
  layouts: readonly LayoutData[],
  lines = false,
  tile?: Tile,
): Promise<PairData[]> {
  const out: PairData[] = [];
  const base = lines ? lineSynthesis : defaultSynthesis;
  // a tile's regions have no coordinates either
  const tried = lines || tile?.across || tile?.down ? [base.guides.within] : hypotheses;
  for (const l of layouts) {
    const image = new Float32Array(3 * l.width * l.height);
    for (const within of tried) {
      const one = await once(
        session,
        source,
        l,
        { classes: classesOf(source, l), lines, tile, options: { ...base, guides: { ...base.guides, within } } },
        {},
      );
      for (const [i, v] of one.entries()) image[i] += v / tried.length;
    }
    out.push({ ...l, image });
  }
  return out;
}
