/**
 * Appearance by patches: bidirectional similarity (Simakov, Caspi, Shechtman, Irani 2008). Coherence asks whether
 * everything in the result looks like something in the source; completeness, whether everything in the source is
 * somewhere in the result.
 */
import { patchNearest } from '../../autograd/ops/patch/nearest.ts';
import type { Session } from '../../autograd/session.ts';
import { fitSize, type Picture, resize, resizeLabels, toFloatCHW } from '../../data/image/image.ts';

export interface LabeledPicture {
  picture: Picture;
  labels: Uint8Array;
}
export interface PatchMetricOptions {
  /** Side of the patches, odd. */
  patch: number;
  /** Longer side at which the source's patches are taken; the result is scaled by the same factor. */
  longSide: number;
}
export const defaultPatches: PatchMetricOptions = { patch: 7, longSide: 128 };

/** How like the patches of two pictures are, both ways (Simakov et al. 2008). */
export interface PatchSimilarity {
  /**
   * Root mean square difference per value, in 0..255 levels, of a result patch to its nearest source patch, averaged
   * over the result's patches. 0 and up, lower is better.
   */
  coherence: number;
  /** The same from the source's patches to the result's. 0 and up, lower is better. */
  completeness: number;
  /**
   * By class of the patch's center (target layout in the result, source layout in the source), nearest within the
   * class; null where either lacks it.
   */
  perClass: { coherence: number | null; completeness: number | null }[];
}

/**
 * Exact over all patches, on the device. Both pictures are seen at `longSide` (the search grows with the square of the
 * pixels), so finer detail than that is the sliced Wasserstein distance's matter. Throws where a picture is smaller
 * than a patch.
 */
export async function patchSimilarity(
  session: Session,
  source: LabeledPicture,
  result: LabeledPicture,
  classes: number,
  options: Partial<PatchMetricOptions> = {},
): Promise<PatchSimilarity> {
  const { patch, longSide } = { ...defaultPatches, ...options };
  const { scale } = fitSize(source.picture.width, source.picture.height, longSide);
  const [s, r] = [source, result].map((x) => small(x, scale, patch));
  return session.memory.scope(async () => {
    const [si, ri] = [s, r].map((x) => session.lasting([1, 3, x.height, x.width], 'evaluate.picture', x.image));
    const [sl, rl] = [s, r].map((x) => session.lasting([x.centers.length], 'evaluate.classes', x.centers, 'u32'));
    const [coherent, complete, coherentIn, completeIn] = await session.compute(() => [
      patchNearest(ri, si, { patch }).distances,
      patchNearest(si, ri, { patch }).distances,
      patchNearest(ri, si, { patch, targetLabels: rl, sourceLabels: sl }).distances,
      patchNearest(si, ri, { patch, targetLabels: sl, sourceLabels: rl }).distances,
    ]);
    // Values are in [-1, 1]: half of 255 levels to the unit.
    const levels = (squared: number): number => Math.sqrt(Math.max(0, squared) / (3 * patch * patch)) * 127.5;
    const mean = (d: ArrayLike<number>, wanted: (i: number) => boolean = () => true): number | null => {
      let [sum, n] = [0, 0];
      for (let i = 0; i < d.length; i++)
        if (wanted(i)) {
          sum += levels(d[i]);
          n++;
        }
      return n ? sum / n : null;
    };
    const both = (k: number): boolean => s.centers.includes(k) && r.centers.includes(k);
    return {
      coherence: mean(coherent)!,
      completeness: mean(complete)!,
      perClass: Array.from({ length: classes }, (_, k) =>
        both(k)
          ? {
              coherence: mean(coherentIn, (i) => r.centers[i] === k),
              completeness: mean(completeIn, (i) => s.centers[i] === k),
            }
          : { coherence: null, completeness: null },
      ),
    };
  });
}

function small(
  { picture, labels }: LabeledPicture,
  scale: number,
  patch: number,
): { width: number; height: number; image: Float32Array; centers: Uint32Array } {
  const [width, height] = [picture.width, picture.height].map((n) => Math.max(1, Math.round(n * scale)));
  if (Math.min(width, height) < patch)
    throw new Error(`patchSimilarity: ${width} x ${height} is smaller than a patch of ${patch}`);
  const l = resizeLabels(labels, picture.width, picture.height, width, height);
  const [r, w] = [(patch - 1) / 2, width - patch + 1];
  const centers = Uint32Array.from(
    { length: w * (height - patch + 1) },
    (_, i) => l[(Math.floor(i / w) + r) * width + (i % w) + r],
  );
  return { width, height, image: toFloatCHW(resize(picture, width, height)), centers };
}
