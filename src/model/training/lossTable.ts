/**
 * The losses that training reports: one row each. The run page's charts, the page's curves and the command line's
 * progress are made from this table.
 */

export interface LossInfo {
  /** As the steps report it and losses.jsonl keeps it. */
  name: string;
  label: string;
  /** A key of `lossCharts`: the chart of the run's page that it is drawn in. */
  chart: keyof typeof lossCharts;
  /** Whether the command line shows it while training. */
  progress?: true;
  /** The weighted sum of others; the browser page draws those alone. */
  sum?: true;
}

/** The charts of a run's page, by their id in it. */
export const lossCharts = { generator: 'Generator', discriminator: 'Discriminator and segmenter' } as const;

export const losses: readonly LossInfo[] = [
  { name: 'total', label: 'total', chart: 'generator', progress: true, sum: true },
  { name: 'fake', label: 'fake', chart: 'discriminator' },
  { name: 'real', label: 'real', chart: 'discriminator' },
  { name: 'segmentation', label: 'segmentation', chart: 'discriminator' },
  { name: 'adversarial', label: 'adversarial', chart: 'generator' },
  { name: 'features', label: 'features', chart: 'generator' },
  { name: 'reconstruction', label: 'reconstruction', chart: 'generator', progress: true },
  { name: 'fixedPoint', label: 'fixed point', chart: 'generator' },
  { name: 'imitation', label: 'imitation', chart: 'generator' },
  { name: 'coherence', label: 'coherence', chart: 'generator', progress: true },
  { name: 'alignment', label: 'alignment', chart: 'generator', progress: true },
];

const rows = new Map(losses.map((l) => [l.name, l]));

/** The row of a loss; one that another version reported is shown with the generator's, by its own name. */
export const lossInfo = (name: string): LossInfo => rows.get(name) ?? { name, label: name, chart: 'generator' };
