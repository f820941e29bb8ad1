/** Target layouts that cannot be rendered, and options of `preview`, `analogy` and `analogies` that do not fit them. */
import { test } from '../../support/suite.ts';
import { analogy, refuses, withOption } from '../../support/badInput/cases.ts';
import { inputs } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
});

refuses([
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
    name: 'a target size without a height',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--target-size', '96'],
    says: /WIDTHxHEIGHT is expected/,
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
]);

test.run();
