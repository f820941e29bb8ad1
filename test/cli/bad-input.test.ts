// What people get wrong: each case ends with exit code 2, one line on stderr that says what is wrong, and nothing
// written.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import sharp from 'sharp';
import { renderLayout } from '../../src/data/layout/layout.ts';
import { published } from '../../src/model/baselines/singan/config.ts';
import { newHost } from '../../src/model/baselines/singan/training.ts';
import { encodePng } from '../../src/node/decode.ts';
import { folder, listing, run } from '../support/child.ts';
import { blue, layout, paint, photo, red, smallRun } from '../support/runs.ts';

const at = (name: string): string => join(folder, name);
const put = (name: string, bytes: Uint8Array | string): void => {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), bytes);
};
const png = (name: string, ...args: Parameters<typeof paint>): void => put(name, encodePng(paint(...args)));

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
put('vgg.safetensors', Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]));
put('vgg.pth', 'no weights');
put('empty.json', '{}');
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

await smallRun(at('run'));
const spoiled = async (name: string, spoil: (path: string) => void): Promise<void> => {
  await smallRun(at(name));
  spoil(at(name));
};
const edit =
  // biome-ignore lint/suspicious/noExplicitAny: a run's record, as JSON, on its way to being damaged
    (change: (record: Record<string, any>) => void) =>
    (path: string): void => {
      const record = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8'));
      change(record);
      writeFileSync(join(path, 'run.json'), JSON.stringify(record));
    };
const weights = 'weights-000000.safetensors';
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

writeFileSync(at('hostile.pth'), readFileSync('test/fixtures/hostile.pth'));
writeFileSync(at('module.pth'), readFileSync('test/fixtures/module.pth'));
writeFileSync(at('released.pth'), readFileSync('test/fixtures/released.pth'));
const singan = (name: string, scale: number, weights: string): void => {
  put(`${name}/photo.png`, whole);
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
singan('singan', 0, 'weights-000-000000.safetensors');
singan('singan-done', 2, 'weights-002-000000.safetensors');
put('singan-cut/singan.json', '{"format": 1, "config": {}}');

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
const full = root ? mount('full', 'size=8k') : null;
function withoutWriting(name: string): string {
  mkdirSync(at(name));
  chmodSync(at(name), 0o555);
  return at(name);
}
const readOnly = root ? mount('locked', 'ro,size=8k') : withoutWriting('locked');

interface Case {
  name: string;
  args: string[];
  says: RegExp;
  env?: Record<string, string>;
  skip?: boolean;
}
const train = (p: string, l: string, ...more: string[]): string[] => ['train', p, l, '-o', 'new', ...more];
const withOption = (...more: string[]): string[] => train('photo.png', 'layout.png', ...more);
const analogy = (target: string, ...more: string[]): string[] => [
  'analogy',
  'photo.png',
  'layout.png',
  target,
  '-o',
  'new.png',
  ...more,
];
const render = (dir: string, target = 'target.png', out = 'new.png'): string[] => ['render', dir, target, '-o', out];
const evaluating = (result: string, ...more: string[]): string[] => [
  'evaluate',
  result,
  '--source',
  'photo.png',
  '--layout',
  'layout.png',
  '--target',
  'target.png',
  ...more,
];

const cases: Case[] = [
  // pictures
  { name: 'a photo that is not there', args: train('none.png', 'layout.png'), says: /none\.png: no such file/ },
  {
    name: 'a folder that is not there',
    args: train('no/where/photo.png', 'layout.png'),
    says: /no such file.*no directory/,
  },
  { name: 'a folder for a photo', args: train('nothing', 'layout.png'), says: /nothing: is a directory/ },
  { name: 'an empty file', args: train('empty.png', 'layout.png'), says: /empty\.png: the file is empty/ },
  { name: 'half a PNG', args: train('cut.png', 'layout.png'), says: /cut\.png: the PNG file is cut off/ },
  { name: 'a PNG with wrong bytes', args: train('bits.png', 'layout.png'), says: /bits\.png: the PNG file is damaged/ },
  { name: 'half a JPEG', args: train('cut.jpg', 'layout.png'), says: /cut\.jpg: the JPEG file is damaged or cut off/ },
  { name: 'text called .png', args: train('text.png', 'layout.png'), says: /text\.png: is text, not an image/ },
  { name: 'a GIF', args: train('photo.gif', 'layout.png'), says: /photo\.gif: GIF is not read: convert it/ },
  { name: 'any bytes', args: train('noise.bin', 'layout.png'), says: /noise\.bin: is no image this program knows/ },
  {
    name: '1.6 gigapixels',
    args: train('huge.png', 'layout.png'),
    says: /huge\.png: (40000 x 40000 is 1600 megapixels|the PNG file is damaged)/,
  },
  { name: 'one pixel', args: train('one-pixel.png', 'layout.png'), says: /one-pixel\.png: is only 1 x 1/ },
  { name: 'four pixels', args: train('one.png', 'one.png'), says: /one\.png:/ },
  {
    name: 'a photo six pixels high',
    args: train('narrow.png', 'narrow-layout.png', '--size', '128'),
    says: /narrow\.png: at the training size of 128 it has only 128 x 2 pixels/,
  },
  // layouts
  { name: 'a layout that is not there', args: train('photo.png', 'none.png'), says: /none\.png: no such file/ },
  {
    name: 'a layout on its side',
    args: train('photo.png', 'tall.png'),
    says: /tall\.png: the layout is 32 x 48.*on its side/,
  },
  {
    name: 'a layout of another shape',
    args: train('photo.png', 'square.png'),
    says: /square\.png: the layout is 40 x 40 pixels and the photo photo\.png 48 x 32/,
  },
  {
    name: 'one class',
    args: train('photo.png', 'flat.png'),
    says: /flat\.png: a source layout needs at least two classes/,
  },
  {
    name: 'a photograph as layout',
    args: train('photo.png', 'photo.png'),
    says: /photo\.png: .*(photograph|classes|flat)/,
  },
  { name: 'a gradient as layout', args: train('photo.png', 'gradient.png'), says: /gradient\.png: / },
  {
    name: 'a layout without anything',
    args: train('photo.png', 'clear.png'),
    says: /clear\.png: all of the layout is transparent/,
  },
  {
    name: 'a layout with a hole',
    args: train('photo.png', 'half-clear.png'),
    says: /half-clear\.png: 42 % of the layout is transparent, as at pixel \(\d+, \d+\)/,
  },
  // targets
  {
    name: 'an unknown color',
    args: analogy('green.png'),
    says: /green\.png: #14c828 \(17 % of the layout, as at pixel \(\d+, \d+\)\) is no class/,
  },
  { name: 'a mask as target', args: analogy('mask.png'), says: /mask\.png: is black and white only.*mask/ },
  { name: 'a folder of masks', args: analogy('folder/of/masks'), says: /folder\/of\/masks: has no layouts.*masks/ },
  { name: 'an empty folder', args: analogy('nothing'), says: /nothing: has no layouts/ },
  { name: 'a target that is not there', args: analogy('none.png'), says: /none\.png: no such file/ },
  {
    name: 'a target three pixels high',
    args: analogy('tiny-target.png'),
    says: /tiny-target\.png: .*only \d+ x \d+ pixels/,
  },
  {
    name: 'targets for training that are not there',
    args: withOption('--targets', 'none'),
    says: /none: no such file/,
  },
  {
    name: 'a preview of a photograph six pixels high',
    args: ['preview', 'narrow.png', 'narrow-layout.png', 'narrow-layout.png', '-o', 'new.png'],
    says: /too small.*5 x 5/,
  },
  {
    name: 'a preview in an unknown color',
    args: ['preview', 'photo.png', 'layout.png', 'green.png', '-o', 'new.png'],
    says: /green\.png: #14c828/,
  },
  {
    name: 'a condition that there is not',
    args: ['analogy', 'photo.png', 'target.png', '--condition', 'music', '-o', 'new.png'],
    says: /--condition.*classes, sketch/,
  },
  {
    name: 'a drawing without saying so',
    args: ['analogy', 'photo.png', 'layout.png', 'target.png', '--drawing', 'layout.png', '-o', 'new.png'],
    says: /--drawing is for --condition sketch/,
  },
  {
    name: 'a photograph as a drawing',
    args: ['preview', 'photo.png', 'photo.png', '--condition', 'sketch', '-o', 'new.png'],
    says: /photo\.png: is no line drawing .*semia edges/,
  },
  {
    name: 'a palette for a drawing',
    args: [
      'preview',
      'photo.png',
      'target.png',
      '--condition',
      'sketch',
      '--palette',
      'green-palette.txt',
      '-o',
      'new.png',
    ],
    says: /--palette names classes, and a drawing .* has none/,
  },
  {
    name: 'a palette that nobody knows',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '--palette', 'celeba', '-o', 'new.png'],
    says: /celeba: no such file; palettes known by name are celebamask-hq, cityscapes, helen, ade20k/,
  },
  {
    name: 'a tile along no axis',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '--tile', 'round', '-o', 'new.png'],
    says: /--tile.*across, down, both/,
  },
  { name: 'edges of nothing', args: ['edges', 'flat.png', '-o', 'new.png'], says: /flat\.png: no edge is found/ },
  {
    name: 'edges written over the photograph',
    args: ['edges', 'photo.png', '-o', 'photo.png'],
    says: /photo\.png: is one of the inputs/,
  },
  { name: 'edges by an impossible share', args: ['edges', 'photo.png', '--high', '2'], says: /between 0 and 1/ },
  {
    name: 'a drawing of another shape to compare with',
    args: ['edges', 'photo.png', '--against', 'tall-drawing.png'],
    says: /tall-drawing\.png: is 32 x 48, and photo\.png 48 x 32/,
  },
  {
    name: 'a preview of nothing',
    args: ['preview', 'photo.png', 'layout.png', '-o', 'new.png'],
    says: /missing required argument 'targets'/,
  },
  {
    name: 'a filter of two sizes',
    args: ['analogies', '--filter', 'photo.png', 'square.png', 'target.png', '-o', 'new.png'],
    says: /square\.png: is 40 x 40 and photo\.png 48 x 32/,
  },
  {
    name: 'comparing nothing',
    args: ['compare', '-o', 'new'],
    says: /a photograph, its layout and target layouts are needed, or --scene/,
  },
  {
    name: 'comparing an unknown scene',
    args: ['compare', '--scene', 'moon', '-o', 'new'],
    says: /--scene moon: there is no such scene; there are lake/,
  },
  {
    name: 'comparing a scene and files',
    args: ['compare', 'photo.png', '--scene', 'lake', '-o', 'new'],
    says: /--scene brings its own photograph/,
  },
  {
    name: 'comparing an unknown method',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'new', '--methods', 'preview,magic'],
    says: /--methods.*there are source, analogies, preview.*and no magic/,
  },
  {
    name: 'a pattern that matches nothing',
    args: ['preview', 'photo.png', 'layout.png', 'drawings/*.png', '-o', 'new'],
    says: /drawings\/\*\.png: no file has such a name/,
  },
  {
    name: 'a contact sheet over a layout',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--contact-sheet', 'target.png'],
    says: /target\.png: is one of the inputs/,
  },
  {
    name: 'a contact sheet as JPEG',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--contact-sheet', 'sheet.jpg'],
    says: /--contact-sheet sheet\.jpg: is written as PNG/,
  },
  {
    name: 'a contact sheet of a filter',
    args: [
      'analogies',
      '--filter',
      'photo.png',
      'target.png',
      'photo.png',
      '-o',
      'new.png',
      '--contact-sheet',
      'sheet.png',
    ],
    says: /--contact-sheet shows layouts/,
  },
  {
    name: 'tiles of a preset without finishing',
    args: [
      'analogy',
      'photo.png',
      'layout.png',
      'target.png',
      '-o',
      'new.png',
      '--preset',
      'paper',
      '--tile',
      'across',
    ],
    says: /--tile across: preset paper does not finish its pictures by patches/,
  },
  {
    name: 'SinGAN for paintings of an unfinished run',
    args: ['singan', 'train', '--paint', 'singan', '-o', 'new'],
    says: /singan: has trained 0 of 2 scales/,
  },
  {
    name: 'a target size without a height',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--target-size', '96'],
    says: /WIDTHxHEIGHT is expected/,
  },
  {
    name: 'a budget of no time',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'new', '--budget', '0'],
    says: /--budget.*a whole number from 1/,
  },
  {
    name: 'comparing into a file',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'photo.png'],
    says: /photo\.png.* is a file/,
  },
  {
    name: 'two truths for one target',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'new', '--truth', 'photo.png', 'photo.png'],
    says: /--truth: 2 pictures for 1 targets/,
  },
  {
    name: 'a truth of another shape',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'new', '--truth', 'tall.png'],
    says: /tall\.png: is 32 x 48, and the target .* another shape/,
  },
  {
    name: 'a kappa in words',
    args: ['analogies', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--kappa', 'much'],
    says: /--kappa.*a number from 0 to 100/,
  },
  {
    name: 'analogies with a layout of another shape',
    args: ['analogies', 'photo.png', 'square.png', 'target.png', '-o', 'new.png'],
    says: /square\.png: the layout is 40 x 40/,
  },
  {
    name: 'a preview over its input',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'photo.png'],
    says: /photo\.png: is one of the inputs/,
  },
  // weights of other programs
  {
    name: 'importing a file that runs code',
    args: ['import', 'hostile.pth', 'photo.png', 'layout.png', '-o', 'new'],
    says: /hostile\.pth: refused: .*system/,
  },
  {
    name: 'importing another network',
    args: ['import', 'module.pth', 'photo.png', 'layout.png', '-o', 'new'],
    says: /module\.pth: is no generator of the authors' released code: 'encoder_i\.head_block\.main\.1\.weight_orig' is missing; it has /,
  },
  {
    name: 'importing text',
    args: ['import', 'vgg.pth', 'photo.png', 'layout.png', '-o', 'new'],
    says: /vgg\.pth: is not a PyTorch weights file/,
  },
  {
    name: 'importing over a run',
    args: ['import', 'released.pth', 'photo.png', 'layout.png', '-o', 'run'],
    says: /run: holds a run already/,
  },
  {
    name: 'importing without its photograph',
    args: ['import', 'released.pth', '-o', 'new'],
    says: /missing required argument 'photo'/,
  },
  {
    name: 'exporting another preset',
    args: ['export', 'run', '-o', 'new.safetensors'],
    says: /run: is of preset fast, whose generator the released code cannot run/,
  },
  {
    name: 'exporting to .pth',
    args: ['export', 'run', '-o', 'new.pth'],
    says: /new\.pth: the weights are written as safetensors/,
  },
  {
    name: 'SPADE with weights of another network',
    args: ['spade', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--weights', 'module.pth'],
    says: /module\.pth: is no generator of the published SPADE: 'fc\.weight'/,
  },
  {
    name: 'SPADE without training',
    args: ['spade', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--iterations', '0'],
    says: /--iterations 0: an untrained network paints nothing/,
  },
  {
    name: 'SPADE with channels in words',
    args: ['spade', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--channels', 'sky,sea'],
    says: /--channels.*whole numbers from 0 to 255/,
  },
  {
    name: 'SPADE with a VGG that is none',
    args: ['spade', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--vgg', 'vgg.safetensors'],
    says: /vgg\.safetensors: has no tensor of VGG-19/,
  },
  {
    name: 'Deep Image Analogy without VGG',
    args: ['deepanalogy', 'photo.png', 'flat.png', '-o', 'new'],
    says: /VGG-19 weights are needed: --vgg vgg19-dcbb9e9d\.pth.*SHA-256 begins with dcbb9e9d/,
  },
  {
    name: 'Deep Image Analogy with text for VGG',
    args: ['deepanalogy', 'photo.png', 'flat.png', '-o', 'new', '--vgg', 'vgg.pth'],
    says: /vgg\.pth: /,
  },
  {
    name: 'Deep Image Analogy of one photograph',
    args: ['deepanalogy', 'photo.png', '-o', 'new'],
    says: /missing required argument 'b'/,
  },
  // options
  {
    name: 'a size in words',
    args: withOption('--size', 'large'),
    says: /'--size <pixels>'.*'large'.*whole number from 32 to 2048/,
  },
  { name: 'a size too small', args: withOption('--size', '8'), says: /--size.*32 to 2048/ },
  { name: 'a size with a fraction', args: withOption('--size', '128.5'), says: /--size.*whole number/ },
  { name: 'a negative seed', args: withOption('--seed', '-1'), says: /--seed/ },
  { name: 'no iterations', args: withOption('--iterations', '0'), says: /--iterations.*1 to 1000000/ },
  { name: 'an odd width', args: withOption('--width', '5'), says: /--width.*multiple of 4/ },
  { name: 'an unknown preset', args: withOption('--preset', 'best'), says: /--preset.*fixed, fast, paper, code/ },
  {
    name: 'a misspelt option',
    args: withOption('--iteration', '5'),
    says: /unknown option '--iteration'.*--iterations/,
  },
  { name: 'a misspelt command', args: ['trian', 'photo.png'], says: /unknown command 'trian'.*train/ },
  { name: 'no photo', args: ['train', '-o', 'new'], says: /a photograph and its layout are needed/ },
  { name: 'no output', args: ['train', 'photo.png', 'layout.png'], says: /required option '-o, --output <run>'/ },
  { name: 'an option without its value', args: ['train', 'photo.png', 'layout.png', '-o'], says: /argument missing/ },
  {
    name: 'no target',
    args: ['analogy', 'photo.png', 'layout.png', '-o', 'new.png'],
    says: /missing required argument 'targets'/,
  },
  {
    name: 'a palette file of nonsense',
    args: withOption('--palette', 'palette.txt'),
    says: /palette\.txt: line 2 "what is this" is no class/,
  },
  {
    name: 'a palette of other colors',
    args: withOption('--palette', 'green-palette.txt'),
    says: /layout\.png: #\w{6} .* is not in the palette file/,
  },
  {
    name: 'a palette that names a color twice',
    args: withOption('--palette', 'twice.txt'),
    says: /twice\.txt: the color #c81e1e stands twice/,
  },
  {
    name: 'a picture for a palette',
    args: withOption('--palette', 'photo.png'),
    says: /photo\.png: is not a palette file/,
  },
  {
    name: 'weights without VGG',
    args: withOption('--vgg', 'vgg.safetensors'),
    says: /vgg\.safetensors: has no tensor of VGG-19/,
  },
  { name: 'text for VGG', args: withOption('--vgg', 'vgg.pth'), says: /vgg\.pth: / },
  {
    name: 'an unknown scene',
    args: ['start', 'new', '--scene', 'moon'],
    says: /--scene moon: there is no such scene; there are lake/,
  },
  // where results go
  {
    name: 'a run where another is',
    args: ['train', 'photo.png', 'layout.png', '-o', 'run'],
    says: /run: holds a run already.*--resume/,
  },
  {
    name: 'a run among other files',
    args: ['train', 'photo.png', 'layout.png', '-o', 'other'],
    says: /other: is a folder with other files/,
  },
  {
    name: 'a run under a file',
    args: ['train', 'photo.png', 'layout.png', '-o', 'photo.png/run'],
    says: /photo\.png\/run: .*(is a file|cannot be written)/,
  },
  {
    name: 'a JPEG as result',
    args: ['analogy', 'photo.png', 'layout.png', 'target.png', '-o', 'new.jpg'],
    says: /new\.jpg: results are PNG files/,
  },
  {
    name: 'one file for two results',
    args: ['analogy', 'photo.png', 'layout.png', 'target.png', 'layout.png', '-o', 'new.png'],
    says: /new\.png: is one file for 2 results/,
  },
  {
    name: 'a result over an input',
    args: ['analogy', 'photo.png', 'layout.png', 'target.png', '-o', 'target.png'],
    says: /target\.png: is one of the inputs/,
  },
  {
    name: 'a read-only folder',
    args: ['train', 'photo.png', 'layout.png', '-o', 'locked/new'],
    says: /locked\/new: cannot be written: .*(read-only|permission)/,
    skip: !readOnly,
  },
  {
    name: 'a full disk',
    args: ['example', 'full/new', '--size', '64'],
    says: /full\/new\/.*: cannot be written: the disk is full/,
    skip: !full,
  },
  {
    name: 'a full disk for a run',
    args: [
      'train',
      'photo.png',
      'layout.png',
      '-o',
      'full/run',
      '--preset',
      'fast',
      '--size',
      '32',
      '--width',
      '4',
      '--iterations',
      '2',
      '--quiet',
    ],
    says: /full\/run\/.*: cannot be written: the disk is full/,
    skip: !full,
  },
  // runs
  { name: 'a run that is not there', args: render('none'), says: /none: no such run folder/ },
  {
    name: 'a folder that is no run',
    args: render('other'),
    says: /other: is not a run folder \(it has no run\.json\)/,
  },
  { name: 'a file for a run', args: render('photo.png'), says: /photo\.png: is a file, not a run folder/ },
  {
    name: 'a run of a later version',
    args: render('future'),
    says: /future\/run\.json: the run was written by semia 9\.0\.0 in format 99; this program reads format 1/,
  },
  { name: 'a record with a part missing', args: render('gutted'), says: /gutted\/run\.json: is damaged/ },
  { name: 'a record cut off', args: render('no-json'), says: /no-json\/run\.json: is damaged \(it is not JSON\)/ },
  {
    name: 'a checkpoint with a wrong bit',
    args: render('flipped'),
    says: /flipped\/weights-000000\.safetensors: is damaged/,
  },
  { name: 'a checkpoint cut off', args: render('short'), says: /short\/weights-000000\.safetensors: is damaged/ },
  { name: 'a checkpoint that is gone', args: render('lost'), says: /lost\/weights-000000\.safetensors: no such file/ },
  { name: 'a run without its photograph', args: render('no-source'), says: /no-source\/source\.png: no such file/ },
  {
    name: 'a run with another layout',
    args: render('repainted'),
    says: /repainted\/layout\.png: has a color that is no class/,
  },
  {
    name: 'a run with a layout of another size',
    args: render('resized'),
    says: /resized\/layout\.png: is 40 x 32.*48 x 32/,
  },
  { name: 'a checkpoint of other networks', args: render('run'), says: /the run's weights do not fit its networks/ },
  { name: 'a layout of other colors for a run', args: render('run', 'green.png'), says: /green\.png: #14c828/ },
  { name: 'resuming nothing', args: ['train', '-o', 'none', '--resume'], says: /none: no such run folder/ },
  {
    name: 'resuming with another size and seed',
    args: ['train', '-o', 'run', '--resume', '--size', '64', '--seed', '3'],
    says: /run: cannot be resumed with --size 64 \(the run has 32\), --seed 3 \(the run has 0\)/,
  },
  {
    name: 'resuming measured kernels in a fixed order',
    args: ['train', '-o', 'measured', '--resume', '--deterministic'],
    says: /measured: cannot be resumed with --deterministic/,
  },
  {
    name: 'a record with damaged kernels',
    args: ['train', '-o', 'odd-kernels', '--resume'],
    says: /odd-kernels.run\.json: is damaged/,
  },
  {
    name: 'resuming with a smaller total',
    args: ['train', '-o', 'run', '--resume', '--iterations', '4'],
    says: /run: was planned for 8 iterations/,
  },
  {
    name: 'resuming with another photo',
    args: ['train', 'target.png', 'layout.png', '-o', 'run', '--resume'],
    says: /run: cannot be resumed: target\.png, layout\.png are not what the run began with/,
  },
  {
    name: 'rerunning a picture without a recipe',
    args: ['rerun', 'not-rendered.png'],
    says: /not-rendered\.png: carries no recipe/,
  },
  { name: 'serving at an impossible port', args: ['serve', '--port', '99999'], says: /from 0 to 65535/ },
  { name: 'serving a run that is not there', args: ['serve', 'gone'], says: /gone: no such run folder/ },
  { name: 'serving a folder that is no run', args: ['serve', '.'], says: /is not a run folder/ },
  { name: 'serving a zip that is none', args: ['serve', 'noise.zip'], says: /noise\.zip: is not a zip archive/ },
  { name: 'rerunning a JPEG', args: ['rerun', 'cut.jpg'], says: /cut\.jpg: / },
  { name: 'a palette of a photograph', args: ['palette', 'photo.png'], says: /photo\.png: / },
  // first layouts
  { name: 'a first layout of what is no picture', args: ['segment', 'text.png'], says: /text\.png: / },
  {
    name: 'a first layout of one class',
    args: ['segment', 'photo.png', '-k', '1'],
    says: /a whole number from 2 to 64 is expected/,
  },
  {
    name: 'a first layout as JPEG',
    args: ['segment', 'photo.png', '-o', 'first.jpg'],
    says: /first\.jpg: results are PNG files/,
  },
  {
    name: 'a first layout over its photograph',
    args: ['segment', 'photo.png', '-o', 'photo.png'],
    says: /photo\.png: is one of the inputs/,
  },
  {
    name: 'layout and overlay in one file',
    args: ['segment', 'photo.png', '-o', 'a.png', '--overlay', 'a.png'],
    says: /a\.png: would hold both/,
  },
  {
    name: 'superpixels of no compactness',
    args: ['segment', 'photo.png', '--compactness', 'none'],
    says: /a number from 1 to 100 is expected/,
  },
  // SinGAN
  {
    name: 'SinGAN without a photograph',
    args: ['singan', 'train', '-o', 'new'],
    says: /a photograph is needed: semia singan train PHOTO -o RUN/,
  },
  {
    name: 'SinGAN of a photograph six pixels high',
    args: ['singan', 'train', 'narrow.png', '-o', 'new'],
    says: /at 64 x 1 pixels the photograph is too small for SinGAN/,
  },
  {
    name: 'SinGAN of what is no picture',
    args: ['singan', 'train', 'text.png', '-o', 'new'],
    says: /text\.png: is text/,
  },
  {
    name: 'SinGAN where a run is',
    args: ['singan', 'train', 'photo.png', '-o', 'run'],
    says: /run: holds a run already|run: is a folder with other files/,
  },
  {
    name: 'resuming SinGAN where there is none',
    args: ['singan', 'train', '-o', 'run', '--resume'],
    says: /run: is not a SinGAN run \(it has no singan\.json\)/,
  },
  {
    name: 'resuming SinGAN with another size',
    args: ['singan', 'train', '-o', 'singan', '--resume', '--size', '64'],
    says: /singan: cannot be resumed with --size 64 \(the run has 32\)/,
  },
  {
    name: 'resuming SinGAN with another photograph',
    args: ['singan', 'train', 'target.png', '-o', 'singan', '--resume'],
    says: /singan: cannot be resumed: target\.png is not what the run began with/,
  },
  {
    name: 'resuming SinGAN for minutes',
    args: ['singan', 'train', '-o', 'singan', '--resume', '--minutes', '3'],
    says: /cannot be resumed with --minutes/,
  },
  {
    name: 'samples of an unfinished SinGAN',
    args: ['singan', 'sample', 'singan', '-o', 'new.png'],
    says: /singan: has trained 0 of 2 scales: go on with/,
  },
  {
    name: 'samples of a damaged SinGAN',
    args: ['singan', 'sample', 'singan-cut', '-o', 'new.png'],
    says: /singan-cut\/singan\.json: is damaged/,
  },
  {
    name: 'samples of a SinGAN without weights',
    args: ['singan', 'sample', 'singan-done', '-o', 'new.png'],
    says: /weights-002-000000\.safetensors: is damaged/,
  },
  {
    name: 'a SinGAN size without a height',
    args: ['singan', 'sample', 'singan', '-o', 'new.png', '--size', '300'],
    says: /WIDTHxHEIGHT is expected/,
  },
  {
    name: 'rendering a layout with SinGAN',
    args: render('singan'),
    says: /singan: is not a run folder \(it has no run\.json\)/,
  },
  { name: 'an unknown SinGAN task', args: ['singan', 'dream', 'singan'], says: /unknown command 'dream'/ },
  // filling holes
  {
    name: 'removing nothing',
    args: ['remove', 'photo.png', '-o', 'new.png'],
    says: /what is to be removed\? Give --mask FILE/,
  },
  {
    name: 'removing a class without a layout',
    args: ['remove', 'photo.png', '--class', 'roof', '-o', 'new.png'],
    says: /--class names a class of a layout/,
  },
  {
    name: 'removing a class that is not there',
    args: ['remove', 'photo.png', '--layout', 'layout.png', '--class', 'tree', '-o', 'new.png'],
    says: /--class tree: layout\.png has no such class; there are .*#c81e1e/,
  },
  {
    name: 'removing by a layout for a mask',
    args: ['remove', 'photo.png', '--mask', 'gradient.png', '-o', 'new.png'],
    says: /gradient\.png: is no mask/,
  },
  {
    name: 'a mask of another shape',
    args: ['inpaint', 'photo.png', '--mask', 'tall.png', '-o', 'new.png'],
    says: /tall\.png: /,
  },
  { name: 'an empty mask', args: ['inpaint', 'photo.png', '--mask', 'flat.png', '-o', 'new.png'], says: /flat\.png: / },
  {
    name: 'a run for a photo without a layout',
    args: ['remove', 'photo.png', '--mask', 'mask.png', '--run', 'run', '-o', 'new.png'],
    says: /--run renders a layout/,
  },
  {
    name: 'inpainting a picture without a hole',
    args: ['inpaint', 'photo.png', '-o', 'new.png'],
    says: /photo\.png: what is to be filled\? It has no transparent pixels/,
  },
  {
    name: 'inpainting what is all hole',
    args: ['inpaint', 'clear.png', '-o', 'new.png'],
    says: /clear\.png: everything is to be filled/,
  },
  {
    name: 'inpainting over the mask',
    args: ['inpaint', 'photo.png', '--mask', 'mask.png', '-o', 'mask.png'],
    says: /mask\.png: is one of the inputs/,
  },
  {
    name: 'inpainting from a picture that is not there',
    args: ['inpaint', 'half-clear.png', '--from', 'none.png', '-o', 'new.png'],
    says: /none\.png: no such file/,
  },
  // evaluation
  {
    name: 'evaluating without a target',
    args: ['evaluate', 'photo.png', '--source', 'photo.png', '--layout', 'layout.png'],
    says: /--target is missing: --source, --layout and --target go together/,
  },
  {
    name: 'evaluating a picture that does not know its layout',
    args: ['evaluate', 'photo.png'],
    says: /photo\.png: carries no recipe.*give --source, --layout and --target/,
  },
  { name: 'evaluating a folder that is no run', args: ['evaluate', 'other'], says: /other: is not a run folder/ },
  { name: 'evaluating a picture that is not there', args: evaluating('none.png'), says: /none\.png: no such file/ },
  {
    name: 'evaluating a picture of another shape',
    args: evaluating('tall.png'),
    says: /tall\.png: is 32 x 48, and its target layout target\.png 48 x 32/,
  },
  {
    name: 'evaluating a run with a source of its own',
    args: evaluating('run'),
    says: /run: is a run folder, which brings its own source/,
  },
  {
    name: 'evaluating three results with two targets',
    args: [
      'evaluate',
      'photo.png',
      'photo.png',
      'photo.png',
      '--source',
      'photo.png',
      '--layout',
      'layout.png',
      '--target',
      'target.png',
      'layout.png',
    ],
    says: /--target: 2 layouts for 3 results/,
  },
  {
    name: 'evaluating with two truths for one result',
    args: evaluating('photo.png', '--truth', 'photo.png', 'photo.png'),
    says: /--truth: 2 pictures for 1 results/,
  },
  {
    name: 'a truth of another shape',
    args: evaluating('photo.png', '--truth', 'tall.png'),
    says: /tall\.png: is 32 x 48, and the target .* has another shape/,
  },
  {
    name: 'a folder without truths',
    args: evaluating('photo.png', '--truth', 'other'),
    says: /other: has no picture named like a result \(photo\.png\)/,
  },
  {
    name: 'label maps that are not there',
    args: evaluating('photo.png', '--predicted', 'none'),
    says: /--predicted none: no such folder/,
  },
  {
    name: 'no label map for a result',
    args: evaluating('photo.png', '--predicted', 'other'),
    says: /--predicted other: has no label map named photo\.png/,
  },
  {
    name: 'a label map in other colors',
    args: evaluating('green.png', '--predicted', '.'),
    says: /green\.png: #14c828/,
  },
  {
    name: 'weights without Inception',
    args: evaluating('photo.png', '--inception', 'vgg.safetensors'),
    says: /vgg\.safetensors: has no tensor of Inception v3/,
  },
  {
    name: 'a table under a file',
    args: evaluating('photo.png', '--csv', 'photo.png/table.csv'),
    says: /photo\.png\/table\.csv: cannot be written/,
  },
  {
    name: 'evaluating a damaged run',
    args: ['evaluate', 'flipped'],
    says: /flipped\/weights-000000\.safetensors: is damaged/,
  },
  // the user study
  { name: 'a study of nothing', args: ['study'], says: /a folder is needed.*--tally/ },
  { name: 'a study of a folder that is not there', args: ['study', 'gone'], says: /gone: no such folder/ },
  { name: 'a study of a picture', args: ['study', 'photo.png'], says: /photo\.png: is a file: give a folder/ },
  {
    name: 'a study without a source',
    args: ['study', 'other'],
    says: /other: has no source\.png.*METHOD\/TARGET\.png/,
  },
  {
    name: 'a study of one method',
    args: ['study', 'study/one'],
    says: /study\/one: 1 methods \(a\): two to nine can be ranked/,
  },
  {
    name: 'a study with a picture missing',
    args: ['study', 'study/gap'],
    says: /study\/gap\/b\/east\.png: no such file; every method needs/,
  },
  {
    name: 'a study of pictures of two shapes',
    args: ['study', 'study/odd'],
    says: /study\/odd\/b\/west\.png: is 32 x 48, another shape/,
  },
  {
    name: 'a study of an unknown method',
    args: ['study', 'study/odd', '--methods', 'a,magic'],
    says: /has no pictures by magic; there are a, b/,
  },
  {
    name: 'a study of a damaged comparison',
    args: ['study', 'study/damaged'],
    says: /results\.json: is damaged \(it is not JSON\)/,
  },
  {
    name: 'a study as a picture',
    args: ['study', 'study/odd', '-o', 'study.png'],
    says: /study\.png: the page is one file.*\.html/,
  },
  { name: 'a tally of a picture', args: ['study', '--tally', 'photo.png'], says: /photo\.png: is not a CSV file/ },
  {
    name: 'a tally of nothing',
    args: ['study', '--tally', 'empty.png'],
    says: /empty\.png: (is empty|the file is empty)/,
  },
  {
    name: 'a tally of another table',
    args: ['study', '--tally', 'study/other.csv'],
    says: /study\/other\.csv line 1: has no column participant, /,
  },
  {
    name: 'a tally of a bad rank',
    args: ['study', '--tally', 'study/bad.csv', '-o', 'new.html'],
    says: /study\/bad\.csv line 3: rank is "second"/,
  },
  {
    name: 'a tally over its answers',
    args: ['study', '--tally', 'study/bad.csv', '-o', 'study/bad.csv'],
    says: /study\/bad\.csv: is one of the answers/,
  },
  {
    name: 'a tally as a picture',
    args: ['study', '--tally', 'study/bad.csv', '-o', 'tally.png'],
    says: /tally\.png: a tally is written as \.html or \.csv/,
  },
  // the ablation
  { name: 'an ablation without a folder', args: ['ablate'], says: /required option '-o, --output <dir>'/ },
  {
    name: 'an ablation of an unknown factor',
    args: ['ablate', '-o', 'new', '--factors', 'alignment,luck'],
    says: /--factors.*there are adversarial, .*and no luck/,
  },
  {
    name: 'an ablation of an unknown scene',
    args: ['ablate', '-o', 'new', '--scene', 'moon'],
    says: /--scene.*there are lake, .*and no moon/,
  },
  {
    name: 'an ablation of an unknown preset',
    args: ['ablate', '-o', 'new', '--preset', 'best'],
    says: /--preset.*fixed, fast, paper, code/,
  },
  { name: 'an ablation without seeds', args: ['ablate', '-o', 'new', '--seeds', '0'], says: /--seeds.*from 1 to 1000/ },
  {
    name: 'an ablation into a file',
    args: ['ablate', '-o', 'photo.png'],
    says: /photo\.png: is a file: give a folder/,
  },
  {
    name: 'an ablation beside a damaged record',
    args: ['ablate', '-o', 'study/ablated'],
    says: /study\/ablated\/ablation\.json: is damaged \(a part is missing\)/,
  },
  // the machine
  {
    name: 'no adapter',
    args: withOption('--preset', 'fast'),
    says: /no WebGPU adapter was found.*semia doctor/,
    env: { VK_DRIVER_FILES: join(folder, 'empty.json'), VK_ICD_FILENAMES: join(folder, 'empty.json') },
    skip: process.platform !== 'linux',
  },
];

for (const c of cases) {
  (c.skip ? test.skip : test)(c.name, async () => {
    const before = listing(folder);
    const { code, stderr, stdout } = await run(c.args, { env: c.env });
    assert.is(code, 2, `exit code ${code}: ${stderr}${stdout}`);
    assert.match(stderr, c.says);
    assert.match(stderr, /^semia: [^\n]+\n$/, 'one line');
    assert.not.match(stderr, /internal error|undefined|NaN|\[object/);
    assert.is(listing(folder), before, 'nothing written');
  });
}
test('there are at least forty cases', () => assert.ok(cases.length >= 40));

test.run();
