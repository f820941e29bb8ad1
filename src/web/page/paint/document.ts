/** What is being painted: a photograph, its layout, the layout wanted, and their classes. Knows no DOM. */
import { colorOf, MAX_CLASSES, type RGB } from '../../../data/palette.ts';
import { apart, unused } from '../../../data/segment.ts';
import { cut, History, swap } from './history.ts';
import { fillHoles, union, type Rect } from './raster.ts';

export type LayerName = 'source' | 'target';
export interface LayoutClass { name: string; color: RGB }
/** What changed: a part of a layer, or the classes. */
export type Change = { layer: LayerName; rect: Rect } | { classes: true };

export interface DocumentInput {
  name: string;
  width: number;
  height: number;
  /** RGBA, height * width * 4. */
  photo: Uint8ClampedArray<ArrayBuffer>;
  /** [h,w] */
  source: Uint8Array;
  /** [h,w]; the source's without. */
  target?: Uint8Array;
  classes: readonly LayoutClass[];
}

export class PaintDocument {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly photo: Uint8ClampedArray<ArrayBuffer>;
  readonly layers: Record<LayerName, Uint8Array>;
  /** The source layout as it came: what the eraser brings back on the source layer. */
  private original: Uint8Array;
  classes: LayoutClass[];
  /** Which superpixel each pixel is in, for painting by superpixel; null until somebody has computed them. */
  superpixels: ArrayLike<number> | null = null;
  /** Counts every change of a layer or of the classes: answers to older states are recognised by it. */
  version = { source: 0, target: 0, classes: 0 };
  private editing: { layer: LayerName; before: Uint8Array; dirty: Rect | null } | null = null;
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(input: DocumentInput, readonly history = new History()) {
    const n = input.width * input.height;
    if (input.source.length !== n || (input.target && input.target.length !== n)) throw new Error(`a layout of ${input.source.length} pixels for a photograph of ${n}`);
    ({ name: this.name, width: this.width, height: this.height, photo: this.photo } = input);
    this.layers = { source: input.source.slice(), target: (input.target ?? input.source).slice() };
    this.original = input.source.slice();
    this.classes = input.classes.map((c) => ({ ...c }));
  }

  get whole(): Rect { return { x: 0, y: 0, width: this.width, height: this.height }; }

  on(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }

  /** What the eraser paints on a layer: the target goes back to the source's layout, the source to what it was. */
  eraserInk(layer: LayerName): Uint8Array { return layer === 'target' ? this.layers.source : this.original; }

  labelAt(layer: LayerName, x: number, y: number): number | null {
    const [u, v] = [Math.floor(x), Math.floor(y)];
    return u >= 0 && v >= 0 && u < this.width && v < this.height ? this.layers[layer][v * this.width + u] : null;
  }

  // ---- edits of one layer: begin, any number of touches, then commit or cancel

  begin(layer: LayerName): { width: number; height: number; labels: Uint8Array; before: Uint8Array } {
    if (this.editing) this.commit('edit');
    const labels = this.layers[layer], before = labels.slice();
    this.editing = { layer, before, dirty: null };
    return { width: this.width, height: this.height, labels, before };
  }

  /** Tells what an edit has touched so far. */
  touch(rect: Rect | null): void {
    if (!rect || !this.editing) return;
    this.editing.dirty = union(this.editing.dirty, rect);
    this.version[this.editing.layer]++;
    this.tell({ layer: this.editing.layer, rect });
  }

  /** Ends the edit; false where it changed nothing, which is then no step of the history. */
  commit(name: string): boolean {
    const edit = this.editing;
    this.editing = null;
    if (!edit?.dirty) return false;
    const rect = edit.dirty, piece = cut(edit.before, this.width, rect), labels = this.layers[edit.layer];
    if (same(piece, cut(labels, this.width, rect))) return false;
    this.history.add(this.entry(name, [{ layer: edit.layer, rect, piece }]));
    return true;
  }

  /** Puts back what was there before the edit. */
  cancel(): void {
    const edit = this.editing;
    this.editing = null;
    if (!edit?.dirty) return;
    this.layers[edit.layer].set(edit.before);
    this.version[edit.layer]++;
    this.tell({ layer: edit.layer, rect: edit.dirty });
  }

  get isEditing(): boolean { return this.editing !== null; }

  /** One whole edit. */
  edit(layer: LayerName, name: string, act: (map: { width: number; height: number; labels: Uint8Array }) => Rect | null): boolean {
    this.touch(act(this.begin(layer)));
    return this.commit(name);
  }

  /** A layer replaced as a whole, such as by an imported layout. */
  replace(layer: LayerName, labels: Uint8Array, name: string): boolean {
    return this.edit(layer, name, (map) => { map.labels.set(labels); return this.whole; });
  }

  /** Another first layout: both layers and the classes, in one step of the history. */
  relabel(labels: Uint8Array, classes: readonly LayoutClass[], name: string): void {
    this.all(name, () => { this.layers.source.set(labels); this.layers.target.set(labels); this.classes = classes.map((c) => ({ ...c })); });
    this.original = labels.slice();
  }

  // ---- classes

  /** A new class, last; its label, or null where there are as many as can be told apart. */
  addClass(name?: string, color?: RGB): number | null {
    if (this.classes.length >= MAX_CLASSES) return null;
    const label = this.classes.length;
    const fresh = { name: unused(name ?? 'new class', this.classes), color: apart(color ?? colorOf(label + 1), this.classes, 48) };
    this.setClasses([...this.classes, fresh], 'add a class');
    return label;
  }

  /** Name and colour; two classes never share either. False where they would. */
  changeClass(label: number, change: Partial<LayoutClass>): boolean {
    const next = { ...this.classes[label], ...change, ...(change.name !== undefined && { name: change.name.trim() }) };
    const others = this.classes.filter((_, i) => i !== label);
    if (!next.name || others.some((c) => c.name === next.name || same(c.color, next.color))) return false;
    this.setClasses(this.classes.map((c, i) => (i === label ? next : c)), change.color ? 'change a colour' : 'rename a class');
    return true;
  }

  /** Takes a class away; its pixels go to the classes around them. False for one of the last two. */
  removeClass(label: number): boolean {
    if (this.classes.length <= 2) return false;
    this.all('remove a class', () => {
      for (const labels of Object.values(this.layers)) {
        fillHoles({ width: this.width, height: this.height, labels }, Uint8Array.from(labels, (l) => Number(l === label)));
        for (let p = 0; p < labels.length; p++) {
          if (labels[p] === label) labels[p] = label ? 0 : 1;   // nothing else was there
          if (labels[p] > label) labels[p]--;
        }
      }
      this.classes = this.classes.filter((_, i) => i !== label);
    });
    // The eraser's memory of the source must not hold a class that is gone.
    this.original = this.layers.source.slice();
    return true;
  }

  /** Pixels of each class in a layer. */
  areas(layer: LayerName): number[] {
    const counts = this.classes.map(() => 0);
    for (const l of this.layers[layer]) counts[l]++;
    return counts;
  }

  /** Names of classes that the target shows and the source does not: nothing can be learnt for them. */
  missing(): string[] {
    const [s, t] = [this.areas('source'), this.areas('target')];
    return this.classes.filter((_, k) => t[k] > 0 && s[k] === 0).map((c) => c.name);
  }

  undo(): string | null { this.cancel(); return this.history.undo(); }
  redo(): string | null { this.cancel(); return this.history.redo(); }

  private setClasses(classes: LayoutClass[], name: string): void {
    let kept = this.classes;
    const bytes = 64 * (kept.length + 1);
    this.classes = classes;
    this.history.add({ name, bytes, apply: () => { [this.classes, kept] = [kept, this.classes]; this.changedClasses(); } });
    this.changedClasses();
  }

  private changedClasses(): void { this.version.classes++; this.tell({ classes: true }); }

  /** An edit of everything: both layers, the classes and what the eraser remembers. */
  private all(name: string, act: () => void): void {
    this.cancel();
    const pieces = (['source', 'target'] as const).map((layer) => ({ layer, rect: this.whole, piece: this.layers[layer].slice() }));
    let [classes, original] = [this.classes, this.original];
    act();
    const entry = this.entry(name, pieces);
    this.history.add({ name, bytes: entry.bytes + original.length, apply: () => {
      [this.classes, classes] = [classes, this.classes];
      [this.original, original] = [original, this.original];
      this.changedClasses();
      entry.apply();
    } });
    this.changedClasses();
    for (const { layer, rect } of pieces) { this.version[layer]++; this.tell({ layer, rect }); }
  }

  private entry(name: string, pieces: { layer: LayerName; rect: Rect; piece: Uint8Array }[]) {
    return { name, bytes: pieces.reduce((n, p) => n + p.piece.length, 0), apply: () => {
      for (const { layer, rect, piece } of pieces) {
        swap(this.layers[layer], this.width, rect, piece);
        this.version[layer]++;
        this.tell({ layer, rect });
      }
    } };
  }

  private tell(change: Change): void { for (const l of this.listeners) l(change); }
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};
