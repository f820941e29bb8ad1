/** What is drawn over the picture in the paint pane, and the status line below it. */
import { PAPER, type PaintDocument } from '../paint/document.ts';
import type { Point } from '../paint/raster.ts';
import type { Outline, Settings } from '../paint/tools.ts';
import { toPane, type Viewport } from '../paint/view.ts';

/** Strokes the current path in a dark color and, thinner, in a light one: visible on any picture. */
function strokeTwice(c: CanvasRenderingContext2D, widths: readonly [number, number], colors: readonly string[]): void {
  for (const i of [0, 1]) {
    c.lineWidth = widths[i];
    c.strokeStyle = colors[i];
    c.stroke();
  }
}

/** A circle about a point of the pane: the brush, or a marked place. */
export function drawRing(c: CanvasRenderingContext2D, p: Point, radius: number, color = '#fff'): void {
  c.beginPath();
  c.arc(p.x, p.y, radius, 0, 2 * Math.PI);
  strokeTwice(c, [3, 1.5], ['#0009', color]);
}

/** The keyboard's pen at a point of the pane. */
export function drawCross(c: CanvasRenderingContext2D, p: Point): void {
  c.beginPath();
  c.moveTo(p.x - 8, p.y);
  c.lineTo(p.x + 8, p.y);
  c.moveTo(p.x, p.y - 8);
  c.lineTo(p.x, p.y + 8);
  strokeTwice(c, [4, 1.5], ['#000a', '#fff']);
}

/** The rectangle or lasso being drawn, dashed. */
export function drawOutline(c: CanvasRenderingContext2D, outline: Outline, view: Viewport): void {
  if (!outline) return;
  const o = outline;
  const points =
    o.kind === 'rectangle'
      ? [o.a, { x: o.b.x, y: o.a.y }, o.b, { x: o.a.x, y: o.b.y }]
      : o.points.map((p) => ({ x: p.x + o.by.x, y: p.y + o.by.y }));
  c.beginPath();
  for (const p of points) {
    const q = toPane(view, p);
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

/** Whether a closed lasso waits to be dragged, or is being dragged. */
export const isRegionSelected = (settings: Settings, outline: Outline): boolean =>
  settings.tool === 'move' && outline?.kind === 'lasso' && outline.closed;

/** What pressing does, and what lies at `at`, a point of the picture or null. */
export function statusText(
  doc: PaintDocument,
  settings: Settings,
  outline: Outline,
  at: Point | null,
  penDown: boolean,
): string {
  const label = at && doc.labelAt(settings.layer, at.x, at.y);
  const place = label === null ? '' : `${doc.classes[label].name} at ${Math.floor(at!.x)}, ${Math.floor(at!.y)}`;
  return [actionText(doc, settings, outline) + (penDown ? ' · pen down' : ''), place].filter(Boolean).join(' · ');
}

function actionText(doc: PaintDocument, settings: Settings, outline: Outline): string {
  const { tool, layer, label } = settings;
  if (tool === 'move')
    return isRegionSelected(settings, outline) ? 'drag the region; Alt copies it' : 'draw a lasso, or click a region';
  if (!doc.lines) return `painting ${doc.classes[label]?.name ?? ''} on the ${layer} layout`;
  const removes = tool === 'eraser' || label === PAPER;
  return `${removes ? 'taking lines away from' : 'drawing lines on'} the ${layer}`;
}
