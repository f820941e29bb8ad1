/**
 * The files of results, through the command line: the format that the name asks for, upright, with the photograph's
 * color profile, EXIF and depth, and a recipe that makes them again.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { readDirectory, tiffHeader } from '../../src/data/formats/metadata/ifd.ts';
import { readPicture } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { folder, good } from '../support/child.ts';
import { runInProcess as run } from '../support/inProcess.ts';
import { blue, paint, photo as pattern, red } from '../support/runs.ts';
import { test } from '../support/suite.ts';

const [W, H] = [48, 32];
const at = (name: string): string => join(folder, name);
const raw = { raw: { width: W, height: H, channels: 4 as const } };
const photograph = pattern(W, H);

/** A photograph as a telephone writes it: stored sideways, in Display P3, with camera and place. */
const phone = await sharp(await sharp(photograph.data, raw).removeAlpha().rotate(270).png().toBuffer())
  .withIccProfile('p3')
  .withExif({
    IFD0: { Make: 'Acme', Model: 'Camera One' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '50/1 30/1 0/1' },
  })
  .withMetadata({ orientation: 6 })
  .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
  .toBuffer();
writeFileSync(at('phone.jpg'), phone);
const wide = Uint16Array.from(photograph.data, (v, i) => Math.min(65535, v * 257 + ((i * 7919) % 128)));
const deep = await sharp(wide, raw).removeAlpha().toColorspace('rgb16').png().toBuffer();
writeFileSync(at('deep.png'), deep);
await sharp(deep).toColorspace('rgb16').tiff({ compression: 'deflate' }).toFile(at('deep.tiff'));
const labels = (edge: (x: number) => number) => paint(W, H, (x, y) => (y < edge(x) ? red : blue));
writeFileSync(at('layout.png'), encodePng(labels(() => H / 2)));
writeFileSync(at('target.png'), encodePng(labels((x) => 8 + x / 4)));
const inMask = (x: number, y: number): boolean => x >= 20 && x < 28 && y >= 8 && y < 16;
writeFileSync(at('mask.png'), encodePng(paint(W, H, (x, y) => (inMask(x, y) ? [255, 255, 255] : [0, 0, 0]))));

/** First bytes by extension. */
const magic: Record<string, RegExp> = {
  png: /^\x89PNG/,
  jpg: /^\xff\xd8\xff/,
  webp: /^RIFF....WEBP/s,
  tiff: /^II\*\0/,
  avif: /^....ftypavif/s,
};
const profile = (await sharp(phone).metadata()).icc!;

/** The file's profile and camera are the telephone's, its size and orientation upright, its format that of its name. */
async function keepsAll(file: string): Promise<void> {
  const bytes = readFileSync(at(file));
  const extension = file.split('.').at(-1)!;
  assert.match(bytes.subarray(0, 16).toString('latin1'), magic[extension], file);
  const m = await sharp(bytes).metadata();
  assert.equal([m.width, m.height, m.orientation ?? 1], [W, H, 1], file);
  assert.ok(m.icc?.equals(profile), `${file}: the profile`);
  const image = extension === 'tiff' ? readDirectory(bytes, tiffHeader(bytes)!.first, true) : null;
  const tag = (number: number): string => Buffer.from(image!.find((e) => e.tag === number)!.value).toString();
  const text = image ? tag(271) + tag(272) : m.exif!.toString('latin1');
  assert.match(text, /Acme\0.*Camera One\0/s, file);
}

for (const extension of Object.keys(magic))
  test(`preview writes .${extension} upright, in Display P3, with the camera; rerun makes it again`, async () => {
    const file = `p.${extension}`;
    good(await run(['preview', 'phone.jpg', 'layout.png', 'target.png', '-o', file]));
    await keepsAll(file);
    const again = good(await run(['rerun', file, '-o', `again.${extension}`]));
    assert.match(again.stdout, /: equal, all 48 x 32 pixels/);
    await keepsAll(`again.${extension}`);
  });

test('pixels stay in the photograph’s own space: none is converted on the way', async () => {
  const own = await readPicture(at('phone.jpg'), { own: true });
  good(await run(['inpaint', 'phone.jpg', '--mask', 'mask.png', '-o', 'whole.png']));
  await keepsAll('whole.png');
  const made = await readPicture(at('whole.png'), { own: true });
  for (let p = 0; p < W * H; p++)
    if (!inMask(p % W, Math.floor(p / W)))
      assert.equal(made.data.subarray(4 * p, 4 * p + 4), own.data.subarray(4 * p, 4 * p + 4));
});

for (const [name, file] of [
  ['deep.png', 'd.tiff'],
  ['deep.tiff', 'd.png'],
])
  test(`${name} becomes a ${file} of 16 bits, with the photograph's finer shades`, async () => {
    good(await run(['preview', name, 'layout.png', 'target.png', '-o', file]));
    const m = await sharp(at(file)).metadata();
    assert.equal([m.depth, m.width, m.height], ['ushort', W, H]);
    const made = await readPicture(at(file), { own: true });
    // The photograph's samples lie up to 127 above a multiple of 257, so its copies do; 8 bits stretched lie at 0.
    const finer = made.wide!.map((v) => (v + 128) % 257).filter((v) => v > 128 && v < 256).length;
    assert.ok(finer > made.wide!.length * 0.7, `${finer} samples of ${made.wide!.length}`);
    assert.match(good(await run(['rerun', file])).stdout, /: equal/);
  });

test('inpaint keeps all 16 bits outside the hole', async () => {
  good(await run(['inpaint', 'deep.tiff', '--mask', 'mask.png', '-o', 'filled.tiff']));
  const made = await readPicture(at('filled.tiff'), { own: true });
  const given = await readPicture(at('deep.tiff'), { own: true });
  for (let p = 0; p < W * H; p++)
    if (!inMask(p % W, Math.floor(p / W)))
      assert.equal(made.wide!.subarray(4 * p, 4 * p + 4), given.wide!.subarray(4 * p, 4 * p + 4));
});

test('a run keeps them for what is rendered later; its results of any format are made again', async () => {
  const small = ['--preset', 'fast', '--size', '32', '--width', '4', '--iterations', '1', '--quiet'];
  good(await run(['analogy', 'phone.jpg', 'layout.png', 'target.png', '-o', 't.jpg', '--run', 'run', ...small]));
  await keepsAll('t.jpg');
  good(await run(['render', 'run', 'target.png', '-o', 'out', '--format', 'webp', '--quality', '60']));
  await keepsAll('out/target.webp');
  for (const file of ['t.jpg', 'out/target.webp'])
    assert.match(good(await run(['rerun', file])).stdout, /: equal, all 48 x 32 pixels/);
});

test('--quality makes smaller files; --no-metadata leaves EXIF and recipe out, and the profile in', async () => {
  const preview = ['preview', 'phone.jpg', 'layout.png', 'target.png'];
  good(await run([...preview, '-o', 'q', '--format', 'jpg', '--quality', '20', '--no-metadata']));
  const file = readFileSync(at('q/target.jpg'));
  assert.ok(file.length < readFileSync(at('p.jpg')).length / 2);
  const m = await sharp(file).metadata();
  assert.ok(m.icc?.equals(profile));
  assert.is(m.exif, undefined);
  assert.is(m.xmp, undefined);
  const again = await run(['rerun', 'q/target.jpg']);
  assert.is(again.code, 2);
  assert.match(again.stderr, /q\/target\.jpg: carries no recipe/);
});

test('analogy --no-training makes the files of preview, to the byte', async () => {
  const inputs = ['phone.jpg', 'layout.png', 'target.png', 'layout.png', '--seed', '3'];
  good(await run(['preview', ...inputs, '-o', 'one']));
  const { stdout } = good(await run(['analogy', ...inputs, '-o', 'two', '--no-training']));
  assert.match(stdout, /two\/target\.png {2}48 x 32/);
  for (const name of ['target.png', 'layout.png'])
    assert.equal(readFileSync(at(`two/${name}`)), readFileSync(at(`one/${name}`)));
  assert.not.ok(existsSync(at('two/run')));
  assert.match(good(await run(['rerun', 'two/target.png'])).stdout, /: equal/);
});

test.run();
