/** Loss curves on a logarithmic scale, drawn again with every reading. */
import { lossInfo } from '../../../model/training/lossTable.ts';
import type { LossRow } from '../../engineProtocol.ts';
import { $, CanvasSurface, css, h } from '../dom.ts';

const most = 1500; // readings drawn; older ones are thinned out

/** A loss as the legend shows it: two decimals, small ones by their order of magnitude. */
const valueText = (loss: number | undefined): string =>
  loss === undefined ? '' : Math.abs(loss) < 0.01 ? loss.toExponential(0) : loss.toFixed(2);

export class Curve {
  private rows: LossRow[] = [];
  private readonly surface: CanvasSurface;

  constructor() {
    this.surface = new CanvasSurface($<HTMLCanvasElement>('curve-canvas'), (c) => this.draw(c));
  }

  set(rows: readonly LossRow[]): void {
    this.rows = [...rows];
    this.legend();
    this.surface.redraw();
  }
  add(row: LossRow): void {
    this.rows = this.rows.filter((r) => r.iteration < row.iteration);
    this.rows.push(row);
    if (this.rows.length > most) this.rows = this.rows.filter((_, i) => i % 2 === 0 || i > most - 200);
    this.legend();
    this.surface.redraw();
  }
  get all(): readonly LossRow[] {
    return this.rows;
  }
  redraw(): void {
    this.surface.redraw();
  }

  private get names(): string[] {
    return [...new Set(this.rows.flatMap((r) => Object.keys(r)))]
      .filter((n) => n !== 'iteration' && !lossInfo(n).sum)
      .slice(0, 9);
  }
  private color(i: number): string {
    return css(`--c${(i % 9) + 1}`);
  }

  private legend(): void {
    this.describe();
    $('curve-legend').replaceChildren(
      ...this.names.map((name, i) => {
        const key = h('i');
        key.style.background = `var(--c${(i % 9) + 1})`;
        const last = this.rows.findLast((r) => r[name] !== undefined)?.[name];
        return h('span', {}, key, `${lossInfo(name).label} ${valueText(last)}`);
      }),
    );
  }

  /** Describes the curves in words, for screen readers. */
  private describe(): void {
    const ends = this.names.map((n) => {
      const of = this.rows.filter((r) => r[n] !== undefined);
      return `${lossInfo(n).label} ${of[0][n].toFixed(3)} to ${of.at(-1)![n].toFixed(3)}`;
    });
    this.surface.canvas.setAttribute(
      'aria-label',
      this.rows.length
        ? `Loss curves, iteration ${this.rows[0].iteration} to ${this.rows.at(-1)!.iteration}: ${ends.join(', ')}`
        : 'Loss curves, empty',
    );
  }

  private draw(c: CanvasRenderingContext2D): void {
    const { width, height } = this.surface,
      left = 34,
      bottom = 16;
    c.font = '11px system-ui, sans-serif';
    c.fillStyle = css('--soft');
    c.strokeStyle = css('--line');
    if (!this.rows.length) {
      c.textAlign = 'center';
      c.fillText('Loss curves appear here while training', width / 2, height / 2);
      return;
    }
    const { names } = this;
    const values = this.rows.flatMap((r) => names.map((n) => r[n])).filter((v) => v > 0);
    const low = Math.floor(Math.log10(Math.max(1e-4, Math.min(...values)))),
      high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values, 1e-3))));
    const first = this.rows[0].iteration,
      last = Math.max(first + 1, this.rows.at(-1)!.iteration);
    const x = (i: number): number => left + ((i - first) / (last - first)) * (width - left - 6);
    const y = (v: number): number => 4 + ((high - Math.log10(v)) / (high - low)) * (height - bottom - 8);
    c.textAlign = 'right';
    c.lineWidth = 1;
    for (let e = low; e <= high; e++) {
      const at = Math.round(y(10 ** e)) + 0.5;
      c.beginPath();
      c.moveTo(left, at);
      c.lineTo(width, at);
      c.stroke();
      if (high - low < 5 || e % 2 === 0)
        c.fillText(
          e >= 0 && e < 4 ? String(10 ** e) : e < 0 && e > -3 ? (10 ** e).toFixed(-e) : `1e${e}`,
          left - 5,
          at + 4,
        );
    }
    c.fillText(`iteration ${last}`, width - 2, height - 3);
    c.lineWidth = 1.4;
    for (const [i, name] of names.entries()) {
      c.beginPath();
      c.strokeStyle = this.color(i);
      for (const r of this.rows) if (r[name] > 0) c.lineTo(x(r.iteration), y(Math.max(10 ** low, r[name])));
      c.stroke();
    }
  }
}
