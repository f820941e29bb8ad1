/**
 * Exact patch nearest neighbours: which kernels to run, over which scratch, for a given shape. Pure functions; the op that
 * runs them is patchNearest.ts. The contract of every variant is that of patchNearest.generic.wgsl.
 */
import classes from '../../shaders/patchNearest.classes.wgsl';
import generic from '../../shaders/patchNearest.generic.wgsl';
import wildcard from '../../shaders/patchNearest.wildcard.wgsl';

export interface PatchShape {
  c: number; ht: number; wt: number; hs: number; ws: number; patch: number; k: number;
  metric: 'l1' | 'l2' | 'cosine'; labels: boolean; scaled: boolean; border: 'valid' | 'clamp';
  /** Added to a score when the classes differ. Infinity (the default): never match across classes, see `wildcard`. */
  penalty?: number;
}
export interface Dispatch {
  kernel: WgslModule;
  /** Binding name -> 'target', 'source', 'targetLabels', 'sourceLabels', 'scale', 'indices', 'distances', 'scratch0'... */
  buffers: Record<string, string>;
  params: Record<string, number>;
  constants?: Record<string, number>;
  groups: [number, number, number];
}
/** `scratch`: sizes in bytes. */
export interface PatchPlan { name: string; scratch: number[]; steps: Dispatch[] }
export interface PatchAdapter { subgroups: boolean; subgroupSize: number }

/** Patches of a [h, w] map: rows, columns, all. */
export function patchGrid(h: number, w: number, s: Pick<PatchShape, 'patch' | 'border'>) {
  const inset = s.border === 'clamp' ? 0 : s.patch - 1;
  return { rows: h - inset, columns: w - inset, count: (h - inset) * (w - inset) };
}

export const metricCode = { l1: 0, l2: 1, cosine: 2 } as const;
/** Never match: larger than any distance, small enough to stay finite. */
const NEVER = 1e37;
const CLASSES = 256;

/** `threads` over groups of `size`, as a grid within 65535 an axis. */
export function flatGrid(threads: number, size = 64): [number, number, number] {
  const groups = Math.ceil(threads / size);
  const x = Math.min(groups, 65535);
  return [x, Math.ceil(groups / x), 1];
}

/** Steps shared by all variants: which buffer holds the target's classes, and what a mismatch costs. */
function labelSteps(s: PatchShape, plan: PatchPlan): { labels: string; sourceLabels: string; penalty: number } {
  const penalty = s.penalty ?? Infinity;
  if (!s.labels) return { labels: 'target', sourceLabels: 'source', penalty: 0 };
  if (penalty < NEVER) return { labels: 'targetLabels', sourceLabels: 'sourceLabels', penalty };
  const targets = patchGrid(s.ht, s.wt, s).count;
  const counts = `scratch${plan.scratch.push(CLASSES * 4) - 1}`;
  const labels = `scratch${plan.scratch.push(targets * 4) - 1}`;
  plan.steps.push(
    {
      kernel: classes, buffers: { sourceLabels: 'sourceLabels', counts },
      params: { sources: patchGrid(s.hs, s.ws, s).count }, groups: [CLASSES, 1, 1],
    },
    {
      kernel: wildcard, buffers: { targetLabels: 'targetLabels', counts, labels },
      params: { threads: targets, k: s.k }, groups: flatGrid(targets),
    });
  return { labels, sourceLabels: 'sourceLabels', penalty: NEVER };
}

/** The plain form, cut into dispatches that stay short on a slow device. */
function planGeneric(s: PatchShape): PatchPlan {
  const plan: PatchPlan = { name: 'generic', scratch: [], steps: [] };
  const { labels, sourceLabels, penalty } = labelSteps(s, plan);
  const targets = patchGrid(s.ht, s.wt, s).count;
  const sources = patchGrid(s.hs, s.ws, s).count;
  const work = sources * s.patch * s.patch * s.c;
  const per = Math.max(64, Math.floor(4e10 / work / 64) * 64);
  for (let first = 0; first < targets; first += per) {
    const threads = Math.min(per, targets - first);
    plan.steps.push({
      kernel: generic,
      buffers: {
        targetMap: 'target', sourceMap: 'source', targetLabels: labels, sourceLabels,
        scale: s.scaled ? 'scale' : 'source', indices: 'indices', distances: 'distances',
      },
      params: { c: s.c, ht: s.ht, wt: s.wt, hs: s.hs, ws: s.ws, side: s.patch, penalty, first, count: targets, threads },
      constants: {
        K: s.k, METRIC: metricCode[s.metric], LABELS: Number(s.labels), SCALED: Number(s.scaled),
        CLAMP: Number(s.border === 'clamp'),
      },
      groups: flatGrid(threads),
    });
  }
  return plan;
}

function check(s: PatchShape): void {
  const fail = (why: string) => { throw new RangeError(`patchNearest: ${why}`); };
  if (!(s.patch % 2 === 1 && s.patch >= 1)) fail(`the patch side must be odd, not ${s.patch}`);
  if (!(s.k >= 1 && s.k <= 8)) fail(`k must be 1..8, not ${s.k}`);
  const least = s.border === 'clamp' ? 1 : s.patch;
  if (Math.min(s.ht, s.wt, s.hs, s.ws) < least) fail(`no ${s.patch}x${s.patch} patch fits`);
  if (s.k > patchGrid(s.hs, s.ws, s).count) fail(`the source has fewer than ${s.k} patches`);
  if (s.labels && !((s.penalty ?? Infinity) >= 0)) fail('the penalty must not be negative');
}

/** Plans for a shape, the best guess first, the plain form last. All give the same indices up to rounding ties. */
export function planPatchNearest(s: PatchShape, adapter: PatchAdapter): PatchPlan[] {
  check(s);
  void adapter;
  return [planGeneric(s)];
}
