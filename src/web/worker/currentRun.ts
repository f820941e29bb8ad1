/**
 * The one run of the worker: its trainer while a device is open, its last checkpoint, and the state of it that this
 * browser has stored.
 */
import type { RunRecord } from '../../model/run/runRecord.ts';
import type { SavedRun } from '../../model/run/runZip.ts';
import type { Failure } from '../engineProtocol.ts';
import type { DeviceQueue } from './deviceQueue.ts';
import { failureOf } from './failures.ts';
import { PageRun, renamed } from './run.ts';
import { storeRun } from './runStore.ts';
import { type Send, Trainer } from './trainer.ts';

export class CurrentRun {
  trainer: Trainer | null = null;
  /** The last checkpoint: where training resumes after the device was lost. */
  saved: SavedRun | null = null;
  /** The state that a reload finds: the one stored last, or the one that the server offers again. */
  stored: RunRecord | null = null;
  /** Counts the runs, so that work on a discarded one notices that it is out of date. */
  generation = 0;
  private pageSize: { width: number; height: number } | null = null;

  /** `stepFailed`: called where an error other than a lost device ended the training. */
  constructor(
    private readonly send: Send,
    private readonly stepFailed: (failure: Failure) => void,
  ) {}

  /** Makes this the current run; the one before has been discarded. It does not train yet. */
  attach(run: PageRun, queue: DeviceQueue): Trainer {
    this.saved = run.saved;
    this.pageSize = run.page;
    // A discarded trainer sends nothing more: its iterations may be ahead of the stored state.
    const send: Send = (event, data) => {
      if (this.trainer === trainer) this.send(event, data);
    };
    const trainer = new Trainer(
      run,
      queue,
      send,
      () => this.checkpoint(run, queue),
      (error) => {
        const failure = failureOf(error, run.config.size);
        if (failure.kind === 'lost') return; // the event `lost` reports that
        this.send('failed', failure);
        this.stepFailed(failure);
      },
    );
    return (this.trainer = trainer);
  }

  /** Opens the last checkpoint on a new device. Without one, does nothing. */
  async reopen(openSession: () => PageRun['session'], queue: DeviceQueue): Promise<void> {
    if (this.saved) this.attach(await PageRun.open(this.saved, openSession(), this.pageSize ?? undefined), queue);
  }

  /** Stops training and frees the run's memory; its stored state stays. */
  async discard(): Promise<void> {
    this.generation++;
    const { trainer } = this;
    this.trainer = this.saved = this.pageSize = null;
    await trainer?.stop();
    trainer?.run.close();
  }

  /** Renames a target of the run and stores that. Without a device, the last checkpoint is renamed. */
  async renameTarget(from: string, to: string): Promise<void> {
    if (!this.saved) return;
    if (!this.trainer) renamed(this.saved, from, to);
    else if (!this.trainer.run.rename(from, to)) return;
    await this.store(this.saved);
  }

  /** The trainer goes with its device. Resolves to the iteration of the checkpoint, stored by then; 0 without one. */
  async deviceLost(): Promise<number> {
    const { saved } = this;
    this.trainer = null;
    // The page reports this checkpoint as stored: one that only went into a file or a recipe so far is stored first.
    if (saved && this.stored !== saved.record) await this.store(saved);
    return saved?.record.host.iteration ?? 0;
  }

  /** Resolves when a reload finds this state of the run, or the page has been sent why the browser refused it. */
  async store(saved: SavedRun): Promise<void> {
    const { record } = saved;
    const { iteration } = record.host;
    try {
      await storeRun(saved);
    } catch (error) {
      const why = `the browser keeps no copy of the run (${(error as Error).name}): save it as a file`;
      this.send('stored', { iteration, error: why });
      return;
    }
    this.stored = record;
    this.send('stored', { iteration });
  }

  /** Saves the run's present state and stores it. A run that is discarded meanwhile is not stored any more. */
  private async checkpoint(run: PageRun, queue: DeviceQueue): Promise<void> {
    const isCurrent = (): boolean => this.saved === run.saved;
    if (isCurrent()) await queue.take(() => run.save());
    if (isCurrent()) await this.store(run.saved);
  }
}
