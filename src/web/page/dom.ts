/** A few words for making elements. */
type Props = Record<string, string | number | boolean | undefined | ((e: never) => void)>;

/** An element with attributes (`onclick` and the like become listeners; true sets an attribute, false or undefined leaves it out) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: (Node | string | null)[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === 'function') e.addEventListener(key.slice(2), value as EventListener);
    else if (value === true) e.setAttribute(key, '');
    else if (value !== false && value !== undefined) e.setAttribute(key, String(value));
  }
  e.append(...children.filter((c) => c !== null));
  return e;
}

/** The element of this id; its absence is a mistake in the page. */
export function $<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** Says so in an element of the page; what says so already is not laid out again. */
export function tell(id: string, text: string): void {
  const e = $(id);
  if (e.textContent !== text) e.textContent = text;
}

export const on = <K extends keyof HTMLElementEventMap>(id: string, event: K, act: (e: HTMLElementEventMap[K]) => void): void => $(id).addEventListener(event, act);

/** One of the page's own icons (index.html defines them as symbols). */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'icon');
  svg.append(use);
  return svg;
}

/** A canvas sharp on this screen: its pixels follow its CSS size; `draw` is called once a frame at most. */
export class Surface {
  readonly context: CanvasRenderingContext2D;
  width = 1;
  height = 1;
  private due = false;

  constructor(readonly canvas: HTMLCanvasElement, private readonly draw: (c: CanvasRenderingContext2D, s: Surface) => void, resized: () => void = () => {}) {
    this.context = canvas.getContext('2d')!;
    new ResizeObserver(() => {
      const { clientWidth: w, clientHeight: hh } = canvas, ratio = Math.min(3, devicePixelRatio || 1);
      if (!w || !hh) return;
      canvas.width = Math.round(w * ratio);
      canvas.height = Math.round(hh * ratio);
      [this.width, this.height] = [w, hh];
      resized();
      this.paint();
    }).observe(canvas);
  }

  /** Draws with the next frame. */
  redraw(): void {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => { this.due = false; this.paint(); });
  }

  private paint(): void {
    const ratio = this.canvas.width / this.width;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    this.draw(this.context, this);
  }

  /** A pointer's place in CSS pixels of the canvas. */
  at(e: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  }
}

/** A value of the style sheet's. */
export const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Gives a file to the visitor. */
export function download(bytes: Uint8Array<ArrayBuffer>, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export const stem = (name: string): string => name.replace(/\.\w{1,5}$/, '');
/** "lake", "trees moved" -> "lake-trees-moved": names as parts of a file's name, without what file systems dislike. */
export const fileName = (document: string, part: string): string => [stem(document), part].map((n) => n.replace(/[^\p{L}\p{N}_.-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '')).filter(Boolean).join('-') || 'picture';

/** Pixels on a canvas of their own, to be drawn at any scale. */
export function canvasOf(width: number, height: number, rgba?: Uint8ClampedArray<ArrayBuffer>): HTMLCanvasElement {
  const canvas = h('canvas');
  [canvas.width, canvas.height] = [width, height];
  if (rgba) canvas.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}

export const duration = (seconds: number): string => seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
export const memory = (bytes: number): string => bytes < 1e9 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
