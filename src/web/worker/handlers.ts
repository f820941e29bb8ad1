/** The worker's side of every method of the protocol: one device, one source, at most one run. */
import { parsePassNames } from '../../autograd/passes/index.ts';
import { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import { encodeRgbPng } from '../../data/formats/rgbPng.ts';
import { type Device, openDevice } from '../../engine/device.ts';
import { withRecipe } from '../../model/run/recipe.ts';
import { sha256 } from '../../model/run/runFiles.ts';
import { type SavedRun, unzipRun, zipRun } from '../../model/run/runZip.ts';
import type {
  Bytes,
  Methods,
  OpenRequest,
  Pixels,
  PreviewParams,
  RunInfo,
  SourceInput,
  TargetInput,
  TrainSettings,
  TrainStatus,
} from '../engineProtocol.ts';
import { beginRun, planRun, runNameOf, version, withMinutes } from './begin.ts';
import { CurrentRun } from './currentRun.ts';
import { DeviceQueue } from './deviceQueue.ts';
import { Estimator } from './estimate.ts';
import { endedPreparing, failureOf, WorkerError } from './failures.ts';
import { planNote } from './planNote.ts';
import { Previews } from './previews.ts';
import { LayoutReader, readLines } from './readings.ts';
import { PageRun } from './run.ts';
import { deleteStoredRun, loadStoredRun } from './runStore.ts';
import { checkSource, inputOf, pixelsOf } from './source.ts';
import { convolutionRate } from './speed.ts';
import type { Send, Trainer } from './trainer.ts';

const noRun: TrainStatus = { state: 'none', iteration: 0, iterations: 0, secondsLeft: null, doing: '' };
const discarded = (): WorkerError => new WorkerError({ kind: 'user', message: 'given up for another run' });

/** One handler for each method of the protocol. */
export type Handlers = { [M in keyof Methods]: (p: Parameters<Methods[M]>[0]) => Promise<ReturnType<Methods[M]>> };

export class RequestHandlers implements Handlers {
  private device: Device | null = null;
  private shared!: Session;
  private queue = new DeviceQueue();
  private input: SourceInput | null = null;
  private previews: Previews | null = null;
  private estimator!: Estimator;
  private readonly current: CurrentRun;
  private layoutReader: LayoutReader | null = null;

  /** `gpu`: `navigator.gpu`. `send`: posts an event to the page. */
  constructor(
    private readonly gpu: GPU | undefined,
    private readonly send: Send,
  ) {
    // A step that failed leaves half an iteration: the run resumes from its last checkpoint, on a new device.
    this.current = new CurrentRun(send, ({ message }) => {
      const { device } = this;
      void this.deviceLost(message);
      device?.destroy();
    });
  }

  open = async ({ baseline, disabledPasses = '' }: OpenRequest) => {
    const options = { disabledPasses: parsePassNames(disabledPasses) };
    const before = this.device;
    this.device = null; // destroying it is not reported as a loss
    before?.destroy();
    const device = await openDevice(this.gpu, { baseline });
    this.device = device;
    void device.gpu.lost.then(({ message }) => {
      if (this.device === device) void this.deviceLost(message);
    });
    this.queue = new DeviceQueue();
    this.shared = new Session(device, undefined, options);
    this.estimator = new Estimator(() => this.session(), this.queue, device.info.software);
    const gflops = await convolutionRate(this.shared);
    this.previews = this.input && this.newPreviews();
    await this.current.reopen(() => this.session(), this.queue);
    const stored = this.current.saved ? undefined : await loadStoredRun();
    const { info, limits } = device;
    return {
      device: info,
      gflops,
      limits: { bufferBytes: limits.maxBufferSize, previewSide: info.software ? 256 : 1024 },
      storedRun: stored
        ? {
            name: stored.name,
            iteration: stored.record.host.iteration,
            iterations: stored.record.config.iterations,
            saved: stored.record.saved,
          }
        : null,
    };
  };

  setSource = async (input: SourceInput) => {
    checkSource(input);
    this.input = input;
    this.layoutReader = null;
    this.previews?.close();
    this.previews = this.newPreviews();
    return { classes: input.classes.length };
  };

  preview = async (request: PreviewParams) => {
    this.requireDevice();
    if (!this.previews) throw new UserError('there is no photograph yet: open one, or pick a scene');
    return this.previews.run(request);
  };

  cancelPreview = async () => this.previews?.cancel();

  estimate = async (settings: TrainSettings) => {
    this.requireDevice();
    const { config: c, prepared } = planRun(this.requireSource(), settings);
    const estimate = await this.estimator.estimate(c, prepared.source);
    const { iterations } = withMinutes(c, settings, estimate.seconds),
      seconds = (estimate.seconds * iterations) / c.iterations;
    const note = planNote(c, estimate.seconds, iterations, this.device!.info.software);
    return { ...estimate, iterations, seconds, ...(note && { note }) };
  };

  train = async (settings: TrainSettings) => {
    const device = this.requireDevice();
    const input = this.requireSource();
    const plan = planRun(input, settings);
    await this.current.discard();
    const generation = ++this.current.generation;
    const session = this.session();
    const doing = (what: string): void => {
      if (generation !== this.current.generation) throw discarded();
      this.send('status', {
        state: 'preparing',
        iteration: 0,
        iterations: plan.config.iterations,
        secondsLeft: null,
        doing: what,
      });
    };
    try {
      const { run, estimate } = await beginRun({
        input,
        settings,
        plan,
        session,
        queue: this.queue,
        adapter: device.info,
        doing,
      });
      doing('saving the run');
      await this.current.store(run.saved); // from its first iteration on, a reload finds it
      doing('');
      this.requireDevice();
      this.current.attach(run, this.queue).start();
      return estimate;
    } catch (error) {
      session.memory.destroy();
      // Some drivers that run out of memory crash without an error and take the browser's graphics process with them.
      // Waiting a moment for that lets the page report it as a failure of this training.
      const gone = await Promise.race([
        device.gpu.lost.then(() => true),
        new Promise<boolean>((done) => {
          setTimeout(() => done(false), 300);
        }),
      ]);
      const isCurrent = generation === this.current.generation;
      if (isCurrent) this.send('status', noRun);
      throw new WorkerError(gone && isCurrent ? endedPreparing(plan.config.size) : failureOf(error, plan.config.size));
    }
  };

  pause = async () => {
    const trainer = this.requireTrainer();
    const stored = await trainer.stop();
    if (this.current.trainer === trainer && stored) return trainer.status;
    if (!this.current.saved) return noRun; // discarded meanwhile
    throw new WorkerError({ kind: 'lost', message: 'training ended before it was paused' });
  };

  resume = async () => {
    await this.requireTrainer().settled();
    const trainer = this.requireTrainer();
    if (!trainer.run.finished) {
      if (!trainer.run.training)
        this.send('status', { ...trainer.status, state: 'preparing', doing: 'compiling the training steps' });
      await this.queue.take(() => trainer.run.prepare(this.queue.sharing));
      trainer.start();
    }
    return trainer.status;
  };

  reset = async () => {
    await this.current.discard();
    await deleteStoredRun();
    this.send('status', noRun);
    return noRun;
  };

  renameTarget = async ({ from, to }: { from: string; to: string }) => this.current.renameTarget(from, to);

  watch = async ({ targets }: { targets: TargetInput[] }) => {
    const trainer = this.requireTrainer();
    trainer.watch(targets.map((t) => trainer.run.target(t)));
  };

  render = async ({ target, raw = false }: { target: TargetInput; raw?: boolean }) => {
    const { run } = this.requireTrainer();
    const fitted = run.target(target);
    return this.queue.take(
      async () => ({ iteration: run.iteration, picture: pixelsOf(await run.paint(fitted, raw)) }),
      'request',
    );
  };

  exportPng = async ({ target, raw = false, run: folder }: { target: TargetInput; raw?: boolean; run?: string }) => {
    const { run } = this.requireTrainer();
    const fitted = run.target(target);
    return this.queue.take(async () => {
      const picture = await run.paint(fitted, raw);
      const { record, name } = await run.save();
      const { info } = this.device!;
      const file = { name: target.name, sha256: await sha256(target.data) };
      const bytes = withRecipe(encodeRgbPng(picture), {
        record,
        run: folder ?? name,
        target: fitted,
        file,
        raw,
        adapter: info.description || info.vendor,
        version,
      });
      return { name: `${runNameOf(target.name)}.png`, bytes: bytes as Bytes };
    }, 'request');
  };

  inspect = async ({ target }: { target: TargetInput }) => {
    const { run } = this.requireTrainer();
    const fitted = run.target(target);
    return this.queue.take(() => run.inspect(fitted), 'request');
  };

  classifyLayout = async ({ target, picture }: { target: TargetInput; picture: Pixels }) =>
    (this.layoutReader ??= new LayoutReader(this.requireSource())).read(target, picture);

  measureLines = async ({ target, picture }: { target: TargetInput; picture: Pixels }) => readLines(target, picture);

  save = async () => {
    const { run } = this.requireTrainer();
    const saved = await this.queue.take(() => run.save(), 'request');
    return { name: `${saved.name}.semia.zip`, bytes: zipRun(saved) };
  };

  openRun = async ({ name, bytes, offered = false }: Parameters<Methods['openRun']>[0]) =>
    this.openSaved(unzipRun(bytes, name), !offered);

  restore = async () => {
    const stored = await loadStoredRun();
    if (!stored) throw new WorkerError({ kind: 'no-run', message: 'no run is kept in this browser' });
    return this.openSaved(stored, false);
  };

  loseDevice = async () => this.device?.gpu.destroy();

  /** `store`: no reload would find this run yet. */
  private async openSaved(saved: SavedRun, store: boolean): Promise<RunInfo> {
    this.requireDevice();
    const run = await PageRun.open(saved, this.session()); // throws before the current run is discarded
    await this.current.discard();
    const { generation } = this.current;
    if (store) await this.current.store(saved);
    else this.current.stored = saved.record;
    this.requireDevice();
    if (generation !== this.current.generation) {
      run.close();
      throw discarded();
    }
    const trainer = this.current.attach(run, this.queue);
    const info = { ...run.info(), status: trainer.status };
    await this.setSource(inputOf(run.source)); // a copy of its own: the buffers of `info` are transferred
    return info;
  }

  private async deviceLost(message: string): Promise<void> {
    this.device = null;
    this.previews?.cancel();
    const iteration = await this.current.deviceLost();
    this.send('lost', { message: message || 'the graphics driver was reset', iteration });
  }

  /** After a request that ran out of memory: releases what the previews hold, so that the device can be used on. */
  recoverMemory(): void {
    if (this.device?.failure?.kind !== 'out-of-memory') return;
    this.device.failure = null;
    this.previews?.close();
    this.previews = this.input && this.newPreviews();
  }

  private session(): Session {
    return new Session(this.requireDevice(), this.shared.pipelines, this.shared.options);
  }
  private newPreviews(): Previews {
    return new Previews(
      () => this.session(),
      this.queue,
      this.requireSource(),
      (level) => this.send('level', level),
    );
  }
  private requireDevice(): Device {
    if (!this.device) throw new WorkerError({ kind: 'lost', message: 'no graphics device is open' });
    this.device.check();
    return this.device;
  }
  private requireSource(): SourceInput {
    if (!this.input) throw new UserError('there is no photograph yet: open one, or pick a scene');
    return this.input;
  }
  private requireTrainer(): Trainer {
    this.requireDevice();
    if (!this.current.trainer)
      throw new WorkerError({ kind: 'no-run', message: 'there is no run yet: train one, or open one' });
    return this.current.trainer;
  }
}
