/**
 * Opens what the page works on: a shipped scene, a photograph with or without a layout, or a saved run, from dialogs
 * and from dropped files. Imports and exports layouts.
 */
import { readableTypes } from '../../data/formats/imageFormats.ts';
import type { AssetsClient } from '../assetsWorker/assetsClient.ts';
import type { LayoutAnswer, PagePicture } from '../assetsWorker/assetsProtocol.ts';
import { $, download, fileName, h, icon, on, stem } from './dom.ts';
import { notify, notifyError } from './messages.ts';
import { PaintDocument } from './paint/document.ts';
import type { LayerName } from './paint/layers.ts';
import { askFirstLayout, superpixelsOf } from './panels/firstLayout.ts';
import { shippedSceneNames } from './sceneNames.ts';
import type { PageState } from './state.ts';

/** Longer side of an opened photograph, in pixels. */
const DOCUMENT_SIDE = 768;

export class OpeningScreen {
  /** Counts what is opened, so that slower answers for an earlier choice are dropped. */
  private opened = 0;

  constructor(
    private readonly state: PageState,
    private readonly assets: AssetsClient,
    private readonly openRun: (file: { name: string; bytes: Uint8Array<ArrayBuffer> }) => void,
    private readonly sceneSize: number,
  ) {
    on('start-open', 'click', () => this.show());
    on('open-photo', 'click', () => void this.pick(readableTypes, (files) => void this.take(files), true));
    on('import', 'click', () => void this.importDialog());
    on('export', 'click', () => void this.exportLayout());
    $('start-close').append(icon('close'));
    state.on('document', (doc) => {
      $('document-name').textContent = doc.name;
      if (!doc.superpixels && !doc.lines) void this.superpixels(doc);
    });
    this.listenToDrops();
  }

  /** Opens the dialog to choose a picture. */
  show(): void {
    $<HTMLDialogElement>('start').showModal();
    if (!$('scenes').childElementCount) void this.thumbnails();
  }

  // ---- scenes

  private async thumbnails(): Promise<void> {
    const cards = shippedSceneNames.map((name) => {
      const canvas = h('canvas', { 'aria-hidden': 'true' });
      return {
        name,
        canvas,
        button: h('button', { type: 'button', onclick: () => void this.scene(name) }, canvas, name),
      };
    });
    $('scenes').replaceChildren(...cards.map((c) => c.button));
    for (const { name, canvas } of cards) {
      try {
        const s = await this.assets.call('scene', { name, size: 96 });
        [canvas.width, canvas.height] = [s.width, s.height];
        canvas.getContext('2d')!.putImageData(new ImageData(s.photo, s.width, s.height), 0, 0);
      } catch (e) {
        notifyError(e);
      }
    }
  }

  /** Paints a scene and shows it; its targets follow one by one. */
  async scene(name: string): Promise<void> {
    const mine = ++this.opened;
    $<HTMLDialogElement>('start').close();
    $('document-name').textContent = `painting “${name}”…`;
    try {
      const s = await this.assets.call('scene', { name, size: this.sceneSize });
      if (!(await this.mayReplace()) || mine !== this.opened) return;
      const { targets, ...document } = s;
      this.state.setDocument(
        new PaintDocument(document),
        targets.map((t) => ({ name: t, labels: null })),
      );
      void this.sceneTargets(name, targets, mine).catch(notifyError); // after the superpixels
    } catch (e) {
      notifyError(e);
    }
  }

  /** Paints a scene's targets, one after the other. */
  private async sceneTargets(name: string, targets: readonly string[], mine: number): Promise<void> {
    for (const [i, target] of targets.entries()) {
      if (mine !== this.opened) return;
      const { labels } = await this.assets.call('sceneTarget', { name, target, size: this.sceneSize });
      if (mine !== this.opened) return;
      this.state.presets[i].labels = labels;
      this.state.emit('targets', null);
    }
  }

  /** False while a run exists, which must not be discarded unasked; the visitor is notified. */
  private async mayReplace(): Promise<boolean> {
    await this.state.resetting; // it may have to wait for the iteration under way
    if (!this.state.hasRun) return true;
    notify('A run is open. Save it if you want to keep it, then Reset; after that another picture can be opened.', {
      kind: 'run open',
      bad: true,
    });
    $('document-name').textContent = this.state.doc.name;
    return false;
  }

  // ---- files

  /** Asks for files in the browser's dialog. */
  pick(accept: string, taken: (files: File[]) => void, multiple = false): void {
    const input = $<HTMLInputElement>('file');
    Object.assign(input, { accept, multiple, value: '' });
    input.onchange = () => taken([...(input.files ?? [])]);
    input.click();
  }

  /** Opens files: the zip of a run, or a photograph and its layout, if there is one. */
  async take(files: readonly File[]): Promise<void> {
    const run = files.find((f) => /\.zip$/i.test(f.name));
    if (run) {
      this.openRun({ name: run.name, bytes: new Uint8Array(await run.arrayBuffer()) });
      return;
    }
    if (!files.length) return;
    if (files.length > 2) {
      notifyError(`${files.length} files: give one photograph, and its layout if you have one`);
      return;
    }
    if (!(await this.mayReplace())) return;
    $<HTMLDialogElement>('start').close();
    const mine = ++this.opened;
    try {
      const [first, second] =
        files.length === 2 && /layout|label|seg|mask|drawing|sketch|edges/i.test(files[0].name)
          ? [files[1], files[0]]
          : files;
      const picture = await this.assets.call('photo', { file: first, name: first.name, side: DOCUMENT_SIDE });
      if (mine !== this.opened) return;
      if (second) await this.withLayout(first.name, picture, second);
      else await this.withFirstLayout(first.name, picture);
    } catch (e) {
      notifyError(e);
    }
  }

  private async withLayout(name: string, picture: PagePicture, file: File, lines = false): Promise<void> {
    const layout = await this.assets.call('layout', {
      file,
      name: file.name,
      width: picture.width,
      height: picture.height,
      lines,
    });
    this.state.setDocument(
      new PaintDocument({ name, ...picture, source: layout.labels, classes: layout.classes, lines: layout.lines }),
    );
    this.notifyNotes(layout);
  }

  private notifyNotes({ notes }: LayoutAnswer): void {
    for (const n of notes) notify(n);
  }

  private async superpixels(doc: PaintDocument): Promise<void> {
    try {
      doc.superpixels = await superpixelsOf(this.assets, doc);
    } catch (e) {
      notifyError(e);
    }
  }

  private async withFirstLayout(name: string, picture: PagePicture): Promise<void> {
    const first = await askFirstLayout(this.assets, name, picture, (taken) =>
      this.pick('image/*', ([f]) => {
        if (f) taken(f);
      }),
    );
    if (!first) return;
    if ('file' in first) {
      await this.withLayout(name, picture, first.file, first.lines);
      return;
    }
    const { labels: source, classes, superpixels, lines } = first,
      doc = new PaintDocument({ name, ...picture, source, classes, lines });
    doc.superpixels = superpixels;
    this.state.setDocument(doc);
    if (lines) {
      notify(
        "Draw on: the target begins as the photograph's own drawing. " +
          'The brush draws lines, the eraser takes them away.',
        { kind: 'hint', lasts: 12_000 },
      );
      return;
    }
    this.state.set({ layer: 'source', tool: 'superpixel' });
    notify(
      'Correct the source layout first: click superpixels, or brush. Then switch to Target and draw what you want.',
      {
        kind: 'hint',
        lasts: 12_000,
      },
    );
  }

  /** Asks for a layout's file, to replace a layer; `fresh`: to add a target that is named after the file. */
  importDialog(layer = this.state.settings.layer, fresh = false): void {
    this.pick(readableTypes, ([file]) => {
      if (file) void this.importLayout(file, layer, fresh);
    });
  }

  private async importLayout(file: File, layer: LayerName, fresh: boolean): Promise<void> {
    const { doc } = this.state;
    if (layer === 'source' && this.state.hasRun) {
      notify('The run has learnt this source layout. Reset it to import another.', { kind: 'learnt' });
      return;
    }
    try {
      const layout = await this.assets.call('layout', {
        file,
        name: file.name,
        width: doc.width,
        height: doc.height,
        lines: doc.lines,
        ...(layer === 'target' && { classes: doc.classes }),
      });
      if (layout.lines && !doc.lines) {
        notifyError(
          `${file.name}: is a line drawing, and this photograph has a layout of classes: ` +
            'open the photograph again with its drawing',
        );
        return;
      }
      if (fresh) doc.addTarget(layout.labels, stem(file.name));
      else if (layer === 'target') doc.replace('target', layout.labels, 'import');
      else doc.relabel(layout.labels, layout.classes, 'import');
      this.notifyNotes(layout);
      this.state.emit('painted', { layer, live: false });
    } catch (e) {
      notifyError(e);
    }
  }

  /** Downloads the layer that is painted on as a PNG. */
  async exportLayout(): Promise<void> {
    const {
      doc,
      settings: { layer },
    } = this.state;
    try {
      const { bytes } = await this.assets.call('layoutPng', {
        width: doc.width,
        height: doc.height,
        labels: doc.layers[layer],
        classes: doc.classes,
      });
      download(
        bytes,
        `${fileName(doc.name, layer === 'source' ? (doc.lines ? 'drawing' : 'layout') : doc.target.name)}.png`,
        'image/png',
      );
    } catch (e) {
      notifyError(e);
    }
  }

  private listenToDrops(): void {
    const veil = $('dropping');
    let inside = 0;
    const files = (e: DragEvent): boolean => Boolean(e.dataTransfer?.types.includes('Files'));
    addEventListener('dragenter', (e) => {
      if (files(e)) {
        inside++;
        veil.hidden = false;
      }
    });
    addEventListener('dragleave', () => {
      inside = Math.max(0, inside - 1);
      veil.hidden = inside === 0;
    });
    addEventListener('dragover', (e) => {
      if (files(e)) e.preventDefault();
    });
    addEventListener('drop', (e) => {
      inside = 0;
      veil.hidden = true;
      if (!files(e)) return;
      e.preventDefault();
      void this.take([...e.dataTransfer!.files]);
    });
  }
}
