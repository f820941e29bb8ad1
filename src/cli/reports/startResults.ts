/** What `npm start` shows: a page that is there with the first preview and goes on as pictures come, and a sheet. */
import { join } from 'node:path';
import { type Picture, resize } from '../../data/image/image.ts';
import { renderLayout } from '../../data/layout/layout.ts';
import type { Scene } from '../../data/scenes/index.ts';
import { scenePhoto } from '../../data/scenes/pictures.ts';
import { perceptualDistance } from '../../evaluate/metrics/perceptual.ts';
import { psnr } from '../../evaluate/metrics/reconstruction.ts';
import { encodePng } from '../../node/encode.ts';
import { writeFileAtomic } from '../../node/files.ts';
import type { RunFolder } from '../../node/runFolder.ts';
import { scenePalette } from '../commands/example.ts';
import { contactSheet } from './contactSheet.ts';
import { type Against, type Shown, type ShownPicture, showResults } from './startPage.ts';

/** The pictures of the example, compared with the painter's own. */
export class Results {
  /** Paths of what is written. */
  readonly page: string;
  readonly sheet: string;
  private readonly shown: Shown;

  /** `dir`: the folder of page and sheet. */
  constructor(dir: string, scene: Scene) {
    this.page = join(dir, 'index.html');
    this.sheet = join(dir, 'contact-sheet.png');
    const palette = scenePalette(scene);
    const layout = (p: Scene['source']): Picture => renderLayout({ ...p, labels: p.layout }, palette);
    const source = scenePhoto(scene.source);
    this.shown = {
      title: scene.title,
      photo: source,
      layout: layout(scene.source),
      targets: scene.targets.map((t) => ({
        name: t.name,
        layout: layout(t),
        truth: scenePhoto(t),
        before: against(source, scenePhoto(t)),
        preview: null,
        trained: null,
      })),
    };
  }

  /** Target i's picture without training; the page shows it from now on. */
  async preview(i: number, picture: Picture): Promise<void> {
    this.shown.targets[i].preview = this.compared(i, picture);
    await this.write(null);
  }

  /** Target i's picture by the trained network. */
  async trained(i: number, picture: Picture, run: RunFolder): Promise<void> {
    this.shown.targets[i].trained = this.compared(i, picture);
    await this.write(run);
  }

  /** Page and sheet as they stay, and the numbers on the terminal. */
  async finish(run: RunFolder): Promise<void> {
    const { shown } = this;
    await this.write(run, false);
    const row = (f: (t: Shown['targets'][number]) => Picture | null): (Picture | null)[] => shown.targets.map(f);
    await writeFileAtomic(
      this.sheet,
      encodePng(
        contactSheet([
          [shown.layout, ...row((t) => t.layout)],
          [shown.photo, ...row((t) => t.preview?.picture ?? null)],
          [null, ...row((t) => t.trained?.picture ?? null)],
          [null, ...row((t) => t.truth)],
        ]),
      ),
    );
    report(shown);
  }

  private compared(i: number, picture: Picture): ShownPicture {
    const { truth } = this.shown.targets[i];
    const sized = resize(picture, truth.width, truth.height);
    return { picture: sized, ...against(sized, truth) };
  }

  private write(run: RunFolder | null, live = true): Promise<void> {
    return writeFileAtomic(this.page, showResults(this.shown, run, live));
  }
}

const against = (picture: Picture, truth: Picture): Against => ({
  psnr: psnr(picture, truth),
  distance: perceptualDistance(picture, truth),
});

function report({ targets }: Shown): void {
  const cell = (a: Against): string => `${a.psnr.toFixed(2).padStart(8)} dB ${a.distance.toFixed(4)}`;
  const line = (name: string, ...cells: Against[]): void =>
    console.log(`${name.padEnd(20)}${cells.map((c) => cell(c).padEnd(22)).join('')}`);
  console.log(
    `\n${'target'.padEnd(22)}${['preview', 'trained', 'unchanged photo'].map((n) => n.padEnd(22)).join('')}\n` +
      "(PSNR, higher is better, and perceptual distance, lower is better, against the painter's own picture)",
  );
  for (const t of targets) line(t.name, t.preview!, t.trained!, t.before);
  const mean = (f: (t: Shown['targets'][number]) => Against): Against => ({
    psnr: targets.reduce((n, t) => n + f(t).psnr, 0) / targets.length,
    distance: targets.reduce((n, t) => n + f(t).distance, 0) / targets.length,
  });
  line(
    'mean',
    mean((t) => t.preview!),
    mean((t) => t.trained!),
    mean((t) => t.before),
  );
}
