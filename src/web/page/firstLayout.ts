/** A first layout for a photograph that came without: superpixels merged to k classes, k chosen while looking at it. */
import { inked } from './colours.ts';
import type { Desk } from './desk/client.ts';
import type { DeskResult, Picture } from './desk/protocol.ts';
import { $, canvasOf } from './dom.ts';
import { complain } from './messages.ts';

const SUPERPIXELS = 400;

/** The photograph's superpixels; the desk keeps them for `classes`. */
export const superpixelsOf = async (desk: Desk, { width, height, photo }: Picture): Promise<Uint16Array> =>
  (await desk.call('superpixels', { width, height, photo, count: SUPERPIXELS })).labels;

export type FirstLayout = DeskResult<'classes'> & { superpixels: Uint16Array };

/** Asks for it in a dialog. Resolves to the layout, to a file that is to be read in its place, or to null where nothing was chosen. `pick`: asks for a file. */
export async function askFirstLayout(desk: Desk, picture: Picture, pick: (taken: (file: File) => void) => void): Promise<FirstLayout | File | null> {
  const dialog = $<HTMLDialogElement>('segment'), canvas = $<HTMLCanvasElement>('segment-canvas'), k = $<HTMLInputElement>('segment-k');
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const photo = canvasOf(picture.width, picture.height, picture.photo), c = canvas.getContext('2d')!;
  c.drawImage(photo, 0, 0);
  const superpixels = superpixelsOf(desk, picture);
  let newest: Promise<FirstLayout>;
  const update = async (): Promise<void> => {
    $('segment-k-text').textContent = k.value;
    const mine = newest = superpixels.then(async (s) => ({ ...await desk.call('classes', { k: Number(k.value) }), superpixels: s }));
    const { labels, classes } = await mine;
    if (mine !== newest) return;
    c.drawImage(photo, 0, 0);
    c.globalAlpha = 0.62;
    c.drawImage(canvasOf(picture.width, picture.height, inked(labels, classes)), 0, 0);
    c.globalAlpha = 1;
  };
  const shown = (): void => void update().catch((e) => { dialog.close(); complain(e); });
  k.oninput = shown;
  const closed = new Promise<File | null>((resolve) => {
    $('segment-layout').onclick = () => pick((file) => { resolve(file); dialog.close('file'); });
    dialog.onclose = () => { if (dialog.returnValue !== 'file') resolve(null); };
  });
  dialog.returnValue = 'cancel';
  dialog.showModal();
  shown();
  const file = await closed;
  // Whoever is quicker than the desk gets what was asked for last, as soon as it is there.
  return file ?? (dialog.returnValue === 'use' ? newest! : null);
}
