/** What the networks see: gamma, beta, the discriminator's score and the layout the segmenter reads; each can be laid over the result. */
import type { Engine } from '../client.ts';
import type { Inspection, TargetInput } from '../protocol.ts';
import { $, canvasOf, h, on } from './dom.ts';
import { heatPixels } from './colours.ts';
import { complain } from './messages.ts';
import type { Overlay, ResultPane } from './resultPane.ts';
import type { State } from './state.ts';

const hint = 'After training has begun: where gamma and beta change the photograph’s features, what the discriminator believes, and the layout read off the result.';

export function showInside(state: State, engine: Engine, result: ResultPane, target: () => TargetInput): () => void {
  let shown = '', busy = false;
  const empty = (): void => { $('maps').replaceChildren(h('p', { class: 'soft' }, hint)); result.showOverlay(null); shown = ''; };
  const button = $<HTMLButtonElement>('inspect');
  const enable = (): void => { button.disabled = busy || state.status.state === 'none' || state.status.state === 'preparing'; };

  const show = (i: Inspection): void => {
    const { doc } = state;
    const maps: Overlay[] = i.maps.map((m) => ({
      name: m.label, width: m.width, height: m.height, data: heatPixels(m.values, m.min, m.max),
      valueAt: (p) => `${m.values[p]?.toFixed(3)} (${m.min.toFixed(2)} to ${m.max.toFixed(2)})`,
    }));
    const judged = new Uint8ClampedArray(4 * i.layout.data.length).fill(255);
    i.layout.data.forEach((l, p) => judged.set(doc.classes[l]?.color ?? [0, 0, 0], 4 * p));
    maps.push({ name: `layout read, ${Math.round(100 * i.layout.agreement)} % as wanted`, width: i.layout.width, height: i.layout.height, data: judged, valueAt: (p) => doc.classes[i.layout.data[p]]?.name ?? '' });
    maps.push({ name: 'draft', ...i.draft, valueAt: () => 'the generator’s own picture' });
    const choose = (m: Overlay): void => {
      shown = shown === m.name.split(',')[0] ? '' : m.name.split(',')[0];
      result.showOverlay(shown ? m : null);
      for (const b of $('maps').querySelectorAll('button')) b.setAttribute('aria-pressed', String(b.dataset.name === shown));
    };
    $('maps').replaceChildren(...maps.map((m) => {
      const name = m.name.split(',')[0];
      return h('button', { type: 'button', 'aria-pressed': String(name === shown), 'data-name': name, title: `${m.name}: lay it over the result`, onclick: () => choose(m) }, canvasOf(m.width, m.height, m.data), m.name);
    }));
    const again = maps.find((m) => m.name.split(',')[0] === shown);
    result.showOverlay(again ?? null);
  };

  const update = async (): Promise<void> => {
    if (busy || button.disabled) return;
    busy = true;
    enable();
    try { show(await engine.call('inspect', { target: target() })); } catch (e) { complain(e); }
    busy = false;
    enable();
  };
  on('inspect', 'click', () => void update());
  state.on('document', empty);
  state.on('status', (s) => { enable(); if (s.state === 'none' && $('maps').querySelector('button')) empty(); });
  empty();
  enable();
  return () => void update();
}
