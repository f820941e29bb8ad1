/**
 * Patch coherence as the released code has it, and its exact form over features: how far patches of the image are from
 * the source's, on VGG maps or on colors. Each is a function (image, source, labels) -> [1], as a generator step takes
 * it.
 */
import { l1To } from '../../autograd/functional/losses.ts';
import { reshape } from '../../autograd/ops/copy/reshape.ts';
import { meanAll } from '../../autograd/ops/loss/meanError.ts';
import { meanOfTerms, weightedSum } from '../../autograd/ops/loss/weightedSum.ts';
import { kNearestPatches } from '../../autograd/ops/patch/kNearest.ts';
import { patchNearest } from '../../autograd/ops/patch/nearest.ts';
import { unfoldAt } from '../../autograd/ops/patch/unfoldAt.ts';
import { sub } from '../../autograd/ops/pointwise/pointwise.ts';
import { avgPool2d } from '../../autograd/ops/spatial/pool.ts';
import type { Session } from '../../autograd/session.ts';
import { Tensor } from '../../autograd/tensor.ts';
import type { HostRandom } from '../../engine/random.ts';
import type { Vgg } from '../networks/vgg.ts';
import { centerLabels } from './losses.ts';

/** image, source [1,3,H,W] in [-1, 1]; labels u32 [1,H,W] of both, for guided matches. */
export type Coherence = (image: Tensor, source: Tensor, labels?: { image: Tensor; source: Tensor }) => Tensor;

/** Patches of side `patch` on a map that is `factor` times smaller than the image (rounded down). */
interface MapSpec {
  patch: number;
  factor: number;
}
export interface Maps {
  specs: readonly MapSpec[];
  of: (x: Tensor) => readonly Tensor[];
}

/** VGG-19 relu1_1 in 3x3 patches and relu2_1 in single positions [C]. */
export const vggMaps = (vgg: Vgg): Maps => ({
  specs: [
    { patch: 3, factor: 1 },
    { patch: 1, factor: 2 },
  ],
  of: (x) => vgg.features(x, ['relu1_1', 'relu2_1']),
});

/** The image's own colors at several scales: for running without VGG's weights. */
export const colorMaps = (patch: number, scales: readonly number[]): Maps => ({
  specs: scales.map((factor) => ({ patch, factor })),
  of: (x) => scales.map((f) => (f === 1 ? x : avgPool2d(x, f))),
});

/**
 * Mean absolute difference of the image's patches at `indices` (u32 [n]) to their k nearest among all of the source's:
 * the matches are found off the tape, and their differences taken on it.
 */
function nearestToSamples(image: Tensor, source: Tensor, patch: number, indices: Tensor, k: number): Tensor {
  const columns = unfoldAt(image, patch, indices); // [1, C*p*p, 1, n]
  const nearest = kNearestPatches(columns, source, patch, k); // u32 [k, n]
  const matched = unfoldAt(source, patch, new Tensor(nearest.session, [nearest.size], 'u32', nearest.storage));
  return l1To(sub(columns, reshape([matched], { shape: [1, columns.shape[1], k, columns.shape[3]] })), 0);
}

/**
 * [C]: per map, the mean over a few random patches of the image of the mean absolute difference to their 5 nearest
 * patches of the source; averaged over the maps. `indices`: one u32 [15] for each map, filled by `PatchSamples.draw`
 * before each replay.
 */
export const sampledCoherence =
  (maps: Maps, indices: readonly Tensor[], nearest = 5): Coherence =>
  (image, source) => {
    const [of, among] = [maps.of(image), maps.of(source)];
    return meanOfTerms(maps.specs.map(({ patch }, i) => nearestToSamples(of[i], among[i], patch, indices[i], nearest)));
  };

/**
 * Exact: per map, the mean over ALL patches of the image of the mean absolute difference to the nearest of ALL patches
 * of the source [S], inside their class if labels are given (sizes then divisible by every map's factor); averaged over
 * the maps.
 */
export const exactCoherence =
  (maps: Maps, guided: boolean): Coherence =>
  (image, source, labels) => {
    const [of, among] = [maps.of(image), maps.of(source)];
    return weightedSum(
      maps.specs.map(({ patch, factor }, i) => {
        const guide =
          guided && labels
            ? {
                targetLabels: centerLabels(labels.image, patch, factor),
                sourceLabels: centerLabels(labels.source, patch, factor),
              }
            : {};
        const { distances } = patchNearest(of[i], among[i], { patch, metric: 'l1', ...guide });
        return [meanAll(distances), 1 / (maps.specs.length * of[i].shape[1] * patch * patch)];
      }),
    );
  };

/**
 * The random patches of `sampledCoherence`, for images of H x W: lasting index tensors, drawn anew before each replay.
 */
export class PatchSamples {
  readonly indices: readonly Tensor[];
  private readonly counts: readonly number[];
  constructor(
    private readonly session: Session,
    maps: Maps,
    height: number,
    width: number,
    samples = 15,
  ) {
    const along = (size: number, { patch, factor }: MapSpec): number => Math.floor(size / factor) - patch + 1;
    this.counts = maps.specs.map((s) => Math.max(0, along(height, s)) * Math.max(0, along(width, s)));
    if (this.counts.includes(0)) throw new Error(`coherence: no patch fits into ${width} x ${height} at every scale`);
    this.indices = maps.specs.map((_, i) => session.lasting([samples], `coherence.samples${i}`, undefined, 'u32'));
  }

  /** Draws every map's patches uniformly, with repetition, and sends them. */
  draw(random: HostRandom): void {
    for (const [i, t] of this.indices.entries())
      this.session.write(
        t,
        Array.from({ length: t.size }, () => Math.floor(random.next() * this.counts[i])),
      );
  }
}
