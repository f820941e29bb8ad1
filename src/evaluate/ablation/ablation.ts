/** The numbers of an ablation: cells (one training each) summed up by factor. */
import { csv } from '../study/study.ts';

/**
 * What is measured of a cell, each the mean over its targets. "Draft": the generator's own picture, before patches
 * finish it.
 */
export const ablationMetrics = [
  { key: 'of_ceiling', label: 'mIoU of ceiling ↑', digits: 3 },
  { key: 'accuracy', label: 'accuracy ↑', digits: 3 },
  { key: 'psnr', label: 'PSNR ↑', digits: 2 },
  { key: 'ssim', label: 'SSIM ↑', digits: 3 },
  { key: 'coherence', label: 'coherence ↓', digits: 2 },
  { key: 'draft_of_ceiling', label: 'draft: mIoU of ceiling ↑', digits: 3 },
  { key: 'draft_psnr', label: 'draft: PSNR ↑', digits: 2 },
  { key: 'draft_ssim', label: 'draft: SSIM ↑', digits: 3 },
  { key: 'draft_coherence', label: 'draft: coherence ↓', digits: 2 },
  { key: 'seconds', label: 'training, s', digits: 1 },
] as const;
export type AblationKey = (typeof ablationMetrics)[number]['key'];
export type Values = Record<AblationKey, number>;

/** One training. `factor`: a name of factors.ts, or "base". */
export interface Cell {
  scene: string;
  factor: string;
  seed: number;
  values: Values;
}

export interface Summary {
  mean: number;
  /** Standard deviation over seeds within a scene (n - 1), pooled over scenes; null without a scene of two seeds. */
  spread: number | null;
  /** Mean of the differences to the base's cell of the same scene and seed; null for the base. */
  change: number | null;
  /** Standard deviation of these differences (n - 1); null under two. */
  changeSpread: number | null;
}
export interface FactorSummary {
  factor: string;
  cells: number;
  by: Record<AblationKey, Summary>;
}

const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
const squares = (v: readonly number[]): number => {
  const m = mean(v);
  return v.reduce((s, x) => s + (x - m) ** 2, 0);
};

/**
 * One row for each factor that has cells, in the order given. Differences are taken within scene and seed, so that
 * scenes do not blur them.
 */
export function summarize(cells: readonly Cell[], order: readonly string[]): FactorSummary[] {
  const base = new Map(cells.filter((c) => c.factor === 'base').map((c) => [`${c.scene} ${c.seed}`, c.values]));
  return order.flatMap((factor) => {
    const own = cells.filter((c) => c.factor === factor);
    if (!own.length) return [];
    const scenes = [...new Set(own.map((c) => c.scene))];
    const of = (key: AblationKey): Summary => {
      const groups = scenes.map((scene) => own.filter((c) => c.scene === scene).map((c) => c.values[key]));
      const free = groups.reduce((n, g) => n + g.length - 1, 0);
      const differences =
        factor === 'base'
          ? []
          : own.flatMap((c) => {
              const b = base.get(`${c.scene} ${c.seed}`);
              return b ? [c.values[key] - b[key]] : [];
            });
      return {
        mean: mean(groups.flat()),
        spread: free ? Math.sqrt(groups.reduce((s, g) => s + squares(g), 0) / free) : null,
        change: differences.length ? mean(differences) : null,
        changeSpread: differences.length > 1 ? Math.sqrt(squares(differences) / (differences.length - 1)) : null,
      };
    };
    return [
      {
        factor,
        cells: own.length,
        by: Object.fromEntries(ablationMetrics.map((m) => [m.key, of(m.key)])) as Record<AblationKey, Summary>,
      },
    ];
  });
}

/** A row for each cell. */
export const cellsCsv = (cells: readonly Cell[]): string =>
  csv([
    ['scene', 'factor', 'seed', ...ablationMetrics.map((m) => m.key)],
    ...cells.map((c) => [c.scene, c.factor, c.seed, ...ablationMetrics.map((m) => Number(c.values[m.key].toFixed(6)))]),
  ]);
