/** Deep Image Analogy as a method to compare. It knows no layouts: the arrangement comes as a picture, the patch synthesis of the target. */
import { UserError } from '../../data/errors.ts';
import { preview, releasePreview } from '../preview.ts';
import { deepAnalogy } from './deepAnalogy.ts';
import type { Method } from './method.ts';

/** What is missing without weights, and where it is to be had. */
export const vggNeeded = "VGG-19 weights are needed: --vgg vgg19-dcbb9e9d.pth, torchvision's file (https://download.pytorch.org/models/vgg19-dcbb9e9d.pth, 548 MB, its SHA-256 begins with dcbb9e9d)";

export const deepAnalogyMethod: Method = {
  name: 'deepanalogy', label: 'Deep Image Analogy', usual: true, note: "Liao et al. 2017; it takes two photographs and no layouts, so it gets the target's patch synthesis as A and the photograph as B': shown is A'",
  run: async ({ session, source: s, targets, seed, vgg, tell }) => {
    if (!vgg) throw new UserError(vggNeeded);
    return session.memory.scope(async () => {
      const network = vgg.open(session);
      const pictures = [];
      try {
        for (const [i, target] of targets.entries()) {
          const { image } = await preview({ session, photo: s.photo, layout: s.labels, target, classes: s.palette.classes.length, seed });
          const { ap } = await deepAnalogy({ session, vgg: network, a: image, b: s.photo, seed, onLevel: (l, of) => tell(`target ${i + 1} of ${targets.length}, level ${l + 1} of ${of}`) });
          pictures.push(ap);
        }
      } finally {
        await releasePreview(session);
      }
      return { pictures, settings: `10 passes and 20 L-BFGS steps a level, A from semia preview, seed ${seed}`, repeat: null };
    });
  },
};
