/**
 * The pane one paints in: photograph and layout drawn at the view's scale, pointer, touch and keys turned into what
 * tools do.
 */
import { inkOf } from '../colors.ts';
import { $, canvasOf, css, on, CanvasSurface, setText } from '../dom.ts';
import { PAPER, type LayerName, type PaintDocument } from '../paint/document.ts';
import { Pointers } from '../paint/pointers.ts';
import type { Point, Rect } from '../paint/raster.ts';
import { Tools, widthOf, type Touch } from '../paint/tools.ts';
import { fit, held, toPane, toPicture, zoom, type Viewport } from '../paint/view.ts';
import type { PageState } from '../state.ts';

export class PaintPane {
  readonly surface: CanvasSurface;
  view: Viewport = { scale: 1, x: 0, y: 0 };
  private fitted = true;
  tools!: Tools;
  private photo!: HTMLCanvasElement;
  private layer!: { canvas: HTMLCanvasElement; image: ImageData };
  private shownLayer: LayerName | null = null;
  private opacity: Record<LayerName, number> = { source: 0.55, target: 1 };
  private pointer: Point | null = null;
  /** Where a pointer was last told of: what a move has to draw again reaches back to it. */
  private before: Point | null = null;
  private readonly pointers = new Pointers();
  private keyPen: { at: Point; down: boolean } | null = null;
  private spaceHeld = false;
  /** A place of the photograph that the result pane points at. */
  private mark: Point | null = null;

  constructor(
    private readonly state: PageState,
    private readonly viewed: (v: Viewport | null) => void,
    private readonly refuse: () => boolean,
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
      if (layer !== this.shownLayer) this.repaintLayer();
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
      if (e.key === ' ') this.spaceHeld = false;
    });
    canvas.addEventListener('blur', () => {
      if (this.keyPen?.down) this.tools.release(this.touch(this.keyPen.at));
      this.keyPen = null;
      this.spaceHeld = false;
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

  fit(): void {
    this.fitted = true;
    this.view = fit(this.state.doc ?? { width: 1, height: 1 }, this.surface);
    this.viewed(null);
    this.surface.redraw();
  }
  zoomBy(f: number, about: Point = { x: this.surface.width / 2, y: this.surface.height / 2 }): void {
    this.setView(zoom(this.view, f, about));
  }
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
    this.viewed(this.view);
    this.surface.redraw();
  }

  private open(doc: PaintDocument): void {
    this.tools = new Tools(doc, this.state.settings, (label) => this.state.set({ label }));
    this.photo = canvasOf(doc.width, doc.height, doc.photo);
    this.layer = { canvas: canvasOf(doc.width, doc.height), image: new ImageData(doc.width, doc.height) };
    doc.on((c) => {
      if ('rect' in c && c.layer === this.state.settings.layer) this.color(c.rect);
    });
    this.repaintLayer();
    this.fit();
  }

  private repaintLayer(): void {
    if (!this.layer) return;
    this.shownLayer = this.state.settings.layer;
    $<HTMLInputElement>('opacity').value = String(Math.round(this.opacity[this.state.settings.layer] * 100));
    this.color(this.state.doc.whole);
  }

  /** The layer's colors, where they have changed. */
  private color(r: Rect): void {
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
    this.describe();
    const { view: v } = this,
      { doc, settings } = this.state;
    c.imageSmoothingEnabled = v.scale < 3;
    c.imageSmoothingQuality = 'high';
    const place = [v.x, v.y, doc.width * v.scale, doc.height * v.scale] as const;
    c.drawImage(this.photo, ...place);
    c.globalAlpha = this.opacity[settings.layer];
    c.imageSmoothingEnabled = v.scale < 1;
    c.drawImage(this.layer.canvas, ...place);
    c.globalAlpha = 1;
    this.drawOutline(c);
    if (this.mark) this.ring(c, toPane(v, this.mark), 9, css('--focus'));
    const at = this.keyPen ? toPane(v, this.keyPen.at) : this.pointer;
    const round = settings.tool === 'brush' || settings.tool === 'eraser';
    if (at && round) this.ring(c, at, Math.max(2, (widthOf(settings, doc) * v.scale) / 2));
    if (this.keyPen) this.cross(c, toPane(v, this.keyPen.at));
  }

  private ring(c: CanvasRenderingContext2D, p: Point, r: number, color = '#fff'): void {
    for (const [width, style] of [
      [3, '#0009'],
      [1.5, color],
    ] as const) {
      c.beginPath();
      c.arc(p.x, p.y, r, 0, 2 * Math.PI);
      c.lineWidth = width;
      c.strokeStyle = style;
      c.stroke();
    }
  }

  private cross(c: CanvasRenderingContext2D, p: Point): void {
    for (const [width, style] of [
      [4, '#000a'],
      [1.5, '#fff'],
    ] as const) {
      c.beginPath();
      c.moveTo(p.x - 8, p.y);
      c.lineTo(p.x + 8, p.y);
      c.moveTo(p.x, p.y - 8);
      c.lineTo(p.x, p.y + 8);
      c.lineWidth = width;
      c.strokeStyle = style;
      c.stroke();
    }
  }

  private drawOutline(c: CanvasRenderingContext2D): void {
    const o = this.tools.outline;
    if (!o) return;
    const points =
      o.kind === 'rectangle'
        ? [o.a, { x: o.b.x, y: o.a.y }, o.b, { x: o.a.x, y: o.b.y }]
        : o.points.map((p) => ({ x: p.x + o.by.x, y: p.y + o.by.y }));
    c.beginPath();
    for (const p of points) {
      const q = toPane(this.view, p);
      c.lineTo(q.x, q.y);
    }
    if (o.kind === 'rectangle' || o.closed) c.closePath();
    for (const [dash, style] of [
      [[], '#000a'],
      [[5, 4], '#fff'],
    ] as const) {
      c.setLineDash([...dash]);
      c.strokeStyle = style;
      c.lineWidth = 1.5;
      c.stroke();
    }
    c.setLineDash([]);
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
    this.before = this.surface.at(e);
    this.keyPen = null;
    if (this.pointers.notice(e.pointerType)) this.showFingers();
    const { tool } = this.state.settings,
      picks = e.button === 2 || (e.altKey && tool !== 'move');
    const { role, stopped } = this.pointers.down(
      e.pointerId,
      e.pointerType,
      this.surface.at(e),
      e.button === 1 || this.spaceHeld || tool === 'pan',
    );
    if (stopped) this.giveUp();
    if (role !== 'draw') return;
    if (picks || (tool !== 'pick' && this.refuse())) {
      this.pointers.stop();
      if (picks) this.pickAt(this.at(e));
      return;
    }
    this.tools.press(this.touch(this.at(e), e));
    this.surface.redraw();
  }

  /** Once there is a pen, whether fingers paint beside it is the visitor's to say. */
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
    const now = this.surface.at(e),
      before = this.before ?? now,
      { doc, settings } = this.state,
      { tool } = settings;
    this.before = now;
    this.pointer = e.pointerType === 'touch' ? null : now;
    if (this.pointers.notice(e.pointerType)) this.showFingers();
    const view = this.pointers.move(e.pointerId, now, this.view);
    if (view) this.setView(view);
    else if (this.pointers.drawing === e.pointerId) {
      // Between two frames a pointer reports many places: a stroke goes through all of them, a dragged region only to
      // the last.
      const all = this.dragging ? [] : (e.getCoalescedEvents?.() ?? []);
      for (const one of all.length ? all : [e]) this.tools.move(this.touch(this.at(one), one));
      if (this.tools.busy && (tool === 'brush' || tool === 'eraser'))
        this.state.tell('painted', { layer: this.state.settings.layer, live: true });
    }
    // What is painted tells of its place itself: here it is the brush's ring, or the lasso's last piece.
    const far = tool === 'brush' || tool === 'eraser' ? Math.max(2, (widthOf(settings, doc) * this.view.scale) / 2) : 0;
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
    return this.state.settings.tool === 'move' && this.tools.outline?.kind === 'lasso' && this.tools.outline.closed;
  }

  private up(e: PointerEvent, cancelled: boolean): void {
    if (!this.pointers.up(e.pointerId)) return;
    if (cancelled) this.giveUp();
    else this.finish(this.touch(this.at(e), e));
    this.surface.redraw();
  }

  /** Takes back what is being drawn; where a preview may have shown it already, there is a new one. */
  private giveUp(): void {
    if (this.tools.cancel()) this.state.tell('painted', { layer: this.state.settings.layer, live: false });
  }

  private finish(t: Touch): void {
    if (this.tools.release({ ...t, pressure: 1 }))
      this.state.tell('painted', { layer: this.state.settings.layer, live: false });
  }

  private wheel(e: WheelEvent): void {
    e.preventDefault();
    const step = -Math.sign(e.deltaY || e.deltaX);
    if (e.shiftKey) this.state.set({ size: nextSize(this.state.settings.size, step) });
    else this.zoomBy(Math.exp(-Math.max(-80, Math.min(80, e.deltaY)) * (e.ctrlKey ? 0.02 : 0.004)), this.surface.at(e));
  }

  // ---- keyboard: a pen that arrow keys move and space presses

  private key(e: KeyboardEvent): void {
    const arrows: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const step = arrows[e.key];
    if (e.ctrlKey || e.metaKey) return;
    if (e.key === 'Escape') {
      this.giveUp();
      this.pointers.stop();
      this.keyPen = null;
      this.surface.redraw();
      return;
    }
    if (e.key === ' ' && !this.keyPen) {
      this.spaceHeld = true;
      e.preventDefault();
      return;
    }
    if (!step && !(this.keyPen && (e.key === ' ' || e.key === 'Enter'))) return;
    e.preventDefault();
    const { doc, settings } = this.state;
    this.keyPen ??= { at: { x: doc.width / 2, y: doc.height / 2 }, down: false };
    const pen = this.keyPen;
    if (step) {
      const far = e.altKey ? 1 : e.shiftKey ? Math.max(10, settings.size) : Math.max(1, Math.round(settings.size / 4));
      pen.at = {
        x: Math.max(0, Math.min(doc.width - 0.01, pen.at.x + far * step[0])),
        y: Math.max(0, Math.min(doc.height - 0.01, pen.at.y + far * step[1])),
      };
      if (pen.down) this.tools.move(this.touch(pen.at));
    } else if (pen.down) {
      pen.down = false;
      this.finish(this.touch(pen.at));
    } else if (settings.tool === 'pick' || !this.refuse()) {
      this.tools.press(this.touch(pen.at, e));
      pen.down = e.key === ' ';
      if (!pen.down) this.finish(this.touch(pen.at));
    }
    this.surface.redraw();
  }

  /**
   * What is under the pointer, and what pressing does: with each frame, since words are laid out anew whenever they
   * change.
   */
  private describe(): void {
    const { doc, settings } = this.state,
      at = this.keyPen?.at ?? (this.pointer && toPicture(this.view, this.pointer));
    const label = at && doc.labelAt(settings.layer, at.x, at.y);
    const where = label === null ? '' : `${doc.classes[label].name} at ${Math.floor(at!.x)}, ${Math.floor(at!.y)}`;
    const pen = this.keyPen?.down ? ' · pen down' : '';
    const hint =
      settings.tool === 'move'
        ? this.tools.outline?.kind === 'lasso' && this.tools.outline.closed
          ? 'drag the region; Alt copies it'
          : 'draw a lasso, or click a region'
        : doc.lines
          ? `${settings.tool === 'eraser' || settings.label === PAPER ? 'taking lines away from' : 'drawing lines on'} the ${settings.layer}`
          : `painting ${doc.classes[settings.label]?.name ?? ''} on the ${settings.layer} layout`;
    setText('paint-status', [hint + pen, where].filter(Boolean).join(' · '));
  }
}

/** The next brush size up or down: steps grow with the size. */
export const nextSize = (size: number, step: number): number =>
  Math.max(1, Math.min(400, size + step * Math.max(1, Math.round(size / 8))));
