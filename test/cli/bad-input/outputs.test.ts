/** Places where results cannot be written. */
import { test } from '../../support/suite.ts';
import { refuses } from '../../support/badInput/cases.ts';
import { fullDisk, inputs, readOnlyFolder, runs } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
  await runs();
});
const full = fullDisk('full');
const readOnly = readOnlyFolder('locked');

refuses([
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
    name: 'a GIF as result',
    args: ['analogy', 'photo.png', 'layout.png', 'target.png', '-o', 'new.gif'],
    says: /new\.gif: results are not written in that format: end the name in \.png, \.jpg, .*or \.avif/,
  },
  {
    name: 'a HEIC as result',
    args: ['inpaint', 'photo.png', '--mask', 'mask.png', '-o', 'new.heic'],
    says: /new\.heic: results are not written in that format/,
  },
  {
    name: 'a quality of PNG',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--quality', '80'],
    says: /--quality 80: PNG loses nothing, so it has no quality: leave that out, or write \.jpg, \.webp or \.avif/,
  },
  {
    name: 'a quality of a folder of PNGs',
    args: ['render', 'run', 'target.png', '-o', 'new', '--quality', '80'],
    says: /--quality 80: PNG loses nothing/,
  },
  {
    name: 'a quality of TIFF',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'new.tif', '--quality', '80'],
    says: /--quality 80: TIFF loses nothing/,
  },
  {
    name: 'a quality beyond the scale',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'new.jpg', '--quality', '101'],
    says: /a whole number from 1 to 100 is expected/,
  },
  {
    name: 'a name of one format and --format of another',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'new.jpg', '--format', 'webp'],
    says: /new\.jpg: is a name for JPEG, and --format says webp: leave one out/,
  },
  {
    name: 'an unknown --format',
    args: ['preview', 'photo.png', 'layout.png', 'target.png', '-o', 'new', '--format', 'gif'],
    says: /--format.*gif.*png, jpg, webp, tiff, avif/,
  },
  {
    name: 'no training with options of training',
    args: ['analogy', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--no-training', '--preset', 'fast'],
    says: /--no-training: --preset is for training: leave it out, or leave out --no-training/,
  },
  {
    name: 'no training with two of them, one at its default',
    args: [
      'analogy',
      'photo.png',
      'layout.png',
      'target.png',
      '-o',
      'new.png',
      '--no-training',
      '--save-every',
      '30',
      '--raw',
    ],
    says: /--no-training: (--raw, --save-every|--save-every, --raw) are for training: leave them out/,
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
]);

test.run();
