/** Weights of other programs: what `import`, `export`, `spade` and `deepanalogy` refuse. */
import { test } from '../../support/suite.ts';
import { refuses } from '../../support/badInput/cases.ts';
import { foreignWeights, inputs, runs } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
  foreignWeights();
  await runs();
});

refuses([
  {
    name: 'importing a file that runs code',
    args: ['import', 'hostile.pth', 'photo.png', 'layout.png', '-o', 'new'],
    says: /hostile\.pth: refused: .*system/,
  },
  {
    name: 'importing another network',
    args: ['import', 'module.pth', 'photo.png', 'layout.png', '-o', 'new'],
    says: new RegExp(
      "module\\.pth: is no generator of the authors' released code: " +
        "'encoder_i\\.head_block\\.main\\.1\\.weight_orig' is missing; it has ",
    ),
  },
  {
    name: 'importing text',
    args: ['import', 'vgg.pth', 'photo.png', 'layout.png', '-o', 'new'],
    says: /vgg\.pth: is not a PyTorch weights file/,
  },
  {
    name: 'importing over a run',
    args: ['import', 'released.pth', 'photo.png', 'layout.png', '-o', 'run'],
    says: /run: holds a run already/,
  },
  {
    name: 'importing without its photograph',
    args: ['import', 'released.pth', '-o', 'new'],
    says: /missing required argument 'photo'/,
  },
  {
    name: 'exporting another preset',
    args: ['export', 'run', '-o', 'new.safetensors'],
    says: /run: is of preset fast, whose generator the released code cannot run/,
  },
  {
    name: 'exporting to .pth',
    args: ['export', 'run', '-o', 'new.pth'],
    says: /new\.pth: the weights are written as safetensors/,
  },
  {
    name: 'SPADE with weights of another network',
    args: ['spade', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--weights', 'module.pth'],
    says: /module\.pth: is no generator of the published SPADE: 'fc\.weight'/,
  },
  {
    name: 'SPADE without training',
    args: ['spade', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--iterations', '0'],
    says: /--iterations 0: an untrained network paints nothing/,
  },
  {
    name: 'SPADE with channels in words',
    args: ['spade', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--channels', 'sky,sea'],
    says: /--channels.*whole numbers from 0 to 255/,
  },
  {
    name: 'SPADE with a VGG that is none',
    args: ['spade', 'photo.png', 'layout.png', 'target.png', '-o', 'new.png', '--vgg', 'vgg.safetensors'],
    says: /vgg\.safetensors: has no tensor of VGG-19/,
  },
  {
    name: 'Deep Image Analogy without VGG',
    args: ['deepanalogy', 'photo.png', 'flat.png', '-o', 'new'],
    says: /VGG-19 weights are needed: --vgg vgg19-dcbb9e9d\.pth.*SHA-256 begins with dcbb9e9d/,
  },
  {
    name: 'Deep Image Analogy with text for VGG',
    args: ['deepanalogy', 'photo.png', 'flat.png', '-o', 'new', '--vgg', 'vgg.pth'],
    says: /vgg\.pth: /,
  },
  {
    name: 'Deep Image Analogy of one photograph',
    args: ['deepanalogy', 'photo.png', '-o', 'new'],
    says: /missing required argument 'b'/,
  },
]);

test.run();
