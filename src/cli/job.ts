/**
 * Training with everything around it: estimate, run folder, saves, curves, snapshots, Ctrl-C. What `train`, `analogy`
 * and `start` share.
 */
import type { Session } from '../autograd/session.ts';
import { UserError } from '../data/errors.ts';
import { ownLayout, type Target } from '../data/prepare.ts';
import { Profile } from '../engine/profile.ts';
import type { Config } from '../model/config.ts';
import type { PreparedSource } from '../model/preparedSource.ts';
import { presetRow, suggestedPreset } from '../model/presets.ts';
import type { Painter } from '../model/rendering/painter.ts';
import { type RunRecord, runFormat } from '../model/run/runRecord.ts';
import { TrainingSession } from '../model/training/session.ts';
import { RunFolder } from '../node/runFolder.ts';
import { writeRunPage } from '../node/runs/runPage.ts';
import { versions } from '../node/version.ts';
import type { Interrupt } from './interrupt.ts';
import { adoptKernels, kernelChoice, tunerFor } from './options/kernels.ts';
import type { VggFile } from './options/vgg.ts';
import { bytes, duration, Progress } from './reports/progress.ts';

export interface Job {
  path: string;
  config: Config;
  prepared: PreparedSource;
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

/** Iterations that --profile measures. */
const profiled = 2;

export async function train(session: Session, job: Job, interrupt: () => Interrupt): Promise<Trained> {
  const began = performance.now();
  const training = await openTraining(session, job);
  if (!training.finished && (!job.quiet || job.minutes)) {
    if (job.minutes && !job.resume) await training.fitTo(60 * job.minutes);
    notifyPlan(training, await training.estimate(), began, job.quiet);
  }
  const run = job.resume ?? (await newRun(training, job));
  await new Loop(training, run, job, interrupt()).run();
  return { run, painter: training.painter, finished: run.finished };
}

async function openTraining(session: Session, job: Job): Promise<TrainingSession> {
  const { config, prepared, targets, resume, quiet } = job;
  await resume?.claim();
  const saved = resume && {
    learned: await resume.learned(),
    state: await resume.state(),
    host: resume.record.host,
  };
  if (resume) adoptKernels(session, resume.record);
  const tuner = tunerFor(session, kernelChoice(session, job.deterministic, resume?.record));
  const training = await TrainingSession.open({
    session,
    config,
    prepared,
    targets,
    tuner,
    resume: saved ?? undefined,
    maps: () => job.vgg?.open(session),
  });
  if (tuner?.measured)
    Progress.line(
      `measured which kernels are fastest here for ${tuner.measured} shapes; that is kept for other runs`,
      quiet,
    );
  return training;
}

/** `seconds`: that the iterations left will take; `began`: when the preparation did, performance.now(). */
function notifyPlan(training: TrainingSession, seconds: number, began: number, quiet: boolean): void {
  const { session, config: c, iteration } = training;
  const ready = `ready after ${duration((performance.now() - began) / 1000)}`;
  const plan = `${c.iterations - iteration} iterations will take about ${duration(seconds)}`;
  Progress.line(`${ready}; ${plan} and ${bytes(session.memory.bytes)} of device memory`, quiet);
  const { software } = session.device.info;
  if (software && presetRow(c.preset)?.suggestedFor !== 'processor' && seconds > 1800)
    Progress.line(
      `note: this adapter computes on the processor; --preset ${suggestedPreset(true)} is made for that ` +
        'and takes minutes',
      quiet,
    );
}

function newRun(training: TrainingSession, job: Job): Promise<RunFolder> {
  const { session, learned, config, prepared } = training;
  const { source } = prepared;
  const now = new Date().toISOString();
  const record = {
    format: runFormat,
    config,
    palette: source.palette,
    size: { width: source.width, height: source.height },
    drawn: source.drawn,
    inputs: job.inputs,
    adapter: session.device.info,
    kernels: { choice: kernelChoice(session, job.deterministic), variants: session.choices.variants },
    versions: versions(),
    started: now,
    saved: now,
    seconds: 0,
  };
  return RunFolder.create(job.path, record, source, job.targets, learned, training);
}

/** The iterations of a run, with progress, saves, snapshots and the run's page between them. */
class Loop {
  private readonly began = performance.now();
  private readonly from: number;
  private readonly before: number;
  private readonly progress: Progress;
  private saved = performance.now();

  constructor(
    private readonly training: TrainingSession,
    private readonly folder: RunFolder,
    private readonly job: Job,
    private readonly stop: Interrupt,
  ) {
    this.from = training.iteration;
    this.before = folder.record.seconds;
    this.progress = new Progress(training.iteration, training.config.iterations, job.quiet);
  }

  async run(): Promise<void> {
    const { training, folder, progress, stop, from, job } = this;
    const profile = job.profile ? newProfile(training.session) : null;
    await writeRunPage(folder, { live: !training.finished });
    try {
      if (!stop.requested)
        for await (const { iteration, of, losses } of training.iterate({
          profile: () => (profile && training.iteration - from < profiled ? profile : undefined),
        })) {
          if (profile && iteration - from === profiled) printProfile(await profile.table());
          if (losses) await this.log(losses);
          if (performance.now() - this.saved >= job.saveEvery * 1000) await this.save();
          if (iteration < of) progress.at(iteration);
          if (stop.requested) break;
        }
      const { iterations } = training.config;
      if (training.iteration > folder.iteration || folder.record.config.iterations !== iterations) await this.save();
      progress.at(training.iteration);
    } finally {
      progress.stop();
    }
  }

  private async log(losses: Record<string, number>): Promise<void> {
    this.progress.losses(losses);
    await this.folder.losses.add(this.training.iteration, losses);
  }

  private async save(): Promise<void> {
    const { training, folder, stop, job } = this;
    const { session, config, painter, prepared } = training;
    const losses = await training.readLosses();
    if (losses) await this.log(losses);
    await folder.save(training, {
      kernels: { choice: folder.record.kernels?.choice ?? 'fixed', variants: session.choices.variants },
      config,
      seconds: this.before + (performance.now() - this.began) / 1000,
      adapter: session.device.info,
      versions: versions(),
    });
    const { profile } = prepared.source.photo;
    const shown = job.targets[0] ?? ownLayout(prepared.source);
    this.progress.newest(await folder.snapshot({ ...(await painter.paint(shown, { raw: true })), profile }));
    await writeRunPage(folder, { live: !training.finished && !stop.requested });
    this.saved = performance.now();
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
  for (const r of rows) {
    const share = ((100 * r.ms) / total).toFixed(1).padStart(5);
    console.log(`${r.name.padEnd(28)} ${String(r.calls).padStart(7)} ${r.ms.toFixed(2).padStart(10)} ${share} %`);
  }
}
