/** What `singan` refuses. */
import { test } from '../../support/suite.ts';
import { refuses, render } from '../../support/badInput/cases.ts';
import { inputs, runs, singanRuns } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
  await runs();
  singanRuns();
});

refuses([
  {
    name: 'SinGAN for paintings of an unfinished run',
    args: ['singan', 'train', '--paint', 'singan', '-o', 'new'],
    says: /singan: has trained 0 of 2 scales/,
  },
  {
    name: 'SinGAN without a photograph',
    args: ['singan', 'train', '-o', 'new'],
    says: /a photograph is needed: semia singan train PHOTO -o RUN/,
  },
  {
    name: 'SinGAN of a photograph six pixels high',
    args: ['singan', 'train', 'narrow.png', '-o', 'new'],
    says: /at 64 x 1 pixels the photograph is too small for SinGAN/,
  },
  {
    name: 'SinGAN of what is no picture',
    args: ['singan', 'train', 'text.png', '-o', 'new'],
    says: /text\.png: is text/,
  },
  {
    name: 'SinGAN where a run is',
    args: ['singan', 'train', 'photo.png', '-o', 'run'],
    says: /run: holds a run already|run: is a folder with other files/,
  },
  {
    name: 'resuming SinGAN where there is none',
    args: ['singan', 'train', '-o', 'run', '--resume'],
    says: /run: is not a SinGAN run \(it has no singan\.json\)/,
  },
  {
    name: 'resuming SinGAN with another size',
    args: ['singan', 'train', '-o', 'singan', '--resume', '--size', '64'],
    says: /singan: cannot be resumed with --size 64 \(the run has 32\)/,
  },
  {
    name: 'resuming SinGAN with another photograph',
    args: ['singan', 'train', 'target.png', '-o', 'singan', '--resume'],
    says: /singan: cannot be resumed: target\.png is not what the run began with/,
  },
  {
    name: 'resuming SinGAN for minutes',
    args: ['singan', 'train', '-o', 'singan', '--resume', '--minutes', '3'],
    says: /cannot be resumed with --minutes/,
  },
  {
    name: 'samples of an unfinished SinGAN',
    args: ['singan', 'sample', 'singan', '-o', 'new.png'],
    says: /singan: has trained 0 of 2 scales: go on with/,
  },
  {
    name: 'samples of a damaged SinGAN',
    args: ['singan', 'sample', 'singan-cut', '-o', 'new.png'],
    says: /singan-cut\/singan\.json: is damaged/,
  },
  {
    name: 'samples of a SinGAN without weights',
    args: ['singan', 'sample', 'singan-done', '-o', 'new.png'],
    says: /weights-002-000000\.safetensors: is damaged/,
  },
  {
    name: 'a SinGAN size without a height',
    args: ['singan', 'sample', 'singan', '-o', 'new.png', '--size', '300'],
    says: /WIDTHxHEIGHT is expected/,
  },
  {
    name: 'rendering a layout with SinGAN',
    args: render('singan'),
    says: /singan: is not a run folder \(it has no run\.json\)/,
  },
  { name: 'an unknown SinGAN task', args: ['singan', 'dream', 'singan'], says: /unknown command 'dream'/ },
]);

test.run();
