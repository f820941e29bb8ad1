/** Whose turn it is on the device: one job at a time, and what the visitor waits for goes before training. */

import type { DeviceSharing } from '../../model/training/session.ts';

/** Later ones overtake earlier ones: training; what was asked for; the preview of what was just painted. */
export type Rank = 'work' | 'asked' | 'preview';
const order: readonly Rank[] = ['work', 'asked', 'preview'];

interface Waiting {
  rank: number;
  start: () => void;
}

export class DeviceQueue {
  private busy = false;
  /** Highest rank first; within a rank, first come, first served. */
  private readonly waiting: Waiting[] = [];

  /** Runs `work` when no other job does. */
  async take<T>(work: () => Promise<T>, rank: Rank = 'work'): Promise<T> {
    if (this.busy) await new Promise<void>((start) => this.enqueue({ rank: order.indexOf(rank), start }));
    this.busy = true;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // `busy` stays true for the next one: nobody can slip in between.
      if (next) next.start();
      else this.busy = false;
    }
  }

  /**
   * Within a job: lets previews that wait go first. They have memory of their own and touch no run, so even the middle
   * of a
   * training iteration is no bad moment; saving or rendering a run there would see half an iteration, and waits.
   */
  async giveWay(): Promise<void> {
    if (this.waiting[0]?.rank !== order.indexOf('preview')) return;
    const next = this.waiting.shift()!;
    const back = new Promise<void>((start) => {
      const behind = this.waiting.findIndex((w) => w.rank < order.indexOf('preview'));
      this.waiting.splice(behind < 0 ? this.waiting.length : behind, 0, { rank: order.indexOf('asked'), start });
    });
    next.start();
    await back;
  }

  /** How a training takes its turns here. */
  get sharing(): DeviceSharing {
    return { exclusive: (work) => this.take(work), giveWay: () => this.giveWay() };
  }

  private enqueue(one: Waiting): void {
    const behind = this.waiting.findIndex((w) => w.rank < one.rank);
    this.waiting.splice(behind < 0 ? this.waiting.length : behind, 0, one);
  }
}
