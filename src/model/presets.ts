/**
 * The presets: one row each, with everything that the rest of the program knows of a preset. The command line's choices
 * and their help, the page's list and the methods of `semia compare` are made from this table.
 */
import type { Config, ConfigDraft } from './config.ts';

type Settings = Omit<Config, 'preset'>;

/** A row of `presets`. Whether it finishes its pictures by patches is a setting, too: see `finishesByPatches`. */
export interface Preset {
  /** As `--preset` takes it. */
  name: string;
  /** As the page's list calls it. */
  label: string;
  /** What it is, for the help of the command line and the notes of `semia compare`. */
  note: string;
  /** The kind of adapter it is suggested for: one with a GPU, or one that computes on the processor. */
  suggestedFor?: 'gpu' | 'processor';
  /** How long it needs to show what it can do, against the others [M]: lists are ordered, time is shared by it. */
  effort: number;
  /** Whether `semia compare` runs it unless asked for others. */
  compared: boolean;
  /** Training size, at most, and width in comparisons on the processor, where these are not the preset's. */
  onProcessor?: { size: number; width: number };
  /** What it sets. */
  settings: Settings;
}

const code: Settings = {
  seed: 0,
  size: 256,
  iterations: 2500,
  generatorSteps: 10,
  reconstructionEvery: 5,
  reconstructionAt: 'first',
  decayFrom: 1000,
  finalRate: 0.1,
  network: {
    generator: 32,
    discriminator: 64,
    segmenter: 128,
    levels: 3,
    sft: 'residual',
    ratio: 'raw',
    norm: 'batch',
    output: 'linear',
    condition: 'color',
    tail: 'normed',
    variance: 'unbiased',
  },
  rates: { generator: 0.005, discriminator: 0.02, segmenter: 0.005 },
  adam: { beta1: 0, beta2: 0.9, eps: 1e-8 },
  weights: { adversarial: 1, features: 1, reconstruction: 5, fixedPoint: 1, coherence: 1, alignment: 1, imitation: 5 },
  coherence: { kind: 'sampled', patch: 3, scales: [1], labels: false },
  reconstruct: 'augmented',
  alignmentActs: false,
  augment: {
    ramp: 1000,
    flip: 0.5,
    warp: 0.5,
    warpMove: 0.02,
    zoom: 0.2,
    rotate: 0,
    shift: 0,
    swap: 0.5,
    noise: 1 / 255,
  },
  targetShare: 0,
  refine: 0,
  blend: 0,
};
const paper: Settings = {
  ...code,
  network: { ...code.network, sft: 'linear', tail: undefined, variance: undefined },
  coherence: { kind: 'all', patch: 3, scales: [1], labels: false },
  reconstruct: 'source',
  alignmentActs: true,
  augment: { ...code.augment, swap: 0 },
};
const fixed: Settings = {
  ...code,
  reconstructionAt: 'last',
  // S reads one photograph's few classes; at half the paper's width it costs a quarter and is as accurate [M].
  network: {
    ...code.network,
    segmenter: 64,
    ratio: 'bounded',
    norm: 'instance',
    output: 'tanh',
    condition: 'onehot',
    tail: undefined,
    variance: undefined,
  },
  // A fifth of the released rates with momentum: on the lake scene at 64 px, 130 generator steps reach 24.7 dB on the
  // reconstruction where the released settings reach 18.6 [M].
  rates: { generator: 0.001, discriminator: 0.004, segmenter: 0.002 },
  adam: { ...code.adam, beta1: 0.5 },
  coherence: { kind: 'all', patch: 3, scales: [1, 2], labels: true },
  reconstruct: 'source',
  alignmentActs: true,
  targetShare: 0.5,
  refine: 1,
  blend: 0.65,
};
const fast: Settings = {
  ...fixed,
  size: 64,
  iterations: 200,
  generatorSteps: 5,
  decayFrom: 120,
  network: { ...fixed.network, generator: 16, discriminator: 32, segmenter: 32 },
  augment: { ...fixed.augment, ramp: 100 },
  // After minutes on a processor the mean of syntheses is the better guess [M].
  blend: 0.9,
};

const halfOnProcessor = { size: 48, width: 16 };

/** The first row is what is taken unless another is asked for. */
export const presets = [
  {
    name: 'fixed',
    label: 'best',
    note: 'the best we know: see the README',
    suggestedFor: 'gpu',
    effort: 3,
    compared: true,
    settings: fixed,
  },
  {
    name: 'fast',
    label: 'fast',
    note: 'half the width, trained at up to 64 pixels with a short schedule, finished by patches',
    suggestedFor: 'processor',
    effort: 1,
    compared: true,
    settings: fast,
  },
  {
    name: 'paper',
    label: 'as in the paper',
    note: "as the paper's slides say",
    effort: 4,
    compared: false,
    onProcessor: halfOnProcessor,
    settings: paper,
  },
  {
    name: 'code',
    label: 'as released',
    note: "as the authors' released code computes",
    effort: 4,
    compared: false,
    onProcessor: halfOnProcessor,
    settings: code,
  },
] as const satisfies readonly Preset[];

/** Name of a preset. */
export type PresetName = (typeof presets)[number]['name'];
/** Names of the presets, the default first. */
export const presetNames: readonly PresetName[] = presets.map((p) => p.name);
/** Quickest first; presets of one effort in the order of the table. */
export const presetsByEffort: readonly (Preset & { name: PresetName })[] = [...presets].sort(
  (a, b) => a.effort - b.effort,
);

/** The row of this name; undefined for one that another version of the program had. */
export const presetRow = (name: string): Preset | undefined => presets.find((p) => p.name === name);

/** What is suggested for an adapter. `software`: it computes on the processor. */
export const suggestedPreset = (software: boolean): PresetName =>
  presets.find((p) => 'suggestedFor' in p && p.suggestedFor === (software ? 'processor' : 'gpu'))!.name;

/** A preset's settings, as a copy that may be changed. */
export const preset = (name: PresetName): ConfigDraft =>
  structuredClone({ preset: name, ...presetRow(name)!.settings }) as ConfigDraft;

/** Whether pictures are finished by patches of the photograph; without, they are enlarged drafts. */
export const finishesByPatches = ({ refine }: Pick<Config, 'refine'>): boolean => refine > 0;
