/** The Frechet distance between two Gaussians (Dowson and Landau 1982), as FID uses it, in float64. */

export interface Gaussian {
  mean: Float64Array;
  /** [n,n]. */
  covariance: Float64Array;
}

/**
 * Mean and sample covariance (divided by count - 1, as numpy.cov) of vectors given as planes: features [channels,
 * count].
 */
export function gaussianOf(features: ArrayLike<number>, channels: number): Gaussian {
  const count = features.length / channels;
  if (count < 2) throw new Error(`gaussianOf: ${count} vectors`);
  const mean = new Float64Array(channels);
  const centered = Float64Array.from(features);
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += centered[c * count + i];
    mean[c] = sum / count;
    for (let i = 0; i < count; i++) centered[c * count + i] -= mean[c];
  }
  const covariance = new Float64Array(channels * channels);
  for (let a = 0; a < channels; a++)
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += centered[a * count + i] * centered[b * count + i];
      covariance[a * channels + b] = covariance[b * channels + a] = sum / (count - 1);
    }
  return { mean, covariance };
}

/**
 * |m1 - m2|^2 + Tr(C1 + C2 - 2 (C1 C2)^(1/2)): 0 and up, 0 for equal Gaussians, lower is better. The last trace is
 * taken as that of (C1^(1/2) C2 C1^(1/2))^(1/2), which has the same eigenvalues and is symmetric, so no complex root
 * appears.
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  const n = a.mean.length;
  if (b.mean.length !== n) throw new Error(`frechetDistance: ${n} and ${b.mean.length} dimensions`);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (a.mean[i] - b.mean[i]) ** 2 + a.covariance[i * n + i] + b.covariance[i * n + i];
  const { values, vectors } = symmetricEigen(a.covariance, n, true);
  // C1^(1/2) = V diag(sqrt) V'; the product's eigenvalues are those of diag(sqrt) V' C2 V diag(sqrt).
  const roots = values.map((v) => Math.sqrt(Math.max(0, v)));
  const half = multiply(b.covariance, vectors!, n);
  const inner = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const v = vectors![k * n + i] * roots[i];
      for (let j = 0; j < n; j++) inner[i * n + j] += v * half[k * n + j] * roots[j];
    }
  for (const v of symmetricEigen(inner, n).values) sum -= 2 * Math.sqrt(Math.max(0, v));
  return Math.max(0, sum);
}

function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) for (let j = 0, v = a[i * n + k]; j < n; j++) out[i * n + j] += v * b[k * n + j];
  return out;
}

/**
 * Eigenvalues of a symmetric matrix, and its eigenvectors as columns, by cyclic Jacobi rotations (Golub and Van Loan,
 * section 8.5).
 */
export function symmetricEigen(
  matrix: Float64Array,
  n: number,
  wantVectors = false,
): { values: Float64Array; vectors: Float64Array | null } {
  const m = Float64Array.from(matrix);
  const vectors = wantVectors ? Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) ? 0 : 1)) : null;
  const scale = m.reduce((s, v) => s + v * v, 0);
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += m[p * n + q] ** 2;
    if (off <= 1e-26 * scale) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const x = m[p * n + q];
        if (x === 0) continue;
        const theta = (m[q * n + q] - m[p * n + p]) / (2 * x);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1),
          s = t * c;
        rotate(m, n, p, q, c, s, true);
        rotate(m, n, p, q, c, s, false);
        if (vectors) rotate(vectors, n, p, q, c, s, false);
      }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => m[i * n + i]), vectors };
}

/** Rows p and q (or columns) turned into each other. */
function rotate(m: Float64Array, n: number, p: number, q: number, c: number, s: number, rows: boolean): void {
  const [step, a, b] = rows ? [1, p * n, q * n] : [n, p, q];
  for (let k = 0; k < n; k++) {
    const x = m[a + k * step],
      y = m[b + k * step];
    m[a + k * step] = c * x - s * y;
    m[b + k * step] = s * x + c * y;
  }
}
