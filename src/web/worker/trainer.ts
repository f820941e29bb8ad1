/**
 * The training loop: one iteration a turn on the device, so that whatever the visitor asks for comes in between. It
 * goes on
 * in a background tab for as long as the browser lets workers run; a tab that the browser freezes goes on where it was.
 */
import { ownLayout } from '../../model/analogy.ts';
import type { Target } from '../../data/prepare.ts';
import type { Training } from '../../model/training/training.ts';
import type { Events, TrainStatus } from '../engineProtocol.ts';
import type { PageRun } from './run.ts';
import { pixelsOf } from './source.ts';
import type { DeviceQueue } from './deviceQueue.ts';

export type Send = <E extends keyof Events>(event: E, data: Events[E]) => void;

const statusMs = 200;
/** Drafts take at most this share of the time. */
const pictureShare = 0.1;
const keepMs = 30_000;

export class Trainer {
  private going: Promise<void> | null = null;
  private stopping = false;
  private pace = 0;
  private watched: Target[];
  private nextWatched = 0;

  /** `keep`: writes a checkpoint. `failed`: told of an error that ended the loop. */
  constructor(
    readonly run: PageRun,
    private readonly queue: DeviceQueue,
    private readonly send: Send,
    private readonly keep: () => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {
    this.watched = run.targets.length ? [...run.targets] : [ownLayout(run.source)];
  }

  get running(): boolean {
    return this.going !== null && !this.stopping;
  }

  watch(targets: readonly Target[]): void {
    this.watched = targets.length ? [...targets] : [ownLayout(this.run.source)];
    this.nextWatched = 0;
  }

  get status(): TrainStatus {
    const {
      iteration,
      finished,
      config: { iterations },
    } = this.run;
    return {
      state: finished ? 'finished' : this.running ? 'running' : 'paused',
      iteration,
      iterations,
      secondsLeft: this.pace ? this.pace * (iterations - iteration) : null,
      doing: '',
    };
  }

  start(): void {
    this.stopping = false;
    this.going ??= this.loop()
      .catch(this.failed)
      .finally(() => {
        this.going = null;
        this.send('status', this.status);
      });
  }

  /** Resolves when no step is under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.going;
    this.stopping = false;
  }

  private async loop(): Promise<void> {
    const { run } = this;
    const { iterations, reconstructionEvery } = run.config;
    const training = run.training!;
    // As the command line reads them: whole cycles of reconstruction and sampling, about a hundred readings.
    const every = reconstructionEvery * Math.max(1, Math.round(iterations / 100 / reconstructionEvery));
    let [told, pictured, kept, pictureMs] = [-Infinity, -Infinity, performance.now(), 0];
    while (!this.stopping && training.iteration < iterations) {
      const ms = await this.queue.take(() => this.iterate(training));
      run.count(ms / 1000);
      this.pace = this.pace ? 0.9 * this.pace + (0.1 * ms) / 1000 : ms / 1000;
      if (training.iteration % every === 0) await this.readLosses();
      const now = performance.now();
      if (now - pictured >= Math.max(1000, pictureMs / pictureShare) || training.iteration === iterations)
        pictureMs = await this.showDraft().then((t) => {
          pictured = performance.now();
          return t;
        });
      if (now - told >= statusMs) {
        this.send('status', this.status);
        told = now;
      }
      if (now - kept >= keepMs) {
        await this.keep();
        kept = performance.now();
      }
    }
    await this.readLosses();
    await this.keep();
  }

  /** One iteration; resolves to its own milliseconds. */
  private async iterate(training: Training): Promise<number> {
    const start = performance.now();
    let others = 0;
    // On a processor an iteration takes long enough to be felt: previews come in between its steps, for the price of
    // waiting for each. A graphics card is kept busy through the whole iteration, which is over in no time.
    await training.next(
      undefined,
      !training.session.device.info.software
        ? undefined
        : async () => {
            const paused = performance.now();
            await this.queue.giveWay();
            others += performance.now() - paused;
          },
    );
    return performance.now() - start - others;
  }

  private async readLosses(): Promise<void> {
    const losses = await this.queue.take(() => this.run.training!.losses());
    if (Object.keys(losses).length) this.send('losses', this.run.addLosses(losses));
  }

  /** The next watched layout's draft; resolves to how long it took, in ms. */
  private async showDraft(): Promise<number> {
    const index = this.nextWatched++ % this.watched.length;
    const target = this.watched[index];
    const start = performance.now();
    const picture = pixelsOf(await this.queue.take(() => this.run.paint(target, true)));
    this.send('picture', { target: target.name, index, iteration: this.run.iteration, picture });
    return performance.now() - start;
  }
}
