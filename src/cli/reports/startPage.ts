/** The page of `npm start`. */
import type { Picture } from '../../data/image/image.ts';
import { curveHead, curves, dataUri, escapeHtml, type Figure, facts, figures, page } from '../../node/page.ts';
import type { RunFolder } from '../../node/runFolder.ts';

/** A picture against the truth. */
export interface Against {
  /** dB, higher is better. */
  psnr: number;
  /** Perceptual distance, lower is better. */
  distance: number;
}
export interface ShownPicture extends Against {
  picture: Picture;
}
export interface ShownTarget {
  name: string;
  layout: Picture;
  truth: Picture;
  /** Of the unchanged photograph. */
  before: Against;
  /** Null until it is there. */
  preview: ShownPicture | null;
  trained: ShownPicture | null;
}
export interface Shown {
  title: string;
  photo: Picture;
  layout: Picture;
  targets: ShownTarget[];
}

/** Seconds between the page's looks at what has come. */
const refreshSeconds = 5;

/** `run`: null until the training is over. `live`: more is to come. */
export function showResults(shown: Shown, run: RunFolder | null, live: boolean): string {
  const figure = (caption: string, p: Picture): Figure => ({ caption, src: dataUri(p) });
  const numbers = (a: Against): string => `${a.psnr.toFixed(2)} dB, perceptual distance ${a.distance.toFixed(4)}`;
  const made = (what: string, p: ShownPicture | null): Figure[] =>
    p ? [figure(`${what}: ${numbers(p)}`, p.picture)] : [];
  const body = [
    `<p>The photograph and its layout were given. Each target layout below was made a picture in the photograph's
likeness: first a preview without training, then by the network that learned the photograph. The last picture of each
row is what the example's painter makes of that layout; no method sees it. PSNR: higher is better; perceptual distance:
lower is better.</p>`,
    live ? '<p><strong>More is to come.</strong> This page looks again every few seconds.</p>' : '',
    figures([figure('photograph', shown.photo), figure('its layout', shown.layout)]),
    ...shown.targets.map(
      (t) =>
        `<h2>${escapeHtml(t.name)}</h2>${figures([
          figure('target layout', t.layout),
          ...made('preview', t.preview),
          ...made('trained', t.trained),
          figure(`the painter's own; the unchanged photograph would have ${numbers(t.before)}`, t.truth),
        ])}`,
    ),
    ...(run ? trainingFacts(run) : []),
  ].join('\n');
  return page(`SemIA: ${shown.title}`, body, { head: run ? curveHead() : '', refresh: live ? refreshSeconds : 0 });
}

function trainingFacts(run: RunFolder): string[] {
  const { config: c, adapter, seconds } = run.record;
  return [
    '<h2>The run</h2>',
    facts([
      [
        'preset',
        `${c.preset}, ${c.iterations} iterations, training size ${c.size}, width ${c.network.generator}, seed ` +
          `${c.seed}`,
      ],
      ['adapter', adapter.description || adapter.vendor],
      ['training', `${Math.round(seconds)} s`],
      ['folder', run.path],
    ]),
    curves(run.losses.rows),
  ];
}
