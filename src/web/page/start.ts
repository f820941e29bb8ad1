/**
 * How one begins: a shipped scene, a photograph with or without a layout, a saved run; dropped or opened. Layouts in
 * and out.
 */
import { readableTypes } from '../../data/formats/imageFormats.ts';
import { shippedSceneNames } from './sceneNames.ts';
import { $, download, fileName, h, icon, on, stem } from './dom.ts';
import type { AssetsClient } from '../assetsWorker/assetsClient.ts';
import type { LayoutAnswer, PagePicture } from '../assetsWorker/assetsProtocol.ts';
import { askFirstLayout, superpixelsOf } from './panels/firstLayout.ts';
import { notifyError, notify } from './messages.ts';
import { PaintDocument, type LayerName } from './paint/document.ts';
import type { PageState } from './state.ts';

/** Longer side at which photographs are painted on. */
const DOCUMENT_SIDE = 768;

export class OpeningScreen {
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
      void this.sceneTargets(name, targets, mine).catch(notifyError); // the second worker finds the superpixels first
    } catch (e) {
      notifyError(e);
    }
  }

  /** A scene's targets, one after the other: each is a picture painted. */
  private async sceneTargets(name: string, targets: readonly string[], mine: number): Promise<void> {
    for (const [i, target] of targets.entries()) {
      if (mine !== this.opened) return;
      const { labels } = await this.assets.call('sceneTarget', { name, target, size: this.sceneSize });
      if (mine !== this.opened) return;
      this.state.presets[i].labels = labels;
      this.state.tell('targets', null);
    }
  }

  /** A run belongs to its photograph: it is not thrown away unasked. */
  private async mayReplace(): Promise<boolean> {
    await this.state.resetting; // an engine in the middle of an iteration takes a while to let go of the run
    if (!this.state.learnt) return true;
    notify('A run is open. Save it if you want to keep it, then Reset; after that another picture can be opened.', {
      kind: 'run open',
      bad: true,
    });
    $('document-name').textContent = this.state.doc.name;
    return false;
  }

  // ---- files

  pick(accept: string, taken: (files: File[]) => void, multiple = false): void {
    const input = $<HTMLInputElement>('file');
    Object.assign(input, { accept, multiple, value: '' });
    input.onchange = () => taken([...(input.files ?? [])]);
    input.click();
  }

  /** Files dropped or opened: a run, or a photograph with its layout, or a layout for the photograph that is there. */
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
    this.notes(layout);
  }

  private notes({ notes }: LayoutAnswer): void {
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
        "Draw on: the target begins as the photograph's own drawing. The brush draws lines, the eraser takes them away.",
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

  /** A layout from a file, for the layer at hand; `fresh`: as one more target, called like the file. */
  importDialog(layer = this.state.settings.layer, fresh = false): void {
    this.pick(readableTypes, ([file]) => {
      if (file) void this.importLayout(file, layer, fresh);
    });
  }

  private async importLayout(file: File, layer: LayerName, fresh: boolean): Promise<void> {
    const { doc } = this.state;
    if (layer === 'source' && this.state.learnt) {
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
          `${file.name}: is a line drawing, and this photograph has a layout of classes: open the photograph again with its drawing`,
        );
        return;
      }
      if (fresh) doc.addTarget(layout.labels, stem(file.name));
      else if (layer === 'target') doc.replace('target', layout.labels, 'import');
      else doc.relabel(layout.labels, layout.classes, 'import');
      this.notes(layout);
      this.state.tell('painted', { layer, live: false });
    } catch (e) {
      notifyError(e);
    }
  }

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
