/** Run folders made without a device: two classes, one tensor. */
import type { Picture } from '../../src/data/image/image.ts';
import { prepareSource } from '../../src/data/prepare.ts';
import { configure, type Choices } from '../../src/model/configure.ts';
import type { Training } from '../../src/model/training/training.ts';
import { RunFolder } from '../../src/node/runFolder.ts';
import { runFormat } from '../../src/model/run/runRecord.ts';
import { versions } from '../../src/node/version.ts';

/** A picture from a function of its pixels. */
export function paint(
  width: number,
  height: number,
  color: (x: number, y: number) => readonly [number, number, number, number?],
  source = 'picture',
): Picture {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [r, g, b, a = 255] = color(x, y);
      data.set([r, g, b, a], 4 * (y * width + x));
    }
  return { width, height, data, hasAlpha: data.some((v, i) => i % 4 === 3 && v < 255), source };
}

export const red = [200, 30, 30] as const,
  blue = [30, 60, 200] as const;
/** Any photograph will do. */
export const photo = (w: number, h: number): Picture =>
  paint(w, h, (x, y) => [(x * 37 + y * 11) % 256, (x * 13) % 256, (y * 29) % 256], 'photo.png');
/** Red above blue. */
export const layout = (w: number, h: number): Picture => paint(w, h, (_, y) => (y < h / 2 ? red : blue), 'layout.png');

export async function smallRun(
  path: string,
  choices: Choices = { preset: 'fast', size: 32, width: 4, iterations: 8 },
): Promise<RunFolder> {
  const { source } = prepareSource(photo(48, 32), layout(48, 32));
  const training = {
    iteration: 0,
    host: { iteration: 0, drawn: 0, counter: 0, steps: [0, 0, 0] },
    state: async () => new Map([['G.x', { shape: [1], data: Float32Array.of(0) }]]),
  };
  const input = (name: string) => ({ name, sha256: '0', width: 48, height: 32 });
  const now = new Date(0).toISOString();
  const run = await RunFolder.create(
    path,
    {
      format: runFormat,
      config: configure(choices),
      palette: source.palette,
      size: { width: 48, height: 32 },
      drawn: source.drawn,
      inputs: { photo: input('photo.png'), layout: input('layout.png'), palette: null, vgg: null, targets: [] },
      adapter: {
        vendor: 'none',
        architecture: '',
        description: 'none',
        software: true,
        subgroupMin: 0,
        subgroupMax: 0,
      },
      versions: versions(),
      started: now,
      saved: now,
      seconds: 0,
    },
    source,
    [],
    [],
    training as unknown as Training,
  );
  run.close();
  return run;
}
