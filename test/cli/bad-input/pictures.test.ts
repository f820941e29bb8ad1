/** Photographs and layouts that cannot be used. */
import { test } from '../../support/suite.ts';
import { refuses, train } from '../../support/badInput/cases.ts';
import { inputs } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
});

refuses([
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
]);

test.run();
