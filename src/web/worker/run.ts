/** A run in the page: what is saved of it, and while its device lives, the networks that train and render. */
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import type { Picture } from '../../data/image/image.ts';
import { cutCHW } from '../../data/image/pad.ts';
import type { Size, Source, Target } from '../../data/prepare.ts';
import { PreparedSource } from '../../model/preparedSource.ts';
import type { PresetName } from '../../model/presets.ts';
import type { ValueMap } from '../../model/rendering/inspect.ts';
import { Painter } from '../../model/rendering/painter.ts';
import { weightsOf } from '../../model/run/runFiles.ts';
import { adoptKernels } from '../../model/run/runKernels.ts';
import { readerOf, type SavedRun } from '../../model/run/runZip.ts';
import { lossRow } from '../../model/training/lossRows.ts';
import { type DeviceSharing, TrainingSession } from '../../model/training/session.ts';
import type { HeatMap, Inspection, LossRow, RunInfo, TargetInput } from '../engineProtocol.ts';
import { inputOf, pixelsOfCHW, targetAt, targetInputOf } from './source.ts';

/** Gives a target of a saved run another name. */
export function renamed(saved: SavedRun, from: string, to: string): void {
  saved.record = {
    ...saved.record,
    targets: saved.record.targets.map((t) => (t.name === from ? { ...t, name: to } : t)),
  };
}

export class PageRun {
  /** Ready to train; null for an opened run that only renders yet. */
  training: TrainingSession | null = null;
  private readonly began: number;
  private trained = 0;

  /** `page`: the source's size as the page has it. */
  private constructor(
    readonly saved: SavedRun,
    private painter: Painter,
    readonly targets: readonly Target[],
    readonly page: Size,
  ) {
    this.began = saved.record.seconds;
  }

  /** A new run whose steps are recorded already; `saved` is its state now. */
  static fresh(saved: SavedRun, targets: readonly Target[], page: Size, training: TrainingSession): PageRun {
    const run = new PageRun(saved, training.painter, targets, page);
    run.training = training;
    return run;
  }

  /** A saved run, to render with; `prepare` makes it ready to train. Throws UserError where it is damaged. */
  static async open(saved: SavedRun, session: Session, page?: Size): Promise<PageRun> {
    // readings since the last save
    saved.losses = saved.losses.filter((row) => row.iteration <= saved.record.host.iteration);
    adoptKernels(session, saved.record);
    const { config } = saved.record;
    const reader = readerOf(saved);
    const source = await reader.source();
    const targets = await reader.targets();
    const painter = Painter.restored(session, config, PreparedSource.for(config, source), await reader.state());
    return new PageRun(saved, painter, targets, page ?? source);
  }

  get session(): Session {
    return this.painter.session;
  }
  get source(): Source {
    return this.painter.source;
  }
  get config() {
    return this.saved.record.config;
  }
  get iteration(): number {
    return this.training?.iteration ?? this.saved.record.host.iteration;
  }
  get finished(): boolean {
    return this.iteration >= this.config.iterations;
  }

  /** Records the training steps of an opened run, and puts its state into them. */
  async prepare(device: DeviceSharing): Promise<void> {
    if (this.training) return;
    const { record } = this.saved;
    if (record.inputs.vgg)
      throw new UserError(
        'this run was trained with VGG features, which the page does not have: it can be rendered here, ' +
          'and goes on with semia train --resume',
      );
    const { session } = this;
    const { prepared } = this.painter;
    const reader = readerOf(this.saved);
    session.memory.destroy(); // the networks it was rendered with
    const resume = { learned: await reader.learned(), state: await reader.state(), host: record.host };
    this.training = await TrainingSession.open({ session, config: record.config, prepared, device, resume });
    this.painter = this.training.painter;
  }

  /** Seconds of training, counted by the loop. */
  count(seconds: number): void {
    this.trained += seconds;
  }

  addLosses(losses: Record<string, number>): LossRow {
    const row = lossRow(this.iteration, losses);
    this.saved.losses.push(row);
    return row;
  }

  /** Makes the present state the saved one. Takes the device for a moment. */
  async save(): Promise<SavedRun> {
    const { training, saved } = this;
    if (training && training.iteration !== saved.record.host.iteration) {
      const weights = await weightsOf(training);
      saved.files.delete(saved.record.weights.name);
      saved.files.set(weights.record.name, weights.bytes);
      saved.record = {
        ...saved.record,
        host: training.host,
        weights: weights.record,
        seconds: this.began + this.trained,
        saved: new Date().toISOString(),
      };
    }
    return saved;
  }

  /** What the page shows of it, without its state. */
  info(): Omit<RunInfo, 'status'> {
    const {
      config: c,
      saved: { name, losses },
    } = this;
    return {
      name,
      losses,
      source: inputOf(this.source),
      targets: this.targets.map(targetInputOf),
      settings: {
        preset: c.preset as PresetName,
        size: c.size,
        width: c.network.generator,
        seed: c.seed,
        iterations: c.iterations,
      },
    };
  }

  /** False where there is no such target. */
  rename(from: string, to: string): boolean {
    const target = this.targets.find((t) => t.name === from);
    if (!target) return false;
    target.name = to;
    renamed(this.saved, from, to);
    return true;
  }

  target(input: TargetInput): Target {
    return targetAt(input, this.source, this.page);
  }

  paint(target: Target, raw: boolean): Promise<Picture> {
    return this.painter.paint(target, { raw });
  }

  async inspect(target: Target): Promise<Inspection> {
    const fitted = this.painter.prepared.fit(target);
    const { size, padding, layout } = fitted;
    const inside = await this.painter.inspect(fitted);
    // Every map on the draft's own grid, without the margin that the networks see mirrored: ready to be laid over it.
    const map = (kind: HeatMap['kind'], label: string, m: ValueMap): HeatMap => {
      const values = new Float32Array(size.width * size.height);
      for (let y = 0; y < size.height; y++)
        for (let x = 0; x < size.width; x++) {
          const [u, v] = [
            Math.floor(((x + padding.left) * m.width) / padding.width),
            Math.floor(((y + padding.top) * m.height) / padding.height),
          ];
          values[y * size.width + x] = m.values[v * m.width + u];
        }
      return {
        kind,
        label,
        width: size.width,
        height: size.height,
        values,
        min: values.reduce((a, b) => Math.min(a, b), Infinity),
        max: values.reduce((a, b) => Math.max(a, b), -Infinity),
      };
    };
    const labels = new Uint8Array(size.width * size.height);
    let agree = 0;
    for (let y = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++) {
        const at = (y + padding.top) * padding.width + x + padding.left;
        labels[y * size.width + x] = inside.labels[at];
        agree += Number(inside.labels[at] === layout.labels[at]);
      }
    return {
      draft: pixelsOfCHW(cutCHW(inside.image, 3, size.width, size.height, padding), size.width, size.height),
      maps: [
        ...inside.gamma.map((m, l) => map('gamma', `gamma, level ${l + 1}`, m)),
        ...inside.beta.map((m, l) => map('beta', `beta, level ${l + 1}`, m)),
        ...inside.scores.map((m, i) => map('discriminator', `discriminator at 1/${4 << i}`, m)),
      ],
      layout: { width: size.width, height: size.height, data: labels, agreement: agree / labels.length },
    };
  }

  close(): void {
    this.session.memory.destroy();
  }
}
