/**
 * The pane to paint in: draws photograph and layout at the view's scale, and turns pointer, touch and keys into actions
 * of the tools.
 */
import { inkOf } from '../colors.ts';
import { $, CanvasSurface, canvasOf, css, on, setText } from '../dom.ts';
import type { PaintDocument } from '../paint/document.ts';
import type { LayerName } from '../paint/layers.ts';
import { Pointers } from '../paint/pointers.ts';
import type { Point, Rect } from '../paint/raster.ts';
import { Tools, type Touch, widthOf } from '../paint/tools.ts';
import { fit, held, toPane, toPicture, type Viewport, zoom } from '../paint/view.ts';
import type { PageState } from '../state.ts';
import { KeyboardPen } from './keyboardPen.ts';
import { drawCross, drawOutline, drawRing, isRegionSelected, statusText } from './paintOverlay.ts';

export class PaintPane {
  readonly surface: CanvasSurface;
  view: Viewport = { scale: 1, x: 0, y: 0 };
  private fitted = true;
  tools!: Tools;
  private photo!: HTMLCanvasElement;
  private layer!: { canvas: HTMLCanvasElement; image: ImageData };
  private drawnLayer: LayerName | null = null;
  private opacity: Record<LayerName, number> = { source: 0.55, target: 1 };
  /** The mouse's or pen's place in the pane; null for fingers, and outside. */
  private pointer: Point | null = null;
  /** Where the last event of a pointer was: a move redraws from there on. */
  private lastPointer: Point | null = null;
  private readonly pointers = new Pointers();
  private readonly pen = new KeyboardPen({
    press: (at, e) => {
      if (this.state.settings.tool !== 'pick' && this.refuses()) return false;
      this.tools.press(this.touch(at, e));
      return true;
    },
    move: (at) => this.tools.move(this.touch(at)),
    release: (at) => this.finish(this.touch(at)),
  });
  /** The place of the photograph that the result pane points at. */
  private mark: Point | null = null;

  /**
   * `onView`: called with the view after each change of it, with null for the whole picture. `refuses`: true where the
   * layer must not be painted on; it notifies the visitor.
   */
  constructor(
    private readonly state: PageState,
    private readonly onView: (v: Viewport | null) => void,
    private readonly refuses: () => boolean,
  ) {
    const canvas = $<HTMLCanvasElement>('paint-canvas');
    this.surface = new CanvasSurface(
      canvas,
      (c) => this.draw(c),
      () => {
        if (this.fitted) this.fit();
        else this.setView(this.view);
      },
    );
    state.on('document', (doc) => this.open(doc));
    state.on('settings', ({ layer }) => {
      if (layer !== this.drawnLayer) this.repaintLayer();
      else this.surface.redraw();
    });
    state.on('targets', () => {
      this.tools.cancel();
    });
    state.on('classes', () => this.repaintLayer());
    canvas.addEventListener('pointerdown', (e) => this.down(e));
    canvas.addEventListener('pointermove', (e) => this.moved(e));
    for (const name of ['pointerup', 'pointercancel'] as const)
      canvas.addEventListener(name, (e) => this.up(e, name === 'pointercancel'));
    canvas.addEventListener('pointerleave', () => {
      this.pointer = null;
      this.surface.redraw();
    });
    canvas.addEventListener('wheel', (e) => this.wheel(e), { passive: false });
    canvas.addEventListener('contextmenu', (e) => e.preventDefault());
    canvas.addEventListener('keydown', (e) => this.key(e));
    canvas.addEventListener('keyup', (e) => {
      if (e.key === ' ') this.pen.spaceHeld = false;
    });
    canvas.addEventListener('blur', () => {
      if (this.pen.at && this.pen.down) this.tools.release(this.touch(this.pen.at));
      this.pen.hide();
      this.pen.spaceHeld = false;
      this.surface.redraw();
    });
    on('opacity', 'input', () => {
      this.opacity[state.settings.layer] = Number($<HTMLInputElement>('opacity').value) / 100;
      this.surface.redraw();
    });
    on('fit', 'click', () => this.fit());
    on('fingers', 'click', () => {
      this.pointers.fingers = !this.pointers.fingersDraw;
      this.showFingers();
    });
  }

  /** Shows the whole picture. */
  fit(): void {
    this.fitted = true;
    this.view = fit(this.state.doc ?? { width: 1, height: 1 }, this.surface);
    this.onView(null);
    this.surface.redraw();
  }
  /** Enlarges by a factor about a point of the pane, its center without. */
  zoomBy(f: number, about: Point = { x: this.surface.width / 2, y: this.surface.height / 2 }): void {
    this.setView(zoom(this.view, f, about));
  }
  /** Marks a point of the picture; null takes the mark away. */
  markAt(p: Point | null): void {
    this.mark = p;
    this.surface.redraw();
  }
  redraw(): void {
    this.surface.redraw();
  }

  private setView(v: Viewport): void {
    this.fitted = false;
    this.view = held(v, { width: this.state.doc.width, height: this.state.doc.height }, this.surface);
    this.onView(this.view);
    this.surface.redraw();
  }

  private open(doc: PaintDocument): void {
    this.tools = new Tools(doc, this.state.settings, (label) => this.state.set({ label }));
    this.photo = canvasOf(doc.width, doc.height, doc.photo);
    this.layer = { canvas: canvasOf(doc.width, doc.height), image: new ImageData(doc.width, doc.height) };
    doc.on((c) => {
      if ('rect' in c && c.layer === this.state.settings.layer) this.colorLayer(c.rect);
    });
    this.repaintLayer();
    this.fit();
  }

  private repaintLayer(): void {
    if (!this.layer) return;
    this.drawnLayer = this.state.settings.layer;
    $<HTMLInputElement>('opacity').value = String(Math.round(this.opacity[this.state.settings.layer] * 100));
    this.colorLayer(this.state.doc.bounds);
  }

  /** Colors a part of the layer's canvas anew. */
  private colorLayer(r: Rect): void {
    const { doc, settings } = this.state,
      labels = doc.layers[settings.layer],
      data = new Uint32Array(this.layer.image.data.buffer);
    const ink = inkOf(doc.classes);
    for (let y = r.y; y < r.y + r.height; y++)
      for (let p = y * doc.width + r.x; p < y * doc.width + r.x + r.width; p++) data[p] = ink[labels[p]];
    this.layer.canvas.getContext('2d')!.putImageData(this.layer.image, 0, 0, r.x, r.y, r.width, r.height);
    const { scale } = this.view,
      { x, y } = toPane(this.view, r);
    this.surface.redraw({ x: x - scale, y: y - scale, width: (r.width + 2) * scale, height: (r.height + 2) * scale });
  }

  private draw(c: CanvasRenderingContext2D): void {
    if (!this.photo) return;
    const { view: v } = this;
    const { doc, settings } = this.state;
    const penAt = this.pen.at;
    const at = penAt ?? (this.pointer && toPicture(v, this.pointer));
    setText('paint-status', statusText(doc, settings, this.tools.outline, at, this.pen.down));
    c.imageSmoothingEnabled = v.scale < 3;
    c.imageSmoothingQuality = 'high';
    const place = [v.x, v.y, doc.width * v.scale, doc.height * v.scale] as const;
    c.drawImage(this.photo, ...place);
    c.globalAlpha = this.opacity[settings.layer];
    c.imageSmoothingEnabled = v.scale < 1;
    c.drawImage(this.layer.canvas, ...place);
    c.globalAlpha = 1;
    drawOutline(c, this.tools.outline, v);
    if (this.mark) drawRing(c, toPane(v, this.mark), 9, css('--focus'));
    const center = penAt ? toPane(v, penAt) : this.pointer;
    if (center && this.isBrush) drawRing(c, center, this.brushRadius);
    if (penAt) drawCross(c, toPane(v, penAt));
  }

  private get isBrush(): boolean {
    const { tool } = this.state.settings;
    return tool === 'brush' || tool === 'eraser';
  }

  /** In pixels of the pane. */
  private get brushRadius(): number {
    const { doc, settings } = this.state;
    return Math.max(2, (widthOf(settings, doc) * this.view.scale) / 2);
  }

  // ---- pointer

  private touch(
    p: Point,
    e?: { pointerType?: string; pressure?: number; shiftKey?: boolean; altKey?: boolean },
  ): Touch {
    return {
      ...p,
      pressure: e?.pointerType === 'pen' && e.pressure ? e.pressure : 1,
      all: Boolean(e?.shiftKey),
      copy: Boolean(e?.altKey),
    };
  }
  private at = (e: PointerEvent): Point => toPicture(this.view, this.surface.at(e));

  private down(e: PointerEvent): void {
    if (!this.state.doc) return;
    this.surface.canvas.focus({ preventScroll: true });
    this.surface.canvas.setPointerCapture?.(e.pointerId);
    this.lastPointer = this.surface.at(e);
    this.pen.hide();
    if (this.pointers.notice(e.pointerType)) this.showFingers();
    const { tool } = this.state.settings,
      picks = e.button === 2 || (e.altKey && tool !== 'move');
    const { role, stopped } = this.pointers.down(
      e.pointerId,
      e.pointerType,
      this.surface.at(e),
      e.button === 1 || this.pen.spaceHeld || tool === 'pan',
    );
    if (stopped) this.cancelStroke();
    if (role !== 'draw') return;
    if (picks || (tool !== 'pick' && this.refuses())) {
      this.pointers.stop();
      if (picks) this.pickAt(this.at(e));
      return;
    }
    this.tools.press(this.touch(this.at(e), e));
    this.surface.redraw();
  }

  /** Once a pen is seen, a button lets the visitor choose whether fingers paint beside it. */
  private showFingers(): void {
    const button = $('fingers'),
      draw = this.pointers.fingersDraw;
    button.hidden = !this.pointers.hasPen;
    button.textContent = draw ? 'fingers paint' : 'fingers move';
    button.title = draw
      ? 'Fingers paint as the pen does. Press to let them move the view only.'
      : 'The pen paints; fingers move the view. Press to let them paint, too.';
  }

  private pickAt(p: Point): void {
    const label = this.state.doc.labelAt(this.state.settings.layer, p.x, p.y);
    if (label !== null) this.state.set({ label });
  }

  private moved(e: PointerEvent): void {
    if (!this.state.doc) return;
    const now = this.surface.at(e);
    const before = this.lastPointer ?? now;
    this.lastPointer = now;
    this.pointer = e.pointerType === 'touch' ? null : now;
    if (this.pointers.notice(e.pointerType)) this.showFingers();
    const view = this.pointers.move(e.pointerId, now, this.view);
    if (view) this.setView(view);
    else if (this.pointers.drawing === e.pointerId) {
      // A pointer may move several times between two frames: a stroke goes through all places, a dragged region needs
      // the last one only.
      const all = this.dragging ? [] : (e.getCoalescedEvents?.() ?? []);
      for (const one of all.length ? all : [e]) this.tools.move(this.touch(this.at(one), one));
      if (this.tools.busy && this.isBrush) this.state.emit('painted', { layer: this.state.settings.layer, live: true });
    }
    // The document reports what was painted. This redraws the brush's ring, or the lasso's last piece.
    const far = this.isBrush ? this.brushRadius : 0;
    if (this.dragging || this.tools.outline?.kind === 'rectangle') this.surface.redraw();
    else
      this.surface.redraw({
        x: Math.min(before.x, now.x) - far,
        y: Math.min(before.y, now.y) - far,
        width: Math.abs(now.x - before.x) + 2 * far,
        height: Math.abs(now.y - before.y) + 2 * far,
      });
  }

  private get dragging(): boolean {
    return isRegionSelected(this.state.settings, this.tools.outline);
  }

  private up(e: PointerEvent, cancelled: boolean): void {
    if (!this.pointers.up(e.pointerId)) return;
    if (cancelled) this.cancelStroke();
    else this.finish(this.touch(this.at(e), e));
    this.surface.redraw();
  }

  /** Undoes the stroke under way. If a preview may show it already, asks for a new one. */
  private cancelStroke(): void {
    if (this.tools.cancel()) this.state.emit('painted', { layer: this.state.settings.layer, live: false });
  }

  private finish(t: Touch): void {
    if (this.tools.release({ ...t, pressure: 1 }))
      this.state.emit('painted', { layer: this.state.settings.layer, live: false });
  }

  private wheel(e: WheelEvent): void {
    e.preventDefault();
    const step = -Math.sign(e.deltaY || e.deltaX);
    if (e.shiftKey) this.state.set({ size: nextSize(this.state.settings.size, step) });
    else this.zoomBy(Math.exp(-Math.max(-80, Math.min(80, e.deltaY)) * (e.ctrlKey ? 0.02 : 0.004)), this.surface.at(e));
  }

  private key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey) return;
    if (e.key === 'Escape') {
      this.cancelStroke();
      this.pointers.stop();
      this.pen.hide();
      this.surface.redraw();
    } else if (this.pen.key(e, this.state.doc, this.state.settings)) this.surface.redraw();
  }
}

/** The next brush size up or down: steps grow with the size. */
export const nextSize = (size: number, step: number): number =>
  Math.max(1, Math.min(400, size + step * Math.max(1, Math.round(size / 8))));
