/** What `compare` and `ablate` refuse. */
import { test } from '../../support/suite.ts';
import { refuses } from '../../support/badInput/cases.ts';
import { inputs, studies } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
  studies();
});

refuses([
  {
    name: 'comparing nothing',
    args: ['compare', '-o', 'new'],
    says: /a photograph, its layout and target layouts are needed, or --scene/,
  },
  {
    name: 'comparing an unknown scene',
    args: ['compare', '--scene', 'moon', '-o', 'new'],
    says: /--scene moon: there is no such scene; there are lake/,
  },
  {
    name: 'comparing a scene and files',
    args: ['compare', 'photo.png', '--scene', 'lake', '-o', 'new'],
    says: /--scene brings its own photograph/,
  },
  {
    name: 'comparing an unknown method',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'new', '--methods', 'preview,magic'],
    says: /--methods.*there are source, analogies, preview.*and no magic/,
  },
  {
    name: 'a budget of no time',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'new', '--budget', '0'],
    says: /--budget.*a whole number from 1/,
  },
  {
    name: 'comparing into a file',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'photo.png'],
    says: /photo\.png.* is a file/,
  },
  {
    name: 'two truths for one target',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'new', '--truth', 'photo.png', 'photo.png'],
    says: /--truth: 2 pictures for 1 targets/,
  },
  {
    name: 'a truth of another shape',
    args: ['compare', 'photo.png', 'layout.png', 'target.png', '-o', 'new', '--truth', 'tall.png'],
    says: /tall\.png: is 32 x 48, and the target .* another shape/,
  },
  { name: 'an ablation without a folder', args: ['ablate'], says: /required option '-o, --output <dir>'/ },
  {
    name: 'an ablation of an unknown factor',
    args: ['ablate', '-o', 'new', '--factors', 'alignment,luck'],
    says: /--factors.*there are adversarial, .*and no luck/,
  },
  {
    name: 'an ablation of an unknown scene',
    args: ['ablate', '-o', 'new', '--scene', 'moon'],
    says: /--scene.*there are lake, .*and no moon/,
  },
  {
    name: 'an ablation of an unknown preset',
    args: ['ablate', '-o', 'new', '--preset', 'best'],
    says: /--preset.*fixed, fast, paper, code/,
  },
  { name: 'an ablation without seeds', args: ['ablate', '-o', 'new', '--seeds', '0'], says: /--seeds.*from 1 to 1000/ },
  {
    name: 'an ablation into a file',
    args: ['ablate', '-o', 'photo.png'],
    says: /photo\.png: is a file: give a folder/,
  },
  {
    name: 'an ablation beside a damaged record',
    args: ['ablate', '-o', 'study/ablated'],
    says: /study\/ablated\/ablation\.json: is damaged \(a part is missing\)/,
  },
]);

test.run();
