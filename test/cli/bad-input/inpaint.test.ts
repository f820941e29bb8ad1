/** What `remove` and `inpaint` refuse. */
import { test } from '../../support/suite.ts';
import { refuses } from '../../support/badInput/cases.ts';
import { inputs, runs } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
  await runs();
});

refuses([
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
]);

test.run();
