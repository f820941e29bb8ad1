/** Option values, checked as they are read; and command lines to show. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../../data/errors.ts';
import type { Choices } from '../../model/configure.ts';
import { type PresetName, presetNames, presets } from '../../model/presets.ts';
import type { Tile } from '../../model/synthesis/tile.ts';

/** A whole number from low to high, a multiple of `step`. */
export const integer =
  (low: number, high: number, step = 1) =>
  (text: string): number => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
    if (!(value >= low && value <= high) || value % step) {
      throw new InvalidArgumentError(
        `a whole number from ${low} to ${high}${step > 1 ? `, a multiple of ${step},` : ''} is expected.`,
      );
    }
    return value;
  };

/** A number from low to high. */
export const number =
  (low: number, high: number) =>
  (text: string): number => {
    const value = text.trim() ? Number(text) : NaN;
    if (!(value >= low && value <= high))
      throw new InvalidArgumentError(`a number from ${low} to ${high} is expected.`);
    return value;
  };

/** Longest side that sizes may be given with, pixels. */
export const largestSize = 4096;
/** WIDTHxHEIGHT. */
export function sizeOption(text: string): { width: number; height: number } {
  const [, w, h] = /^(\d+)x(\d+)$/i.exec(text.trim()) ?? [];
  const [width, height] = [Number(w), Number(h)];
  if (!(Math.min(width, height) >= 16 && Math.max(width, height) <= largestSize))
    throw new InvalidArgumentError(`WIDTHxHEIGHT is expected, such as 320x160, each from 16 to ${largestSize}.`);
  return { width, height };
}
export const targetSizeOption = (): Option =>
  new Option(
    '--target-size <WxH>',
    "stretch the target layouts to this size first, in the photograph's layout's pixels: with that layout " +
      'itself as the target, the photograph is retargeted',
  ).argParser(sizeOption);
export const paletteOption = [
  '--palette <file>',
  'names of the classes: lines such as "#87ceeb sky" or "0 sky", or JSON; or one by name: ade20k, ' +
    'celebamask-hq, cityscapes, helen',
] as const;

export type LayoutKind = NonNullable<Choices['condition']>;
/** What layouts are: for commands that take drawings in their place. */
export const conditionOption = (): Option =>
  new Option('--condition <kind>', 'what layouts are: classes (default), or sketch: line drawings').choices([
    'classes',
    'sketch',
  ]);
export type Axes = 'across' | 'down' | 'both';
export const tileOption = (): Option =>
  new Option(
    '--tile <axes>',
    'make it fit itself: across (left to right), down (top to bottom) or both; draw the target so that it does',
  ).choices(['across', 'down', 'both']);
export const tileOf = (axes: Axes | undefined): Tile | undefined =>
  axes && { across: axes !== 'down', down: axes !== 'across' };
export const drawingOption = [
  '--drawing <file>',
  'with --condition sketch: a drawing of the photo (default: its edges, as semia edges finds them); all that ' +
    'follows the photo is to be rendered',
] as const;

/**
 * Splits the arguments of commands that render into the photograph's layout and the targets. With sketches all
 * arguments are targets, and the photograph's own drawing is an option. Throws UserError where one is missing.
 */
export function layoutAndTargets(
  layout: string,
  targets: readonly string[],
  { condition, drawing }: { condition?: LayoutKind; drawing?: string },
): { layout: string | undefined; targets: string[] } {
  if (condition === 'sketch') return { layout: drawing, targets: [layout, ...targets] };
  if (drawing) throw new UserError('--drawing is for --condition sketch: give both, or neither');
  if (!targets.length) throw new UserError("missing required argument 'targets'");
  return { layout, targets: [...targets] };
}

export interface TrainOptions extends Choices {
  targetSize?: ReturnType<typeof sizeOption>;
  output: string;
  targets?: string[];
  outputSize?: number;
  palette?: string;
  vgg?: string;
  resume?: boolean;
  profile?: boolean;
  deterministic?: boolean;
  metadata?: boolean;
  quiet?: boolean;
  saveEvery: number;
}

/** The options of training, for `train` and `analogy`. */
export const trainingOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--preset <name>', `how to train: ${presets.map((p) => `${p.name}, ${p.note}`).join('; ')}`)
        .choices(presetNames)
        .argParser((v: string): PresetName => {
          if (!presetNames.includes(v as PresetName))
            throw new InvalidArgumentError(`there are ${presetNames.join(', ')}.`);
          return v as PresetName;
        }),
    )
    .addOption(conditionOption())
    .option('--size <pixels>', "longer side of the picture in training (default: the preset's)", integer(32, 2048))
    .option('--width <channels>', "base width of the networks (default: the preset's)", integer(4, 128, 4))
    .option('--seed <number>', 'another seed gives another result (default: 0)', integer(0, 2 ** 32 - 1))
    .option('--iterations <count>', "iterations in all (default: the preset's)", integer(1, 1_000_000))
    .option('--output-size <pixels>', "longer side of the results (default: the photo's)", integer(16, 8192))
    .option(...paletteOption)
    .option('--vgg <file>', "torchvision's VGG-19 weights (.safetensors or .pth) for the patch coherence")
    .option('--resume', 'go on with an interrupted run; a larger --iterations extends it')
    .option('--save-every <seconds>', 'time between saves', integer(0, 86_400), 30)
    .option(
      '--deterministic',
      'take kernels in a fixed order instead of the fastest measured here: the same bits on every such adapter',
    )
    .option('--profile', 'print the time by kernel of the first iterations')
    .option('--quiet', 'print nothing but errors');

/** A word as a shell takes it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** A command of this program as a line to type here. */
export function commandLine(...words: string[]): string {
  const script = process.argv[1] ?? '';
  const program = /cli\.js$/.test(script)
    ? ['node', script]
    : process.env.npm_command === 'exec'
      ? ['npx', 'semia']
      : ['semia'];
  return [...program, ...words].map(quoted).join(' ');
}

/** The command line of this process with `extra` words, as a line to type. */
export function again(...extra: string[]): string {
  const words = process.argv.slice(2);
  return commandLine(...words, ...extra.filter((w) => !words.includes(w)));
}

/** Throws UserError where options of a resumed run differ from the run's own. */
export function refuseChanges(
  run: string,
  pairs: readonly (readonly [option: string, given: unknown, own: unknown])[],
): void {
  const changed = pairs.filter(([, given, own]) => given !== undefined && given !== own);
  if (changed.length) {
    const changes = changed.map(([option, given, own]) => `${option} ${String(given)} (the run has ${String(own)})`);
    throw new UserError(
      `${run}: cannot be resumed with ` +
        `${changes.join(', ')}: ` +
        `leave ${changed.length > 1 ? 'them' : 'it'} out, or train a new run`,
    );
  }
}

export function refuseResumeInputs(run: string, changed: readonly string[]): void {
  if (changed.length)
    throw new UserError(
      `${run}: cannot be resumed: ${changed.join(', ')} ${changed.length > 1 ? 'are' : 'is'} not what the run ` +
        'began with: give the same files, or train a new run',
    );
}
