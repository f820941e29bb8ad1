/**
 * Uses the page as visitors do, for its tests: clicks at places of the picture, strokes, files in and out, messages and
 * progress.
 */
import { readFileSync } from 'node:fs';
import type { Download, Page } from 'playwright-core';
import type { Picture } from '../../../src/data/image/image.ts';
import { decodeImage } from '../../../src/node/decode.ts';
import { fit, toPane } from '../../../src/web/page/paint/view.ts';

/** Generous: one processor plays the graphics card, and others may want it too. */
export const slow = { timeout: 180_000, polling: 100 };
export interface File {
  name: string;
  bytes: Uint8Array;
}

export class BrowserHarness {
  /** Of the document, as last exported. */
  size = { width: 0, height: 0 };
  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    page.setDefaultTimeout(slow.timeout);
  }

  async open(query = '?scene=meadow&size=48'): Promise<void> {
    await this.page.goto(this.url + query);
    await this.page.waitForFunction(() => document.documentElement.dataset.ready === 'true', null, slow);
  }

  text(id: string): Promise<string> {
    return this.page.locator(`#${id}`).innerText();
  }

  /**
   * Acts, and waits until the preview that follows is finished and drawn. Waits first for one that is under way, whose
   * end would be taken for the other's.
   */
  async previewed(act: () => Promise<unknown>): Promise<void> {
    const { page } = this;
    await page.waitForFunction(() => document.getElementById('result-canvas')?.ariaBusy !== 'true', null, slow);
    await page.evaluate(() => {
      const s = document.getElementById('result-status');
      if (s) s.textContent = '';
    });
    await act();
    await page.waitForFunction(
      () => /^Preview of/.test(document.getElementById('result-status')!.textContent!),
      null,
      slow,
    );
    await this.drawn();
  }

  /** Waits until all changes so far are drawn, which canvases are with the next frame. */
  drawn(): Promise<unknown> {
    return this.page.evaluate(
      () =>
        new Promise((r) => {
          requestAnimationFrame(() => requestAnimationFrame(r));
        }),
    );
  }

  /** The file that is downloaded when `act` is called. */
  async saved(act: () => Promise<unknown>): Promise<File> {
    const [file] = await Promise.all([
      this.page.waitForEvent('download', { timeout: 120_000 }) as Promise<Download>,
      act(),
    ]);
    return { name: file.suggestedFilename(), bytes: new Uint8Array(readFileSync(await file.path())) };
  }

  /** The layer that is painted on, as its exported PNG. */
  async layout(): Promise<Picture> {
    const picture = await decodeImage((await this.saved(() => this.page.click('#export'))).bytes, 'layout.png', {
      layout: true,
    });
    this.size = picture;
    return picture;
  }

  async choose(button: string, { name, bytes }: File): Promise<void> {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), this.page.click(button)]);
    await chooser.setFiles({ name, mimeType: '', buffer: Buffer.from(bytes) });
  }

  drop(...files: File[]): Promise<void> {
    return this.page.evaluate(
      (files) => {
        const transfer = new DataTransfer();
        for (const { name, data } of files) transfer.items.add(new File([new Uint8Array(data)], name));
        dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      files.map((f) => ({ name: f.name, data: [...f.bytes] })),
    );
  }

  /**
   * Waits for a message, and presses one of its buttons. Without `button`, dismisses it at once, since messages without
   * buttons go by themselves after a while.
   */
  async expectMessage(pattern: RegExp, button?: string): Promise<void> {
    if (button)
      await this.page.locator('.message', { hasText: pattern }).first().getByRole('button', { name: button }).click();
    else
      await this.page.waitForFunction(
        (p) => {
          const message = [...document.querySelectorAll('.message')].find((m) => new RegExp(p).test(m.textContent!));
          if (message) message.querySelector<HTMLElement>('[aria-label^="Dismiss"]')!.click();
          return Boolean(message);
        },
        pattern.source,
        slow,
      );
  }

  /** A place of the picture, as shares of its sides, in CSS pixels of the window. */
  async at(x: number, y: number): Promise<[number, number]> {
    // A pane of another size than it was (a finger's buttons are larger) shows its picture in the new place with the
    // next frame.
    await this.page.waitForFunction(
      () => {
        const { width, height, clientWidth, clientHeight } = document.getElementById(
            'paint-canvas',
          ) as HTMLCanvasElement,
          ratio = Math.min(3, devicePixelRatio);
        return width === Math.round(clientWidth * ratio) && height === Math.round(clientHeight * ratio);
      },
      null,
      slow,
    );
    const box = (await this.page.locator('#paint-canvas').boundingBox())!,
      p = toPane(fit(this.size, box), { x: x * this.size.width, y: y * this.size.height });
    return [box.x + p.x, box.y + p.y];
  }

  async stroke(...points: [number, number][]): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(...(await this.at(...points[0])));
    await mouse.down();
    for (const p of points.slice(1)) await mouse.move(...(await this.at(...p)), { steps: 4 });
    await mouse.up();
  }

  /** Waits until the training panel's progress line matches. */
  async state(pattern: RegExp): Promise<void> {
    await this.page.waitForFunction(
      (p) => new RegExp(p).test(document.getElementById('estimate')!.textContent!),
      pattern.source,
      slow,
    );
  }

  /** The smallest training there is: 32 pixels, width 4. */
  async small(iterations: number): Promise<void> {
    const { page } = this;
    await page.selectOption('#size', '32');
    await page.selectOption('#length', 'iterations');
    await page.fill('#iterations', String(iterations));
    await page.click('#more summary');
    await page.fill('#width', '4');
    await page.fill('#seed', '5');
    await page.click('#more summary');
  }
}

/** How many bytes differ. */
export const differ = (a: Picture, b: Picture): number => a.data.reduce((n, v, i) => n + Number(v !== b.data[i]), 0);
