/** What is being painted: a photograph, its layout, the target layouts, and their classes. Uses no DOM. */
import type { RGB } from '../../../data/layout/palette.ts';
import type { LayoutClass } from '../../wireTypes.ts';
import { areasOf, removeLabel, withChangedClass, withClass } from './classList.ts';
import { History, type LayerPiece } from './history.ts';
import { EditableLayers, type LayerName } from './layers.ts';
import { freeTargetName, isValidTargetName, NAME_LENGTH, type TargetLayout } from './targets.ts';

export interface DocumentInput {
  name: string;
  width: number;
  height: number;
  /** RGBA, height * width * 4. */
  photo: Uint8ClampedArray<ArrayBuffer>;
  /** [h,w] */
  source: Uint8Array;
  /** The first is shown. Default: one like the source. */
  targets?: readonly TargetLayout[];
  classes: readonly LayoutClass[];
  /** The layouts are line drawings, of the classes paper and line. */
  lines?: boolean;
}

/** The class of a drawing's pixels that are no line (data/layout/drawing/drawing.ts). */
export const PAPER = 0;

/** The document of the page. Every edit is a step of its history and is reported to its listeners. */
export class PaintDocument extends EditableLayers {
  readonly name: string;
  readonly photo: Uint8ClampedArray<ArrayBuffer>;
  targets: readonly TargetLayout[];
  /** The target that is shown: `layers.target` are its labels. */
  target: TargetLayout;
  classes: LayoutClass[];
  readonly lines: boolean;
  /** The superpixel of each pixel, for painting by superpixel; null until they are computed. */
  superpixels: ArrayLike<number> | null = null;
  /** The source layout before any edit: what the eraser restores on the source layer. */
  private original: Uint8Array;
  private readonly areaCache: Partial<Record<LayerName, { key: string; areas: number[] }>> = {};

  /** Copies the layouts. Throws an Error if their sizes differ. */
  constructor(input: DocumentInput, history = new History()) {
    const { width, height, source } = input;
    const n = width * height;
    if (source.length !== n || input.targets?.some((t) => t.labels.length !== n))
      throw new Error(`a layout of ${source.length} pixels for a photograph of ${n}`);
    const targets = (input.targets?.length ? input.targets : [{ name: 'target 1', labels: source }]).map(
      ({ name, labels }) => ({ name, labels: labels.slice() }),
    );
    super(width, height, { source: source.slice(), target: targets[0].labels }, history);
    this.name = input.name;
    this.photo = input.photo;
    this.targets = targets;
    this.target = targets[0];
    this.original = source.slice();
    this.classes = input.classes.map((c) => ({ ...c }));
    this.lines = input.lines ?? false;
  }

  /** What the eraser restores: on the target the source's layout, on the source its first layout, in drawings paper. */
  eraserInk(layer: LayerName): Uint8Array | number {
    return this.lines ? PAPER : layer === 'target' ? this.layers.source : this.original;
  }

  /** Starts over from another first layout: source, targets and classes, in one step of the history. */
  relabel(labels: Uint8Array, classes: readonly LayoutClass[], name: string): void {
    this.editAll(name, () => {
      for (const layer of this.everyLayer) layer.set(labels);
      this.classes = classes.map((c) => ({ ...c }));
    });
    this.original = labels.slice();
  }

  // ---- targets

  /** Shows another target. This is no step of the history. */
  choose(target: TargetLayout): void {
    if (target === this.target) return;
    this.cancel();
    this.showTarget(target);
  }

  /** Adds a target and shows it. A name that another has gets a number; so does an empty one. */
  addTarget(labels: Uint8Array, name = ''): void {
    const target = { name: freeTargetName(this.targets, name), labels: labels.slice() };
    this.replaceTargets([...this.targets, target], target, 'add a target');
  }

  /** Renames a target. False where the name is empty, too long or another target's. */
  renameTarget(target: TargetLayout, name: string): boolean {
    let other = name.trim();
    if (!isValidTargetName(this.targets, target, other)) return false;
    if (other === target.name) return true;
    const apply = (): void => {
      const before = target.name;
      Object.assign(target, { name: other });
      other = before;
      this.emit({ targets: true });
    };
    apply();
    this.history.add({ name: 'rename a target', bytes: 2 * NAME_LENGTH, apply });
    return true;
  }

  /** Removes the target that is shown. False for the last one. */
  removeTarget(): boolean {
    const left = this.targets.filter((t) => t !== this.target);
    if (!left.length) return false;
    this.replaceTargets(left, left[Math.max(0, this.targets.indexOf(this.target) - 1)], 'remove a target');
    return true;
  }

  private replaceTargets(targets: readonly TargetLayout[], shown: TargetLayout, name: string): void {
    this.cancel();
    const apply = (): void => {
      [this.targets, targets] = [targets, this.targets];
      const before = this.target;
      this.showTarget(shown);
      shown = before;
    };
    apply();
    this.history.add({ name, bytes: this.width * this.height, apply });
  }

  private showTarget(target: TargetLayout): void {
    this.target = target;
    this.layers.target = target.labels;
    this.version.target++;
    this.emit({ targets: true });
    this.emit({ layer: 'target', rect: this.bounds });
  }

  /** The labels of the source and of every target. */
  private get everyLayer(): Uint8Array[] {
    return [this.layers.source, ...this.targets.map((t) => t.labels)];
  }

  // ---- classes

  /** Adds a class. Returns its label, or null in a drawing and where there are as many as can be told apart. */
  addClass(name?: string, color?: RGB): number | null {
    const next = this.lines ? null : withClass(this.classes, name, color);
    if (!next) return null;
    this.setClasses(next, 'add a class', true);
    return next.length - 1;
  }

  /** Changes a class's name or color. False in a drawing, and where two classes would share one. */
  changeClass(label: number, change: Partial<LayoutClass>): boolean {
    const next = this.lines ? null : withChangedClass(this.classes, label, change);
    if (!next) return false;
    this.setClasses(next, change.color ? 'change a color' : 'rename a class', false);
    return true;
  }

  /** Removes a class; its pixels take the classes around them. False for one of the last two. */
  removeClass(label: number): boolean {
    if (this.classes.length <= 2) return false;
    this.editAll('remove a class', () => {
      for (const labels of this.everyLayer) removeLabel({ width: this.width, height: this.height, labels }, label);
      this.classes = this.classes.filter((_, i) => i !== label);
    });
    this.original = this.layers.source.slice(); // the eraser must not restore a class that is gone
    return true;
  }

  /** Pixels of each class in a layer. Counted once for each version, since every status of the engine asks for it. */
  areas(layer: LayerName): readonly number[] {
    const key = `${this.version[layer]} ${this.version.classes}`;
    const cached = this.areaCache[layer];
    if (cached?.key === key) return cached.areas;
    const areas = areasOf(this.layers[layer], this.classes.length);
    this.areaCache[layer] = { key, areas };
    return areas;
  }

  /**
   * Names of the classes that the target (`anywhere`: any target) shows and the source does not: these cannot be
   * learned.
   */
  missing(anywhere = false): string[] {
    const source = this.areas('source');
    const targets = anywhere ? this.targets.map((t) => areasOf(t.labels, this.classes.length)) : [this.areas('target')];
    return this.classes.filter((_, k) => source[k] === 0 && targets.some((t) => t[k] > 0)).map((c) => c.name);
  }

  private setClasses(classes: LayoutClass[], name: string, affectsRun: boolean): void {
    let other = classes;
    const bytes = 64 * (this.classes.length + 1);
    const apply = (): void => {
      [this.classes, other] = [other, this.classes];
      this.emitClasses();
    };
    apply();
    this.history.add({ name, bytes, affectsRun, apply });
  }

  private emitClasses(): void {
    this.version.classes++;
    this.emit({ classes: true });
  }

  /** An edit of everything at once: source, targets, classes and the eraser's first layout. */
  private editAll(name: string, act: () => void): void {
    this.cancel();
    const pieces = this.everyLayer.map((labels, i): LayerPiece => {
      return { layer: i ? 'target' : 'source', labels, rect: this.bounds, piece: labels.slice() };
    });
    let [classes, original] = [this.classes, this.original];
    act();
    const entry = this.swapEntry(name, pieces);
    this.history.add({
      ...entry,
      affectsRun: true,
      bytes: entry.bytes + original.length,
      apply: () => {
        [this.classes, classes] = [classes, this.classes];
        [this.original, original] = [original, this.original];
        this.emitClasses();
        entry.apply();
      },
    });
    this.emitClasses();
    this.emitPieces(pieces);
  }

  /** A step on the target layer belongs to one target, which undo and redo show first. */
  protected override showerOf(layer: LayerName): (() => void) | null {
    const { target } = this;
    return layer === 'target' ? () => this.choose(target) : null;
  }
}
