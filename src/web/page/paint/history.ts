/**
 * Undo and redo in bounded memory: an entry holds what one edit changed, and nothing else; undoing swaps it with what
 * is there.
 */
import type { Rect } from './raster.ts';

/**
 * Swapped with the document's state by `apply`, which thereby makes it its own inverse. `learnt`: it changes what a run
 * learns, the source layout or the classes.
 */
export interface HistoryEntry {
  name: string;
  bytes: number;
  learnt?: boolean;
  apply(): void;
}

export class History {
  private past: HistoryEntry[] = [];
  private future: HistoryEntry[] = [];
  private held = 0;

  /** At most so many bytes of past edits are kept, and at least one edit. */
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

/** A rectangle cut out of a map, row by row. */
export function cut(labels: Uint8Array, width: number, r: Rect): Uint8Array {
  const out = new Uint8Array(r.width * r.height);
  for (let y = 0; y < r.height; y++)
    out.set(labels.subarray((r.y + y) * width + r.x, (r.y + y) * width + r.x + r.width), y * r.width);
  return out;
}

/** Swaps a rectangle of a map with what was cut out of it. */
export function swap(labels: Uint8Array, width: number, r: Rect, piece: Uint8Array): void {
  const now = cut(labels, width, r);
  for (let y = 0; y < r.height; y++)
    labels.set(piece.subarray(y * r.width, (y + 1) * r.width), (r.y + y) * width + r.x);
  piece.set(now);
}
