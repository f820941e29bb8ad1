/** The two layers of a document: edited in steps that can be undone; changes are reported to listeners. */
import { bytesOf, cut, equalBytes, type History, type HistoryEntry, type LayerPiece, swapPieces } from './history.ts';
import { type Map2, type Rect, union } from './raster.ts';

export type LayerName = 'source' | 'target';

/** What changed: a part of a layer; the classes; which targets there are, how they are called, which is shown. */
export type Change = { layer: LayerName; rect: Rect } | { classes: true } | { targets: true };

export class EditableLayers {
  /** Counts the changes of each layer and of the classes, so that answers for older states are recognized. */
  readonly version = { source: 0, target: 0, classes: 0 };
  private editing: { layer: LayerName; before: Uint8Array; dirty: Rect | null } | null = null;
  private readonly listeners = new Set<(change: Change) => void>();

  /** `layers`: class maps [h,w], edited in place. */
  constructor(
    readonly width: number,
    readonly height: number,
    readonly layers: Record<LayerName, Uint8Array>,
    readonly history: History,
  ) {}

  /** The whole picture. */
  get bounds(): Rect {
    return { x: 0, y: 0, width: this.width, height: this.height };
  }

  /** Calls the listener after each change. Returns the function that stops it. */
  on(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** The label at a point in pixels of the picture; null outside it. */
  labelAt(layer: LayerName, x: number, y: number): number | null {
    const [u, v] = [Math.floor(x), Math.floor(y)];
    return u >= 0 && v >= 0 && u < this.width && v < this.height ? this.layers[layer][v * this.width + u] : null;
  }

  // ---- edits of one layer: begin, any number of touches, then commit or cancel

  /** Begins an edit. The caller writes into `labels`; `before` is the layer as it was. */
  begin(layer: LayerName): Map2 & { before: Uint8Array } {
    if (this.editing) this.commit('edit');
    const labels = this.layers[layer];
    const before = labels.slice();
    this.editing = { layer, before, dirty: null };
    return { width: this.width, height: this.height, labels, before };
  }

  /** Reports what the edit has just changed. */
  touch(rect: Rect | null): void {
    if (!rect || !this.editing) return;
    this.editing.dirty = union(this.editing.dirty, rect);
    this.version[this.editing.layer]++;
    this.emit({ layer: this.editing.layer, rect });
  }

  /** Ends the edit as a step of the history. False where it changed nothing, which makes no step. */
  commit(name: string): boolean {
    const edit = this.editing;
    this.editing = null;
    if (!edit?.dirty) return false;
    const rect = edit.dirty;
    const piece = cut(edit.before, this.width, rect);
    const labels = this.layers[edit.layer];
    if (equalBytes(piece, cut(labels, this.width, rect))) return false;
    this.history.add(this.swapEntry(name, [{ layer: edit.layer, labels, rect, piece }], this.showerOf(edit.layer)));
    return true;
  }

  /** Undoes the edit under way. False where it had changed nothing. */
  cancel(): boolean {
    const edit = this.editing;
    this.editing = null;
    if (!edit?.dirty) return false;
    this.layers[edit.layer].set(edit.before);
    this.version[edit.layer]++;
    this.emit({ layer: edit.layer, rect: edit.dirty });
    return true;
  }

  get isEditing(): boolean {
    return this.editing !== null;
  }

  /** An edit in one call. `act` changes the map and returns where, or null. */
  edit(layer: LayerName, name: string, act: (map: Map2) => Rect | null): boolean {
    this.touch(act(this.begin(layer)));
    return this.commit(name);
  }

  /** Replaces a whole layer, as by an imported layout. */
  replace(layer: LayerName, labels: Uint8Array, name: string): boolean {
    return this.edit(layer, name, (map) => {
      map.labels.set(labels);
      return this.bounds;
    });
  }

  // ---- history

  /** Undoes the last step, or redoes the next. Returns its name; null without one. */
  undo(): string | null {
    this.cancel();
    return this.history.undo();
  }
  redo(): string | null {
    this.cancel();
    return this.history.redo();
  }

  /** What undo and redo have to do before they change this layer; null for nothing. */
  protected showerOf(_layer: LayerName): (() => void) | null {
    return null;
  }

  /** A step of the history that swaps pieces of layers. `first`: called before that, by undo and redo alike. */
  protected swapEntry(name: string, pieces: readonly LayerPiece[], first: (() => void) | null = null): HistoryEntry {
    return {
      name,
      affectsRun: pieces.some((p) => p.layer === 'source'),
      bytes: bytesOf(pieces),
      apply: () => {
        first?.();
        swapPieces(pieces, this.width);
        this.emitPieces(pieces);
      },
    };
  }

  protected emitPieces(pieces: readonly LayerPiece[]): void {
    for (const { layer, rect } of pieces) {
      this.version[layer]++;
      this.emit({ layer, rect });
    }
  }

  protected emit(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}
