/**
 * Pages that stand alone in one file: style, script, curves and pictures inside. Light or dark as the reader's system
 * is.
 */

import plotScript from 'uplot/dist/uPlot.iife.min.js?text';
import plotStyle from 'uplot/dist/uPlot.min.css?text';
import { type Picture, resize } from '../data/image/image.ts';
import type { LossRow } from '../model/training/lossRows.ts';
import { lossCharts, lossInfo } from '../model/training/lossTable.ts';
import { encodePng } from './encode.ts';

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** A picture as a data URI, scaled down to at most `longSide` pixels. */
export function dataUri(picture: Picture, longSide = 512): string {
  const f = Math.min(1, longSide / Math.max(picture.width, picture.height));
  const shown = { ...picture, exif: undefined, wide: undefined };
  const small =
    f < 1 ? resize(shown, Math.max(1, Math.round(shown.width * f)), Math.max(1, Math.round(shown.height * f))) : shown;
  return `data:image/png;base64,${Buffer.from(encodePng(small)).toString('base64')}`;
}

/** A picture of a page. */
export interface Figure {
  /** Its alternative text, too. */
  caption: string;
  /** Its address, for example a data URI. */
  src: string;
}
/** A picture with its caption, which is its alternative text too. */
export function figure({ src, caption }: Figure): string {
  const text = escapeHtml(caption);
  return `<figure><img src="${src}" alt="${text}"><figcaption>${text}</figcaption></figure>`;
}

/** Figures side by side. */
export const figures = (list: readonly Figure[]): string => `<div class="row">${list.map(figure).join('\n')}</div>`;

/** A table of names and values. */
export const facts = (rows: readonly (readonly [string, string])[]): string =>
  `<table>${rows.map(([k, v]) => `<tr><th>${escapeHtml(k)}</th><td>${escapeHtml(v)}</td></tr>`).join('')}</table>`;

const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--line:#d5dae0;--ground:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa5b1;--line:#38414b;--ground:#14181d}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
body{max-width:1200px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
.row{display:flex;flex-wrap:wrap;gap:12px}figure{margin:0;max-width:100%}figcaption{color:var(--soft);font-size:.85rem}
img{display:block;min-width:160px;max-width:100%;border:1px solid var(--line)}
table{border-collapse:collapse}td{padding:1px 1rem 1px 0}
th{font-weight:500;color:var(--soft);text-align:left;padding-right:1.5rem;vertical-align:top}
.chart{margin:1rem 0;overflow-x:auto}code{font-size:.9em}`;

/**
 * A page.
 * @param body HTML, below the title.
 * @param refresh Seconds until the page loads itself again, 0 for never.
 * @param head HTML to add to the head.
 */
export function page(title: string, body: string, { refresh = 0, head = '' } = {}): string {
  const again = refresh ? `<meta http-equiv="refresh" content="${refresh}">` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${again}
<title>${escapeHtml(title)}</title><style>${style}</style>${head}</head><body>
<h1>${escapeHtml(title)}</h1>
${body}
</body></html>
`;
}

/** uPlot's style and script, to be inlined once into a page with curves. */
export function curveHead(): string {
  const script = plotScript.replaceAll('</script', '<\\/script');
  return `<style>${plotStyle}</style><script>${script}</script>`;
}

const draw = `
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const hues = [210, 25, 130, 285, 55, 175, 340, 240, 95];
for (const { id, title, x, series } of curves) {
  const axis = { stroke: css('--soft'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line') } };
  const color = (i) => 'hsl(' + hues[i % hues.length] + ' 65% 50%)';
  const curve = (s, i) => ({ label: s.name, stroke: color(i), width: 1.5, spanGaps: true });
  new uPlot({ title, width: Math.min(1150, document.body.clientWidth), height: 300,
    scales: { x: { time: false }, y: { distr: 3 } },
    axes: [{ ...axis, label: 'iteration' }, { ...axis, size: 70 }],
    series: [{ label: 'iteration' }, ...series.map(curve)],
  }, [x, ...series.map((s) => s.values)], document.getElementById(id));
}`;

/** Loss curves on a logarithmic scale; values that it cannot show are left out. */
export function curves(rows: readonly LossRow[]): string {
  const names = [...new Set(rows.flatMap((r) => Object.keys(r)))].filter((n) => n !== 'iteration');
  const values = (name: string): (number | null)[] => rows.map((r) => (r[name] > 0 ? r[name] : null));
  const data = Object.entries(lossCharts).map(([id, title]) => ({
    id,
    title,
    x: rows.map((r) => r.iteration),
    series: names.filter((n) => lossInfo(n).chart === id).map((n) => ({ name: lossInfo(n).label, values: values(n) })),
  }));
  const charts = data.map(({ id }) => `<div class="chart" id="${id}"></div>`).join('');
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return `${charts}<script>const curves=${json};${draw}</script>`;
}
