/** Ctrl-C: the first asks for an orderly end, the second ends at once. */
import { constants } from 'node:os';

// One Ctrl-C may come twice: from the terminal, and passed on by a parent process.
const echoMs = 300;

export class Interrupt {
  /** The signal that asked for an end, or null. */
  requested: NodeJS.Signals | null = null;
  private at = 0;

  /** From here on a first signal is recorded and `note` called, instead of ending the process. */
  constructor(private readonly note: () => void) {
    for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(s, () => this.take(s));
    // the parent that ran us was killed
    process.removeAllListeners('disconnect').on('disconnect', () => this.take('SIGTERM'));
  }

  get exitCode(): number {
    return this.requested ? 128 + constants.signals[this.requested] : 0;
  }

  private take(signal: NodeJS.Signals): void {
    const now = performance.now();
    if (this.requested) {
      if (now - this.at > echoMs) process.exit(this.exitCode);
      return;
    }
    this.requested = signal;
    this.at = now;
    this.note();
  }
}
