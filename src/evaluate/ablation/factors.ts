/** What `semia ablate` changes, one factor at a time: each a row that takes one decision of the configuration back. */
import type { Config, ConfigDraft } from '../../model/config.ts';

export interface Factor {
  /** As on the command line and in the records. */
  name: string;
  /** What the row is without or with, for people. A decision of two ways is turned round, whichever the preset took. */
  label: (base: Config) => string;
  /** Changes a copy of the base's configuration; leaves it as it is where the preset has the factor off already. */
  change: (c: ConfigDraft) => void;
}

type Loss = 'adversarial' | 'features' | 'reconstruction' | 'fixedPoint' | 'coherence' | 'alignment';
const withoutLoss = (name: string, loss: Loss, what: string): Factor => ({
  name,
  label: () => `without ${what}`,
  change: (c) => {
    c.weights[loss] = 0;
  },
});

/** The other one of two values. */
const other = <T>(value: T, [a, b]: readonly [T, T]): T => (value === a ? b : a);

/** A decision between two ways. `words`: what each is called. */
const turned = <T extends string | boolean>(
  name: string,
  ways: readonly [T, T],
  words: readonly [string, string],
  get: (c: Config) => T,
  set: (c: ConfigDraft, v: T) => void,
): Factor => ({
  name,
  label: (base) => words[ways.indexOf(other(get(base), ways))],
  change: (c) => set(c, other(get(c), ways)),
});

export const factors: readonly Factor[] = [
  withoutLoss('adversarial', 'adversarial', 'adversarial loss'),
  withoutLoss('features', 'features', 'feature matching'),
  withoutLoss('reconstruction', 'reconstruction', 'reconstruction loss'),
  withoutLoss('fixed-point', 'fixedPoint', 'fixed-point loss'),
  withoutLoss('coherence', 'coherence', 'patch coherence'),
  withoutLoss('alignment', 'alignment', 'semantic alignment'),
  turned(
    'coherence-kind',
    ['all', 'sampled'],
    ['coherence over all patches', 'coherence of sampled patches'],
    (c) => c.coherence.kind,
    (c, v) => {
      c.coherence.kind = v;
    },
  ),
  turned(
    'guidance',
    [true, false],
    ['label-guided coherence', 'coherence across classes'],
    (c) => c.coherence.labels,
    (c, v) => {
      c.coherence.labels = v;
    },
  ),
  turned(
    'ratio',
    ['bounded', 'raw'],
    ['bounded ratio', 'raw ratio'],
    (c) => c.network.ratio,
    (c, v) => {
      c.network.ratio = v;
    },
  ),
  turned(
    'sft',
    ['residual', 'linear'],
    ['residual SFT', 'linear SFT'],
    (c) => c.network.sft,
    (c, v) => {
      c.network.sft = v;
    },
  ),
  turned(
    'norm',
    ['instance', 'batch'],
    ['instance statistics', 'batch statistics'],
    (c) => c.network.norm,
    (c, v) => {
      c.network.norm = v;
    },
  ),
  turned(
    'condition',
    ['onehot', 'color'],
    ['one-hot layouts', 'color layouts'],
    (c) => c.network.condition,
    (c, v) => {
      c.network.condition = v;
    },
  ),
  turned(
    'acting',
    [true, false],
    ['acting alignment', 'silent alignment'],
    (c) => c.alignmentActs,
    (c, v) => {
      c.alignmentActs = v;
    },
  ),
  {
    name: 'balance',
    label: (b) => (b.balance ? 'classes weighted alike' : 'rare classes weighted up'),
    change: (c) => {
      c.balance = c.balance ? 0 : 0.5;
    },
  },
  {
    name: 'augmentation',
    label: () => 'without augmentation',
    change: ({ augment: a }) => {
      Object.assign(a, { flip: 0, warp: 0, zoom: 0, rotate: 0, shift: 0 });
    },
  },
  {
    name: 'warm-start',
    label: (b) => (b.targetShare ? 'targets not learned from' : 'learning from patch syntheses'),
    change: (c) => {
      c.targetShare = c.targetShare ? 0 : 0.5;
    },
  },
  {
    name: 'refine',
    label: (b) => (b.refine ? 'not finished by patches' : 'finished by patches'),
    change: (c) => {
      c.refine = c.refine ? 0 : 1;
    },
  },
  {
    name: 'blend',
    label: (b) => (b.blend ? 'finished from the draft alone' : 'draft blended with patch syntheses'),
    change: (c) => {
      c.blend = c.blend ? 0 : 0.5;
    },
  },
];

/** The base's configuration with one factor changed; the base itself for null. */
export function changed(base: Config, factor: Factor | null): Config {
  const c = structuredClone(base) as ConfigDraft;
  factor?.change(c);
  return c;
}
