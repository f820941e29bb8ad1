/**
 * Exact patch nearest neighbors: which kernels to run, over which scratch, for a given shape. Pure functions; the op
 * that runs them is patchNearest.ts. The contract of every variant is that of nearest/generic.wgsl.
 */
import boxes from '../../../shaders/patch/nearest/boxes.wgsl';
import classes from '../../../shaders/patch/nearest/classes.wgsl';
import generic from '../../../shaders/patch/nearest/generic.wgsl';
import masks from '../../../shaders/patch/nearest/masks.wgsl';
import merge from '../../../shaders/patch/nearest/merge.wgsl';
import norms from '../../../shaders/patch/nearest/norms.wgsl';
import pack from '../../../shaders/patch/nearest/pack.wgsl';
import pixels from '../../../shaders/patch/nearest/pixels.wgsl';
import planes from '../../../shaders/patch/nearest/planes.wgsl';
import tile from '../../../shaders/patch/nearest/tile.wgsl';
import wildcard from '../../../shaders/patch/nearest/wildcard.wgsl';
import { lanes, type Plan, type PlanAdapter } from '../../kernels/plan.ts';

/** A search: c channels, target [ht,wt], source [hs,ws], patches of `patch` x `patch`, k matches each. */
export interface PatchShape {
  c: number;
  ht: number;
  wt: number;
  hs: number;
  ws: number;
  patch: number;
  k: number;
  metric: 'l1' | 'l2' | 'cosine';
  labels: boolean;
  scaled: boolean;
  border: 'valid' | 'clamp';
  /** Added to a score when the classes differ. Infinity (the default): never match across classes, see `wildcard`. */
  penalty?: number;
}
/**
 * Buffers of a plan: 'target', 'source', 'targetLabels', 'sourceLabels', 'scale', 'indices', 'distances', 'scratch0'...
 */
export type PatchPlan = Plan;
/** What the plans ask of an adapter. */
export type PatchAdapter = PlanAdapter;

/** Patches of a [h, w] map: rows, columns, all. */
export function patchGrid(h: number, w: number, s: Pick<PatchShape, 'patch' | 'border'>) {
  const inset = s.border === 'clamp' ? 0 : s.patch - 1;
  return { rows: h - inset, columns: w - inset, count: (h - inset) * (w - inset) };
}

/** Values of the kernels' constant METRIC. */
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
      kernel: classes,
      buffers: { sourceLabels: 'sourceLabels', counts },
      params: { sources: patchGrid(s.hs, s.ws, s).count },
      groups: [CLASSES, 1, 1],
    },
    {
      kernel: wildcard,
      buffers: { targetLabels: 'targetLabels', counts, labels },
      params: { threads: targets, k: s.k },
      groups: flatGrid(targets),
    },
  );
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
        targetMap: 'target',
        sourceMap: 'source',
        targetLabels: labels,
        sourceLabels,
        scale: s.scaled ? 'scale' : 'source',
        indices: 'indices',
        distances: 'distances',
      },
      params: {
        c: s.c,
        ht: s.ht,
        wt: s.wt,
        hs: s.hs,
        ws: s.ws,
        side: s.patch,
        penalty,
        first,
        count: targets,
        threads,
      },
      constants: {
        K: s.k,
        METRIC: metricCode[s.metric],
        LABELS: Number(s.labels),
        SCALED: Number(s.scaled),
        CLAMP: Number(s.border === 'clamp'),
      },
      groups: flatGrid(threads),
    });
  }
  return plan;
}

/** Displacement tiles in registers: few channels, one neighbor, subgroups of 8. See nearest/tile.wgsl. */
function planTile(s: PatchShape, LANES: number): PatchPlan {
  const plan: PatchPlan = { name: 'tile', scratch: [], steps: [] };
  const { labels, sourceLabels, penalty } = labelSteps(s, plan);
  const add = (bytes: number) => `scratch${plan.scratch.push(bytes) - 1}`;
  const t = patchGrid(s.ht, s.wt, s);
  const u = patchGrid(s.hs, s.ws, s);
  const rows = 17 - s.patch; // patch rows of a tile
  const columns = u.columns + s.patch - 1; // source columns, with the repeated border
  const steps = u.rows + rows - 1;
  const packedRows = steps + s.patch - 1 + rows - 1 + 8; // the last step reads 16 rows
  const across = Math.ceil(t.columns / 4);
  const groups = Math.ceil((across * Math.ceil(t.rows / rows)) / LANES);
  const chunks = Math.max(1, Math.min(steps, Math.ceil(64 / groups)));
  const chunk = Math.ceil(steps / chunks);
  const extra = s.labels || s.scaled;
  const packed = add(columns * packedRows * 16);
  const extras = add(extra ? columns * packedRows * 8 : 16);
  const partIndices = add(chunks * t.count * 4);
  const partDistances = add(chunks * t.count * 4);
  const constants = { LABELS: Number(s.labels), SCALED: Number(s.scaled) };
  // Across classes that never match whole segments of source columns are left out.
  const skip = s.labels && penalty === NEVER;
  const tiles = across * Math.ceil(t.rows / rows);
  const segment = skip ? Math.max(16, Math.ceil(u.columns / 31)) : u.columns;
  const segments = Math.ceil(u.columns / segment);
  let found = packed;
  if (skip) {
    found = add((steps * segments + tiles) * 4);
    plan.steps.push({
      kernel: masks,
      buffers: { sourceLabels, targetLabels: labels, masks: found },
      params: {
        rows,
        steps,
        segments,
        segment,
        tiles,
        tilesAcross: across,
        patchRows: u.rows,
        patchColumns: u.columns,
        targetRows: t.rows,
        targetColumns: t.columns,
      },
      groups: flatGrid(steps * segments + tiles),
    });
  }
  plan.steps.push(
    {
      kernel: pack,
      buffers: { sourceMap: 'source', scale: s.scaled ? 'scale' : 'source', sourceLabels, packed, extras },
      params: {
        c: s.c,
        hs: s.hs,
        ws: s.ws,
        shift: s.border === 'clamp' ? (s.patch - 1) / 2 : 0,
        above: rows - 1,
        packedRows,
        patchRows: u.rows,
        patchColumns: u.columns,
        side: s.patch,
        threads: columns * packedRows,
      },
      constants,
      groups: flatGrid(columns * packedRows),
    },
    {
      kernel: tile,
      buffers: {
        targetMap: 'target',
        packed,
        extras,
        targetLabels: labels,
        masks: found,
        indices: partIndices,
        distances: partDistances,
      },
      params: {
        ht: s.ht,
        wt: s.wt,
        targetRows: t.rows,
        targetColumns: t.columns,
        packedRows,
        columns,
        steps,
        chunk,
        tiles,
        tilesAcross: across,
        penalty,
        segments,
        segment,
      },
      constants: {
        ...constants,
        PATCH: s.patch,
        CHANNELS: s.c,
        METRIC: metricCode[s.metric],
        CLAMP: Number(s.border === 'clamp'),
        SKIP: Number(skip),
        LANES,
      },
      groups: [groups, Math.ceil(steps / chunk), 1],
    },
    {
      kernel: merge,
      buffers: { partIndices, partDistances, indices: 'indices', distances: 'distances' },
      params: { threads: t.count, chunks: Math.ceil(steps / chunk) },
      groups: flatGrid(t.count),
    },
  );
  return plan;
}

const BAND_BYTES = 1 << 26;

/**
 * Pixel distances in a matrix, a band of target rows at a time, then diagonal box sums: many channels, any k, cosine.
 */
function planMatrix(s: PatchShape): PatchPlan | undefined {
  const plan: PatchPlan = { name: 'matrix', scratch: [], steps: [] };
  const { labels, sourceLabels, penalty } = labelSteps(s, plan);
  const add = (bytes: number) => `scratch${plan.scratch.push(bytes) - 1}`;
  const t = patchGrid(s.ht, s.wt, s);
  const u = patchGrid(s.hs, s.ws, s);
  const halo = s.patch - 1;
  const shift = s.border === 'clamp' ? halo / 2 : 0;
  const [th, tw, sh, sw] = [t.rows + halo, t.columns + halo, u.rows + halo, u.columns + halo];
  const targetStride = Math.ceil((th * tw) / 8) * 8;
  const sourceStride = Math.ceil((sh * sw) / 8) * 8;
  // Patch rows a band: its pixels, rounded out to fours and eights, times the source must fit.
  const fit = Math.floor((BAND_BYTES / (sourceStride * 4) - 12) / tw) - halo;
  if (fit < 1) return undefined;
  const bands = Math.ceil(t.rows / fit);
  const rows = Math.ceil(t.rows / bands);
  const bandPixels = Math.ceil(((rows + halo) * tw + 3) / 8) * 8;
  const target = add(s.c * targetStride * 4);
  const source = add(s.c * sourceStride * 4);
  const matrix = add(bandPixels * sourceStride * 4);
  const copy = (map: string, to: string, h: number, w: number, stride: number) =>
    plan.steps.push({
      kernel: planes,
      buffers: { map, planes: to },
      params: { h, w, shift, stride, threads: s.c * stride },
      groups: flatGrid(s.c * stride),
    });
  copy('target', target, s.ht, s.wt, targetStride);
  copy('source', source, s.hs, s.ws, sourceStride);
  let [targetNorms, sourceNorms] = [target, source];
  if (s.metric === 'cosine') {
    const norm = (from: string, stride: number, columns: number, g: typeof t) => {
      const to = add(g.count * 4);
      plan.steps.push({
        kernel: norms,
        buffers: { planes: from, norms: to },
        params: { channels: s.c, stride, columns, side: s.patch, patchColumns: g.columns, threads: g.count },
        groups: flatGrid(g.count),
      });
      return to;
    };
    targetNorms = norm(target, targetStride, tw, t);
    sourceNorms = norm(source, sourceStride, sw, u);
  }
  for (let row = 0; row < t.rows; row += rows) {
    const count = Math.min(rows, t.rows - row);
    const origin = Math.floor((row * tw) / 4) * 4;
    const last = (row + count + halo) * tw;
    plan.steps.push(
      {
        kernel: pixels,
        buffers: { target4: target, source4: source, matrix },
        params: { channels: s.c, first4: origin / 4, targetStride4: targetStride / 4, sourceStride4: sourceStride / 4 },
        constants: { METRIC: metricCode[s.metric] },
        groups: [Math.ceil(sourceStride / 8 / 64), Math.ceil((last - origin) / 8), 1],
      },
      {
        kernel: boxes,
        buffers: {
          matrix,
          targetNorms,
          sourceNorms,
          targetLabels: labels === 'target' ? target : labels,
          sourceLabels: sourceLabels === 'source' ? source : sourceLabels,
          scale: s.scaled ? 'scale' : source,
          indices: 'indices',
          distances: 'distances',
        },
        params: {
          targetColumns: tw,
          patchColumns: t.columns,
          sourceColumns: sw,
          sourcePatchColumns: u.columns,
          sourcePatchRows: u.rows,
          sourceStride,
          origin,
          first: row * t.columns,
          count: t.count,
          threads: count * t.columns,
          penalty,
        },
        constants: {
          K: s.k,
          METRIC: metricCode[s.metric],
          LABELS: Number(s.labels),
          SCALED: Number(s.scaled),
          SIDE: s.patch,
        },
        groups: flatGrid(count * t.columns),
      },
    );
  }
  return plan;
}

function check(s: PatchShape): void {
  const fail = (why: string) => {
    throw new RangeError(`patchNearest: ${why}`);
  };
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
  const plans: PatchPlan[] = [];
  if (lanes(adapter) && s.c <= 4 && s.k === 1 && s.patch <= 9 && s.metric !== 'cosine')
    plans.push(planTile(s, adapter.subgroupSize));
  const matrix = planMatrix(s);
  if (matrix) plans.push(matrix);
  plans.push(planGeneric(s));
  return plans;
}
