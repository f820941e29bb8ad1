/** Progress of training on stdout: a bar on a terminal, an occasional line elsewhere, nothing with --quiet. */
import { relative } from 'node:path';
import { SingleBar } from 'cli-progress';
import { losses } from '../../model/training/lossTable.ts';

/** '45 s', '3 min 20 s', '2 h 5 min'. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  return s < 3600
    ? `${Math.floor(s / 60)} min ${s % 60} s`
    : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
export const bytes = (n: number): string =>
  n < 2 ** 30 ? `${Math.round(n / 2 ** 20)} MB` : `${(n / 2 ** 30).toFixed(1)} GB`;

const shown = losses.filter((l) => l.progress);
const linesApart = 10; // seconds

export class Progress {
  private readonly bar: SingleBar | null = null;
  private text = '';
  private picture = '';
  private readonly began = performance.now();
  private printed = performance.now();
  private readonly from: number;

  constructor(
    done: number,
    private readonly of: number,
    private readonly quiet: boolean,
  ) {
    this.from = done;
    if (quiet || !process.stdout.isTTY) return;
    this.bar = new SingleBar({
      stream: process.stdout,
      format: '{bar} {value}/{total}  {left} left  {losses}  {picture}',
      barsize: 20,
      hideCursor: false,
      barCompleteChar: '#',
      barIncompleteChar: '.',
      linewrap: false,
      fps: 4,
      gracefulExit: false,
    } as ConstructorParameters<typeof SingleBar>[0]);
    this.bar.start(of, done, { left: '?', losses: '', picture: '' });
  }

  /** A line of its own, above the bar. */
  static line(text: string, quiet: boolean): void {
    if (!quiet) process.stdout.write(`${text}\n`);
  }

  losses(values: Record<string, number>): void {
    this.text = shown
      .filter((l) => l.name in values)
      .map((l) => `${l.label} ${values[l.name].toPrecision(3)}`)
      .join('  ');
  }
  newest(path: string): void {
    this.picture = relative('.', path);
  }

  at(done: number): void {
    if (this.quiet) return;
    const now = performance.now();
    const left = duration(((now - this.began) / 1000 / Math.max(1, done - this.from)) * (this.of - done));
    if (this.bar) {
      this.bar.update(done, { left, losses: this.text, picture: this.picture });
      return;
    }
    if (done < this.of && now - this.printed < linesApart * 1000) return;
    this.printed = now;
    Progress.line(
      [`iteration ${done} of ${this.of}`, `${left} left`, this.text, this.picture && `newest picture ${this.picture}`]
        .filter(Boolean)
        .join(', '),
      false,
    );
  }

  stop(): void {
    this.bar?.stop();
  }
}
