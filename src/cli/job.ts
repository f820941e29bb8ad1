/**
 * Training with everything around it: estimate, run folder, saves, curves, snapshots, Ctrl-C. What `train`, `analogy`
 * and `start` share.
 */
import type { Session } from '../autograd/session.ts';
import { measuring } from '../autograd/kernels/tune.ts';
import { UserError } from '../data/errors.ts';
import type { Source, Target } from '../data/prepare.ts';
import { Profile } from '../engine/profile.ts';
import { learnTargets, openTraining, ownLayout, Painter, resumeTraining, withIterations } from '../model/analogy.ts';
import type { Config } from '../model/config.ts';
import type { PairData } from '../model/pair.ts';
import type { Training } from '../model/training/training.ts';
import { RunFolder } from '../node/runFolder.ts';
import { writeRunPage } from '../node/runPage.ts';
import { runFormat, type RunRecord } from '../model/run/runRecord.ts';
import { versions } from '../node/version.ts';
import type { Interrupt } from './interrupt.ts';
import { adoptKernels, kernelChoice, tunerFor } from './options/kernels.ts';
import { bytes, duration, Progress } from './reports/progress.ts';
import type { VggFile } from './options/vgg.ts';

export interface Job {
  path: string;
  config: Config;
  source: Source;
  targets: readonly Target[];
  inputs: RunRecord['inputs'];
  /** The run to go on with; null to begin one. */
  resume: RunFolder | null;
  vgg: VggFile | null;
  quiet: boolean;
  profile: boolean;
  saveEvery: number;
  /** Kernels in the fixed order; a resumed run keeps to its own way. */
  deterministic: boolean;
  /** Shortens a new run's schedule so that its training takes at most about so many minutes here. */
  minutes?: number;
}

export interface Trained {
  run: RunFolder;
  painter: Painter;
  finished: boolean;
}

const profiled = 2;

export async function train(session: Session, job: Job, interrupt: () => Interrupt): Promise<Trained> {
  const { config: c, source, targets, quiet } = job;
  const say = (text: string): void => Progress.line(text, quiet);
  const began = performance.now();
  await job.resume?.claim();
  const learned: PairData[] = job.resume ? await job.resume.learned() : await learnTargets(session, c, source, targets);
  if (job.resume) adoptKernels(session, job.resume.record);
  const choice = kernelChoice(session, job.deterministic, job.resume?.record);
  const tuner = tunerFor(session, choice);
  const training = await measuring(session, tuner, () =>
    openTraining(session, c, source, learned, job.vgg?.open(session)),
  );
  if (tuner?.measured)
    say(`measured which kernels are fastest here for ${tuner.measured} shapes; that is kept for other runs`);
  if (job.resume) resumeTraining(training, await job.resume.state(), job.resume.record.host);
  const painter = new Painter(session, c, source, training.networks);
  const left = c.iterations - training.iteration;
  if (left > 0 && (!quiet || job.minutes)) {
    let cost = (await training.estimate()) / 1000;
    if (job.minutes && !job.resume && cost > job.minutes * 60) {
      const iterations = Math.max(4 * c.reconstructionEvery, Math.floor((left * job.minutes * 60) / cost));
      cost *= iterations / left;
      Object.assign(c, withIterations(c, iterations));
    }
    say(
      `ready after ${duration((performance.now() - began) / 1000)}; ${c.iterations - training.iteration} iterations will take about ${duration(cost)} and ${bytes(session.memory.bytes)} of device memory`,
    );
    if (session.device.info.software && c.preset !== 'fast' && cost > 1800)
      say('note: this adapter computes on the processor; --preset fast is made for that and takes minutes');
  }
  const seconds = job.resume?.record.seconds ?? 0;
  const now = new Date().toISOString();
  const run =
    job.resume ??
    (await RunFolder.create(
      job.path,
      {
        format: runFormat,
        config: c,
        palette: source.palette,
        size: { width: source.width, height: source.height },
        drawn: source.drawn,
        inputs: job.inputs,
        adapter: session.device.info,
        kernels: { choice, variants: session.choices.variants },
        versions: versions(),
        started: now,
        saved: now,
        seconds,
      },
      source,
      targets,
      learned,
      training,
    ));
  await loop(session, training, run, painter, { ...job, targets, seconds, stop: interrupt() });
  return { run, painter, finished: run.finished };
}

interface Loop extends Job {
  seconds: number;
  stop: Interrupt;
}

async function loop(
  session: Session,
  training: Training,
  run: RunFolder,
  painter: Painter,
  { config: c, targets, source, quiet, saveEvery, profile, seconds, stop }: Loop,
): Promise<void> {
  const start = performance.now();
  const progress = new Progress(training.iteration, c.iterations, quiet);
  // Whole cycles of reconstruction and sampling, which have different losses; about a hundred readings.
  const every = c.reconstructionEvery * Math.max(1, Math.round(c.iterations / 100 / c.reconstructionEvery));
  const kernels = profile ? newProfile(session) : null;
  let saved = performance.now();
  const save = async (): Promise<void> => {
    await read();
    await run.save(training, {
      kernels: { choice: run.record.kernels?.choice ?? 'fixed', variants: session.choices.variants },
      config: c,
      seconds: seconds + (performance.now() - start) / 1000,
      adapter: session.device.info,
      versions: versions(),
    });
    const { width, height } = source;
    progress.newest(
      await run.snapshot(await painter.paint(targets[0] ?? { ...ownLayout(source), width, height }, { raw: true })),
    );
    await writeRunPage(run, { live: training.iteration < c.iterations && !stop.requested });
    saved = performance.now();
  };
  const read = async (): Promise<void> => {
    const losses = await training.losses();
    if (!Object.keys(losses).length) return;
    progress.losses(losses);
    await run.losses.add(training.iteration, losses);
  };
  const from = training.iteration;
  await writeRunPage(run, { live: from < c.iterations });
  try {
    while (training.iteration < c.iterations && !stop.requested) {
      const measured = kernels && training.iteration - from < profiled ? kernels : undefined;
      await training.next(measured);
      if (kernels && training.iteration - from === profiled) printProfile(await kernels.table());
      if (training.iteration % every === 0) await read();
      if (performance.now() - saved >= saveEvery * 1000) await save();
      if (training.iteration < c.iterations) progress.at(training.iteration);
    }
    if (training.iteration > run.iteration || run.record.config.iterations !== c.iterations) await save();
    progress.at(training.iteration);
  } finally {
    progress.stop();
  }
}

function newProfile(session: Session): Profile {
  try {
    return new Profile(session.device);
  } catch {
    throw new UserError('--profile: this adapter has no timestamp queries to profile with');
  }
}

function printProfile(rows: readonly { name: string; calls: number; ms: number }[]): void {
  const total = rows.reduce((n, r) => n + r.ms, 0);
  console.log(`\n${'kernel'.padEnd(28)} ${'calls'.padStart(7)} ${'ms'.padStart(10)} ${'share'.padStart(6)}`);
  for (const r of rows)
    console.log(
      `${r.name.padEnd(28)} ${String(r.calls).padStart(7)} ${r.ms.toFixed(2).padStart(10)} ${((100 * r.ms) / total).toFixed(1).padStart(5)} %`,
    );
}
