/** Options and arguments that are wrong or missing, and a machine without an adapter. */
import { join } from 'node:path';
import { test } from '../../support/suite.ts';
import { folder } from '../../support/child.ts';
import { refuses, withOption } from '../../support/badInput/cases.ts';
import { foreignWeights, inputs } from '../../support/badInput/fixtures.ts';

test.before(async () => {
  await inputs();
  foreignWeights();
});

refuses([
  {
    name: 'a size in words',
    args: withOption('--size', 'large'),
    says: /'--size <pixels>'.*'large'.*whole number from 32 to 2048/,
  },
  { name: 'a size too small', args: withOption('--size', '8'), says: /--size.*32 to 2048/ },
  { name: 'a size with a fraction', args: withOption('--size', '128.5'), says: /--size.*whole number/ },
  { name: 'a negative seed', args: withOption('--seed', '-1'), says: /--seed/ },
  { name: 'no iterations', args: withOption('--iterations', '0'), says: /--iterations.*1 to 1000000/ },
  { name: 'an odd width', args: withOption('--width', '5'), says: /--width.*multiple of 4/ },
  { name: 'an unknown preset', args: withOption('--preset', 'best'), says: /--preset.*fixed, fast, paper, code/ },
  {
    name: 'a misspelt option',
    args: withOption('--iteration', '5'),
    says: /unknown option '--iteration'.*--iterations/,
  },
  { name: 'a misspelt command', args: ['trian', 'photo.png'], says: /unknown command 'trian'.*train/ },
  { name: 'no photo', args: ['train', '-o', 'new'], says: /a photograph and its layout are needed/ },
  { name: 'no output', args: ['train', 'photo.png', 'layout.png'], says: /required option '-o, --output <run>'/ },
  { name: 'an option without its value', args: ['train', 'photo.png', 'layout.png', '-o'], says: /argument missing/ },
  {
    name: 'no target',
    args: ['analogy', 'photo.png', 'layout.png', '-o', 'new.png'],
    says: /missing required argument 'targets'/,
  },
  {
    name: 'a palette file of nonsense',
    args: withOption('--palette', 'palette.txt'),
    says: /palette\.txt: line 2 "what is this" is no class/,
  },
  {
    name: 'a palette of other colors',
    args: withOption('--palette', 'green-palette.txt'),
    says: /layout\.png: #\w{6} .* is not in the palette file/,
  },
  {
    name: 'a palette that names a color twice',
    args: withOption('--palette', 'twice.txt'),
    says: /twice\.txt: the color #c81e1e stands twice/,
  },
  {
    name: 'a picture for a palette',
    args: withOption('--palette', 'photo.png'),
    says: /photo\.png: is not a palette file/,
  },
  {
    name: 'weights without VGG',
    args: withOption('--vgg', 'vgg.safetensors'),
    says: /vgg\.safetensors: has no tensor of VGG-19/,
  },
  { name: 'text for VGG', args: withOption('--vgg', 'vgg.pth'), says: /vgg\.pth: / },
  {
    name: 'an unknown scene',
    args: ['start', 'new', '--scene', 'moon'],
    says: /--scene moon: there is no such scene; there are lake/,
  },
  {
    name: 'no adapter',
    args: withOption('--preset', 'fast'),
    says: /no WebGPU adapter was found.*semia doctor/,
    env: { VK_DRIVER_FILES: join(folder, 'empty.json'), VK_ICD_FILENAMES: join(folder, 'empty.json') },
    skip: process.platform !== 'linux',
  },
]);

test.run();
