/**
 * What the networks see: gamma, beta, the discriminator's score, and the layouts that segmenter and layout classifier
 * predict. Each can be laid over the result.
 */
import type { EngineClient } from '../../engineClient.ts';
import type { Inspection, Labels, LayoutReading, LineReading, TargetInput } from '../../engineProtocol.ts';
import { heatPixels, inked } from '../colors.ts';
import { $, canvasOf, h, on } from '../dom.ts';
import { notifyError } from '../messages.ts';
import type { Overlay, ResultPane } from '../panes/resultPane.ts';
import type { PageState } from '../state.ts';

const hint =
  'After training has begun: where gamma and beta change the photograph’s features, what the discriminator ' +
  'believes, ' +
  'and the layout that segmenter and judge read off the result.';

/** Joins the panel to the engine. Returns the function that updates it. */
export function showInside(
  state: PageState,
  engine: EngineClient,
  result: ResultPane,
  target: () => TargetInput,
): () => void {
  let shown = '',
    busy = false;
  const empty = (): void => {
    $('maps').replaceChildren(h('p', { class: 'soft' }, hint));
    result.showOverlay(null);
    shown = '';
  };
  const button = $<HTMLButtonElement>('inspect');
  const enable = (): void => {
    button.disabled = busy || state.status.state === 'none' || state.status.state === 'preparing';
  };

  const show = (i: Inspection, read: LayoutReading | LineReading | null): void => {
    const { doc } = state;
    const maps: Overlay[] = i.maps.map((m) => ({
      name: m.label,
      width: m.width,
      height: m.height,
      data: heatPixels(m.values, m.min, m.max),
      valueAt: (p) => `${m.values[p]?.toFixed(3)} (${m.min.toFixed(2)} to ${m.max.toFixed(2)})`,
    }));
    const layout = (name: string, { width, height, data }: Labels): Overlay => ({
      name,
      width,
      height,
      data: inked(data, doc.classes),
      valueAt: (p) => doc.classes[data[p]]?.name ?? '',
    });
    maps.push(layout(`layout read, ${Math.round(100 * i.layout.agreement)} % as wanted`, i.layout));
    if (read)
      maps.push(
        'f' in read
          ? layout(`lines found, F ${read.f.toFixed(2)} with those wanted`, read)
          : layout(`judge, mean IoU ${read.meanIoU.toFixed(2)} of ${read.ceiling.toFixed(2)}`, read),
      );
    maps.push({ name: 'draft', ...i.draft, valueAt: () => 'the generator’s own picture' });
    const choose = (m: Overlay): void => {
      shown = shown === m.name.split(',')[0] ? '' : m.name.split(',')[0];
      result.showOverlay(shown ? m : null);
      for (const b of $('maps').querySelectorAll('button'))
        b.setAttribute('aria-pressed', String(b.dataset.name === shown));
    };
    $('maps').replaceChildren(
      ...maps.map((m) => {
        const name = m.name.split(',')[0];
        return h(
          'button',
          {
            type: 'button',
            'aria-pressed': String(name === shown),
            'data-name': name,
            title: `${m.name}: lay it over the result`,
            onclick: () => choose(m),
          },
          canvasOf(m.width, m.height, m.data),
          m.name,
        );
      }),
    );
    const again = maps.find((m) => m.name.split(',')[0] === shown);
    result.showOverlay(again ?? null);
  };

  const update = async (): Promise<void> => {
    if (busy || button.disabled) return;
    busy = true;
    enable();
    try {
      const found = await engine.call('inspect', { target: target() });
      show(found, null);
      // Of the picture that is shown: the finished one where there is one, else the draft.
      const request = { target: target(), picture: result.networkPixels ?? found.draft };
      show(found, await engine.call(state.doc.lines ? 'measureLines' : 'classifyLayout', request));
    } catch (e) {
      notifyError(e);
    }
    busy = false;
    enable();
  };
  on('inspect', 'click', () => void update());
  state.on('document', empty);
  state.on('status', (s) => {
    enable();
    if (s.state === 'none' && $('maps').querySelector('button')) empty();
  });
  empty();
  enable();
  return () => void update();
}
