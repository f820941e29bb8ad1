/** What `evaluate` refuses. */
import { test } from '../../support/suite.ts';
import { evaluating, refuses } from '../../support/badInput/cases.ts';
import { foreignWeights, inputs, runs } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
  foreignWeights();
  await runs();
});

refuses([
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
]);

test.run();
