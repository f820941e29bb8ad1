/** PNG files written, and the texts in them. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { pngChunks, readText, withText } from '../../../src/data/formats/png.ts';
import { decodeImage } from '../../../src/node/decode.ts';
import { encodePng } from '../../../src/node/encode.ts';
import { H, pixel, png, sound, text, W, wave } from '../../support/imageFiles.ts';
import { refused } from '../../support/refused.ts';

test('PNG written is read back the same, and the same pixels are the same bytes', async () => {
  const p = await decodeImage(png(W, H, 8, 6, wave), 'a.png');
  assert.equal([...(await decodeImage(encodePng(p), 'b.png')).data], [...p.data]);
  const rgb = Uint8Array.from({ length: W * H * 3 }, (_, i) => i * 5);
  const once = encodePng({ width: W, height: H, rgb });
  assert.equal([...once], [...encodePng({ width: W, height: H, rgb })]);
  assert.equal(pixel(await decodeImage(once, 'c.png'), 1, 0), [15, 20, 25, 255]);
  assert.is(once[25], 2, 'opaque pictures are written as RGB');
  assert.throws(() => encodePng({ width: 9, height: H, rgb }));
});

test('recipes in PNGs: Latin-1 and any other text, replaced, beside others', async () => {
  const recipe = { 'semia:recipe': '{"seed": 1}', Title: 'Café', Comment: 'snow 雪 \u{1f332}' };
  const out = withText(sound, recipe);
  assert.equal(readText(out), recipe);
  assert.equal(
    pngChunks(out)
      .filter((c) => /Xt$/.test(c.type))
      .map((c) => c.type),
    ['tEXt', 'tEXt', 'iTXt'],
  );
  const twice = withText(out, { Comment: 'now plain' });
  assert.equal(readText(twice), { ...recipe, Comment: 'now plain' });
  assert.equal([...(await decodeImage(twice, 'a.png')).data], [...(await decodeImage(sound, 'a.png')).data]);
  assert.is((await sharp(twice).metadata()).width, W, 'other programs read it');
  const packed = png(W, H, 8, 2, wave, {
    extra: [['zTXt', Buffer.concat([text('K\0\0'), deflateSync(text('long'))])]],
  });
  assert.equal(readText(packed), {});
  assert.throws(() => withText(sound, { 'bad\0key': 'x' }));
  await refused(() => readText(text('no PNG')), /is not a PNG file/);
});

test.run();
