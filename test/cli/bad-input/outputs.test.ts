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
]);

test.run();
