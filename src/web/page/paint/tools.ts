/** The tools, used alike by pointer and keyboard: press, move, release. They change the document and use no DOM. */
import { PAPER, type PaintDocument } from './document.ts';
import type { LayerName } from './layers.ts';
import { frame, type Ink, type Point, type Rect, rectangle, strokeSegment, union } from './raster.ts';
import { boundsOf, fillRegion, floodFill, type Lifted, lift, polygonMask, putDown, region } from './regions.ts';

export type ToolName = 'brush' | 'eraser' | 'fill' | 'superpixel' | 'rectangle' | 'move' | 'pick' | 'pan';

/** What the tools paint with. */
export interface Settings {
  tool: ToolName;
  layer: LayerName;
  /** The class to paint. */
  label: number;
  /** Brush diameter in pixels of the picture, 1..400. */
  size: number;
}

/** Tools that fill areas: useless in a drawing, whose strokes are thinned to their middle. */
const filling: readonly ToolName[] = ['fill', 'superpixel'];
/** Whether a tool is offered for this document. */
export const suits = (tool: ToolName, { lines }: Pick<PaintDocument, 'lines'>): boolean =>
  !lines || !filling.includes(tool);

/** A tool's width in pixels of the picture. In drawings the eraser is wider than the brush. */
export const widthOf = ({ tool, size }: Settings, { lines }: Pick<PaintDocument, 'lines'>): number =>
  lines && tool === 'eraser' ? 5 * size : size;

/** A pointer's place in the picture, with pressure and keys. */
export interface Touch extends Point {
  /** 0..1; 1 without a pen. */
  pressure: number;
  /** Fill the class everywhere (Shift). */
  all: boolean;
  /** Copy the region, not move it (Alt). */
  copy: boolean;
}

/** The rectangle or lasso under way, to be shown over the picture. `by`: how far the lasso has been moved. */
export type Outline =
  | { kind: 'rectangle'; a: Point; b: Point }
  | { kind: 'lasso'; points: readonly Point[]; closed: boolean; by: Point }
  | null;

/** The brush's radius at a pen pressure: at half of it, about two thirds of the full radius. */
export const radiusAt = (size: number, pressure: number): number =>
  (size / 2) * Math.max(0.08, Math.min(1, pressure)) ** 0.6;

export class Tools {
  outline: Outline = null;
  private last: Touch | null = null;
  private start: Touch | null = null;
  private lasso: { mask: Uint8Array; lifted: Lifted | null } | null = null;
  private points: Point[] = [];
  private moved: Rect | null = null;

  constructor(
    private readonly doc: PaintDocument,
    readonly settings: Settings,
    private readonly pick: (label: number) => void,
  ) {}

  get busy(): boolean {
    return this.start !== null;
  }

  private get ink(): Ink {
    return this.settings.tool === 'eraser' ? this.doc.eraserInk(this.settings.layer) : this.settings.label;
  }

  /** Begins what the tool does. */
  press(t: Touch): void {
    const {
      doc,
      settings: { tool, layer, label },
    } = this;
    this.start = this.last = t;
    if (tool === 'brush' || tool === 'eraser') {
      doc.begin(layer);
      this.draw(t, t);
    } else if (tool === 'fill') doc.edit(layer, 'fill', (map) => floodFill(map, t, label, t.all));
    else if (tool === 'superpixel') this.superpixels(t);
    else if (tool === 'rectangle') this.outline = { kind: 'rectangle', a: t, b: t };
    else if (tool === 'move') this.pressMove(t);
    else if (tool === 'pick') {
      const found = doc.labelAt(layer, t.x, t.y);
      if (found !== null) this.pick(found);
    }
  }

  move(t: Touch): void {
    if (!this.start || !this.last) return;
    const { tool } = this.settings;
    if (tool === 'brush' || tool === 'eraser') this.draw(this.last, t);
    else if (tool === 'superpixel') this.superpixels(t);
    else if (tool === 'rectangle') this.outline = { kind: 'rectangle', a: this.start, b: t };
    else if (tool === 'pick') {
      const found = this.doc.labelAt(this.settings.layer, t.x, t.y);
      if (found !== null) this.pick(found);
    } else if (tool === 'move') this.dragMove(t);
    this.last = t;
  }

  /** Ends it. True if the layout has changed. */
  release(t: Touch): boolean {
    if (!this.start) return false;
    const { doc, settings } = this,
      { tool, layer } = settings,
      start = this.start;
    this.start = this.last = null;
    if (tool === 'brush' || tool === 'eraser') return doc.commit(tool === 'brush' ? 'brush stroke' : 'erasing');
    if (tool === 'superpixel') return doc.commit('superpixels');
    if (tool === 'rectangle') {
      this.outline = null;
      return doc.edit(layer, 'rectangle', (map) =>
        doc.lines && this.ink !== PAPER
          ? frame(map, start, t, settings.size / 2, this.ink)
          : rectangle(map, start, t, this.ink),
      );
    }
    if (tool === 'move') return this.releaseMove();
    return tool === 'fill';
  }

  /** Cancels what is under way. True if it had changed the layout. */
  cancel(): boolean {
    this.start = this.last = this.lasso = this.outline = null;
    this.points = [];
    return this.doc.cancel();
  }

  private draw(a: Touch, b: Touch): void {
    const { doc, settings } = this,
      { layer } = settings,
      size = widthOf(settings, doc);
    const map = { width: doc.width, height: doc.height, labels: doc.layers[layer] };
    doc.touch(strokeSegment(map, a, b, radiusAt(size, a.pressure), radiusAt(size, b.pressure), this.ink));
  }

  /** Paints the superpixel under the pointer; dragging paints others, too. Without any, the region of one class. */
  private superpixels(t: Touch): void {
    const {
      doc,
      settings: { layer, label },
    } = this;
    if (!doc.isEditing) doc.begin(layer);
    const x = Math.floor(t.x),
      y = Math.floor(t.y);
    if (x < 0 || y < 0 || x >= doc.width || y >= doc.height) return;
    const map = { width: doc.width, height: doc.height, labels: doc.layers[layer] };
    const of = { width: doc.width, labels: doc.superpixels ?? map.labels };
    doc.touch(fillRegion(map, of, y * doc.width + x, label));
  }

  // Move: the first drag draws a lasso, and a drag inside it moves that region. A click selects the region below it.

  private pressMove(t: Touch): void {
    const { doc } = this,
      x = Math.floor(t.x),
      y = Math.floor(t.y);
    const holds =
      this.lasso && x >= 0 && y >= 0 && x < doc.width && y < doc.height && this.lasso.mask[y * doc.width + x];
    this.moved = null;
    if (holds) {
      this.lasso!.lifted = lift(doc.begin(this.settings.layer), this.lasso!.mask, doc.lines ? PAPER : undefined);
      return;
    }
    this.lasso = null;
    this.points = [t];
    this.outline = { kind: 'lasso', points: this.points, closed: false, by: { x: 0, y: 0 } };
  }

  private dragMove(t: Touch): void {
    const { doc, start, lasso } = this;
    if (!lasso?.lifted) {
      const last = this.points.at(-1)!;
      // a slow pointer reports the same pixel many times
      if (Math.hypot(t.x - last.x, t.y - last.y) >= 0.75) this.points.push(t);
      return;
    }
    const by = { x: Math.round(t.x - start!.x), y: Math.round(t.y - start!.y) };
    const map = { width: doc.width, height: doc.height, labels: doc.layers[this.settings.layer] };
    const changed = putDown(map, lasso.lifted, by.x, by.y, t.copy, this.moved);
    doc.touch(union(this.moved, changed));
    this.moved = changed;
    this.outline = { kind: 'lasso', points: this.points, closed: true, by };
  }

  private releaseMove(): boolean {
    const { doc } = this;
    if (this.lasso) {
      this.lasso = null;
      this.outline = null;
      return doc.commit('move a region');
    }
    const far = this.points.some((p) => Math.hypot(p.x - this.points[0].x, p.y - this.points[0].y) > 2);
    const at = this.points[0],
      x = Math.floor(at.x),
      y = Math.floor(at.y);
    const within = x >= 0 && y >= 0 && x < doc.width && y < doc.height;
    const mask = far
      ? polygonMask(doc, this.points)
      : within
        ? region({ width: doc.width, labels: doc.layers[this.settings.layer] }, y * doc.width + x)
        : null;
    const box = mask && boundsOf(doc, mask);
    if (!box) {
      this.outline = null;
      return false;
    }
    if (!far)
      this.points = [0, 1, 2, 3].map((i) => ({
        x: box.x + (i === 1 || i === 2 ? box.width : 0),
        y: box.y + (i > 1 ? box.height : 0),
      }));
    this.lasso = { mask, lifted: null };
    this.outline = { kind: 'lasso', points: this.points, closed: true, by: { x: 0, y: 0 } };
    return false;
  }
}
