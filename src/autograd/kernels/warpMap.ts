/**
 * The map of a warp, made on the host in float64: an affine map followed by a thin-plate spline (Bookstein, "Principal
 * Warps", PAMI 1989). Positions are (x, y) in pixels, x to the right, y down, pixel centers at whole numbers.
 *
 * Output pixel p reads the input at q + d(q / unit), q = A p: an image first bent by the spline, then mapped by A.
 *   d(u) = a0 + a1 u.x + a2 u.y + sum_i w_i U(|u - c_i|),  U(r) = r^2 log r
 * `unit`, the larger extent of the control points, keeps r near 1; being one length for both axes, it changes no
 * result.
 *
 * As numbers, in rows of four:
 *   A00 A01 A02 1/unit | A10 A11 A12 0 | a0.x a1.x a2.x 0 | a0.y a1.y a2.y 0 | c_i.x c_i.y w_i.x w_i.y  for each point
 *   i
 */
export type ControlPoint = readonly [number, number];
/** x' = m[0] x + m[1] y + m[2]; y' = m[3] x + m[4] y + m[5]. */
export type Affine = readonly [number, number, number, number, number, number];
/** The affine map that moves nothing. */
export const identityAffine: Affine = [1, 0, 0, 0, 1, 0];

/** A warp: an affine map, and a spline through control points; either may be left out. */
export interface WarpMap {
  affine?: Affine;
  /** Control points in input pixels, and by how many pixels the position read is moved there. */
  points?: readonly ControlPoint[];
  moves?: readonly ControlPoint[];
}

/** Numbers in the map of a warp with this many control points. */
export const warpMapSize = (points: number): number => 16 + 4 * points;

const bend = (r2: number): number => (r2 > 0 ? 0.5 * r2 * Math.log(r2) : 0);

/** The parameters of a warp, as `warp` and `warpLabels` read them. */
export function warpMap({ affine = identityAffine, points = [], moves = [] }: WarpMap): Float64Array {
  if (moves.length !== points.length) throw new Error(`warpMap: ${points.length} points, ${moves.length} moves`);
  const extent = (k: 0 | 1): number => Math.max(...points.map((p) => p[k])) - Math.min(...points.map((p) => p[k]));
  const unit = Math.max(1, points.length ? Math.max(extent(0), extent(1)) : 1);
  const map = new Float64Array(warpMapSize(points.length));
  map.set(affine.slice(0, 3), 0);
  map[3] = 1 / unit;
  map.set(affine.slice(3), 4);
  if (!points.length) return map;
  const centers = points.map(([x, y]): ControlPoint => [x / unit, y / unit]);
  const solved = solveSpline(centers, moves);
  const n = points.length;
  for (let k = 0; k < 3; k++) {
    map[8 + k] = solved[n + k][0];
    map[12 + k] = solved[n + k][1];
  }
  for (const [i, c] of centers.entries()) map.set([...c, ...solved[i]], 16 + 4 * i);
  return map;
}

/** Weights w_1..w_n, then a0, a1, a2: the spline through `values` at `centers`, with no weight on affine functions. */
function solveSpline(centers: readonly ControlPoint[], values: readonly ControlPoint[]): number[][] {
  const n = centers.length;
  if (n < 3) throw new Error(`warpMap: a spline needs 3 control points or more, not ${n}`);
  const rows: number[][] = [];
  for (const [i, [x, y]] of centers.entries()) {
    rows.push([...centers.map(([u, v]) => bend((x - u) ** 2 + (y - v) ** 2)), 1, x, y, ...values[i]]);
  }
  const side = (f: (c: ControlPoint) => number): number[] => [...centers.map(f), 0, 0, 0, 0, 0];
  rows.push(
    side(() => 1),
    side((c) => c[0]),
    side((c) => c[1]),
  );
  return eliminate(rows, 2);
}

/** Gaussian elimination with partial pivoting; the last `sides` columns are right-hand sides. */
function eliminate(rows: number[][], sides: number): number[][] {
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    if (!(Math.abs(rows[k][k]) > 1e-12))
      throw new Error('warpMap: control points that repeat or lie on one line determine no spline');
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      if (factor !== 0) for (let j = k; j < n + sides; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const result = new Array<number[]>(n);
  for (let k = n - 1; k >= 0; k--) {
    result[k] = Array.from({ length: sides }, (_, s) => {
      let sum = rows[k][n + s];
      for (let j = k + 1; j < n; j++) sum -= rows[k][j] * result[j][s];
      return sum / rows[k][k];
    });
  }
  return result;
}

/** Where output position (x, y) reads, by the parameters from `from` on: the float64 reference of lib/warp.wgsl. */
export function warpPosition(map: ArrayLike<number>, points: number, x: number, y: number, from = 0): ControlPoint {
  const m = (i: number): number => map[from + i];
  const qx = m(0) * x + m(1) * y + m(2);
  const qy = m(4) * x + m(5) * y + m(6);
  const u = qx * m(3);
  const v = qy * m(3);
  let dx = m(8) + m(9) * u + m(10) * v;
  let dy = m(12) + m(13) * u + m(14) * v;
  for (let i = 0; i < points; i++) {
    const b = bend((u - m(16 + 4 * i)) ** 2 + (v - m(17 + 4 * i)) ** 2);
    dx += m(18 + 4 * i) * b;
    dy += m(19 + 4 * i) * b;
  }
  return [qx + dx, qy + dy];
}
