/** One job at a time on the device; what the visitor waits for goes before training. */
import type { DeviceSharing } from '../../model/training/session.ts';

/** From low to high: a step of training; a request of the page; the preview of what was just painted. */
export type Priority = 'training' | 'request' | 'preview';
const priorities: readonly Priority[] = ['training', 'request', 'preview'];

interface WaitingJob {
  priority: number;
  start: () => void;
}

export class DeviceQueue {
  private busy = false;
  /** Highest priority first; jobs of one priority in the order they came. */
  private readonly waiting: WaitingJob[] = [];

  /** Runs `work` when no other job runs, and resolves to its result. A job that throws ends like any other. */
  async take<T>(work: () => Promise<T>, priority: Priority = 'training'): Promise<T> {
    if (this.busy) await new Promise<void>((start) => this.enqueue({ priority: priorities.indexOf(priority), start }));
    this.busy = true;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // `busy` stays true for the next job, so that no other can start in between.
      if (next) next.start();
      else this.busy = false;
    }
  }

  /**
   * Called within a job: lets waiting previews run first. They have memory of their own and read no run, so they may
   * come in the middle of a training iteration. Saving or rendering a run there would see half an iteration, and waits.
   */
  async giveWay(): Promise<void> {
    const preview = priorities.indexOf('preview');
    if (this.waiting[0]?.priority !== preview) return;
    const next = this.waiting.shift()!;
    const resumed = new Promise<void>((start) => {
      const behind = this.waiting.findIndex((w) => w.priority < preview);
      const job = { priority: priorities.indexOf('request'), start };
      this.waiting.splice(behind < 0 ? this.waiting.length : behind, 0, job);
    });
    next.start();
    await resumed;
  }

  /** How a training shares the device: its jobs run alone, and it lets previews run between its steps. */
  get sharing(): DeviceSharing {
    return { exclusive: (work) => this.take(work), giveWay: () => this.giveWay() };
  }

  private enqueue(job: WaitingJob): void {
    const behind = this.waiting.findIndex((w) => w.priority < job.priority);
    this.waiting.splice(behind < 0 ? this.waiting.length : behind, 0, job);
  }
}
