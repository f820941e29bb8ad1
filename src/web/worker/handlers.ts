/** The worker's side of every method: one device, one source, at most one run. */
import { parsePassNames } from '../../autograd/passes/index.ts';
import { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import { drawingOf } from '../../data/layout/drawing/drawing.ts';
import { flatten, resize } from '../../data/image/image.ts';
import { lineScore, resizeLines, thin } from '../../data/layout/drawing/lines.ts';
import type { Source } from '../../data/prepare.ts';
import { encodeRgbPng } from '../../data/formats/rgbPng.ts';
import { openDevice, type Device } from '../../engine/device.ts';
import { layoutClassifierOf } from '../../evaluate/evaluate.ts';
import type { LayoutClassifier } from '../../evaluate/layoutClassifier/layoutClassifier.ts';
import { layoutScore } from '../../evaluate/metrics/labels.ts';
import { withRecipe } from '../../model/run/recipe.ts';
import { sha256 } from '../../model/run/runFiles.ts';
import type { RunRecord } from '../../model/run/runRecord.ts';
import { unzipRun, zipRun, type SavedRun } from '../../model/run/runZip.ts';
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
import { beginRun, runNameOf, planRun, version, withMinutes } from './begin.ts';
import { planNote } from './planNote.ts';
import { Estimator } from './estimate.ts';
import { endedPreparing, failureOf, WorkerError } from './failures.ts';
import { dropRun, keepRun, keptRun } from './runStore.ts';
import { Previews } from './previews.ts';
import { renamed, PageRun } from './run.ts';
import { checkSource, inputOf, pictureOf, pixelsOf, sourceAt, targetAt } from './source.ts';
import { convolutionRate } from './speed.ts';
import { Trainer, type Send } from './trainer.ts';
import { DeviceQueue } from './deviceQueue.ts';

/** Longer side at which the judge looks at the source, in pixels. */
const judgeSide = 256;
const none: TrainStatus = { state: 'none', iteration: 0, iterations: 0, secondsLeft: null, doing: '' };

/** Every method of the protocol, by name. */
export type Handlers = { [M in keyof Methods]: (p: Parameters<Methods[M]>[0]) => Promise<ReturnType<Methods[M]>> };

export class RequestHandlers implements Handlers {
  private device: Device | null = null;
  private shared!: Session;
  private queue = new DeviceQueue();
  private input: SourceInput | null = null;
  private previews: Previews | null = null;
  private estimator!: Estimator;
  private trainer: Trainer | null = null;
  /** The run as last saved, for a device that is lost. */
  private saved: SavedRun | null = null;
  /** The state that a reload finds: what was stored last, or what it gets anyway. */
  private stored: RunRecord | null = null;
  private page: { width: number; height: number } | null = null;
  private preparing = 0;
  /** The source as the layout classifier sees it. */
  private judged: { source: Source; classifier: () => LayoutClassifier } | null = null;

  constructor(
    private readonly gpu: GPU | undefined,
    private readonly send: Send,
  ) {}

  open = async ({ baseline, disabledPasses = '' }: OpenRequest) => {
    const options = { disabledPasses: parsePassNames(disabledPasses) };
    const before = this.device;
    this.device = null; // its end is no loss
    before?.destroy();
    const device = await openDevice(this.gpu, { baseline });
    this.device = device;
    void device.gpu.lost.then(({ message }) => {
      if (this.device === device) void this.lost(message);
    });
    this.queue = new DeviceQueue();
    this.shared = new Session(device, undefined, options);
    this.estimator = new Estimator(() => this.session(), this.queue, device.info.software);
    const gflops = await convolutionRate(this.shared);
    this.previews = this.input && this.newPreviews();
    if (this.saved) this.adopt(await PageRun.open(this.saved, this.session(), this.page ?? undefined));
    const kept = this.saved ? undefined : await keptRun();
    const { info, limits } = device;
    return {
      device: info,
      gflops,
      limits: { bufferBytes: limits.maxBufferSize, previewSide: info.software ? 256 : 1024 },
      kept: kept
        ? {
            name: kept.name,
            iteration: kept.record.host.iteration,
            iterations: kept.record.config.iterations,
            saved: kept.record.saved,
          }
        : null,
    };
  };

  setSource = async (input: SourceInput) => {
    checkSource(input);
    this.input = input;
    this.judged = null;
    this.previews?.close();
    this.previews = this.newPreviews();
    return { classes: input.classes.length };
  };

  preview = async (request: PreviewParams) => {
    this.need();
    if (!this.previews) throw new UserError('there is no photograph yet: open one, or pick a scene');
    return this.previews.run(request);
  };

  cancelPreview = async () => this.previews?.cancel();

  estimate = async (settings: TrainSettings) => {
    this.need();
    const { config: c, prepared } = planRun(this.source(), settings);
    const estimate = await this.estimator.estimate(c, prepared.source);
    const { iterations } = withMinutes(c, settings, estimate.seconds),
      seconds = (estimate.seconds * iterations) / c.iterations;
    const note = planNote(c, estimate.seconds, iterations, this.device!.info.software);
    return { ...estimate, iterations, seconds, ...(note && { note }) };
  };

  train = async (settings: TrainSettings) => {
    const device = this.need();
    const input = this.source();
    const plan = planRun(input, settings);
    await this.giveUp();
    const mine = ++this.preparing;
    const session = this.session();
    const doing = (what: string): void => {
      if (mine !== this.preparing) throw new WorkerError({ kind: 'user', message: 'given up for another run' });
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
      await this.store(run.saved); // from its first iteration on, a reload finds it
      doing('');
      this.need();
      this.adopt(run).start();
      return estimate;
    } catch (error) {
      session.memory.destroy();
      // Where memory runs out, some drivers end instead of saying so, and take the browser's graphics process with
      // them. The page hears of that while it still knows that a training is being prepared.
      const gone = await Promise.race([
        device.gpu.lost.then(() => true),
        new Promise<boolean>((done) => {
          setTimeout(() => done(false), 300);
        }),
      ]);
      if (mine === this.preparing) this.send('status', none);
      throw new WorkerError(
        gone && mine === this.preparing ? endedPreparing(plan.config.size) : failureOf(error, plan.config.size),
      );
    }
  };

  pause = async () => {
    const trainer = this.running(),
      kept = await trainer.stop();
    if (this.trainer === trainer && kept) return trainer.status;
    if (!this.saved) return none; // given up meanwhile
    throw new WorkerError({ kind: 'lost', message: 'training ended before it was paused' });
  };

  resume = async () => {
    await this.running().settled();
    const trainer = this.running();
    if (!trainer.run.finished) {
      if (!trainer.run.training)
        this.send('status', { ...trainer.status, state: 'preparing', doing: 'compiling the training steps' });
      await this.queue.take(() => trainer.run.prepare(this.queue.sharing));
      trainer.start();
    }
    return trainer.status;
  };

  reset = async () => {
    await this.giveUp();
    await dropRun();
    this.send('status', none);
    return none;
  };

  renameTarget = async ({ from, to }: { from: string; to: string }) => {
    if (!this.saved) return;
    if (!this.trainer) renamed(this.saved, from, to);
    else if (!this.trainer.run.rename(from, to)) return;
    await this.store(this.saved); // without a device, too: the last checkpoint, by its new names
  };

  watch = async ({ targets }: { targets: TargetInput[] }) => {
    const trainer = this.running();
    trainer.watch(targets.map((t) => trainer.run.target(t)));
  };

  render = async ({ target, raw = false }: { target: TargetInput; raw?: boolean }) => {
    const { run } = this.running();
    const fitted = run.target(target);
    return this.queue.take(
      async () => ({ iteration: run.iteration, picture: pixelsOf(await run.paint(fitted, raw)) }),
      'asked',
    );
  };

  exportPng = async ({ target, raw = false, run: folder }: { target: TargetInput; raw?: boolean; run?: string }) => {
    const { run } = this.running();
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
    }, 'asked');
  };

  inspect = async ({ target }: { target: TargetInput }) => {
    const { run } = this.running();
    const fitted = run.target(target);
    return this.queue.take(() => run.inspect(fitted), 'asked');
  };

  judge = async ({ target, picture }: { target: TargetInput; picture: Pixels }) => {
    const input = this.source();
    if (!this.judged) {
      const source = sourceAt(input, judgeSide);
      this.judged = { source, classifier: layoutClassifierOf(source) };
    }
    const layout = targetAt(target, this.judged.source, input.photo);
    const { width, height } = layout;
    const judge = this.judged.classifier();
    const data = Uint8Array.from(judge.predict(resize(pictureOf(picture, target.name), width, height)));
    const { accuracy, meanIoU } = layoutScore(layout.labels, data, input.classes.length);
    return { width, height, data, accuracy, meanIoU, ceiling: judge.ceiling.meanIoU };
  };

  follow = async ({ target, picture }: { target: TargetInput; picture: Pixels }) => {
    const { width, height } = picture,
      wanted = resizeLines(thin(target.data, target.width, target.height), target.width, target.height, width, height);
    const data = drawingOf(flatten(pictureOf(picture, target.name))).labels;
    return { width, height, data, ...lineScore(data, wanted, width, height) };
  };

  save = async () => {
    const { run } = this.running();
    const saved = await this.queue.take(() => run.save(), 'asked');
    return { name: `${saved.name}.semia.zip`, bytes: zipRun(saved) };
  };

  openRun = async ({ name, bytes, offered = false }: Parameters<Methods['openRun']>[0]) =>
    this.takeUp(unzipRun(bytes, name), !offered);

  restore = async () => {
    const kept = await keptRun();
    if (!kept) throw new WorkerError({ kind: 'no-run', message: 'no run is kept in this browser' });
    return this.takeUp(kept, false);
  };

  loseDevice = async () => this.device?.gpu.destroy();

  /** `store`: a reload would not find it yet. */
  private async takeUp(saved: SavedRun, store: boolean): Promise<RunInfo> {
    this.need();
    const run = await PageRun.open(saved, this.session()); // before the run at hand is given up
    await this.giveUp();
    const mine = this.preparing;
    if (store) await this.store(saved);
    else this.stored = saved.record;
    this.need();
    if (mine !== this.preparing) {
      run.close();
      throw new WorkerError({ kind: 'user', message: 'given up for another run' });
    }
    const trainer = this.adopt(run);
    const info = { ...run.info(), status: trainer.status };
    await this.setSource(inputOf(run.source)); // its own copy: what is answered is given away
    return info;
  }

  private adopt(run: PageRun): Trainer {
    this.saved = run.saved;
    this.page = run.page;
    // A trainer that is done with has nothing to say any more: its iterations may be ahead of what was kept.
    const send: Send = (event, data) => {
      if (this.trainer === trainer) this.send(event, data);
    };
    const trainer = new Trainer(
      run,
      this.queue,
      send,
      () => this.keep(run),
      (error) => {
        const failure = failureOf(error, run.config.size);
        if (failure.kind === 'lost') return; // the page hears of that by its own event
        this.send('failed', failure);
        // A step that was refused leaves half an iteration: the run goes on from its last checkpoint, on a new device.
        const { device } = this;
        void this.lost(failure.message);
        device?.destroy();
      },
    );
    return (this.trainer = trainer);
  }

  /** Writes the run's present state where a reload finds it. One that is given up meanwhile is not written any more. */
  private async keep(run: PageRun): Promise<void> {
    const wanted = (): boolean => this.saved === run.saved;
    if (wanted()) await this.queue.take(() => run.save());
    if (wanted()) await this.store(run.saved);
  }

  /** Resolves when a reload finds this state of the run, or the page has heard that the browser refuses. */
  private async store(saved: SavedRun): Promise<void> {
    const { record } = saved,
      { iteration } = record.host;
    try {
      await keepRun(saved);
    } catch (error) {
      const why = `the browser keeps no copy of the run (${(error as Error).name}): save it as a file`;
      this.send('kept', { iteration, error: why });
      return;
    }
    this.stored = record;
    this.send('kept', { iteration });
  }

  private async giveUp(): Promise<void> {
    this.preparing++;
    const { trainer } = this;
    this.trainer = this.saved = this.page = null;
    await trainer?.stop();
    trainer?.run.close();
  }

  private async lost(message: string): Promise<void> {
    const { saved } = this;
    this.device = null;
    this.trainer = null;
    this.previews?.cancel();
    // The page calls this state kept: one that only went into a file or a recipe so far is stored first.
    if (saved && this.stored !== saved.record) await this.store(saved);
    const iteration = saved?.record.host.iteration ?? 0;
    this.send('lost', { message: message || 'the graphics driver was reset', iteration });
  }

  /**
   * After a request that needed more memory than there is: what it held is released, and the device is as good as
   * before.
   */
  forgive(): void {
    if (this.device?.failure?.kind !== 'out-of-memory') return;
    this.device.failure = null;
    this.previews?.close();
    this.previews = this.input && this.newPreviews();
  }

  private session(): Session {
    return new Session(this.need(), this.shared.pipelines, this.shared.options);
  }
  private newPreviews(): Previews {
    return new Previews(
      () => this.session(),
      this.queue,
      this.source(),
      (level) => this.send('level', level),
    );
  }
  private need(): Device {
    if (!this.device) throw new WorkerError({ kind: 'lost', message: 'no graphics device is open' });
    this.device.check();
    return this.device;
  }
  private source(): SourceInput {
    if (!this.input) throw new UserError('there is no photograph yet: open one, or pick a scene');
    return this.input;
  }
  private running(): Trainer {
    this.need();
    if (!this.trainer)
      throw new WorkerError({ kind: 'no-run', message: 'there is no run yet: train one, or open one' });
    return this.trainer;
  }
}
