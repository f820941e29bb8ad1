/** Run folders that are damaged or do not fit: what `render`, `train --resume`, `rerun` and `serve` refuse. */
import { test } from '../../support/suite.ts';
import { refuses, render } from '../../support/badInput/cases.ts';
import { inputs, runs, unrendered } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
  await runs();
  unrendered();
});

refuses([
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
]);

test.run();
