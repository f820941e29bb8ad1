/** The pictures of the quality bench side by side, on a page to look at. They stay outside the repository. */
import { join } from 'node:path';
import type { Picture } from '../../src/data/image/image.ts';
import { renderLayout } from '../../src/data/layout/layout.ts';
import { metrics, shown } from '../../src/evaluate/metrics/metrics.ts';
import { encodePng } from '../../src/node/encode.ts';
import type { OutputFile } from '../../src/node/files.ts';
import { escapeHtml, figure, page } from '../../src/node/page.ts';
import type { CaseResult } from './loop.ts';
import type { Row } from './rows.ts';

const fileName = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
const pictureFile = (scene: string, target: string, what: string): string =>
  `pictures/${fileName(scene)}/${fileName(target)}-${fileName(what)}.png`;

/** The PNG files of a case and its part of the page. */
export function caseFiles({ name, opened, rows, pictures }: CaseResult): { files: OutputFile[]; html: string } {
  const files: OutputFile[] = [];
  const shownAs = (target: string, what: string, picture: Picture, caption = what): string => {
    const path = pictureFile(name, target, what);
    files.push({ path, bytes: encodePng(picture) });
    return figure({ src: path, caption });
  };
  const failures = rows.filter((r) => r.failure).map((r) => `${r.method}, ${r.target || 'all targets'}: ${r.failure}`);
  const failed = failures.map((f) => `<p class="failed">${escapeHtml(f)}</p>`).join('');
  if (!opened) return { files, html: `<h2>${escapeHtml(name)}</h2>${failed}` };
  const { source, targets } = opened;
  const grid = (figures: readonly string[]): string =>
    `<div class="grid" style="grid-template-columns:repeat(${figures.length},minmax(0,1fr))">${figures.join('')}</div>`;
  const pair = grid([
    shownAs('source', 'photo', source.photo, 'photograph'),
    shownAs('source', 'layout', renderLayout(source, source.palette)),
  ]);
  const sections = targets.map((t) => {
    const of = (method: string): Row => rows.find((r) => r.method === method && r.target === t.name)!;
    const made = [...pictures].flatMap(([method, all]) => {
      const picture = all.get(t.name);
      return picture ? [shownAs(t.name, method, picture, `${method}: ${numbers(of(method))}`)] : [];
    });
    const layout = shownAs(t.name, 'layout', renderLayout(t.target, source.palette));
    const truth = t.truth ? [shownAs(t.name, 'truth', t.truth)] : [];
    return `<h3>${escapeHtml(t.name)}</h3>${grid([layout, ...made, ...truth])}`;
  });
  return { files, html: `<h2>${escapeHtml(name)}</h2>${failed}${pair}${sections.join('\n')}` };
}

const captioned = ['truth_quarter_psnr', 'truth_sharpness', 'truth_perceptual', 'coherence', 'mean_iou_of_ceiling'];

function numbers({ report, seconds }: Row): string {
  if (!report) return 'not measured';
  const found = captioned.map((key) => metrics.find((m) => m.key === key)!).filter((m) => m.of(report) !== null);
  return [...found.map((m) => `${m.label} ${shown(m, report)}`), `${seconds.toFixed(1)} s`].join(', ');
}

const style = `<style>body{max-width:none}.grid{display:grid;gap:8px;margin:8px 0}.grid img{min-width:0;width:100%}
.failed{color:#c22;font-weight:600}</style>`;

/** The page of all cases so far. */
export const pageOf = (about: string, summary: readonly string[], cases: readonly string[]): string =>
  page('Quality bench', `<p>${escapeHtml(about)}</p><pre>${escapeHtml(summary.join('\n'))}</pre>${cases.join('\n')}`, {
    head: style,
  });

/** Paths below the output folder. */
export const within = (folder: string, files: readonly OutputFile[]): OutputFile[] =>
  files.map((f) => ({ ...f, path: join(folder, f.path) }));
