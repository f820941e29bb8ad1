/**
 * Extremely randomized trees (Geurts, Ernst, Wehenkel 2006): many deep trees, each split the best of a few random cuts;
 * their leaves' class shares are averaged. Chosen for the judge because it is another kind of learner than any network
 * here, needs no tuning and no device, and gives the same trees for the same seed everywhere.
 */
import { HostRandom } from '../../engine/random.ts';

/** Samples as columns: feature f of sample i is columns[f][i]; labels below `classes`. */
export interface Samples {
  columns: readonly Float32Array[];
  labels: Uint8Array;
  classes: number;
}
export interface ForestOptions {
  trees: number;
  /** Cuts tried at a node, each of a random feature at a random place. */
  tries: number;
  /** A node with fewer samples is a leaf. */
  least: number;
  seed: number;
}

/**
 * Nodes one after the other: feature -1 is a leaf, and `left` then where its class shares begin; the right child is
 * left + 1.
 */
interface Tree {
  feature: Int16Array;
  cut: Float32Array;
  left: Int32Array;
  shares: Float32Array;
}

export class Forest {
  private constructor(
    readonly classes: number,
    readonly features: number,
    private readonly trees: readonly Tree[],
  ) {}

  static train(samples: Samples, o: ForestOptions): Forest {
    const trees = Array.from({ length: o.trees }, (_, t) =>
      grow(samples, o, new HostRandom((o.seed + Math.imul(t + 1, 0x9e3779b1)) >>> 0)),
    );
    return new Forest(samples.classes, samples.columns.length, trees);
  }

  /** Class shares [n, classes] of n samples, each adding up to 1. */
  shares(columns: readonly Float32Array[]): Float32Array {
    if (columns.length !== this.features)
      throw new Error(`forest: ${columns.length} features, trained on ${this.features}`);
    const k = this.classes;
    const n = columns[0].length;
    const out = new Float32Array(n * k);
    for (const { feature, cut, left, shares } of this.trees) {
      for (let i = 0; i < n; i++) {
        let node = 0;
        while (feature[node] >= 0) node = left[node] + (columns[feature[node]][i] < cut[node] ? 0 : 1);
        for (let c = 0; c < k; c++) out[i * k + c] += shares[left[node] + c];
      }
    }
    const f = 1 / this.trees.length;
    for (let i = 0; i < out.length; i++) out[i] *= f;
    return out;
  }
}

function grow({ columns, labels, classes }: Samples, { tries, least }: ForestOptions, random: HostRandom): Tree {
  const order = Int32Array.from({ length: labels.length }, (_, i) => i);
  const feature: number[] = [0],
    cut: number[] = [0],
    left: number[] = [0],
    shares: number[] = [];
  const work: [node: number, from: number, to: number][] = [[0, 0, labels.length]];
  const counts = new Float64Array(classes),
    below = new Float64Array(classes);
  while (work.length) {
    const [node, from, to] = work.pop()!;
    counts.fill(0);
    for (let i = from; i < to; i++) counts[labels[order[i]]]++;
    const best =
      to - from >= least && !counts.includes(to - from)
        ? bestCut(columns, labels, order, from, to, counts, below, tries, random)
        : null;
    if (!best) {
      feature[node] = -1;
      cut[node] = 0;
      left[node] = shares.length;
      for (const c of counts) shares.push(c / (to - from));
      continue;
    }
    const column = columns[best.feature];
    let middle = from;
    for (let i = from; i < to; i++)
      if (column[order[i]] < best.cut) {
        const t = order[i];
        order[i] = order[middle];
        order[middle++] = t;
      }
    const child = feature.length;
    feature.push(0, 0);
    cut.push(0, 0);
    left.push(0, 0);
    feature[node] = best.feature;
    cut[node] = best.cut;
    left[node] = child;
    work.push([child + 1, middle, to], [child, from, middle]);
  }
  return {
    feature: Int16Array.from(feature),
    cut: Float32Array.from(cut),
    left: Int32Array.from(left),
    shares: Float32Array.from(shares),
  };
}

/** The cut of least Gini impurity among `tries` random ones; null where no tried feature varies. */
function bestCut(
  columns: readonly Float32Array[],
  labels: Uint8Array,
  order: Int32Array,
  from: number,
  to: number,
  counts: Float64Array,
  below: Float64Array,
  tries: number,
  random: HostRandom,
): { feature: number; cut: number } | null {
  let best: { feature: number; cut: number } | null = null;
  let bestScore = -1;
  for (let t = 0; t < tries; t++) {
    const f = Math.min(columns.length - 1, Math.floor(random.next() * columns.length));
    const at = random.next();
    const column = columns[f];
    let low = Infinity,
      high = -Infinity;
    for (let i = from; i < to; i++) {
      const v = column[order[i]];
      if (v < low) low = v;
      if (v > high) high = v;
    }
    if (!(low < high)) continue;
    const cut = Math.fround(low + (high - low) * at);
    if (!(cut > low)) continue;
    below.fill(0);
    let n = 0;
    for (let i = from; i < to; i++)
      if (column[order[i]] < cut) {
        below[labels[order[i]]]++;
        n++;
      }
    // Least impurity is the largest sum over both sides of (sum of squared counts) / count.
    let a = 0,
      b = 0;
    for (let c = 0; c < counts.length; c++) {
      a += below[c] ** 2;
      b += (counts[c] - below[c]) ** 2;
    }
    const score = a / n + b / (to - from - n);
    if (score > bestScore) {
      bestScore = score;
      best = { feature: f, cut };
    }
  }
  return best;
}
