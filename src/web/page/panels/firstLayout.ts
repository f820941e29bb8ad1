/**
 * The dialog for a first layout, where a photograph came without: its superpixels merged to k classes, or its line
 * drawing. Sliders choose the number of classes or lines.
 */

import type { AssetsClient } from '../../assetsWorker/assetsClient.ts';
import type { AssetsResult, PagePicture } from '../../assetsWorker/assetsProtocol.ts';
import { inked } from '../colors.ts';
import { $, canvasOf } from '../dom.ts';
import { notifyError } from '../messages.ts';
import { segmented } from './classes.ts';

const SUPERPIXELS = 400;

/** The photograph's superpixels, which the assets worker remembers for `classes`. */
export const superpixelsOf = async (
  assets: AssetsClient,
  { width, height, photo }: PagePicture,
): Promise<Uint16Array> => (await assets.call('superpixels', { width, height, photo, count: SUPERPIXELS })).labels;

/** The layout or drawing that was chosen. */
export type FirstLayoutChoice = AssetsResult<'classes'> & { superpixels: Uint16Array | null; lines: boolean };
/** A file to read the layout from instead. */
export interface LayoutFile {
  file: File;
  lines: boolean;
}

type Kind = 'classes' | 'lines';
const kinds: Record<Kind, { soft: string; shown: string; file: string; title: string }> = {
  classes: {
    soft:
      "The photograph's superpixels, merged to classes by color, texture and place. " +
      'Correct it with brush, fill and superpixel click.',
    shown: 'The first layout over the photograph',
    file: 'Use a layout file…',
    title: 'A first layout',
  },
  lines: {
    soft: "The photograph's outlines. Draw new ones: the result gets the photograph's material between and along them.",
    shown: 'The line drawing over the photograph',
    file: 'Use a drawing file…',
    title: 'A first drawing',
  },
};

/** The buttons that choose between them are made once and call `choose` of the dialog that is open. */
let choose: (kind: Kind) => void = () => {},
  showKind: ((kind: Kind) => void) | null = null;

/** Opens the dialog. Resolves to the layout, to a file to read instead, or to null. `pick`: asks for a file. */
export async function askFirstLayout(
  assets: AssetsClient,
  name: string,
  picture: PagePicture,
  pick: (taken: (file: File) => void) => void,
): Promise<FirstLayoutChoice | LayoutFile | null> {
  const dialog = $<HTMLDialogElement>('segment'),
    canvas = $<HTMLCanvasElement>('segment-canvas'),
    k = $<HTMLInputElement>('segment-k'),
    detail = $<HTMLInputElement>('segment-detail');
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const photo = canvasOf(picture.width, picture.height, picture.photo),
    c = canvas.getContext('2d')!;
  c.drawImage(photo, 0, 0);
  let kind = 'classes' as Kind,
    superpixels: Promise<Uint16Array> | null = null;
  const find = async (): Promise<FirstLayoutChoice> => {
    if (kind === 'lines')
      return {
        ...(await assets.call('drawing', { ...picture, name, high: 1 - Number(detail.value) / 100 })),
        superpixels: null,
        lines: true,
      };
    const found = await (superpixels ??= superpixelsOf(assets, picture));
    return { ...(await assets.call('classes', { k: Number(k.value) })), superpixels: found, lines: false };
  };
  let newest: Promise<FirstLayoutChoice>;
  const update = async (): Promise<void> => {
    $('segment-k-text').textContent = k.value;
    const mine = (newest = find()),
      { labels, classes, lines } = await mine;
    if (mine !== newest) return;
    if (lines)
      $('segment-detail-text').textContent =
        `${((100 * labels.reduce((n, l) => n + l, 0)) / labels.length).toFixed(1)} % of the picture`;
    c.drawImage(photo, 0, 0);
    c.globalAlpha = lines ? 0.82 : 0.62;
    c.drawImage(canvasOf(picture.width, picture.height, inked(labels, classes)), 0, 0);
    c.globalAlpha = 1;
  };
  const shown = (): void =>
    void update().catch((e) => {
      dialog.close();
      notifyError(e);
    });
  k.oninput = detail.oninput = shown;
  choose = (value) => {
    kind = value;
    const { soft, shown: label, file, title } = kinds[kind];
    $('segment-soft').textContent = soft;
    $('segment-title').textContent = title;
    $('segment-layout').textContent = file;
    canvas.setAttribute('aria-label', label);
    $('segment-k').parentElement!.hidden = kind !== 'classes';
    detail.parentElement!.hidden = kind !== 'lines';
    shown();
  };
  showKind ??= segmented(
    'segment-kind',
    [
      ['classes', 'Classes', 'Areas, each of one class'],
      ['lines', 'Line drawing', 'Outlines, as semia edges draws them'],
    ] as const,
    (k: Kind) => choose(k),
  );
  const closed = new Promise<File | null>((resolve) => {
    $('segment-layout').onclick = () =>
      pick((file) => {
        resolve(file);
        dialog.close('file');
      });
    dialog.onclose = () => {
      if (dialog.returnValue !== 'file') resolve(null);
    };
  });
  dialog.returnValue = 'cancel';
  dialog.showModal();
  showKind('classes');
  choose('classes');
  const file = await closed;
  // The assets worker may not have answered yet: the layout is the one of the last request.
  return file ? { file, lines: kind === 'lines' } : dialog.returnValue === 'use' ? newest! : null;
}
