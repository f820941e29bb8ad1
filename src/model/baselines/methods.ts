/** Every method of `semia compare`, one line each; a new one is a `ComparedMethod` in its own file and a line here. */
import { resize } from '../../data/image/image.ts';
import type { LayoutData } from '../pair.ts';
import { previewerOf } from '../synthesis/preview.ts';
import { deepAnalogyMethod, randomAnalogyMethod } from './deepAnalogy/method.ts';
import { textureByNumbers } from './imageAnalogies/imageAnalogies.ts';
import { type ComparedMethod, timedReport } from './method.ts';
import { presetMethods } from './ours.ts';
import { singan } from './singan/singan.ts';
import { spadeMethod } from './spade/spade.ts';

const source: ComparedMethod = {
  name: 'source',
  label: 'untouched source',
  usual: true,
  control: true,
  note: 'the photograph itself, stretched where the target has another shape: what doing nothing earns',
  run: async ({ source: s, targets }) => ({
    pictures: targets.map((t) => resize(s.photo, t.width, t.height)),
    settings: 'the photograph',
    repeat: null,
  }),
};

const analogies: ComparedMethod = {
  name: 'analogies',
  label: 'Image Analogies',
  usual: true,
  note: 'Hertzmann et al. 2001, texture-by-numbers, kappa 0.5; deterministic',
  run: async ({ session, source: s, targets, report }) => {
    const pictures = [];
    const progress = timedReport(report);
    for (const [i, target] of targets.entries()) {
      const { image } = await textureByNumbers({
        session,
        photo: s.photo,
        layout: s.labels,
        target,
        colors: s.palette.classes.map((c) => c.color),
        onProgress: (share) => progress(`target ${i + 1} of ${targets.length}, ${Math.round(100 * share)} %`),
      });
      pictures.push(image);
    }
    return { pictures, settings: 'kappa 0.5', repeat: { command: 'analogies', options: [] } };
  },
};

const patchSynthesis: ComparedMethod = {
  name: 'preview',
  label: 'patch synthesis',
  usual: true,
  note: 'guided patch synthesis coarse to fine, without training (semia preview)',
  run: async ({ session, source: s, targets, seed }) => {
    const previewer = previewerOf(session, s);
    const make = async (target: LayoutData) => (await previewer.run({ target, seed })).image;
    try {
      const pictures = [];
      for (const target of targets) pictures.push(await make(target));
      return {
        pictures,
        reconstruction: await make(s),
        settings: `seed ${seed}`,
        repeat: { command: 'preview', options: ['--seed', String(seed)] },
      };
    } finally {
      await previewer.close();
    }
  },
};

export const methods: readonly ComparedMethod[] = [
  source,
  analogies,
  patchSynthesis,
  singan,
  deepAnalogyMethod,
  randomAnalogyMethod,
  spadeMethod,
  ...presetMethods,
];
