/** Float64 references of the patch kernels: plain loops, for tests. The contracts are those of the .wgsl files. */
import { type PatchShape, patchGrid } from './nearestPlan.ts';

type Numbers = ArrayLike<number>;
/** A search's inputs as numbers. */
export interface PatchInputs {
  target: Numbers;
  source: Numbers;
  targetLabels?: Numbers;
  sourceLabels?: Numbers;
  scale?: Numbers;
}
const WILD = 0xffffffff;
const clamp = (v: number, high: number) => Math.max(0, Math.min(high, v));

/** The score of one pair of patches, and the sum of magnitudes that bounds its rounding error. */
export function referencePatchScore(
  s: PatchShape,
  x: PatchInputs,
  t: number,
  u: number,
): { score: number; magnitude: number } {
  const tg = patchGrid(s.ht, s.wt, s);
  const sg = patchGrid(s.hs, s.ws, s);
  const shift = s.border === 'clamp' ? (s.patch - 1) / 2 : 0;
  const [ty, tx] = [Math.floor(t / tg.columns) - shift, (t % tg.columns) - shift];
  const [sy, sx] = [Math.floor(u / sg.columns) - shift, (u % sg.columns) - shift];
  let sum = 0;
  let tt = 0;
  let ss = 0;
  let magnitude = 0;
  for (let c = 0; c < s.c; c++) {
    for (let i = 0; i < s.patch; i++) {
      for (let j = 0; j < s.patch; j++) {
        const a = x.target[(c * s.ht + clamp(ty + i, s.ht - 1)) * s.wt + clamp(tx + j, s.wt - 1)];
        const b = x.source[(c * s.hs + clamp(sy + i, s.hs - 1)) * s.ws + clamp(sx + j, s.ws - 1)];
        sum += s.metric === 'l1' ? Math.abs(a - b) : s.metric === 'l2' ? (a - b) ** 2 : a * b;
        tt += a * a;
        ss += b * b;
        magnitude +=
          s.metric === 'l1'
            ? Math.abs(a) + Math.abs(b)
            : s.metric === 'l2'
              ? (Math.abs(a) + Math.abs(b)) ** 2
              : Math.abs(a * b);
      }
    }
  }
  const norm = Math.max(Math.sqrt(tt * ss), 1e-8);
  const d = s.metric === 'cosine' ? 1 - sum / norm : sum;
  const factor = s.scaled ? x.scale![u] : 1;
  const reach = s.metric === 'cosine' ? 1 + magnitude / norm : magnitude;
  return { score: d * factor, magnitude: reach * factor };
}

/** The k best source patches of every target patch: indices and scores [k, targets], ties to the lower index. */
export function referencePatchNearest(
  s: PatchShape,
  x: PatchInputs,
): { indices: Uint32Array; distances: Float64Array } {
  const targets = patchGrid(s.ht, s.wt, s).count;
  const sources = patchGrid(s.hs, s.ws, s).count;
  const penalty = s.penalty ?? Infinity;
  const counts = new Map<number, number>();
  if (s.labels)
    for (let u = 0; u < sources; u++) counts.set(x.sourceLabels![u], (counts.get(x.sourceLabels![u]) ?? 0) + 1);
  const indices = new Uint32Array(s.k * targets);
  const distances = new Float64Array(s.k * targets);
  for (let t = 0; t < targets; t++) {
    let label = s.labels ? x.targetLabels![t] : WILD;
    if (penalty === Infinity && (counts.get(label) ?? 0) < s.k) label = WILD;
    const all: [number, number][] = [];
    for (let u = 0; u < sources; u++) {
      const differs = label !== WILD && label !== x.sourceLabels![u];
      const score =
        differs && penalty === Infinity ? Infinity : referencePatchScore(s, x, t, u).score + (differs ? penalty : 0);
      all.push([score, u]);
    }
    all.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (let k = 0; k < s.k; k++) [distances[k * targets + t], indices[k * targets + t]] = all[k];
  }
  return { indices, distances };
}
