/** Whose turn it is on the device: one job at a time, and what the visitor waits for goes before training. */
export class Turns {
  private busy = false;
  private readonly waiting: { urgent: boolean; start: () => void }[] = [];

  /** Runs `work` when no other job does. Urgent jobs overtake waiting ones that are not; otherwise first come, first served. */
  async take<T>(work: () => Promise<T>, { urgent = false } = {}): Promise<T> {
    if (this.busy) await new Promise<void>((start) => {
      const at = urgent ? this.waiting.findIndex((w) => !w.urgent) : -1;
      this.waiting.splice(at < 0 ? this.waiting.length : at, 0, { urgent, start });
    });
    this.busy = true;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // `busy` stays true for the next one: nobody can slip in between.
      if (next) next.start(); else this.busy = false;
    }
  }
}
