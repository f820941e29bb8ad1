/**
 * The pane of the result: the patch preview, the network's picture fading in over it, a picture to compare with, and a
 * probe that shows where in the photograph a pixel comes from.
 */
import type { Pixels, SourceField } from '../../engineProtocol.ts';
import { inked } from '../colors.ts';
import { $, CanvasSurface, canvasOf, css, h, on } from '../dom.ts';
import type { PaintDocument } from '../paint/document.ts';
import type { Point } from '../paint/raster.ts';
import { fit, toPane, toPicture, type Viewport } from '../paint/view.ts';
import type { PageState } from '../state.ts';

/** The preview; the network's picture; or the one fading into the other as the run proceeds. */
export type Mode = 'preview' | 'auto' | 'network';
/** A map laid over the result: colored pixels, and the value at each for the probe. */
export interface Overlay extends Pixels {
  name: string;
  valueAt: (p: number) => string;
}

const comparisons = {
  none: 'with nothing',
  photo: 'with the photograph',
  layout: 'with the layout',
  preview: 'with the preview',
};

export class ResultPane {
  readonly surface: CanvasSurface;
  mode: Mode = 'auto';
  private preview: { canvas: HTMLCanvasElement; pixels: Pixels } | null = null;
  private field: SourceField | null = null;
  private network: { canvas: HTMLCanvasElement; pixels: Pixels; share: number } | null = null;
  private overlay: { canvas: HTMLCanvasElement; of: Overlay } | null = null;
  private photo!: HTMLCanvasElement;
  private layout: { doc: PaintDocument; key: string; canvas: HTMLCanvasElement } | null = null;
  private view: Viewport = { scale: 1, x: 0, y: 0 };
  private shared: Viewport | null = null;
  /** The network's opacity as drawn, which approaches its goal frame by frame. */
  private shown = 0;
  private comparison: keyof typeof comparisons = 'none';
  private probe: Point | null = null;
  private byKey = false;
  /** Where the pointer has moved since the last frame. */
  private hover: Point | undefined;

  /** `onSource`: called with the place in the photograph that the probe finds, or null. */
  constructor(
    private readonly state: PageState,
    private readonly onSource: (p: Point | null) => void,
  ) {
    const canvas = $<HTMLCanvasElement>('result-canvas');
    this.surface = new CanvasSurface(
      canvas,
      (c) => this.draw(c),
      () => this.place(),
    );
    state.on('document', (doc) => this.open(doc));
    canvas.addEventListener('pointermove', (e) => {
      this.byKey = false;
      this.hover = this.surface.at(e);
      this.surface.redraw();
    });
    canvas.addEventListener('pointerleave', () => {
      this.hover = undefined;
      this.probeAt(null);
    });
    canvas.addEventListener('blur', () => {
      if (this.byKey) this.probeAt(null);
    });
    canvas.addEventListener('keydown', (e) => this.key(e));
    const choice = $<HTMLSelectElement>('before');
    choice.append(...Object.entries(comparisons).map(([value, text]) => h('option', { value }, text)));
    on('before', 'change', () => {
      this.comparison = choice.value as keyof typeof comparisons;
      $('divider').hidden = this.comparison === 'none';
      this.surface.redraw();
    });
    on('divider', 'input', () => this.surface.redraw());
  }

  private open(doc: PaintDocument): void {
    this.preview = this.network = this.overlay = this.field = null;
    this.shown = 0;
    this.photo = canvasOf(doc.width, doc.height, doc.photo);
    this.place();
    this.probeAt(null);
  }

  /** Takes the paint pane's view, to show the same part of the picture; null: the whole picture. */
  setSharedView(view: Viewport | null): void {
    this.shared = view;
    this.place();
  }

  private place(): void {
    const { doc } = this.state;
    if (!doc) return;
    this.view = this.shared ? { ...this.shared } : fit(doc, this.surface);
    this.surface.redraw();
  }

  /** Shows a level of the preview. `field`: with the finest one. */
  showPreview(pixels: Pixels, field: SourceField | null): void {
    this.preview = { canvas: canvasOf(pixels.width, pixels.height, pixels.data), pixels };
    this.field = field ?? this.field;
    if (this.probe) this.probeAt(this.probe);
    else this.showProbe([]);
    this.surface.redraw();
  }

  /** Shows the network's picture, with opacity `share` (0..1) in the automatic view; null takes it away. */
  showNetwork(pixels: Pixels | null, share: number): void {
    this.network = pixels && { canvas: canvasOf(pixels.width, pixels.height, pixels.data), pixels, share };
    this.surface.redraw();
  }
  /** The layout has changed: fades the network's picture out until there is a newer one. */
  markOutdated(): void {
    if (this.network) this.network.share = 0;
    this.surface.redraw();
  }

  /** Lays a map over the result; null takes it away. */
  showOverlay(of: Overlay | null): void {
    this.overlay = of && { canvas: canvasOf(of.width, of.height, of.data), of };
    this.surface.redraw();
  }

  setMode(mode: Mode): void {
    this.mode = mode;
    this.surface.redraw();
  }

  get hasNetwork(): boolean {
    return this.network !== null;
  }
  get showsNetwork(): boolean {
    return this.network !== null && this.goal() >= 0.5;
  }
  /** The network's picture, if it is of the present layout. */
  get networkPixels(): Pixels | null {
    return this.network && this.network.share >= 0.5 ? this.network.pixels : null;
  }
  get previewPixels(): Pixels | null {
    return this.preview?.pixels ?? null;
  }

  /** The network's opacity to approach. */
  private goal(): number {
    return !this.network || this.mode === 'preview'
      ? 0
      : this.mode === 'network' || !this.preview
        ? 1
        : this.network.share;
  }

  private draw(c: CanvasRenderingContext2D): void {
    const { doc } = this.state,
      { view: v } = this;
    if (!doc || !this.photo) return;
    if (this.hover) {
      const p = this.hover;
      this.hover = undefined;
      this.probeAt(toPicture(v, p));
    }
    const goal = this.goal();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.shown = goal;
    else if (Math.abs(goal - this.shown) > 0.01) {
      this.shown += (goal - this.shown) * 0.16;
      this.surface.redraw();
    } else this.shown = goal;
    const place = [v.x, v.y, doc.width * v.scale, doc.height * v.scale] as const;
    c.imageSmoothingQuality = 'high';
    if (!this.preview && !this.network) {
      c.globalAlpha = 0.18;
      c.drawImage(this.photo, ...place);
      c.globalAlpha = 1;
    }
    if (this.preview) c.drawImage(this.preview.canvas, ...place);
    if (this.network && this.shown > 0) {
      c.globalAlpha = this.shown;
      c.drawImage(this.network.canvas, ...place);
      c.globalAlpha = 1;
    }
    if (this.overlay) {
      c.imageSmoothingEnabled = false;
      c.drawImage(this.overlay.canvas, ...place);
      c.imageSmoothingEnabled = true;
    }
    this.drawBefore(c, place);
    if (this.probe) this.drawProbe(c);
  }

  private drawBefore(c: CanvasRenderingContext2D, place: readonly [number, number, number, number]): void {
    const picture =
      this.comparison === 'photo'
        ? this.photo
        : this.comparison === 'preview'
          ? this.preview?.canvas
          : this.comparison === 'layout'
            ? this.layoutCanvas()
            : null;
    if (!picture) return;
    // below the middle of the slider's thumb, which is 16 pixels wide
    const x = 8 + (Number($<HTMLInputElement>('divider').value) / 1000) * (this.surface.width - 16);
    c.save();
    c.beginPath();
    c.rect(0, 0, x, this.surface.height);
    c.clip();
    c.drawImage(picture, ...place);
    c.restore();
    c.fillStyle = '#fff';
    c.fillRect(x - 1, 0, 2, this.surface.height);
    c.fillStyle = '#0006';
    c.fillRect(x + 1, 0, 1, this.surface.height);
  }

  /** The target in its colors, drawn anew only when it has changed. */
  private layoutCanvas(): HTMLCanvasElement {
    const { doc } = this.state,
      key = `${doc.version.target} ${doc.version.classes}`;
    if (this.layout?.doc !== doc || this.layout.key !== key)
      this.layout = { doc, key, canvas: canvasOf(doc.width, doc.height, inked(doc.layers.target, doc.classes)) };
    return this.layout.canvas;
  }

  // ---- the probe

  private key(e: KeyboardEvent): void {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (e.key === 'Escape') this.probeAt(null);
    if (!step || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    this.byKey = true;
    const { doc } = this.state,
      from = this.probe ?? { x: doc.width / 2, y: doc.height / 2 },
      far = e.shiftKey ? doc.width / 16 : doc.width / 128;
    this.probeAt({
      x: Math.max(0, Math.min(doc.width - 0.01, from.x + far * step[0])),
      y: Math.max(0, Math.min(doc.height - 0.01, from.y + far * step[1])),
    });
  }

  /** Moves the probe to a point of the picture; null takes it away. */
  private probeAt(p: Point | null): void {
    const { doc } = this.state;
    const inside = p && doc && p.x >= 0 && p.y >= 0 && p.x < doc.width && p.y < doc.height;
    this.probe = inside ? p : null;
    const found = inside ? this.sourceOf(p) : null;
    this.onSource(found?.at ?? null);
    const parts: string[] = [];
    if (inside && this.overlay) {
      const o = this.overlay.of,
        x = Math.floor((p.x / doc.width) * o.width),
        y = Math.floor((p.y / doc.height) * o.height);
      parts.push(`${o.name}: ${o.valueAt(y * o.width + x)}`);
    }
    if (found) {
      const { x, y } = found.at;
      const name = doc.lines ? '' : `${doc.classes[doc.labelAt('source', x, y) ?? 0]?.name} at `;
      parts.push(
        `preview from ${name}${Math.floor(x)}, ${Math.floor(y)} of the photograph`,
        `distance ${found.distance.toFixed(1)} of 255`,
      );
    }
    this.showProbe(parts);
    this.drawLoupe(found?.at ?? null);
    this.surface.redraw();
  }

  private showProbe(parts: readonly string[]): void {
    $('probe').textContent =
      parts.join(' · ') || (this.preview ? 'Point at the result to see where it comes from.' : '');
  }

  /** Where in the photograph the preview's pixel at p comes from, and their patches' distance. */
  private sourceOf(p: Point): { at: Point; distance: number } | null {
    const f = this.field,
      { doc } = this.state;
    if (!f) return null;
    const i = Math.floor((p.y / doc.height) * f.height) * f.width + Math.floor((p.x / doc.width) * f.width),
      s = f.pixels[i];
    return {
      at: {
        x: (((s % f.source.width) + 0.5) / f.source.width) * doc.width,
        y: ((Math.floor(s / f.source.width) + 0.5) / f.source.height) * doc.height,
      },
      distance: f.distance[i],
    };
  }

  /** Shows the photograph around the source pixel, enlarged. */
  private drawLoupe(at: Point | null): void {
    const loupe = $<HTMLCanvasElement>('loupe'),
      { doc } = this.state;
    loupe.hidden = !at;
    if (!at) return;
    const c = loupe.getContext('2d')!,
      side = Math.max(8, Math.round(doc.width / 16));
    c.imageSmoothingEnabled = false;
    c.clearRect(0, 0, 96, 96);
    c.drawImage(this.photo, at.x - side / 2, at.y - side / 2, side, side, 0, 0, 96, 96);
    const pixel = 96 / side;
    c.strokeStyle = css('--focus');
    c.lineWidth = 2;
    c.strokeRect(48 - 1.5 * pixel, 48 - 1.5 * pixel, 3 * pixel, 3 * pixel);
  }

  private drawProbe(c: CanvasRenderingContext2D): void {
    const q = toPane(this.view, this.probe!);
    for (const [width, style] of [
      [3, '#0009'],
      [1.5, css('--focus')],
    ] as const) {
      c.beginPath();
      c.arc(q.x, q.y, 7, 0, 2 * Math.PI);
      c.lineWidth = width;
      c.strokeStyle = style;
      c.stroke();
    }
  }
}
