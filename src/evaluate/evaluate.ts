/** All metrics of one result in one call: what `semia evaluate`, `semia compare` and `semia ablate` report. */
import type { Session } from '../autograd/session.ts';
import { fitSize, type Picture, resize, resizeLabels } from '../data/image/image.ts';
import { withoutSides } from '../data/layout/mirror.ts';
import { LayoutClassifier } from './layoutClassifier/layoutClassifier.ts';
import type { PictureAndLabels } from './layoutClassifier/warps.ts';
import { type CopyShare, copyShare } from './metrics/copyCheck.ts';
import { gradientDeviation, sharpnessRatio } from './metrics/gradients.ts';
import type { Inception } from './metrics/inception.ts';
import { type LayoutScore, layoutScore } from './metrics/labels.ts';
import { type PatchSimilarity, patchSimilarity } from './metrics/patches.ts';
import { perceptualDistance } from './metrics/perceptual.ts';
import { psnr, quarterPsnr, ssim } from './metrics/reconstruction.ts';
import { type Sifid, sifid } from './metrics/sifid.ts';
import { slicedWasserstein } from './metrics/wasserstein.ts';

/** A source pair with its classes, as prepareSource gives it. */
export interface EvaluationSource extends PictureAndLabels {
  /** Names of the classes, in the order of their labels. */
  palette: { classes: readonly { name: string }[] };
}

/** One result to measure, with what it is measured against. */
export interface EvaluateInput {
  /** The device that the metrics run on. */
  session: Session;
  /** The photograph and its layout. */
  source: EvaluationSource;
  /** Scaled to the target's size where it has another. */
  result: Picture;
  /** The layout it should have; labels of shape [height,width]. */
  target: { width: number; height: number; labels: Uint8Array };
  /** The true picture of the target, where it is known; of the target's size. */
  truth?: Picture;
  /** Labels of the result by an outside segmenter, at the target's size, in place of the layout classifier's. */
  predicted?: Uint8Array;
  /** Labels of the source photograph by the same segmenter, at the source's size: they give its ceiling. */
  predictedSource?: Uint8Array;
  /**
   * What the method makes of the source's own layout, for the reconstruction. Where the target is that layout, the
   * result itself serves.
   */
  reconstruction?: Picture;
  /** For SIFID. */
  inception?: Inception;
  /** From `layoutClassifierOf(source)`, shared by all results of a source; without, one is trained for this result. */
  classifier?: () => LayoutClassifier;
}

/** All that was measured of one result. Lists of rows for tables: `metricsOf`. */
export interface Report {
  /** Of the result's layout, as seen, against the target. */
  layout: LayoutScore & {
    /** Who read the result's layout: the layout classifier, or labels that were given (`predicted`). */
    by: 'judge' | 'predicted';
    /**
     * What the classifier scores on unseen warps of the source (an outside segmenter: its labels of the source against
     * the source's layout); null if unknown.
     */
    ceiling: LayoutScore | null;
    /** What the untouched source gets against the target; stretched where the target has another size. */
    control: LayoutScore | null;
    /** meanIoU / ceiling's. */
    ofCeiling: number | null;
    /** What the true picture scores. */
    ofTruth: LayoutScore | null;
  };
  /** How much the result looks like the photograph. */
  appearance: PatchSimilarity & {
    /** Sliced Wasserstein distance of patches, mean over the levels of a pyramid. */
    wasserstein: number;
    /** The same for each level, finest first. */
    wassersteinByLevel: number[];
    /** Single-image FID (Shaham et al. 2019); null without Inception weights. */
    sifid: Sifid | null;
  };
  /** How much of the result is the photograph merely moved. */
  copy: CopyShare;
  /** PSNR in dB and SSIM of the source's own layout rendered, against the photograph; null where it is not given. */
  reconstruction: { psnr: number; ssim: number } | null;
  /**
   * The result against the true picture: PSNR in dB at full and at quarter size, SSIM, the deviation of gradient
   * similarity, its sharpness over the truth's, a perceptual distance; null where it is not known.
   */
  truth: {
    psnr: number;
    quarterPsnr: number;
    ssim: number;
    gradientDeviation: number;
    sharpness: number;
    perceptual: number;
    copy: CopyShare;
  } | null;
}

const namesOf = (source: EvaluationSource): string[] => source.palette.classes.map((c) => c.name);

/**
 * A classifier of a source's layouts, trained when it is first asked for, which takes a second or two, and then kept by
 * the function that is returned. It sees no position: to it left and right of a pair are one class.
 */
export function layoutClassifierOf(source: EvaluationSource): () => LayoutClassifier {
  let trained: LayoutClassifier | null = null;
  return () =>
    (trained ??= LayoutClassifier.train(
      { ...source, labels: withoutSides(source.labels, namesOf(source)) },
      source.palette.classes.length,
    ));
}

/** Longer side at which copies are looked for. */
const copySide = 256;

/** Measures one result. Throws an Error where sizes do not fit (the caller names the file). */
export async function evaluate(o: EvaluateInput): Promise<Report> {
  const { session, source, target, truth } = o;
  const { width: w, height: h } = target;
  const k = source.palette.classes.length;
  if (target.labels.length !== w * h)
    throw new Error(`evaluate: ${target.labels.length} labels for a target of ${w} x ${h}`);
  for (const [name, map] of [
    ['predicted', o.predicted],
    ['predictedSource', o.predictedSource],
  ] as const) {
    const n = name === 'predicted' ? w * h : source.width * source.height;
    if (map && map.length !== n) throw new Error(`evaluate: ${name} has ${map.length} labels, ${n} are expected`);
  }
  if (truth && (truth.width !== w || truth.height !== h))
    throw new Error(`evaluate: the truth is ${truth.width} x ${truth.height}, the target ${w} x ${h}`);
  const result = resize(o.result, w, h);
  const pair = { picture: source.photo, labels: source.labels };
  const own = w === source.width && h === source.height && target.labels.every((l, i) => l === source.labels[i]);
  const reconstruction = o.reconstruction ? resize(o.reconstruction, source.width, source.height) : own ? result : null;
  const levels = await slicedWasserstein(session, source.photo, result);
  return {
    layout: layoutOf(o, result, k),
    appearance: {
      ...(await patchSimilarity(session, pair, { picture: result, labels: target.labels }, k)),
      wasserstein: levels.reduce((a, b) => a + b, 0) / levels.length,
      wassersteinByLevel: levels,
      sifid: o.inception ? await sifid(session, o.inception, source.photo, result) : null,
    },
    copy: copied(source.photo, result),
    reconstruction: reconstruction && {
      psnr: psnr(reconstruction, source.photo),
      ssim: ssim(reconstruction, source.photo),
    },
    truth: truth
      ? {
          psnr: psnr(result, truth),
          quarterPsnr: quarterPsnr(result, truth),
          ssim: ssim(result, truth),
          gradientDeviation: gradientDeviation(result, truth),
          sharpness: sharpnessRatio(result, truth),
          perceptual: perceptualDistance(result, truth),
          copy: copied(source.photo, truth),
        }
      : null,
  };
}

function layoutOf(o: EvaluateInput, result: Picture, k: number): Report['layout'] {
  const { source, target, truth, predicted } = o;
  const { width: w, height: h } = target;
  const judge = predicted ? null : (o.classifier ?? layoutClassifierOf(source))();
  const seen = judge ? judge.predict(result) : predicted!;
  const before = judge ? judge.predict(source.photo) : (o.predictedSource ?? null);
  const wanted = judge ? withoutSides(target.labels, namesOf(source)) : target.labels;
  const score = layoutScore(wanted, seen, k);
  const ceiling = judge ? judge.ceiling : before && layoutScore(source.labels, before, k);
  return {
    ...score,
    by: judge ? 'judge' : 'predicted',
    ceiling,
    control: before && layoutScore(wanted, resizeLabels(before, source.width, source.height, w, h), k),
    ofCeiling: ceiling && score.meanIoU / ceiling.meanIoU,
    ofTruth: judge && truth ? layoutScore(wanted, judge.predict(truth), k) : null,
  };
}

function copied(source: Picture, result: Picture): CopyShare {
  const { scale } = fitSize(source.width, source.height, copySide);
  const small = (p: Picture): Picture =>
    resize(p, Math.max(1, Math.round(p.width * scale)), Math.max(1, Math.round(p.height * scale)));
  const found = copyShare(small(source), small(result));
  return { ...found, dx: Math.round(found.dx / scale), dy: Math.round(found.dy / scale) };
}
