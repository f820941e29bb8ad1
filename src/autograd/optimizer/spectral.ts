/**
 * Spectral normalization (Miyato et al. 2018) of all weights of a network together: W / sigma(W) by one power iteration
 * per forward, in four launches for any number of weights, and its gradient in three, or in two and Adam's own.
 */
import adamKernel from '../../shaders/optimizer/adam/spectral.wgsl';
import applyKernel from '../../shaders/optimizer/spectral/apply.wgsl';
import backwardKernel from '../../shaders/optimizer/spectral/backward.wgsl';
import dotKernel from '../../shaders/optimizer/spectral/dot.wgsl';
import leftKernel from '../../shaders/optimizer/spectral/left.wgsl';
import rightKernel from '../../shaders/optimizer/spectral/right.wgsl';
import sigmaKernel from '../../shaders/optimizer/spectral/sigma.wgsl';
import totalKernel from '../../shaders/optimizer/spectral/total.wgsl';
import type { Session } from '../session.ts';
import { type Shape, sizeOf, type Tensor } from '../tensor.ts';

/**
 * `conv`, a weight [Co,Ci,Kh,Kw], has its rows on axis 0; `transposed`, [Ci,Co,Kh,Kw], on axis 1. Other ranks: axis 0.
 */
export type SpectralKind = 'conv' | 'transposed';
/** A weight of the vector: `offset` in values, a multiple of 64. */
export interface SpectralWeight {
  offset: number;
  shape: Shape;
  kind: SpectralKind;
}

/** Rows of a weight as a matrix. */
export const rowsOf = (shape: Shape, kind: SpectralKind): number => shape[kind === 'conv' ? 0 : 1];

/** W v (`right`) or W^T u of a weight as rows and columns, in float64. */
function product(
  w: Float32Array,
  shape: Shape,
  kind: SpectralKind,
  x: ArrayLike<number>,
  right: boolean,
): Float64Array {
  const rows = rowsOf(shape, kind);
  const columns = w.length / rows;
  const taps = sizeOf(shape.slice(2));
  const y = new Float64Array(right ? rows : columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const value = w[kind === 'conv' ? r * columns + c : (Math.floor(c / taps) * rows + r) * taps + (c % taps)];
      if (right) y[r] += value * x[c];
      else y[c] += value * x[r];
    }
  return y;
}
const lengthOf = (x: Float64Array): number => Math.sqrt(x.reduce((a, v) => a + v * v, 0));

/** sigma = u W v with both vectors as saved: what PyTorch divides by at inference. */
export const sigmaOf = (
  w: Float32Array,
  shape: Shape,
  kind: SpectralKind,
  u: ArrayLike<number>,
  v: ArrayLike<number>,
): number => product(w, shape, kind, v, true).reduce((a, s, r) => a + s * u[r], 0);

/**
 * A v for which u W v is the sigma of a frozen forward, |W W^T u| / |W^T u|: the direction W^T u, a little longer than
 * 1 before the iteration has settled.
 */
export function rightVector(w: Float32Array, shape: Shape, kind: SpectralKind, u: ArrayLike<number>): Float32Array {
  const t = product(w, shape, kind, u, false);
  const squared = lengthOf(t) ** 2 || 1;
  const sigma = lengthOf(product(w, shape, kind, t, true)) / Math.sqrt(squared);
  return Float32Array.from(t, (x) => (x * sigma) / squared);
}

/** One weight's line in the table of spectral.wgsl. */
function line({ offset, shape, kind }: SpectralWeight, uAt: number, vAt: number): number[] {
  const rows = rowsOf(shape, kind);
  const columns = sizeOf(shape) / rows;
  const taps = sizeOf(shape.slice(2));
  return kind === 'conv'
    ? [offset, rows, columns, columns, columns, rows * columns, uAt, vAt]
    : [offset, rows, columns, taps, taps, rows * taps, uAt, vAt];
}

/** A step over a flat vector: elements of one weight, or of none. */
interface Tile {
  weight: number;
  /** First element in the weight. */
  first: number;
  /** First vec4 in the vector. */
  at: number;
  /** vec4s. */
  count: number;
}
const none = 0xffffffff;
const tileSize = 4096;
const pad4 = (n: number): number => Math.ceil(n / 4) * 4;

/** Spectral normalization of weights that lie in one vector, and its state. */
export class Spectral {
  private readonly table: Tensor;
  private readonly columnTiles: Tensor;
  private readonly rowTiles: Tensor;
  private readonly elementTiles: Tensor;
  private readonly firstTile: Tensor;
  private readonly lines: Tensor;
  /** The table, and behind it the tiles of Adam's pass over the whole vector. */
  private readonly tables: Tensor;
  private readonly counts: { columns: number; rows: number; elements: number; lines: number; adam: number };
  /** Left singular vectors of all weights, the power iteration's state: weight k's from `rowsAt[k]` on. */
  readonly u: Tensor;
  readonly rowsAt: readonly number[];
  private readonly v: Tensor;
  private readonly scale: Tensor;
  private readonly factors: Tensor;
  private frozen = false;
  /** (1 / sigma, 0) by weight, where a file said with what sigma its weights are used; until the state moves. */
  private given: Tensor | null = null;
  private moves = false;

  /**
   * `weights` by rising offset in a vector of `size` values (whole 256 bytes each); `u0` holds each weight's start
   * vector (unit length), in order.
   */
  constructor(
    private readonly session: Session,
    private readonly weights: readonly SpectralWeight[],
    u0: Float32Array,
    private readonly size: number,
  ) {
    const table: number[] = [];
    const columnTiles: number[] = [];
    const rowTiles: number[] = [];
    const elementTiles: number[] = [];
    const firstTile: number[] = [];
    const lines: number[] = [];
    const rowsAt: number[] = [];
    let uAt = 0;
    let vAt = 0;
    for (const [k, w] of weights.entries()) {
      if (w.offset % 4) throw new Error(`spectral: weight offset ${w.offset} is not a multiple of 4`);
      const rows = rowsOf(w.shape, w.kind);
      const columns = sizeOf(w.shape) / rows;
      table.push(...line(w, uAt, vAt));
      for (let c = 0; c < columns; c += 256) columnTiles.push(k, c);
      for (let r = 0; r < rows; r += 32) rowTiles.push(k, r);
      for (let r = 0; r < rows; r++) lines.push(k, r);
      firstTile.push(elementTiles.length / 2);
      for (let i = 0; i < rows * columns; i += tileSize) elementTiles.push(k, i);
      rowsAt.push(uAt);
      uAt += pad4(rows);
      vAt += pad4(columns);
    }
    firstTile.push(elementTiles.length / 2);
    const adam = this.cover().flatMap(({ weight, first, at, count }) => [weight, first, at, count]);
    const fixed = (label: string, data: number[]): Tensor =>
      session.lasting([data.length], `spectral.${label}`, data, 'u32');
    this.table = fixed('table', table);
    this.columnTiles = fixed('columnTiles', columnTiles);
    this.rowTiles = fixed('rowTiles', rowTiles);
    this.elementTiles = fixed('elementTiles', elementTiles);
    this.firstTile = fixed('firstTile', firstTile);
    this.lines = fixed('lines', lines);
    this.tables = fixed('tables', [...table, ...adam]);
    this.counts = {
      columns: columnTiles.length / 2,
      rows: rowTiles.length / 2,
      elements: elementTiles.length / 2,
      lines: lines.length / 2,
      adam: adam.length / 4,
    };
    this.u = session.lasting([uAt], 'spectral.u');
    this.v = session.lasting([vAt], 'spectral.v');
    this.scale = session.lasting([weights.length, 2], 'spectral.scale');
    this.factors = session.lasting([weights.length, 2], 'spectral.factors');
    this.rowsAt = rowsAt;
    this.restore(u0);
  }

  /** The whole vector in tiles: those of the weights, and those of what lies between them. */
  private cover(): Tile[] {
    const tiles: Tile[] = [];
    const add = (weight: number, from: number, to: number): void => {
      for (let i = from; i < to; i += tileSize)
        tiles.push({ weight, first: i - from, at: i / 4, count: Math.ceil(Math.min(tileSize, to - i) / 4) });
    };
    let at = 0;
    for (const [k, w] of this.weights.entries()) {
      add(none, at, w.offset);
      at = w.offset + pad4(sizeOf(w.shape));
      add(k, w.offset, at);
    }
    add(none, at, this.size);
    return tiles;
  }

  /** Sets the power iteration's state from the weights' left vectors, one after the other. */
  restore(u: Float32Array): void {
    const padded = new Float32Array(this.u.size);
    let at = 0;
    for (const [k, w] of this.weights.entries()) {
      const rows = rowsOf(w.shape, w.kind);
      padded.set(u.subarray(at, at + rows), this.rowsAt[k]);
      at += rows;
    }
    if (u.length !== at) throw new Error(`spectral: ${u.length} start values for ${at} rows`);
    this.session.write(this.u, padded);
  }

  /**
   * Frozen forwards take these sigmas, one a weight, in place of a power iteration's: nothing once a moving forward is
   * recorded.
   */
  fix(sigmas: readonly number[]): void {
    if (!this.moves)
      this.given = this.session.lasting(
        [this.weights.length, 2],
        'spectral.given',
        sigmas.flatMap((s) => [1 / s, 0]),
      );
  }

  /** Records W / sigma into `effective` (same layout as `vector`). The state moves unless `freeze`. */
  forward(vector: Tensor, effective: Tensor, freeze = false): void {
    const { session, table, u, v, scale, counts } = this;
    this.frozen = freeze;
    this.moves ||= !freeze;
    if (freeze && this.given) {
      session.run(applyKernel, {
        read: { weights: vector, table, tiles: this.elementTiles, scale: this.given },
        write: { y: effective },
        groups: [counts.elements],
      });
      return;
    }
    session.run(leftKernel, {
      read: { weights: vector, table, tiles: this.columnTiles, u },
      write: { v },
      groups: [counts.columns],
    });
    const s = session.temporary([u.size * 8], 'spectral.s');
    session.run(rightKernel, {
      read: { weights: vector, table, tiles: this.rowTiles, v },
      write: { s },
      groups: [counts.rows],
    });
    const next = freeze ? session.temporary(u.shape, 'spectral.next') : u;
    session.run(sigmaKernel, { read: { table, v, s }, write: { u: next, scale }, groups: [this.weights.length] });
    session.run(applyKernel, {
      read: { weights: vector, table, tiles: this.elementTiles, scale },
      write: { y: effective },
      groups: [counts.elements],
    });
  }

  /** Records each weight's <g, W>, from gradients towards W / sigma in `gradient` (same layout as `vector`). */
  private products(vector: Tensor, gradient: Tensor): void {
    // u and v of one forward belong together; a frozen forward keeps the u of the one before.
    if (this.frozen) throw new Error('spectral: a frozen forward has no backward');
    const { session, table, scale, factors, counts } = this;
    const partial = session.temporary([counts.elements * 64], 'spectral.partial');
    session.run(dotKernel, {
      read: { weights: vector, g: gradient, table, tiles: this.elementTiles },
      write: { partial },
      groups: [counts.elements],
    });
    session.run(totalKernel, {
      read: { partial, first: this.firstTile, scale },
      write: { factors },
      groups: [this.weights.length],
    });
  }

  /** Turns gradients towards W / sigma into gradients towards W, in place in `gradient` (same layout as `vector`). */
  backward(vector: Tensor, gradient: Tensor): void {
    this.products(vector, gradient);
    const { session, table, u, v, factors, lines } = this;
    session.run(backwardKernel, {
      read: { table, lines, u, v, factors },
      write: { g: gradient },
      groups: [this.counts.lines],
    });
  }

  /**
   * Adam's update of the whole vector from gradients towards W / sigma, which stay as they are. `moments`: both, [2,
   * size].
   */
  update(vector: Tensor, gradient: Tensor, moments: Tensor, hyper: Tensor): void {
    this.products(vector, gradient);
    const { session, tables, u, v, factors } = this;
    session.run(adamKernel, {
      read: { g: gradient, hyper, tables, u, v, factors },
      write: { p: vector, moments },
      params: { n4: this.size / 4, tiles: 2 * this.weights.length },
      groups: [this.counts.adam],
    });
  }
}
