/** A tally for people: the table in the terminal, and a page with a bar chart. */
import { letter } from '../../evaluate/study/study.ts';
import { method as how, type Share, type Tally } from '../../evaluate/study/tally.ts';
import { escapeHtml, page } from '../../node/page.ts';

const percent = (v: number): string => `${(100 * v).toFixed(1)} %`;
const interval = (s: Share, show: (v: number) => string): string =>
  s.low === null || s.high === null ? '' : `${show(s.low)} to ${show(s.high)}`;
const plain = (v: number): string => (100 * v).toFixed(0);

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
const people = (t: Tally): string =>
  `${counted(t.participants, 'participant')}, ${counted(t.questions, 'question')}, ${t.answers} answers, ` +
  `${t.seconds.toFixed(1)} s each in the median.`;
function position({ firstByPosition: first }: Tally): string {
  if (!first.length) return '';
  const shares = first.map((v, i) => `${letter(i)} ${percent(v)}`).join(', ');
  return `First choices by place, whatever was shown there: ${shares}.`;
}

export function tallyTable(t: Tally): string {
  const width = Math.max(12, ...t.methods.map((m) => m.method.length + 2));
  const head = `${''.padEnd(width)}${t.methods.map((_, r) => `rank ${r + 1}`.padEnd(20)).join('')}mean rank`;
  const cell = (s: Share, show: (v: number) => string, bounds: (v: number) => string): string =>
    show(s.value) + (s.low === null ? '' : ` [${interval(s, bounds)}]`);
  const digits = (v: number): string => v.toFixed(2);
  const rows = t.methods.map((m) => {
    const shares = m.shares.map((s) => cell(s, percent, plain).padEnd(20)).join('');
    return m.method.padEnd(width) + shares + cell(m.meanRank, digits, digits);
  });
  return [head, ...rows, '', people(t), how(t), position(t)]
    .filter((l, i) => l || i <= rows.length + 1)
    .join('\n')
    .trimEnd();
}

const style = `<style>
:root{--first:#0b6b55;--last:#c9d3d0}@media(prefers-color-scheme:dark){:root{--first:#74c6ab;--last:#3a4542}}
.numbers td{text-align:right;font-variant-numeric:tabular-nums}
svg text{fill:var(--ink);font:13px system-ui,sans-serif}svg .soft{fill:var(--soft)}
svg .axis{stroke:var(--line)}svg .whisker{stroke:var(--ink);stroke-width:1.5}
</style>`;

/** A color between first and last for the r-th of n ranks. */
const shade = (r: number, n: number): string =>
  `color-mix(in oklab, var(--first) ${Math.round(100 - (100 * r) / Math.max(1, n - 1))}%, var(--last))`;

/** Bars of the shares, a group for each method, with whiskers for the intervals. */
export function chart(t: Tally): string {
  const [bar, gap, left, top, high] = [34, 26, 44, 28, 220];
  const n = t.methods.length,
    group = n * bar + gap,
    width = left + n * group;
  const y = (v: number): number => top + high * (1 - v);
  const lines = [0, 0.25, 0.5, 0.75, 1].map(
    (v) =>
      `<line class="axis" x1="${left}" x2="${width}" y1="${y(v)}" y2="${y(v)}"/>` +
      `<text class="soft" x="${left - 6}" y="${y(v) + 4}" text-anchor="end">${plain(v)} %</text>`,
  );
  const bars = t.methods.map((m, k) => {
    const x0 = left + gap / 2 + k * group;
    return (
      m.shares
        .map((s, r) => {
          const x = x0 + r * bar,
            mid = x + bar / 2 - 2;
          const whisker =
            s.low === null || s.high === null
              ? ''
              : '<path class="whisker" fill="none" ' +
                `d="M${mid} ${y(s.low)}V${y(s.high)}M${mid - 5} ${y(s.low)}h10M${mid - 5} ${y(s.high)}h10"/>`;
          const [height, color] = [high * s.value, shade(r, n)];
          return [
            `<g><title>${escapeHtml(m.method)}, rank ${r + 1}: ${percent(s.value)} ${interval(s, percent)}</title>`,
            `<rect x="${x}" y="${y(s.value)}" width="${bar - 4}" height="${height}" fill="${color}"/>${whisker}`,
            `<text class="soft" x="${mid}" y="${top + high + 16}" text-anchor="middle">${r + 1}</text></g>`,
          ].join('');
        })
        .join('') +
      `<text x="${x0 + (n * bar) / 2 - 2}" y="${top + high + 36}" text-anchor="middle">${escapeHtml(m.method)}</text>`
    );
  });
  const summary = t.methods
    .map((m) => `${m.method}: ${m.shares.map((s, r) => `rank ${r + 1} ${percent(s.value)}`).join(', ')}`)
    .join('; ');
  const label = escapeHtml(`Shares of ranks. ${summary}`);
  return [
    '<div class="chart">',
    `<svg viewBox="0 0 ${width} ${top + high + 46}" width="${width}" role="img" aria-label="${label}">`,
    ...lines,
    ...bars,
    '</svg></div>',
  ].join('');
}

export function tallyPage(t: Tally): string {
  const cell = (s: Share, show: (v: number) => string): string =>
    `<td>${show(s.value)}${s.low === null ? '' : `<br><small>${interval(s, show)}</small>`}</td>`;
  const heads = ['method', ...t.methods.map((_, r) => `rank ${r + 1}`), 'mean rank'];
  const rows = t.methods.map((m) => {
    const shares = m.shares.map((s) => cell(s, percent)).join('');
    const rank = cell(m.meanRank, (v) => v.toFixed(2));
    return `<tr><th scope="row">${escapeHtml(m.method)}</th>${shares}${rank}</tr>`;
  });
  const head = `<tr>${heads.map((h) => `<th scope="col">${h}</th>`).join('')}</tr>`;
  const table = `<table class="numbers">${head}\n${rows.join('\n')}</table>`;
  return page(
    'User study: appearance similarity with the source',
    `<p>${people(t)} Rank 1: most similar.</p>${chart(t)}${table}<p>${how(t)} ${position(t)}</p>`,
    { head: style },
  );
}
