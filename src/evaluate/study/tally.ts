/** Shares of the ranks of a user study, with intervals by resampling participants. */
import { HostRandom } from '../../engine/random.ts';
import { type Answer, csv } from './study.ts';

export interface Share {
  value: number;
  /** Percentile interval; null with one participant, whose like cannot be resampled. */
  low: number | null;
  high: number | null;
}
export interface MethodTally {
  method: string;
  /** By rank, 1 first: the share of all its answers that gave this rank. */
  shares: Share[];
  meanRank: Share;
}
export interface Tally {
  methods: MethodTally[];
  participants: number;
  /** Participant and question pairs. */
  answers: number;
  questions: number;
  /** Median time of an answer, s. */
  seconds: number;
  /**
   * By letter: how often the picture shown there came first. About equal, or the position mattered. Empty where not
   * recorded.
   */
  firstByPosition: number[];
  confidence: number;
  resamples: number;
  seed: number;
}

/** The q-quantile of ascending values, interpolated linearly (Hyndman and Fan's type 7, numpy's default). */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1),
    i = Math.floor(at),
    next = sorted[Math.min(i + 1, sorted.length - 1)];
  return sorted[i] + (at - i) * (next - sorted[i]);
}

/**
 * Shares of each rank by method. Participants are resampled with replacement, all answers of one together (a cluster
 * bootstrap: answers of one person are not independent; Davison and Hinkley 1997, section 3.8), and the shares'
 * percentiles are the interval's ends. The same answers, in any order, with the same seed give the same numbers.
 * `answers` from readAnswers.
 */
export function tally(answers: readonly Answer[], { resamples = 2000, seed = 0, confidence = 0.95 } = {}): Tally {
  const names = [...new Set(answers.map((a) => a.method))].sort();
  const people = [...new Set(answers.map((a) => a.participant))].sort();
  const ranks = names.length;
  // counts[person][method * ranks + rank - 1], integers: sums do not depend on their order.
  const counts = people.map(() => new Float64Array(ranks * ranks));
  for (const a of answers) counts[people.indexOf(a.participant)][names.indexOf(a.method) * ranks + a.rank - 1]++;
  const statistic = (who: readonly number[]): Float64Array => {
    const sum = new Float64Array(ranks * ranks);
    for (const p of who) for (let i = 0; i < sum.length; i++) sum[i] += counts[p][i];
    const out = new Float64Array(ranks * (ranks + 1)); // each method: shares, then the mean rank
    for (let m = 0; m < ranks; m++) {
      const of = sum.subarray(m * ranks, (m + 1) * ranks),
        total = of.reduce((x, y) => x + y, 0);
      for (let r = 0; r < ranks; r++) {
        out[m * (ranks + 1) + r] = of[r] / total;
        out[m * (ranks + 1) + ranks] += ((r + 1) * of[r]) / total;
      }
    }
    return out;
  };
  const value = statistic(people.map((_, i) => i));
  const random = new HostRandom(seed);
  const draws =
    people.length > 1
      ? Array.from({ length: resamples }, () => statistic(people.map(() => Math.floor(random.next() * people.length))))
      : [];
  const share = (i: number): Share => {
    const sorted = Float64Array.from(draws, (d) => d[i]).sort();
    const end = (q: number): number | null => (sorted.length ? quantile(sorted, q) : null);
    return { value: value[i], low: end((1 - confidence) / 2), high: end((1 + confidence) / 2) };
  };
  const asked = answers.filter((a) => a.rank === 1);
  const times = asked.map((a) => a.timeMs).sort((a, b) => a - b);
  const known = asked.filter((a) => /^[A-Z]$/.test(a.shown));
  return {
    methods: names.map((method, m) => ({
      method,
      shares: names.map((_, r) => share(m * (ranks + 1) + r)),
      meanRank: share(m * (ranks + 1) + ranks),
    })),
    participants: people.length,
    answers: asked.length,
    questions: new Set(answers.map((a) => a.question)).size,
    seconds: quantile(times, 0.5) / 1000,
    firstByPosition: known.length
      ? names.map((_, i) => known.filter((a) => a.shown.charCodeAt(0) - 65 === i).length / known.length)
      : [],
    confidence,
    resamples: draws.length,
    seed,
  };
}

/** How the intervals came about, in a sentence. */
export const method = (t: Tally): string =>
  t.resamples
    ? `${Math.round(100 * t.confidence)} % percentile bootstrap intervals: ${t.resamples} resamples of the ` +
      `${t.participants} participants with all their answers, seed ${t.seed}.`
    : 'One participant: no intervals, since it is participants that are resampled.';

/** A row for each method and rank; rank "mean" is the mean rank. */
export const tallyCsv = (t: Tally): string =>
  csv([
    ['method', 'rank', 'share', 'low', 'high', 'participants', 'answers', 'resamples', 'seed'],
    ...t.methods.flatMap((m) =>
      [...m.shares.map((s, r) => [String(r + 1), s] as const), ['mean', m.meanRank] as const].map(([rank, s]) => [
        m.method,
        rank,
        s.value,
        s.low ?? '',
        s.high ?? '',
        t.participants,
        t.answers,
        t.resamples,
        t.seed,
      ]),
    ),
  ]);
