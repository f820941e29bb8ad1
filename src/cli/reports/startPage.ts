/** The page that `npm start` ends with. */
import type { Picture } from '../../data/image/image.ts';
import { curveHead, curves, dataUri, escapeHtml, facts, figures, page } from '../../node/page.ts';
import type { RunFolder } from '../../node/runFolder.ts';

export interface Shown {
  title: string;
  photo: Picture;
  layout: Picture;
  /** psnr: of the result against the ground truth, dB; before: of the unchanged photograph against it, dB. */
  targets: { name: string; layout: Picture; result: Picture; truth: Picture; psnr: number; before: number }[];
}

export function showResults(shown: Shown, run: RunFolder): string {
  const { config: c, adapter, seconds } = run.record;
  const figure = (caption: string, p: Picture): { caption: string; src: string } => ({ caption, src: dataUri(p) });
  const body = [
    `<p>The photograph and its layout were learned; each target layout below was then rendered in the photograph's
likeness. The last picture of each row is what the example's painter makes of that layout: the network never sees it.
</p>`,
    figures([figure('photograph', shown.photo), figure('its layout', shown.layout)]),
    ...shown.targets.map(
      (t) =>
        `<h2>${escapeHtml(t.name)}</h2>${figures([
          figure('target layout', t.layout),
          figure(`result (${t.psnr.toFixed(2)} dB)`, t.result),
          figure(`the painter's own (the unchanged photograph would have ${t.before.toFixed(2)} dB)`, t.truth),
        ])}`,
    ),
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
  ].join('\n');
  return page(`SemIA: ${shown.title}`, body, { head: curveHead() });
}
