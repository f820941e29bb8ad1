/** Input files for the tests of test/cli/bad-input, in the test file's own folder: sound ones and spoiled ones. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { renderLayout } from '../../../src/data/layout/layout.ts';
import { published } from '../../../src/model/baselines/singan/config.ts';
import { newHost } from '../../../src/model/baselines/singan/training.ts';
import { encodePng } from '../../../src/node/encode.ts';
import { folder } from '../child.ts';
import { blue, layout, paint, photo, red, smallRun } from '../runs.ts';

const at = (name: string): string => join(folder, name);
const put = (name: string, bytes: Uint8Array | string): void => {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), bytes);
};
const png = (name: string, ...args: Parameters<typeof paint>): void => put(name, encodePng(paint(...args)));

/** A photograph, its layout and a target, pictures that do not fit them, files that are no pictures, palette files. */
export async function inputs(): Promise<void> {
  put('photo.png', encodePng(photo(48, 32)));
  put('layout.png', encodePng(layout(48, 32)));
  put('target.png', encodePng(paint(48, 32, (x) => (x < 20 ? red : blue))));
  const whole = readFileSync(at('photo.png'));
  const jpeg = await sharp(whole).jpeg().toBuffer();
  put('empty.png', '');
  put('cut.png', whole.subarray(0, whole.length >> 1));
  put('bits.png', Buffer.from(whole).fill(7, 60, 64));
  put('cut.jpg', jpeg.subarray(0, jpeg.length >> 1));
  put('text.png', 'this is no picture\n');
  put('photo.gif', 'GIF89a................');
  put(
    'noise.bin',
    Uint8Array.from({ length: 300 }, (_, i) => (i * 167 + 3) % 256),
  );
  put(
    'noise.zip',
    Uint8Array.from({ length: 300 }, (_, i) => (i * 91 + 5) % 256),
  );
  put(
    'huge.png',
    (() => {
      // a header that announces 40000 x 40000
      const b = Buffer.from(whole);
      b.writeUInt32BE(40_000, 16);
      b.writeUInt32BE(40_000, 20);
      return b;
    })(),
  );
  png('one.png', 2, 2, () => red);
  put(
    'one-pixel.png',
    await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  );
  png('narrow.png', 400, 6, (x, y) => [x % 256, y * 40, 9]);
  png('narrow-layout.png', 400, 6, (x) => (x < 200 ? red : blue));
  png('tall.png', 32, 48, (_, y) => (y < 20 ? red : blue));
  png('square.png', 40, 40, (_, y) => (y < 20 ? red : blue));
  png('tall-drawing.png', 32, 48, (x) => (x === 12 ? [0, 0, 0] : [255, 255, 255]));
  png('flat.png', 48, 32, () => red);
  png('green.png', 48, 32, (x, y) => (x < 16 && y < 16 ? [20, 200, 40] : y < 16 ? red : blue));
  png('mask.png', 48, 32, (x) => (x < 20 ? [0, 0, 0] : [255, 255, 255]));
  png('folder/of/masks/mask_1.png', 48, 32, (x) => (x < 20 ? [0, 0, 0] : [255, 255, 255]));
  png('clear.png', 48, 32, () => [0, 0, 0, 0]);
  png('half-clear.png', 48, 32, (x, y) => (x < 20 ? [0, 0, 0, 0] : y < 16 ? red : blue));
  png('gradient.png', 48, 32, (x, y) => [x * 5, x * 5, y]);
  png('tiny-target.png', 48, 3, (x) => (x < 20 ? red : blue));
  mkdirSync(at('nothing'));
  put('other/notes.txt', 'mine');
  put('palette.txt', '#c81e1e roof\nwhat is this\n');
  put('green-palette.txt', '#00ff00 grass\n#0000ff sea\n');
  put('twice.txt', '#c81e1e roof\n#c81e1e wall\n');
  put('empty.json', '{}');
}

/** Folders for `study` and `ablate`, and answers for the tally. */
export function studies(): void {
  for (const [file, size] of [
    ['one/source', 48],
    ['one/a/west', 48],
    ['gap/source', 48],
    ['gap/a/east', 48],
    ['gap/a/west', 48],
    ['gap/b/west', 48],
    ['odd/source', 48],
    ['odd/a/west', 48],
    ['odd/b/west', 32],
  ] as const) {
    png(`study/${file}.png`, size, 80 - size, (x, y) => [x % 256, y % 256, 9]);
  }
  put('study/damaged/results.json', '{"methods": [');
  put('study/ablated/ablation.json', '{"settings": {}, "cells": [{}]}');
  put('study/other.csv', 'a,b\n1,2\n');
  put('study/bad.csv', 'participant,question,method,rank,time_ms,seed,shown\nP1,q,a,1,10,0,A\nP1,q,b,second,10,0,B\n');
}

/** Weights of other programs: hostile, of other networks, without any tensor. */
export function foreignWeights(): void {
  put('vgg.safetensors', Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]));
  put('vgg.pth', 'no weights');
  for (const name of ['hostile.pth', 'module.pth', 'released.pth']) copyFileSync(`test/fixtures/${name}`, at(name));
}

/** As much of run.json as is spoiled here. */
interface RunJson {
  format: number;
  versions: { semia: string };
  palette?: unknown;
  kernels?: { choice: string; variants: Record<string, unknown> };
}
const spoiled = async (name: string, spoil: (path: string) => void): Promise<void> => {
  await smallRun(at(name));
  spoil(at(name));
};
const edit =
  (change: (record: RunJson) => void) =>
  (path: string): void => {
    const record = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as RunJson;
    change(record);
    writeFileSync(join(path, 'run.json'), JSON.stringify(record));
  };
const weights = 'weights-000000.safetensors';

/** A run folder, and one for each way to spoil it. */
export async function runs(): Promise<void> {
  await smallRun(at('run'));
  await spoiled(
    'future',
    edit((r) => {
      r.format = 99;
      r.versions.semia = '9.0.0';
    }),
  );
  await spoiled(
    'gutted',
    edit((r) => {
      delete r.palette;
    }),
  );
  await spoiled(
    'measured',
    edit((r) => {
      r.kernels = { choice: 'measured', variants: {} };
    }),
  );
  await spoiled(
    'odd-kernels',
    edit((r) => {
      r.kernels = { choice: 'measured', variants: { a: 1 } };
    }),
  );
  await spoiled('no-json', (p) => writeFileSync(join(p, 'run.json'), '{"format": 1,'));
  await spoiled('flipped', (p) => {
    const b = readFileSync(join(p, weights));
    b[b.length - 1] ^= 1;
    writeFileSync(join(p, weights), b);
  });
  await spoiled('short', (p) => writeFileSync(join(p, weights), readFileSync(join(p, weights)).subarray(0, 20)));
  await spoiled('lost', (p) => rmSync(join(p, weights)));
  await spoiled('no-source', (p) => rmSync(join(p, 'source.png')));
  await spoiled('repainted', (p) => writeFileSync(join(p, 'layout.png'), encodePng(paint(48, 32, () => [1, 2, 3]))));
  await spoiled('resized', (p) => writeFileSync(join(p, 'layout.png'), encodePng(layout(40, 32))));
}

/** A PNG of ours without a recipe. */
export function unrendered(): void {
  put(
    'not-rendered.png',
    encodePng(
      renderLayout(
        { width: 2, height: 2, labels: Uint8Array.of(0, 1, 1, 0) },
        {
          classes: [
            { name: 'a', color: [...red] },
            { name: 'b', color: [...blue] },
          ],
        },
      ),
    ),
  );
}

const singan = (name: string, scale: number, weights: string): void => {
  put(`${name}/photo.png`, readFileSync(at('photo.png')));
  put(`${name}/${weights}`, 'no weights');
  put(
    `${name}/singan.json`,
    JSON.stringify({
      format: 1,
      config: { ...published, finest: 32, coarsest: 16 },
      host: { ...newHost(), scale },
      weights: { name: weights, sha256: '0' },
      photo: { name: 'photo.png', sha256: '0', width: 48, height: 32 },
      size: { width: 48, height: 32 },
    }),
  );
};

/** SinGAN runs without a trained scale, without weights, and with a damaged record. Needs `inputs`. */
export function singanRuns(): void {
  singan('singan', 0, 'weights-000-000000.safetensors');
  singan('singan-done', 2, 'weights-002-000000.safetensors');
  put('singan-cut/singan.json', '{"format": 1, "config": {}}');
}

const root = process.getuid?.() === 0;
/** A small file system of its own, or null where it cannot be made. */
function mount(name: string, options: string): string | null {
  try {
    mkdirSync(at(name));
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at(name)], { stdio: 'ignore' });
    process.prependListener('exit', () => {
      try {
        execFileSync('umount', [at(name)], { stdio: 'ignore' });
      } catch {
        /* gone with the container */
      }
    });
    return at(name);
  } catch {
    return null;
  }
}

/** A file system of 8 KB, or null where none can be made. */
export const fullDisk = (name: string): string | null => (root ? mount(name, 'size=8k') : null);

/** A folder that cannot be written to, or null where none can be made. */
export function readOnlyFolder(name: string): string | null {
  if (root) return mount(name, 'ro,size=8k');
  mkdirSync(at(name));
  chmodSync(at(name), 0o555);
  return at(name);
}
