/** The beginning of a run: what was asked for, checked; its steps recorded; its first saved state. */
import { measuring, Tuner } from '../../autograd/kernels/tune.ts';
import type { Session } from '../../autograd/session.ts';
import { gridOf, type Source, type Target } from '../../data/prepare.ts';
import { encodeRgbPng } from '../../data/formats/rgbPng.ts';
import type { DeviceInfo } from '../../engine/device.ts';
import { configure, defaultOutput, learnTargets, openTraining, withIterations } from '../../model/analogy.ts';
import type { Config } from '../../model/config.ts';
import type { PairData } from '../../model/pair.ts';
import { newRun, sha256 } from '../../model/run/runFiles.ts';
import { kernelChoice } from '../../model/run/runKernels.ts';
import { runFormat, type RunRecord } from '../../model/run/runRecord.ts';
import { savedRun } from '../../model/run/runZip.ts';
import type { Training } from '../../model/training/training.ts';
import { indexedDbStore } from '../choiceStore.ts';
import type { Estimate, SourceInput, TargetInput, TrainSettings } from '../engineProtocol.ts';
import { PageRun } from './run.ts';
import { sourceAt, targetAt } from './source.ts';
import type { DeviceQueue } from './deviceQueue.ts';

/** The program's version; the build's. */
declare const SEMIA_VERSION: string;
export const version = SEMIA_VERSION;

/** For measuring kernels before a training, in ms: previews wait meanwhile. What it found is kept for later runs. */
const tuneMs = 5000;

export interface RunPlan {
  config: Config;
  source: Source;
  targets: Target[];
}

/** Everything that can be checked without the device. Throws UserError. */
export function planRun(input: SourceInput, settings: TrainSettings): RunPlan {
  const config = configure({ ...settings, condition: input.lines ? 'sketch' : undefined });
  const source = sourceAt(input, settings.outputSize ?? defaultOutput(config));
  const targets = (settings.targets ?? []).map((t) => targetAt(t, source, input.photo));
  // refuses what is too small
  for (const of of [source, ...targets]) gridOf(of, source, config.size, config.network.levels);
  return { config, source, targets };
}

export interface Beginning {
  input: SourceInput;
  settings: TrainSettings;
  plan: RunPlan;
  /** The run's own: its memory is released with it. */
  session: Session;
  queue: DeviceQueue;
  adapter: DeviceInfo;
  /** Told what is under way; throws where the run was given up meanwhile. */
  doing: (what: string) => void;
}

/** Learns the targets, records and compiles the steps, measures them, and makes the saved state of iteration 0. */
export async function beginRun({
  input,
  settings,
  plan: { config: c, source, targets },
  session,
  queue,
  adapter,
  doing,
}: Beginning): Promise<{ run: PageRun; estimate: Estimate }> {
  const learned: PairData[] = [];
  for (const [i, t] of targets.entries()) {
    doing(`patches for target ${i + 1} of ${targets.length}`);
    learned.push(...(await queue.take(() => learnTargets(session, c, source, [t]))));
  }
  doing('compiling the training steps');
  const choice = kernelChoice(session, false);
  const tuner =
    choice === 'measured'
      ? new Tuner(session, { store: indexedDbStore(indexedDB), environment: navigator.userAgent, budgetMs: tuneMs })
      : null;
  const compile = (): Promise<Training> => measuring(session, tuner, () => openTraining(session, c, source, learned));
  const training = await (tuner ? queue.take(compile) : compile()); // measuring wants the device for itself
  doing('measuring how long it will take');
  const cost = (await queue.take(() => training.estimate(undefined, () => queue.giveWay()))) / 1000;
  const planned = withMinutes(c, settings, cost);
  const seconds = (cost * planned.iterations) / c.iterations;
  Object.assign(c, planned); // the training reads its settings here
  const now = new Date().toISOString();
  const { record, files } = await newRun(
    {
      format: runFormat,
      config: c,
      palette: source.palette,
      size: { width: source.width, height: source.height },
      drawn: source.drawn,
      inputs: await inputsOf(input, settings.targets ?? []),
      adapter,
      kernels: { choice, variants: session.choices.variants },
      versions: { semia: version, node: 'none', webgpu: 'browser', platform: navigator.userAgent },
      started: now,
      saved: now,
      seconds: 0,
    },
    source,
    targets,
    learned,
    training,
    encodeRgbPng,
  );
  doing('');
  const run = PageRun.fresh(
    savedRun(runNameOf(input.name), record, files),
    session,
    source,
    targets,
    input.photo,
    training,
  );
  return { run, estimate: { iterations: c.iterations, seconds, bytes: session.memory.bytes, exact: true } };
}

/** A file's name as a folder's: without path, ending and what file systems dislike. */
export const runNameOf = (file: string): string =>
  file
    .replace(/^.*[\\/]/, '')
    .replace(/\.[a-z0-9]{2,4}$/i, '')
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'run';

/** As the command line plans `--minutes`: whole cycles that fit, and no more than the preset has. */
export function withMinutes(c: Config, { minutes }: TrainSettings, seconds: number): Config {
  if (!minutes || seconds <= minutes * 60) return c;
  return withIterations(c, Math.max(4 * c.reconstructionEvery, Math.floor((c.iterations * minutes * 60) / seconds)));
}

/** Hashes of what was given, as far as the page knows it: pixels and labels rather than files. */
async function inputsOf(
  { name, photo, labels, lines }: SourceInput,
  targets: readonly TargetInput[],
): Promise<RunRecord['inputs']> {
  const of = async (
    file: string,
    { width, height }: { width: number; height: number },
    data: Uint8Array | Uint8ClampedArray,
  ) => ({
    name: file,
    width,
    height,
    sha256: await sha256(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)),
  });
  return {
    photo: await of(name, photo, photo.data),
    layout: await of(lines ? 'drawing.png' : 'layout.png', labels, labels.data),
    palette: null,
    vgg: null,
    targets: await Promise.all(targets.map((t) => of(t.name, t, t.data))),
  };
}
