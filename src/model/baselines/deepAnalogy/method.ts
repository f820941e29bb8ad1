/**
 * Deep Image Analogy as a method to compare. It takes no layouts: the arrangement comes as a picture, the patch
 * synthesis of the target.
 */
import { UserError } from '../../../data/errors.ts';
import { randomVgg, type Vgg, vggFromWeights } from '../../networks/vgg.ts';
import { previewerOf } from '../../synthesis/preview.ts';
import type { ComparedMethod, MethodInputs, MethodOutcome } from '../method.ts';
import { deepAnalogy } from './deepAnalogy.ts';

/** What is missing without weights, and where it is to be had. */
export const vggNeeded =
  "VGG-19 weights are needed: --vgg vgg19-dcbb9e9d.pth, torchvision's file " +
  '(https://download.pytorch.org/models/vgg19-dcbb9e9d.pth, 548 MB, its SHA-256 ' +
  'begins with dcbb9e9d)';

/** Every target's patch synthesis in the photograph's looks, by this network's features. */
const run = (
  { session, source: s, targets, seed, report }: MethodInputs,
  network: () => Vgg,
  features: string,
): Promise<MethodOutcome> =>
  session.memory.scope(async () => {
    const vgg = network();
    const pictures = [];
    const previewer = previewerOf(session, s);
    try {
      for (const [i, target] of targets.entries()) {
        const { image } = await previewer.run({ target, seed });
        const { ap } = await deepAnalogy({
          session,
          vgg,
          a: image,
          b: s.photo,
          seed,
          onLevel: (l, of) => report(`target ${i + 1} of ${targets.length}, level ${l + 1} of ${of}`),
        });
        pictures.push(ap);
      }
    } finally {
      await previewer.close();
    }
    return {
      pictures,
      settings: `${features}, 10 passes and 20 L-BFGS steps a level, A from semia preview, seed ${seed}`,
      repeat: null,
    };
  });

export const deepAnalogyMethod: ComparedMethod = {
  name: 'deepanalogy',
  label: 'Deep Image Analogy',
  usual: true,
  note:
    "Liao et al. 2017; it takes two photographs and no layouts, so it gets the target's patch " +
    "synthesis as A and the photograph as B': shown is A'",
  run: async (inputs) => {
    const { vgg } = inputs;
    if (!vgg) throw new UserError(vggNeeded);
    return run(inputs, () => vgg.open(inputs.session), `VGG-19 from ${vgg.name}`);
  },
};

const widths = [16, 32, 64, 64, 64];
/**
 * What its fields and its deconvolution do where nobody has the weights. Not the published method, and never shown as
 * that.
 */
export const randomAnalogyMethod: ComparedMethod = {
  name: 'randomanalogy',
  label: 'the same on random features, NOT Deep Image Analogy',
  usual: false,
  note:
    "Deep Image Analogy's algorithm on an untrained network of VGG-19's form: random features match " +
    'edges and colors, not things. It says that the algorithm runs, and nothing about ' +
    'the published method, which needs --vgg',
  run: (inputs) =>
    run(
      inputs,
      () => vggFromWeights(inputs.session, randomVgg(widths, inputs.seed), 'random features'),
      `random features of ${widths.join(', ')} channels`,
    ),
};
