/**
 * Patch nearest neighbors: for every p x p patch of the target its k nearest among ALL patches of the source, exactly;
 * the paper's patch coherence is the mean of the distances for k = 1. Which kernels run is patchNearest.plan.ts's
 * matter.
 */

import { grid } from '../../../engine/grid.ts';
import backwardKernel from '../../../shaders/patch/nearest/backward.wgsl';
import { adapterOf } from '../../kernels/plan.ts';
import { runPlan } from '../../kernels/run.ts';
import { type BackwardContext, type Case, type Op, op, shapeError } from '../../op.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { cosineGradient } from './nearestCosine.ts';
import { metricCode, type PatchShape, patchGrid, planPatchNearest } from './nearestPlan.ts';
import { referencePatchNearest } from './nearestReference.ts';

/** Attributes of `patchNearest`. */
export interface PatchAttrs {
  patch: number;
  k: number;
  metric: PatchShape['metric'];
  border: PatchShape['border'];
  /** Added to a distance across classes; Infinity never crosses (but for a class that the source lacks). */
  penalty: number;
  /** Whether inputs 2 and 3 are the classes at patch centers, u32 [patches], of target and source. */
  labels: boolean;
  /** Whether the last input is a factor for every source patch's distance, f32 [source patches]. */
  scaled: boolean;
}

function geometry([t, s]: readonly Shape[], a: PatchAttrs): PatchShape {
  if (t.length !== 4 || s.length !== 4 || t[0] !== 1 || s[0] !== 1)
    shapeError('patchNearest', `[1,C,H,W] twice is expected, not [${t}] and [${s}]`);
  if (t[1] !== s[1]) shapeError('patchNearest', `${t[1]} channels in the target, ${s[1]} in the source`);
  return { c: t[1], ht: t[2], wt: t[3], hs: s[2], ws: s[3], ...a };
}

const named = (x: readonly Tensor[], a: PatchAttrs): Record<string, Tensor> => {
  const rest = [...x.slice(2)];
  const out: Record<string, Tensor> = { target: x[0], source: x[1] };
  if (a.labels) {
    out.targetLabels = rest.shift()!;
    out.sourceLabels = rest.shift()!;
  }
  if (a.scaled) out.scale = rest.shift()!;
  return out;
};

/**
 * [target, source [1,C,H,W] each, labels of both, scale] -> distances [k, patches]; saves indices u32 [k, patches].
 */
export const patchNearestOp: Op<PatchAttrs> = op<PatchAttrs>({
  name: 'patchNearest',
  shape: (shapes, a) => {
    const g = geometry(shapes, a);
    const targets = patchGrid(g.ht, g.wt, g).count;
    const sources = patchGrid(g.hs, g.ws, g).count;
    if (a.labels && (shapes[2]?.[0] !== targets || shapes[3]?.[0] !== sources))
      shapeError('patchNearest', `labels [${shapes[2]}] and [${shapes[3]}] for ${targets} and ${sources} patches`);
    return [a.k, targets];
  },
  forward: (session, x, distances, a) => {
    const [plan] = planPatchNearest(
      geometry(
        x.map((t) => t.shape),
        a,
      ),
      adapterOf(session),
    );
    const indices = session.temporary(distances.shape, 'patchNearest.indices', 'u32');
    runPlan(session, plan, { ...named(x, a), indices, distances });
    return [indices];
  },
  backward: (c, dy) => [c.needs[0] ? towardsTarget(c, dy) : undefined, ...c.x.slice(1).map(() => null)],
  reference: (x, a) => {
    const rest = x.slice(2);
    const labels = a.labels ? { targetLabels: rest[0].data, sourceLabels: rest[1].data } : {};
    const scale = a.scaled ? { scale: rest[a.labels ? 2 : 0].data } : {};
    const g = geometry(
      x.map((r) => r.shape),
      a,
    );
    return {
      shape: [a.k, patchGrid(g.ht, g.wt, g).count],
      data: referencePatchNearest(g, { target: x[0].data, source: x[1].data, ...labels, ...scale }).distances,
    };
  },
  terms: ([t], a) => t[1] * a.patch * a.patch,
  magnitude: ([t], a) => {
    const g = geometry([t.shape, t.shape], a);
    const size = a.metric === 'cosine' ? 4 : 4 * t.shape[1] * a.patch * a.patch;
    const n = a.k * patchGrid(g.ht, g.wt, g).count;
    return { shape: [n], data: new Float64Array(n).fill(size) };
  },
  cases: makeCases(),
});

function towardsTarget({ x, aux: [indices], attrs: a, twice }: BackwardContext<PatchAttrs>, dy: Tensor): Tensor {
  if (twice) throw new Error('patchNearest: its gradient has no gradient of its own');
  const g = geometry(
    x.map((t) => t.shape),
    a,
  );
  const { target, source, scale } = named(x, a);
  if (a.metric === 'cosine')
    return cosineGradient({ target, source, indices, factor: scale, dy, patch: a.patch, k: a.k, border: a.border });
  const session = target.session;
  const output = session.temporary(target.shape, 'patchNearest.dtarget');
  session.run(backwardKernel, {
    read: { targetMap: target, sourceMap: source, indices, gradient: dy, scale: scale ?? source },
    write: { output },
    params: { c: g.c, ht: g.ht, wt: g.wt, hs: g.hs, ws: g.ws, side: a.patch, threads: target.size },
    constants: { K: a.k, METRIC: metricCode[a.metric], SCALED: a.scaled ? 1 : 0, CLAMP: a.border === 'clamp' ? 1 : 0 },
    groups: grid(target.size, 64),
  });
  return output;
}

function makeCases(): Case<PatchAttrs>[] {
  const control: PatchAttrs = {
    patch: 3,
    k: 1,
    metric: 'l2',
    border: 'valid',
    penalty: Infinity,
    labels: false,
    scaled: false,
  };
  const make = (
    name: string,
    change: Partial<PatchAttrs>,
    t: Shape = [1, 3, 6, 7],
    s: Shape = [1, 3, 8, 5],
  ): Case<PatchAttrs> => {
    const a = { ...control, ...change };
    const g = geometry([t, s], a);
    const label = (n: number) => ({ shape: [n], dtype: 'u32' as const, make: (u: number) => (u > 0 ? 1 : 0) });
    const counts = [patchGrid(g.ht, g.wt, g).count, patchGrid(g.hs, g.ws, g).count];
    return {
      name,
      attrs: a,
      grads: [0],
      inputs: [
        { shape: t },
        { shape: s },
        ...(a.labels ? counts.map(label) : []),
        ...(a.scaled ? [{ shape: [counts[1]], make: (u: number) => u + 1.5 }] : []),
      ],
    };
  };
  // Classes in areas: bands of the source, checks of the target, one of which the source lacks.
  const areas = make('classes in areas', { labels: true }, [1, 3, 18, 40], [1, 3, 30, 42]);
  const classed = areas.inputs.map((x, i) =>
    i < 2
      ? x
      : {
          ...x,
          make: (_: number, k: number) =>
            i === 2
              ? [0, 1, 2, 3, 33][(Math.floor(k / 38 / 6) + Math.floor((k % 38) / 9)) % 5]
              : Math.floor(k / 40 / 8) % 2
                ? Math.floor((k % 40) / 14) % 3
                : 33,
        },
  );
  return [
    { ...areas, inputs: classed, grads: [] },
    make('control', {}),
    make('l1', { metric: 'l1' }),
    make('cosine', { metric: 'cosine' }),
    make('cosine k 3 scaled', { metric: 'cosine', k: 3, scaled: true }),
    make('cosine clamp', { metric: 'cosine', border: 'clamp' }),
    make('k 3', { k: 3 }),
    make('one pixel', { patch: 1 }, [1, 3, 5, 6]),
    make('5x5', { patch: 5 }, [1, 2, 9, 7], [1, 2, 6, 8]),
    make('clamp', { border: 'clamp' }),
    make('clamp 7x7', { border: 'clamp', patch: 7 }),
    make('labels', { labels: true }),
    make('soft labels', { labels: true, penalty: 0.5 }),
    make('scaled', { scaled: true }),
    make('many channels', { patch: 1 }, [1, 64, 4, 5], [1, 64, 5, 4]),
    make('larger', {}, [1, 3, 20, 37], [1, 3, 24, 33]),
    make('7x7', { patch: 7 }, [1, 3, 18, 20], [1, 3, 19, 17]),
  ];
}

/** What `patchNearest` finds. */
export interface NearestPatches {
  /** [k, patches], nearest first. */
  distances: Tensor;
  /** u32 [k, patches]: index of the source patch, row by row over the patch grid. */
  indices: Tensor;
}

/** What is matched, and how. */
export interface PatchOptions {
  /** Side of a patch in pixels, odd; default 3. */
  patch?: number;
  /** Matches to find for each patch; default 1. */
  k?: number;
  /** Sum of absolute differences, of squared ones (default), or 1 - the cosine between two patches. */
  metric?: PatchShape['metric'];
  /** `valid` (default): patches that lie inside; `clamp`: one around every pixel, with the rim repeated. */
  border?: PatchShape['border'];
  /** Added to a distance across classes; Infinity (default) never crosses but for a class that the source lacks. */
  penalty?: number;
  /** u32 [patches]: class at the center of each patch of the target; with `sourceLabels` only. */
  targetLabels?: Tensor;
  /** u32 [patches]: the same of the source. */
  sourceLabels?: Tensor;
  /** f32 [source patches]: a factor on the distances to each patch of the source. */
  scale?: Tensor;
}

/**
 * The nearest patches of `source` for every patch of `target`, by exact search. Both [1,C,H,W], of any two sizes. The
 * distances have a gradient towards the target, none towards the source. @throws Error where no patch fits.
 */
export function patchNearest(target: Tensor, source: Tensor, options: PatchOptions = {}): NearestPatches {
  const {
    targetLabels,
    sourceLabels,
    scale,
    patch = 3,
    k = 1,
    metric = 'l2',
    border = 'valid',
    penalty = Infinity,
  } = options;
  const labels = targetLabels !== undefined && sourceLabels !== undefined;
  const x = [target, source, ...(labels ? [targetLabels, sourceLabels] : []), ...(scale ? [scale] : [])];
  const { out, aux } = patchNearestOp.full(x, {
    patch,
    k,
    metric,
    border,
    penalty,
    labels,
    scaled: scale !== undefined,
  });
  return { distances: out, indices: aux[0] };
}
