/**
 * semia rerun of what needs no run: every command's PNG makes itself again from its recipe, wherever the folder has
 * gone; what cannot be repeated says so in a line.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { readText, withText } from '../../src/data/formats/png.ts';
import { readPicture } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { folder } from '../support/child.ts';
import { runInProcess as run } from '../support/inProcess.ts';
import { blue, layout, paint, photo, red } from '../support/runs.ts';

const at = (name: string): string => join(folder, name);
mkdirSync(at('work/drawings'), { recursive: true });
const put = (name: string, picture: Parameters<typeof encodePng>[0]): void =>
  writeFileSync(at(`work/${name}`), encodePng(picture));
const white = [255, 255, 255] as const,
  black = [0, 0, 0] as const;
put('photo.png', photo(48, 32));
put('other.png', photo(50, 34));
put('layout.png', layout(48, 32));
put(
  'drawings/left.png',
  paint(48, 32, (x) => (x < 20 ? red : blue)),
);
put(
  'drawings/low.png',
  paint(48, 32, (_, y) => (y < 24 ? red : blue)),
);
put(
  'mask.png',
  paint(48, 32, (x, y) => (x > 20 && x < 30 && y > 8 && y < 20 ? white : black)),
);
writeFileSync(at('work/palette.txt'), '#c81e1e roof\n#1e3cc8 sea\n');

const made: [string, string[]][] = [
  [
    'p/low.png',
    [
      'preview',
      'photo.png',
      'layout.png',
      'drawings',
      '-o',
      'p',
      '--seed',
      '3',
      '--output-size',
      '40',
      '--palette',
      'palette.txt',
    ],
  ],
  [
    'ia.png',
    [
      'analogies',
      'photo.png',
      'layout.png',
      'drawings/left.png',
      '-o',
      'ia.png',
      '--kappa',
      '0.3',
      '--output-size',
      '24',
    ],
  ],
  ['f.png', ['analogies', '--filter', 'photo.png', 'photo.png', 'other.png', '-o', 'f.png', '--output-size', '24']],
  [
    'holed.png',
    [
      'inpaint',
      'photo.png',
      '--mask',
      'mask.png',
      '--from',
      'other.png',
      '--grow',
      '1',
      '-o',
      'holed.png',
      '--seed',
      '2',
    ],
  ],
  [
    'removed.png',
    [
      'remove',
      'photo.png',
      '--mask',
      'mask.png',
      '--layout',
      'layout.png',
      '--palette',
      'palette.txt',
      '-o',
      'removed.png',
    ],
  ],
  ['first.png', ['segment', 'photo.png', '-k', '3', '--superpixels', '40', '-o', 'first.png']],
];

test('preview, analogies, inpaint, remove and segment are repeated to the pixel, from anywhere', async () => {
  for (const [file, words] of made) {
    const o = await run(words, { cwd: at('work') });
    assert.is(o.code, 0, `${file}: ${o.stderr}`);
  }
  renameSync(at('work'), at('moved')); // the folder as a whole: files are found from where the picture lies
  for (const [file] of made) {
    const o = await run(['rerun', `moved/${file}`, '-o', 'again.png']);
    assert.is(o.stderr, '', file);
    assert.is(o.code, 0, o.stdout);
    assert.match(o.stdout, /: equal, all \d+ x \d+ pixels/);
    assert.equal((await readPicture(at('again.png'))).data, (await readPicture(at(`moved/${file}`))).data);
  }
});

test('a changed picture is reported; a changed input, a foreign command and a comparison are refused', async () => {
  const picture = await readPicture(at('moved/ia.png'));
  const { data } = picture;
  data[4 * 30] ^= 8;
  const recipe = JSON.parse(readText(readFileSync(at('moved/ia.png')))['semia-method']) as {
    again: { command: unknown[]; files: unknown[] };
  };
  const write = (name: string, record: unknown): void =>
    writeFileSync(
      at(`moved/${name}`),
      withText(encodePng({ ...picture, data }), { 'semia-method': JSON.stringify(record) }),
    );
  write('touched.png', recipe);
  const touched = await run(['rerun', 'moved/touched.png']);
  assert.is(touched.code, 3);
  assert.match(touched.stdout, /different: 1 of \d+ pixels, by 8 of 255/);
  const { again } = recipe;
  write('evil.png', { ...recipe, again: { ...again, command: [...again.command, '--overlay', '/tmp/x'] } });
  write('start.png', { ...recipe, again: { ...again, command: ['serve', 0] } });
  write('beyond.png', { ...recipe, again: { ...again, command: ['preview', 7] } });
  write('plain.png', { program: 'semia', method: 'preview' });
  write('compared.png', { method: 'SinGAN', repeat: 'semia compare --scene lake' });
  writeFileSync(at('moved/drawings/left.png'), readFileSync(at('moved/drawings/low.png')));
  for (const [file, says] of [
    ['ia', /left\.png: is not the file that moved\/ia\.png was made of/],
    ['evil', /recipe is damaged, or of another version/],
    ['start', /recipe is damaged/],
    ['beyond', /recipe is damaged/],
    ['plain', /plain\.png: was made by an older semia \(preview\), which recorded no command/],
    ['compared', /is a picture of semia compare: make it again by semia compare --scene lake/],
  ] as const) {
    const o = await run(['rerun', `moved/${file}.png`]);
    assert.is(o.code, 2, file);
    assert.match(o.stderr, says);
    assert.is(o.stderr.trim().split('\n').length, 1);
  }
});
test.run();
