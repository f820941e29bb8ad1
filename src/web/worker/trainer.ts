/**
 * The training loop: one iteration a turn on the device, so that whatever the visitor asks for comes in between. It
 * goes on in a background tab for as long as the browser lets workers run; a tab that the browser freezes goes on where
 * it was.
 */
import { ownLayout, type Target } from '../../data/prepare.ts';
import type { Events, TrainStatus } from '../engineProtocol.ts';
import type { DeviceQueue } from './deviceQueue.ts';
import type { PageRun } from './run.ts';
import { pixelsOf } from './source.ts';

export type Send = <E extends keyof Events>(event: E, data: Events[E]) => void;

const statusMs = 200;
/** Drafts take at most this share of the time. */
const pictureShare = 0.1;
const keepMs = 30_000;

export class Trainer {
  /** The loop with its last checkpoint; resolves to false where an error ended it. */
  private going: Promise<boolean> | null = null;
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

  watch(targets: readonly Target[]): void {
    this.watched = targets.length ? [...targets] : [ownLayout(this.run.source)];
    this.nextWatched = 0;
  }

  /** Paused or finished only when what has been reached is kept: who leaves the page at that word loses nothing. */
  get status(): TrainStatus {
    const {
      iteration,
      finished,
      config: { iterations },
    } = this.run;
    const ending = finished || this.stopping;
    const state = this.going !== null ? (ending ? 'saving' : 'running') : finished ? 'finished' : 'paused';
    const doing = state !== 'saving' ? '' : finished ? 'saving the run' : 'pausing: saving the run';
    const secondsLeft = this.pace ? this.pace * (iterations - iteration) : null;
    return { state, iteration, iterations, secondsLeft, doing };
  }

  start(): void {
    if (this.going !== null) return;
    this.stopping = false;
    this.going = this.loop().then(
      () => {
        this.going = null;
        this.send('status', this.status);
        return true;
      },
      (error) => {
        // No status: what was reached is not kept, and `failed` says what is.
        this.going = null;
        this.failed(error);
        return false;
      },
    );
  }

  /** Resolves when no step is under way and the run is kept; to false where an error came first. */
  async stop(): Promise<boolean> {
    if (!this.going) return true;
    this.stopping = true;
    this.send('status', this.status);
    return this.going;
  }

  /** Resolves when no stop is under way: a loop that is ending would not go on. */
  async settled(): Promise<void> {
    if (this.stopping) await this.going;
  }

  private async loop(): Promise<void> {
    const { run } = this;
    let [notified, pictured, kept, pictureMs] = [-Infinity, -Infinity, performance.now(), 0];
    for await (const { iteration, of, seconds, losses } of run.training!.iterate()) {
      run.count(seconds);
      this.pace = this.pace ? 0.9 * this.pace + 0.1 * seconds : seconds;
      this.sendLosses(losses);
      const now = performance.now();
      if (now - pictured >= Math.max(1000, pictureMs / pictureShare) || iteration === of)
        pictureMs = await this.showDraft().then((t) => {
          pictured = performance.now();
          return t;
        });
      if (now - notified >= statusMs) {
        this.send('status', this.status);
        notified = now;
      }
      if (now - kept >= keepMs) {
        await this.keep();
        kept = performance.now();
      }
      if (this.stopping) break;
    }
    this.send('status', this.status);
    this.sendLosses(await run.training!.readLosses());
    await this.keep();
  }

  private sendLosses(losses: Record<string, number> | null): void {
    if (losses) this.send('losses', this.run.addLosses(losses));
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
