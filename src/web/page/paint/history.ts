/** Undo and redo in bounded memory: an entry holds what one edit changed; undoing swaps it with the present state. */
import type { Rect } from './raster.ts';

/** One step of the history. */
export interface HistoryEntry {
  name: string;
  /** Memory that it holds. */
  bytes: number;
  /** It changes what a run learns: the source layout or the classes. */
  affectsRun?: boolean;
  /** Swaps what it holds with the document's state, which makes it its own inverse. */
  apply(): void;
}

/** A rectangle of one layer as it was. */
export interface LayerPiece {
  layer: 'source' | 'target';
  /** The layer, [h,w]. */
  labels: Uint8Array;
  rect: Rect;
  /** The rectangle's labels, row by row. */
  piece: Uint8Array;
}

export class History {
  private past: HistoryEntry[] = [];
  private future: HistoryEntry[] = [];
  private held = 0;

  /** `limit`: bytes of past edits to hold; the last edit is held even if it is larger. */
  constructor(private readonly limit = 48 << 20) {}

  /** Bytes held. */
  get bytes(): number {
    return this.held;
  }
  /** The step that undo or redo would take; null without one. */
  get undoStep(): Readonly<HistoryEntry> | null {
    return this.past.at(-1) ?? null;
  }
  get redoStep(): Readonly<HistoryEntry> | null {
    return this.future.at(-1) ?? null;
  }

  add(entry: HistoryEntry): void {
    for (const e of this.future) this.held -= e.bytes;
    this.future = [];
    this.past.push(entry);
    this.held += entry.bytes;
    while (this.held > this.limit && this.past.length > 1) this.held -= this.past.shift()!.bytes;
  }

  undo(): string | null {
    return this.shift(this.past, this.future);
  }
  redo(): string | null {
    return this.shift(this.future, this.past);
  }

  private shift(from: HistoryEntry[], to: HistoryEntry[]): string | null {
    const entry = from.pop();
    if (!entry) return null;
    entry.apply();
    to.push(entry);
    return entry.name;
  }
}

/** A copy of a rectangle of a map, row by row. */
export function cut(labels: Uint8Array, width: number, r: Rect): Uint8Array {
  const out = new Uint8Array(r.width * r.height);
  for (let y = 0; y < r.height; y++)
    out.set(labels.subarray((r.y + y) * width + r.x, (r.y + y) * width + r.x + r.width), y * r.width);
  return out;
}

/** Swaps each piece with its layer's present labels there. `width`: the layers'. */
export function swapPieces(pieces: readonly LayerPiece[], width: number): void {
  for (const { labels, rect: r, piece } of pieces) {
    const now = cut(labels, width, r);
    for (let y = 0; y < r.height; y++)
      labels.set(piece.subarray(y * r.width, (y + 1) * r.width), (r.y + y) * width + r.x);
    piece.set(now);
  }
}

/** Memory that pieces hold. */
export const bytesOf = (pieces: readonly LayerPiece[]): number => pieces.reduce((n, p) => n + p.piece.length, 0);

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
