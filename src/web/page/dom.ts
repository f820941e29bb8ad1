/** Helpers for elements, canvases, files and numbers in words. */
type Props = Record<string, string | number | boolean | undefined | ((e: never) => void)>;

/**
 * An element with attributes and children. Functions (`onclick` and the like) become listeners; true sets an empty
 * attribute, false and undefined set none.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: (Node | string | null)[]
): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === 'function') e.addEventListener(key.slice(2), value as EventListener);
    else if (value === true) e.setAttribute(key, '');
    else if (value !== false && value !== undefined) e.setAttribute(key, String(value));
  }
  e.append(...children.filter((c) => c !== null));
  return e;
}

/** The element of this id. Throws an Error if the page has none. */
export function $<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** Sets an element's text. An unchanged text is not laid out again. */
export function setText(id: string, text: string): void {
  const e = $(id);
  if (e.textContent !== text) e.textContent = text;
}

/** Listens to an event of the element of this id. */
export const on = <K extends keyof HTMLElementEventMap>(
  id: string,
  event: K,
  act: (e: HTMLElementEventMap[K]) => void,
): void => $(id).addEventListener(event, act);

/** One of the page's own icons (index.html defines them as symbols). */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'),
    use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'icon');
  svg.append(use);
  return svg;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * A canvas as sharp as the screen: its pixels follow its CSS size. It is drawn at most once a frame, clipped to what
 * has changed.
 */
export class CanvasSurface {
  readonly context: CanvasRenderingContext2D;
  width = 1;
  height = 1;
  private due = false;
  /** What the next frame draws again, in CSS pixels: left, top, right, bottom; null for nothing. */
  private stale: [number, number, number, number] | null = null;

  /** `draw`: draws the picture in CSS pixels. `resized`: called before it when the size has changed. */
  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly draw: (c: CanvasRenderingContext2D, s: CanvasSurface) => void,
    resized: () => void = () => {},
  ) {
    this.context = canvas.getContext('2d')!;
    new ResizeObserver(() => {
      const { clientWidth: w, clientHeight: hh } = canvas,
        ratio = Math.min(3, devicePixelRatio || 1);
      if (!w || !hh) return;
      canvas.width = Math.round(w * ratio);
      canvas.height = Math.round(hh * ratio);
      [this.width, this.height] = [w, hh];
      resized();
      this.redraw();
      this.paint();
    }).observe(canvas);
  }

  /** Draws with the next frame: all of it, or a box in CSS pixels with a margin for wide lines and smoothing. */
  redraw(box?: Box): void {
    const [l, t, r, b] = box
        ? [box.x - 4, box.y - 4, box.x + box.width + 4, box.y + box.height + 4]
        : [0, 0, this.width, this.height],
      s = this.stale;
    this.stale = s ? [Math.min(s[0], l), Math.min(s[1], t), Math.max(s[2], r), Math.max(s[3], b)] : [l, t, r, b];
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      this.paint();
    });
  }

  private paint(): void {
    const { context: c, stale } = this,
      ratio = this.canvas.width / this.width;
    if (!stale) return; // a resize has drawn it already
    this.stale = null;
    // Rounded outwards to pixels of the screen: a clip through a pixel would blend old and new.
    const [l, t, r, b] = [
      Math.max(0, Math.floor(stale[0] * ratio)),
      Math.max(0, Math.floor(stale[1] * ratio)),
      Math.ceil(stale[2] * ratio),
      Math.ceil(stale[3] * ratio),
    ];
    c.save();
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.beginPath();
    c.rect(l, t, r - l, b - t);
    c.clip();
    c.clearRect(l, t, r - l, b - t);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.draw(c, this);
    c.restore();
  }

  /** A pointer's place, in CSS pixels of the canvas. */
  at(e: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  }
}

/** The value of a variable of the style sheet. */
export const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Downloads a file. */
export function download(bytes: Uint8Array<ArrayBuffer>, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A file's name without its extension. */
export const stem = (name: string): string => name.replace(/\.\w{1,5}$/, '');
/** Joins names to a file's name, without characters that file systems reject: "lake-trees-moved". */
export const fileName = (document: string, part: string): string =>
  [stem(document), part]
    .map((n) => n.replace(/[^\p{L}\p{N}_.-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, ''))
    .filter(Boolean)
    .join('-') || 'picture';

/** A new canvas with these pixels, or empty. */
export function canvasOf(width: number, height: number, rgba?: Uint8ClampedArray<ArrayBuffer>): HTMLCanvasElement {
  const canvas = h('canvas');
  [canvas.width, canvas.height] = [width, height];
  if (rgba) canvas.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}

/** Seconds as "40 s", "12 min" or "1.5 h". */
export const durationText = (seconds: number): string =>
  seconds < 90
    ? `${Math.max(1, Math.round(seconds))} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`;
/** Bytes as "310 MB" or "1.2 GB". */
export const memory = (bytes: number): string =>
  bytes < 1e9 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
