/** The metrics of a report as a list: name, direction and value, for tables, CSV and comparison pages. */
import type { Report } from '../evaluate.ts';

/** One number of a report, for tables. */
export interface Metric {
  /** Column name in CSV. */
  key: string;
  /** Heading for people; the unit in brackets. */
  label: string;
  /** Which way is better; `one`: the nearer to 1. */
  better: 'higher' | 'lower' | 'one';
  /** Decimals that are shown. */
  digits: number;
  /** null where it does not apply. */
  of: (r: Report) => number | null;
}

/** What a table shows, in this order. Per-class numbers and controls are in the report itself. */
export const metrics: readonly Metric[] = [
  { key: 'mean_iou', label: 'mean IoU', better: 'higher', digits: 3, of: (r) => r.layout.meanIoU },
  { key: 'mean_iou_of_ceiling', label: 'of ceiling', better: 'higher', digits: 3, of: (r) => r.layout.ofCeiling },
  { key: 'pixel_accuracy', label: 'accuracy', better: 'higher', digits: 3, of: (r) => r.layout.accuracy },
  { key: 'coherence', label: 'coherence', better: 'lower', digits: 2, of: (r) => r.appearance.coherence },
  { key: 'completeness', label: 'completeness', better: 'lower', digits: 2, of: (r) => r.appearance.completeness },
  { key: 'sliced_wasserstein', label: 'sliced W', better: 'lower', digits: 2, of: (r) => r.appearance.wasserstein },
  { key: 'sifid_64', label: 'SIFID 64', better: 'lower', digits: 4, of: (r) => r.appearance.sifid?.d64 ?? null },
  { key: 'sifid_192', label: 'SIFID 192', better: 'lower', digits: 4, of: (r) => r.appearance.sifid?.d192 ?? null },
  { key: 'copy_share', label: 'copied', better: 'lower', digits: 3, of: (r) => r.copy.share },
  {
    key: 'reconstruction_psnr',
    label: 'rec. PSNR',
    better: 'higher',
    digits: 2,
    of: (r) => r.reconstruction?.psnr ?? null,
  },
  {
    key: 'reconstruction_ssim',
    label: 'rec. SSIM',
    better: 'higher',
    digits: 3,
    of: (r) => r.reconstruction?.ssim ?? null,
  },
  { key: 'truth_psnr', label: 'PSNR', better: 'higher', digits: 2, of: (r) => r.truth?.psnr ?? null },
  {
    key: 'truth_quarter_psnr',
    label: 'PSNR at 1/4',
    better: 'higher',
    digits: 2,
    of: (r) => r.truth?.quarterPsnr ?? null,
  },
  { key: 'truth_ssim', label: 'SSIM', better: 'higher', digits: 3, of: (r) => r.truth?.ssim ?? null },
  { key: 'truth_gmsd', label: 'GMSD', better: 'lower', digits: 3, of: (r) => r.truth?.gradientDeviation ?? null },
  { key: 'truth_sharpness', label: 'sharpness', better: 'one', digits: 2, of: (r) => r.truth?.sharpness ?? null },
  { key: 'truth_perceptual', label: 'perceptual', better: 'lower', digits: 3, of: (r) => r.truth?.perceptual ?? null },
];

/** Those that apply to at least one of the reports. */
export const metricsOf = (reports: readonly Report[]): Metric[] =>
  metrics.filter((m) => reports.some((r) => m.of(r) !== null));

/** The metric's value as text; '-' where it does not apply. */
export const shown = (m: Metric, r: Report): string => {
  const v = m.of(r);
  return v === null ? '-' : Number.isFinite(v) ? v.toFixed(m.digits) : 'equal';
};
const arrows: { readonly [B in Metric['better']]: string } = { higher: '↑', lower: '↓', one: '→1' };
export const arrow = (m: Metric): string => arrows[m.better];
