import type { LinearColor } from './color.ts';

/** Samples per pixel along one side: every picture is painted this much larger and averaged down (antialiasing). */
export const SUPERSAMPLING = 3;

/** Lengths are in reference pixels everywhere: a picture is 256 of them wide, whatever its size. */
export const REFERENCE_WIDTH = 256;

/** A linear picture and its label map, painted together so that they cannot disagree. */
export class Canvas {
  /** Samples across and down. */
  readonly columns: number;
  readonly rows: number;
  /** Samples per reference pixel. */
  readonly density: number;
  /** Height in reference pixels. */
  readonly height: number;
  /** Linear light, 3 per sample. */
  readonly light: Float32Array;
  /** Class index per sample. */
  readonly label: Uint8Array;

  /** `width` x `height` in pixels of the finished picture. */
  constructor(width: number, height: number) {
    this.columns = width * SUPERSAMPLING;
    this.rows = height * SUPERSAMPLING;
    this.density = this.columns / REFERENCE_WIDTH;
    this.height = this.rows / this.density;
    this.light = new Float32Array(this.columns * this.rows * 3);
    this.label = new Uint8Array(this.columns * this.rows);
  }

  /** Covers sample (column, row), which must exist, by `alpha` in [0, 1]. */
  put(column: number, row: number, r: number, g: number, b: number, label: number, alpha = 1): void {
    const at = row * this.columns + column,
      to = at * 3;
    this.light[to] += (r - this.light[to]) * alpha;
    this.light[to + 1] += (g - this.light[to + 1]) * alpha;
    this.light[to + 2] += (b - this.light[to + 2]) * alpha;
    if (alpha >= 0.5) this.label[at] = label;
  }

  /**
   * A copy of the light so far, to be looked up at (x, y) in reference pixels while painting on; the border reaches
   * outwards.
   */
  snapshot(): (x: number, y: number) => LinearColor {
    const copy = this.light.slice(),
      k = this.density;
    return (x, y) => {
      const column = Math.round(Math.min(this.columns - 1, Math.max(0, x * k)));
      const at = (Math.round(Math.min(this.rows - 1, Math.max(0, y * k))) * this.columns + column) * 3;
      return [copy[at], copy[at + 1], copy[at + 2]];
    };
  }

  /** Class at (x, y), which must lie inside. */
  labelAt(x: number, y: number): number {
    return this.label[Math.floor(y * this.density) * this.columns + Math.floor(x * this.density)];
  }

  /** Paints rows top..bottom (reference pixels): `shade(x, y)` returns the color at a sample, or null to leave it. */
  fill(top: number, bottom: number, label: number, shade: (x: number, y: number) => LinearColor | null): void {
    const first = Math.max(0, Math.floor(top * this.density)),
      last = Math.min(this.rows, Math.ceil(bottom * this.density));
    for (let row = first; row < last; row++)
      for (let column = 0; column < this.columns; column++) {
        const c = shade((column + 0.5) / this.density, (row + 0.5) / this.density);
        if (c) this.put(column, row, c[0], c[1], c[2], label);
      }
  }

  /** A filled ellipse: center, radii, the angle of its first radius (radians, from x towards y, y down). */
  dab(x: number, y: number, rx: number, ry: number, angle: number, color: LinearColor, label: number): void {
    const k = this.density,
      cx = x * k - 0.5,
      cy = y * k - 0.5;
    // An ellipse thinner than a sample keeps its coverage, not its width.
    const ax = Math.max(rx * k, 0.55),
      ay = Math.max(ry * k, 0.55);
    const alpha = Math.min(1, (rx * k * ry * k) / (ax * ay));
    const cos = Math.cos(angle),
      sin = Math.sin(angle);
    const wide = Math.hypot(ax * cos, ay * sin),
      tall = Math.hypot(ax * sin, ay * cos);
    const left = Math.max(0, Math.ceil(cx - wide)),
      right = Math.min(this.columns - 1, Math.floor(cx + wide));
    const top = Math.max(0, Math.ceil(cy - tall)),
      bottom = Math.min(this.rows - 1, Math.floor(cy + tall));
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++) {
        const dx = column - cx,
          dy = row - cy;
        const u = (dx * cos + dy * sin) / ax,
          v = (dy * cos - dx * sin) / ay;
        if (u * u + v * v <= 1) this.put(column, row, color[0], color[1], color[2], label, alpha);
      }
  }

  /**
   * A tapering, bent stroke from (x0, y0) to (x1, y1), full widths w0 and w1, colors c0 to c1. `bend` moves its middle
   * sideways (reference pixels): a blade of grass, a twig, a trunk.
   */
  stroke(
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    w0: number,
    w1: number,
    c0: LinearColor,
    c1: LinearColor,
    label: number,
    bend = 0,
  ): void {
    const k = this.density,
      steep = Math.abs(y1 - y0) >= Math.abs(x1 - x0);
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(y1 - y0), Math.abs(x1 - x0)) * k));
    for (let s = 0; s <= steps; s++) {
      const t = s / steps,
        curve = 4 * bend * t * (1 - t);
      const x = (x0 + (x1 - x0) * t + (steep ? curve : 0)) * k,
        y = (y0 + (y1 - y0) * t + (steep ? 0 : curve)) * k;
      const width = (w0 + (w1 - w0) * t) * k,
        reach = Math.max(width, 1) / 2;
      const r = c0[0] + (c1[0] - c0[0]) * t,
        g = c0[1] + (c1[1] - c0[1]) * t,
        b = c0[2] + (c1[2] - c0[2]) * t;
      const across = steep ? x : y,
        along = Math.floor(steep ? y : x);
      if (along < 0 || along >= (steep ? this.rows : this.columns)) continue;
      const from = Math.max(0, Math.round(across - reach)),
        limit = steep ? this.columns : this.rows;
      const to = Math.min(limit, Math.max(Math.round(across + reach), from + 1));
      const alpha = Math.min(1, width);
      for (let i = from; i < to; i++) this.put(steep ? i : along, steep ? along : i, r, g, b, label, alpha);
    }
  }
}
