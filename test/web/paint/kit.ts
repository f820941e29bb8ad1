/** A small document to paint on, and shorthands for what a pointer does, for the tests of this folder. */
import { PaintDocument } from '../../../src/web/page/paint/document.ts';
import type { History } from '../../../src/web/page/paint/history.ts';
import { Tools, type Settings, type Touch } from '../../../src/web/page/paint/tools.ts';

/** Size of the document, in pixels. */
export const [W, H] = [40, 30];
/** Its first layout: sky above grass, and a block of a third class in the sky. */
export const start = Uint8Array.from({ length: W * H }, (_, p) => {
  const x = p % W,
    y = Math.floor(p / W);
  return x >= 5 && x < 11 && y >= 4 && y < 9 ? 2 : Number(y >= 15);
});
export const classes = [
  { name: 'sky', color: [0, 0, 250] },
  { name: 'grass', color: [0, 250, 0] },
  { name: 'kite', color: [250, 0, 0] },
] as { name: string; color: [number, number, number] }[];
export const openDocument = (history?: History) =>
  new PaintDocument(
    { name: 'test', width: W, height: H, photo: new Uint8ClampedArray(4 * W * H), source: start, classes },
    history,
  );
/** A pointer at a place of the picture. */
export const touch = (x: number, y: number, o: Partial<Touch> = {}): Touch => ({
  x,
  y,
  pressure: 1,
  all: false,
  copy: false,
  ...o,
});
/** A document with tools; `drag` presses, moves and releases, `picked` is the label picked last. */
export const kit = (o: Partial<Settings> = {}) => {
  const doc = openDocument(),
    settings: Settings = { tool: 'brush', layer: 'target', label: 1, size: 6, ...o };
  let picked = -1;
  const tools = new Tools(doc, settings, (l) => {
    picked = l;
  });
  const drag = (...points: Touch[]) => {
    tools.press(points[0]);
    for (const p of points.slice(1)) tools.move(p);
    return tools.release(points.at(-1)!);
  };
  return { doc, settings, tools, drag, picked: () => picked };
};
/** The label at a pixel. */
export const at = (labels: Uint8Array, x: number, y: number) => labels[y * W + x];
/** Counts the pixels that differ. */
export const changed = (a: Uint8Array, b: Uint8Array = start) => a.reduce((n, v, i) => n + Number(v !== b[i]), 0);
