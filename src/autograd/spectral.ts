/**
 * Spectral normalisation (Miyato et al. 2018) of all weights of a network together: W / sigma(W) by one power iteration
 * per forward, in five launches for any number of weights, and its gradient in three.
 */
import applyKernel from '../shaders/spectral.apply.wgsl';
import backwardKernel from '../shaders/spectral.backward.wgsl';
import dotKernel from '../shaders/spectral.dot.wgsl';
import leftKernel from '../shaders/spectral.left.wgsl';
import rightKernel from '../shaders/spectral.right.wgsl';
import sigmaKernel from '../shaders/spectral.sigma.wgsl';
import totalKernel from '../shaders/spectral.total.wgsl';
import { sizeOf, type Session, type Shape, type Tensor } from './tensor.ts';

/** `conv` [Co,Ci,Kh,Kw]: rows are axis 0. `transposed` [Ci,Co,Kh,Kw]: rows are axis 1. Any other rank: rows are axis 0. */
export type SpectralKind = 'conv' | 'transposed';
export interface SpectralWeight { offset: number; shape: Shape; kind: SpectralKind }

export const rowsOf = (shape: Shape, kind: SpectralKind): number => shape[kind === 'conv' ? 0 : 1];

/** One weight's line in the table of spectral.wgsl. */
function line({ offset, shape, kind }: SpectralWeight, uAt: number, vAt: number): number[] {
  const rows = rowsOf(shape, kind);
  const columns = sizeOf(shape) / rows;
  const taps = sizeOf(shape.slice(2));
  return kind === 'conv'
    ? [offset, rows, columns, columns, columns, rows * columns, uAt, vAt]
    : [offset, rows, columns, taps, taps, rows * taps, uAt, vAt];
}

export class Spectral {
  private readonly table: Tensor;
  private readonly columnTiles: Tensor;
  private readonly rowTiles: Tensor;
  private readonly elementTiles: Tensor;
  private readonly firstTile: Tensor;
  private readonly lines: Tensor;
  private readonly counts: { columns: number; rows: number; elements: number };
  /** Left singular vectors of all weights, one after the other: the power iteration's state. */
  readonly u: Tensor;
  private readonly v: Tensor;
  private readonly scale: Tensor;
  private frozen = false;

  /** `u0` holds each weight's start vector (unit length), in order. */
  constructor(private readonly session: Session, private readonly weights: readonly SpectralWeight[], u0: Float32Array) {
    const table: number[] = [];
    const columnTiles: number[] = [];
    const rowTiles: number[] = [];
    const elementTiles: number[] = [];
    const firstTile: number[] = [];
    const lines: number[] = [];
    let uAt = 0;
    let vAt = 0;
    for (const [k, w] of weights.entries()) {
      if (w.offset % 4) throw new Error(`spectral: weight offset ${w.offset} is not a multiple of 4`);
      const rows = rowsOf(w.shape, w.kind);
      const columns = sizeOf(w.shape) / rows;
      table.push(...line(w, uAt, vAt));
      for (let c = 0; c < columns; c += 64) columnTiles.push(k, c);
      for (let r = 0; r < rows; r += 8) rowTiles.push(k, r);
      for (let r = 0; r < rows; r++) lines.push(k, r);
      firstTile.push(elementTiles.length / 2);
      for (let i = 0; i < rows * columns; i += 1024) elementTiles.push(k, i);
      uAt += rows;
      vAt += columns;
    }
    firstTile.push(elementTiles.length / 2);
    if (u0.length !== uAt) throw new Error(`spectral: ${u0.length} start values for ${uAt} rows`);
    const fixed = (label: string, data: number[]): Tensor => session.lasting([data.length], `spectral.${label}`, data, 'u32');
    this.table = fixed('table', table);
    this.columnTiles = fixed('columnTiles', columnTiles);
    this.rowTiles = fixed('rowTiles', rowTiles);
    this.elementTiles = fixed('elementTiles', elementTiles);
    this.firstTile = fixed('firstTile', firstTile);
    this.lines = fixed('lines', lines);
    this.counts = { columns: columnTiles.length / 2, rows: rowTiles.length / 2, elements: elementTiles.length / 2 };
    this.u = session.lasting([uAt], 'spectral.u', u0);
    this.v = session.lasting([vAt], 'spectral.v');
    this.scale = session.lasting([weights.length, 2], 'spectral.scale');
  }

  /** Records W / sigma into `effective` (same layout as `vector`). The state moves unless `freeze`. */
  forward(vector: Tensor, effective: Tensor, freeze = false): void {
    const { session, table, u, v, scale } = this;
    this.frozen = freeze;
    session.run(leftKernel, { read: { weights: vector, table, tiles: this.columnTiles, u }, write: { v }, groups: [this.counts.columns] });
    const s = session.temporary([u.size * 8], 'spectral.s');
    session.run(rightKernel, { read: { weights: vector, table, tiles: this.rowTiles, v }, write: { s }, groups: [this.counts.rows] });
    const next = freeze ? session.temporary(u.shape, 'spectral.next') : u;
    session.run(sigmaKernel, { read: { table, v, s }, write: { u: next, scale }, groups: [this.weights.length] });
    session.run(applyKernel, { read: { weights: vector, table, tiles: this.elementTiles, scale }, write: { y: effective }, groups: [this.counts.elements] });
  }

  /** Turns gradients towards W / sigma into gradients towards W, in place in `gradient` (same layout as `vector`). */
  backward(vector: Tensor, gradient: Tensor): void {
    // u and v of one forward belong together; a frozen forward keeps the u of the one before.
    if (this.frozen) throw new Error('spectral: a frozen forward has no backward');
    const { session, table, u, v, scale } = this;
    const tiles = this.elementTiles;
    const partial = session.temporary([this.counts.elements * 64], 'spectral.partial');
    session.run(dotKernel, { read: { weights: vector, g: gradient, table, tiles }, write: { partial }, groups: [this.counts.elements] });
    const dots = session.temporary([this.weights.length], 'spectral.dots');
    session.run(totalKernel, { read: { partial, first: this.firstTile }, write: { dots }, groups: [this.weights.length] });
    session.run(backwardKernel, { read: { table, lines: this.lines, u, v, scale, dots }, write: { g: gradient }, groups: [u.size] });
  }
}
