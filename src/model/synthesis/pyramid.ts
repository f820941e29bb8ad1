/** Images and label maps at other sizes, on the host, for the levels of a pyramid. */
import type { PatchGrid } from '../../autograd/nnf/patchField.ts';
import { resizeLines } from '../../data/layout/drawing/lines.ts';

/** The size of a level at scale f. */
export const sized = ({ width, height }: PatchGrid, f: number): PatchGrid => ({
  width: Math.round(width * f),
  height: Math.round(height * f),
});

/** How labels shrink: of drawings no line is lost. */
export const shrinkerOf = (lines = false): typeof shrinkLabels => (lines ? resizeLines : shrinkLabels);

/** Bilinear when enlarging, area average when shrinking; [3,h,w] -> [3,H,W]. */
export function shrinkImage(x: Float32Array, w: number, h: number, W: number, H: number): Float32Array {
  if (w === W && h === H) return x;
  const planes = x.length / (w * h);
  const across = weights(w, W);
  const down = weights(h, H);
  const out = new Float32Array(planes * W * H);
  const row = new Float32Array(w);
  for (let p = 0; p < planes; p++)
    for (let y = 0; y < H; y++) {
      row.fill(0);
      for (const [i, f] of down[y]) for (let u = 0; u < w; u++) row[u] += f * x[(p * h + i) * w + u];
      for (let u = 0; u < W; u++) {
        let sum = 0;
        for (const [i, f] of across[u]) sum += f * row[i];
        out[(p * H + y) * W + u] = sum;
      }
    }
  return out;
}

/** For each of N outputs the inputs that make it, with weights that sum to 1. */
function weights(n: number, N: number): [number, number][][] {
  const step = n / N;
  return Array.from({ length: N }, (_, k) => {
    if (step <= 1) {
      const at = Math.min(n - 1, Math.max(0, (k + 0.5) * step - 0.5));
      const i = Math.min(n - 1, Math.floor(at));
      return i + 1 < n && at > i
        ? ([
            [i, 1 - (at - i)],
            [i + 1, at - i],
          ] as [number, number][])
        : ([[i, 1]] as [number, number][]);
    }
    const out: [number, number][] = [];
    for (let i = Math.floor(k * step); i < Math.min(n, Math.ceil((k + 1) * step)); i++) {
      const cover = Math.min(i + 1, (k + 1) * step) - Math.max(i, k * step);
      if (cover > 1e-9) out.push([i, cover / step]);
    }
    return out;
  });
}

/** The class with the largest share of each cell when shrinking, the nearest when enlarging. */
export function shrinkLabels(labels: Uint8Array, w: number, h: number, W: number, H: number): Uint8Array {
  if (w === W && h === H) return labels;
  const across = weights(w, W);
  const down = weights(h, H);
  const out = new Uint8Array(W * H);
  const share = new Float32Array(256);
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) {
      share.fill(0);
      let best = labels[down[y][0][0] * w + across[x][0][0]];
      for (const [i, f] of down[y])
        for (const [j, g] of across[x]) {
          const l = labels[i * w + j];
          share[l] += f * g;
          if (share[l] > share[best]) best = l;
        }
      out[y * W + x] = best;
    }
  return out;
}
