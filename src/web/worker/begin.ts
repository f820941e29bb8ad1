/** The beginning of a run: what was asked for, checked; its steps recorded; its first saved state. */
import { Tuner } from '../../autograd/kernels/tune.ts';
import type { Session } from '../../autograd/session.ts';
import { encodeRgbPng } from '../../data/formats/rgbPng.ts';
import type { Target } from '../../data/prepare.ts';
import type { DeviceInfo } from '../../engine/device.ts';
import type { Config } from '../../model/config.ts';
import { configure } from '../../model/configure.ts';
import { PreparedSource } from '../../model/preparedSource.ts';
import { newRun, sha256 } from '../../model/run/runFiles.ts';
import { kernelChoice } from '../../model/run/runKernels.ts';
import { type RunRecord, runFormat } from '../../model/run/runRecord.ts';
import { savedRun } from '../../model/run/runZip.ts';
import { shortened } from '../../model/training/schedule.ts';
import { TrainingSession } from '../../model/training/session.ts';
import { indexedDbStore } from '../choiceStore.ts';
import type { Estimate, SourceInput, TargetInput, TrainSettings } from '../engineProtocol.ts';
import type { DeviceQueue } from './deviceQueue.ts';
import { PageRun } from './run.ts';
import { sourceAt, targetAt } from './source.ts';

/** The program's version; the build's. */
declare const SEMIA_VERSION: string;
export const version = SEMIA_VERSION;

/** For measuring kernels before a training, in ms: previews wait meanwhile. What it found is kept for later runs. */
const tuneMs = 5000;

export interface RunPlan {
  config: Config;
  prepared: PreparedSource;
  targets: Target[];
}

/** Everything that can be checked without the device. Throws UserError. */
export function planRun(input: SourceInput, settings: TrainSettings): RunPlan {
  const config = configure({ ...settings, condition: input.lines ? 'sketch' : undefined });
  const source = sourceAt(input, settings.outputSize ?? Infinity);
  const targets = (settings.targets ?? []).map((t) => targetAt(t, source, input.photo));
  return { config, prepared: PreparedSource.for(config, source).check(targets), targets };
}

export interface Beginning {
  input: SourceInput;
  settings: TrainSettings;
  plan: RunPlan;
  /** The run's own: its memory is released with it. */
  session: Session;
  queue: DeviceQueue;
  adapter: DeviceInfo;
  /** Called with what is under way; throws where the run was given up meanwhile. */
  doing: (what: string) => void;
}

/** Learns the targets, records and compiles the steps, measures them, and makes the saved state of iteration 0. */
export async function beginRun({
  input,
  settings,
  plan: { config, prepared, targets },
  session,
  queue,
  adapter,
  doing,
}: Beginning): Promise<{ run: PageRun; estimate: Estimate }> {
  const choice = kernelChoice(session, false);
  const tuner =
    choice === 'measured'
      ? new Tuner(session, { store: indexedDbStore(indexedDB), environment: navigator.userAgent, budgetMs: tuneMs })
      : null;
  const device = queue.sharing;
  const training = await TrainingSession.open({ session, config, prepared, targets, tuner, device, onStage: doing });
  doing('measuring how long it will take');
  const { minutes } = settings;
  const seconds = minutes ? await training.fitTo(60 * minutes) : await training.estimate();
  const c = training.config;
  const { source } = prepared;
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
    training.learned,
    training,
    encodeRgbPng,
  );
  doing('');
  const run = PageRun.fresh(savedRun(runNameOf(input.name), record, files), targets, input.photo, training);
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

/** The settings within the minutes asked for, as the command line plans `--minutes`. `seconds`: that all would take. */
export const withMinutes = (c: Config, { minutes }: TrainSettings, seconds: number): Config =>
  minutes ? shortened(c, seconds, 60 * minutes) : c;

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
