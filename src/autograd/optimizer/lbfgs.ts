/**
 * Limited-memory BFGS (Nocedal 1980; Liu and Nocedal 1989) with a line search for the weak Wolfe conditions by
 * bisection. Vectors are the host's; what computes value and gradient is passed in.
 */
export interface LbfgsOptions {
  iterations: number;
  /** Pairs of steps and gradient changes that are remembered. */
  memory?: number;
  /** Ends where the largest gradient is at most this. */
  tolerance?: number;
}
/** A function's value and gradient at a point. */
export interface Evaluated {
  value: number;
  gradient: ArrayLike<number>;
}
/** Where `minimize` ended. */
export interface Minimum {
  x: Float32Array;
  value: number;
  /** Steps taken, and evaluations they cost. */
  iterations: number;
  evaluations: number;
}

type Vector = Float64Array<ArrayBuffer>;
const dot = (a: Vector, b: Vector): number => {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
};
const largest = (a: Vector): number => a.reduce((m, v) => Math.max(m, Math.abs(v)), 0);

/** Sufficient decrease and curvature. */
const [c1, c2] = [1e-4, 0.9];

/** The direction -H g of the two-loop recursion. */
function direction(g: Vector, pairs: readonly { s: Vector; y: Vector; rho: number }[]): Vector {
  const q = g.slice();
  const alphas: number[] = [];
  for (const { s, y, rho } of [...pairs].reverse()) {
    const a = rho * dot(s, q);
    alphas.unshift(a);
    for (let i = 0; i < q.length; i++) q[i] -= a * y[i];
  }
  const last = pairs.at(-1);
  // Without a pair: a first step whose largest change is 1, however the function is scaled.
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1 / (largest(g) || 1);
  for (let i = 0; i < q.length; i++) q[i] *= scale;
  for (const [k, { s, y, rho }] of pairs.entries()) {
    const b = rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i] += (alphas[k] - b) * s[i];
  }
  return q.map((v) => -v);
}

/** A minimum near `start`. The value never rises from step to step; it ends early where no step lowers it. */
export async function minimize(
  start: ArrayLike<number>,
  evaluate: (x: Float32Array) => Promise<Evaluated>,
  { iterations, memory = 8, tolerance = 0 }: LbfgsOptions,
): Promise<Minimum> {
  let x: Vector = Float64Array.from(Float32Array.from(start));
  let evaluations = 0;
  const at = async (p: Vector): Promise<{ value: number; g: Vector }> => {
    evaluations++;
    const { value, gradient } = await evaluate(Float32Array.from(p));
    return { value, g: Float64Array.from(gradient) };
  };
  let { value, g } = await at(x);
  const pairs: { s: Vector; y: Vector; rho: number }[] = [];
  let done = 0;
  for (; done < iterations && largest(g) > tolerance; done++) {
    let d = direction(g, pairs);
    let slope = dot(d, g);
    if (!(slope < 0)) {
      pairs.length = 0;
      d = direction(g, pairs);
      slope = dot(d, g);
    }
    let [low, high, step] = [0, Infinity, 1];
    let found: { x: Vector; value: number; g: Vector } | null = null;
    for (let tries = 0; tries < 12; tries++) {
      // What is evaluated is float32; steps are measured between such points.
      const next = x.map((v, i) => Math.fround(v + step * d[i]));
      const there = await at(next);
      // Not a number counts as too far.
      if (!(there.value <= value + c1 * step * slope)) high = step;
      else {
        found = { x: next, ...there };
        if (dot(there.g, d) >= c2 * slope) break;
        low = step;
      }
      step = high < Infinity ? (low + high) / 2 : 2 * step;
    }
    if (!found) break;
    const s = found.x.map((v, i) => v - x[i]);
    if (largest(s) === 0) break; // as near as float32 goes
    const y = found.g.map((v, i) => v - g[i]);
    const sy = dot(s, y);
    if (sy > 1e-10 * Math.sqrt(dot(s, s) * dot(y, y))) {
      pairs.push({ s, y, rho: 1 / sy });
      if (pairs.length > memory) pairs.shift();
    }
    ({ x, value, g } = found);
  }
  return { x: Float32Array.from(x), value, iterations: done, evaluations };
}
