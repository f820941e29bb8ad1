/** What is being painted: a photograph, its layout, the layout wanted, and their classes. Knows no DOM. */
import { colorOf, MAX_CLASSES, type RGB } from '../../../data/layout/palette.ts';
import { apart, unused } from '../../../data/layout/segment.ts';
import { cut, History, swap } from './history.ts';
import { union, type Rect } from './raster.ts';
import { fillHoles, maskOf } from './regions.ts';

export type LayerName = 'source' | 'target';
export interface LayoutClass {
  name: string;
  color: RGB;
}
/** A layout wanted: one picture is made of each. */
export interface TargetLayout {
  readonly name: string;
  /** [h,w] */
  readonly labels: Uint8Array;
}
/** Longest name of a target, in characters. */
export const NAME_LENGTH = 60;
/** What changed: a part of a layer, the classes, or which targets there are, how they are called and which is shown. */
export type Change = { layer: LayerName; rect: Rect } | { classes: true } | { targets: true };

export interface DocumentInput {
  name: string;
  width: number;
  height: number;
  /** RGBA, height * width * 4. */
  photo: Uint8ClampedArray<ArrayBuffer>;
  /** [h,w] */
  source: Uint8Array;
  /** The first is shown; one like the source without. */
  targets?: readonly TargetLayout[];
  classes: readonly LayoutClass[];
  /** The layouts are line drawings: classes paper and line. */
  lines?: boolean;
}

/** The class of a drawing that is no line (data/drawing.ts). */
export const PAPER = 0;

export class PaintDocument {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly photo: Uint8ClampedArray<ArrayBuffer>;
  /** The source's labels, and those of the target shown. */
  readonly layers: Record<LayerName, Uint8Array>;
  targets: readonly TargetLayout[];
  target: TargetLayout;
  /** The source layout as it came: what the eraser brings back on the source layer. */
  private original: Uint8Array;
  classes: LayoutClass[];
  readonly lines: boolean;
  /** Which superpixel each pixel is in, for painting by superpixel; null until somebody has computed them. */
  superpixels: ArrayLike<number> | null = null;
  /** Counts every change of a layer or of the classes: answers to older states are recognized by it. */
  version = { source: 0, target: 0, classes: 0 };
  private editing: { layer: LayerName; before: Uint8Array; dirty: Rect | null } | null = null;
  private readonly counted: Partial<Record<LayerName, { key: string; areas: number[] }>> = {};
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(
    input: DocumentInput,
    readonly history = new History(),
  ) {
    const n = input.width * input.height;
    if (input.source.length !== n || input.targets?.some((t) => t.labels.length !== n))
      throw new Error(`a layout of ${input.source.length} pixels for a photograph of ${n}`);
    ({ name: this.name, width: this.width, height: this.height, photo: this.photo } = input);
    this.targets = (input.targets?.length ? input.targets : [{ name: 'target 1', labels: input.source }]).map(
      ({ name, labels }) => ({ name, labels: labels.slice() }),
    );
    this.target = this.targets[0];
    this.layers = { source: input.source.slice(), target: this.target.labels };
    this.original = input.source.slice();
    this.classes = input.classes.map((c) => ({ ...c }));
    this.lines = input.lines ?? false;
  }

  get whole(): Rect {
    return { x: 0, y: 0, width: this.width, height: this.height };
  }

  on(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /**
   * What the eraser paints on a layer: the target goes back to the source's layout, the source to what it was; a
   * drawing to paper.
   */
  eraserInk(layer: LayerName): Uint8Array | number {
    return this.lines ? PAPER : layer === 'target' ? this.layers.source : this.original;
  }

  labelAt(layer: LayerName, x: number, y: number): number | null {
    const [u, v] = [Math.floor(x), Math.floor(y)];
    return u >= 0 && v >= 0 && u < this.width && v < this.height ? this.layers[layer][v * this.width + u] : null;
  }

  // ---- edits of one layer: begin, any number of touches, then commit or cancel

  begin(layer: LayerName): { width: number; height: number; labels: Uint8Array; before: Uint8Array } {
    if (this.editing) this.commit('edit');
    const labels = this.layers[layer],
      before = labels.slice();
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
    const rect = edit.dirty,
      piece = cut(edit.before, this.width, rect),
      labels = this.layers[edit.layer];
    if (same(piece, cut(labels, this.width, rect))) return false;
    this.history.add(
      this.entry(name, [{ layer: edit.layer, labels, rect, piece }], edit.layer === 'target' ? this.target : null),
    );
    return true;
  }

  /** Puts back what was there before the edit; false where it had changed nothing. */
  cancel(): boolean {
    const edit = this.editing;
    this.editing = null;
    if (!edit?.dirty) return false;
    this.layers[edit.layer].set(edit.before);
    this.version[edit.layer]++;
    this.tell({ layer: edit.layer, rect: edit.dirty });
    return true;
  }

  get isEditing(): boolean {
    return this.editing !== null;
  }

  /** One whole edit. */
  edit(
    layer: LayerName,
    name: string,
    act: (map: { width: number; height: number; labels: Uint8Array }) => Rect | null,
  ): boolean {
    this.touch(act(this.begin(layer)));
    return this.commit(name);
  }

  /** A layer replaced as a whole, such as by an imported layout. */
  replace(layer: LayerName, labels: Uint8Array, name: string): boolean {
    return this.edit(layer, name, (map) => {
      map.labels.set(labels);
      return this.whole;
    });
  }

  /** Another first layout: source, targets and classes, in one step of the history. */
  relabel(labels: Uint8Array, classes: readonly LayoutClass[], name: string): void {
    this.all(name, () => {
      for (const layer of this.everyLayer) layer.set(labels);
      this.classes = classes.map((c) => ({ ...c }));
    });
    this.original = labels.slice();
  }

  // ---- targets

  /** Shows another of the targets; no step of the history. */
  choose(target: TargetLayout): void {
    if (target === this.target) return;
    this.cancel();
    this.show(target);
  }

  /** One more target, shown from now on. Without a name, or with one that another has, it gets a number. */
  addTarget(labels: Uint8Array, name = ''): void {
    const taken = (of: string): boolean => this.targets.some((t) => t.name === of);
    let own = name.trim().slice(0, NAME_LENGTH - 4);
    for (let n = own ? 2 : this.targets.length + 1, stem = own || 'target'; !own || taken(own); n++)
      own = `${stem} ${n}`;
    const fresh = { name: own, labels: labels.slice() };
    this.setTargets([...this.targets, fresh], fresh, 'add a target');
  }

  /** Another name for a target, which no other has. False where it cannot be one. */
  renameTarget(target: TargetLayout, name: string): boolean {
    let other = name.trim();
    if (!other || other.length > NAME_LENGTH || this.targets.some((t) => t !== target && t.name === other))
      return false;
    if (other === target.name) return true;
    const apply = (): void => {
      const before = target.name;
      Object.assign(target, { name: other });
      other = before;
      this.tell({ targets: true });
    };
    apply();
    this.history.add({ name: 'rename a target', bytes: 2 * NAME_LENGTH, apply });
    return true;
  }

  /** Takes the target shown away. False for the last one. */
  removeTarget(): boolean {
    const left = this.targets.filter((t) => t !== this.target);
    if (!left.length) return false;
    this.setTargets(left, left[Math.max(0, this.targets.indexOf(this.target) - 1)], 'remove a target');
    return true;
  }

  private setTargets(targets: readonly TargetLayout[], shown: TargetLayout, name: string): void {
    this.cancel();
    const apply = (): void => {
      [this.targets, targets] = [targets, this.targets];
      const before = this.target;
      this.show(shown);
      shown = before;
    };
    apply();
    this.history.add({ name, bytes: this.width * this.height, apply });
  }

  private show(target: TargetLayout): void {
    this.target = target;
    this.layers.target = target.labels;
    this.version.target++;
    this.tell({ targets: true });
    this.tell({ layer: 'target', rect: this.whole });
  }

  /** The labels of the source and of every target. */
  private get everyLayer(): Uint8Array[] {
    return [this.layers.source, ...this.targets.map((t) => t.labels)];
  }

  // ---- classes

  /** A new class, last; its label, or null where there are as many as can be told apart, as in a drawing. */
  addClass(name?: string, color?: RGB): number | null {
    if (this.lines || this.classes.length >= MAX_CLASSES) return null;
    const label = this.classes.length;
    const fresh = {
      name: unused(name ?? 'new class', this.classes),
      color: apart(color ?? colorOf(label + 1), this.classes, 48),
    };
    this.setClasses([...this.classes, fresh], 'add a class', true);
    return label;
  }

  /** Name and color; two classes never share either. False where they would, and for a drawing's. */
  changeClass(label: number, change: Partial<LayoutClass>): boolean {
    if (this.lines) return false;
    const next = { ...this.classes[label], ...change, ...(change.name !== undefined && { name: change.name.trim() }) };
    const others = this.classes.filter((_, i) => i !== label);
    if (!next.name || others.some((c) => c.name === next.name || same(c.color, next.color))) return false;
    this.setClasses(
      this.classes.map((c, i) => (i === label ? next : c)),
      change.color ? 'change a color' : 'rename a class',
      false,
    );
    return true;
  }

  /** Takes a class away; its pixels go to the classes around them. False for one of the last two. */
  removeClass(label: number): boolean {
    if (this.classes.length <= 2) return false;
    this.all('remove a class', () => {
      for (const labels of this.everyLayer) {
        fillHoles({ width: this.width, height: this.height, labels }, maskOf(labels, label));
        for (let p = 0; p < labels.length; p++) {
          if (labels[p] === label) labels[p] = label ? 0 : 1; // nothing else was there
          if (labels[p] > label) labels[p]--;
        }
      }
      this.classes = this.classes.filter((_, i) => i !== label);
    });
    // The eraser's memory of the source must not hold a class that is gone.
    this.original = this.layers.source.slice();
    return true;
  }

  /** Pixels of each class in a layer; counted once for each of its versions, since every word from the engine asks. */
  areas(layer: LayerName): readonly number[] {
    const key = `${this.version[layer]} ${this.version.classes}`,
      known = this.counted[layer];
    if (known?.key === key) return known.areas;
    const areas = areasOf(this.layers[layer], this.classes.length);
    this.counted[layer] = { key, areas };
    return areas;
  }

  /**
   * Names of classes that the target shows (or any target does) and the source does not: nothing can be learnt for
   * them.
   */
  missing(anywhere = false): string[] {
    const source = this.areas('source'),
      targets = anywhere ? this.targets.map((t) => areasOf(t.labels, this.classes.length)) : [this.areas('target')];
    return this.classes.filter((_, k) => source[k] === 0 && targets.some((t) => t[k] > 0)).map((c) => c.name);
  }

  undo(): string | null {
    this.cancel();
    return this.history.undo();
  }
  redo(): string | null {
    this.cancel();
    return this.history.redo();
  }

  private setClasses(classes: LayoutClass[], name: string, learnt: boolean): void {
    let kept = this.classes;
    const bytes = 64 * (kept.length + 1);
    this.classes = classes;
    this.history.add({
      name,
      bytes,
      learnt,
      apply: () => {
        [this.classes, kept] = [kept, this.classes];
        this.changedClasses();
      },
    });
    this.changedClasses();
  }

  private changedClasses(): void {
    this.version.classes++;
    this.tell({ classes: true });
  }

  /** An edit of everything: source, targets, classes and what the eraser remembers. */
  private all(name: string, act: () => void): void {
    this.cancel();
    const pieces = this.everyLayer.map(
      (labels, i): Piece => ({ layer: i ? 'target' : 'source', labels, rect: this.whole, piece: labels.slice() }),
    );
    let [classes, original] = [this.classes, this.original];
    act();
    const entry = this.entry(name, pieces, null);
    this.history.add({
      name,
      learnt: true,
      bytes: entry.bytes + original.length,
      apply: () => {
        [this.classes, classes] = [classes, this.classes];
        [this.original, original] = [original, this.original];
        this.changedClasses();
        entry.apply();
      },
    });
    this.changedClasses();
    for (const { layer, rect } of pieces) {
      this.version[layer]++;
      this.tell({ layer, rect });
    }
  }

  /** `of`: the target that it changes, shown when it does. */
  private entry(name: string, pieces: readonly Piece[], of: TargetLayout | null) {
    return {
      name,
      learnt: pieces.some((p) => p.layer === 'source'),
      bytes: pieces.reduce((n, p) => n + p.piece.length, 0),
      apply: () => {
        if (of) this.choose(of);
        for (const { layer, labels, rect, piece } of pieces) {
          swap(labels, this.width, rect, piece);
          this.version[layer]++;
          this.tell({ layer, rect });
        }
      },
    };
  }

  private tell(change: Change): void {
    for (const l of this.listeners) l(change);
  }
}

/** Part of a layer as it was. */
interface Piece {
  layer: LayerName;
  labels: Uint8Array;
  rect: Rect;
  piece: Uint8Array;
}

function areasOf(labels: Uint8Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let p = 0; p < labels.length; p++) counts[labels[p]]++;
  return counts;
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};
