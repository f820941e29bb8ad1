/** Every method that `semia compare` knows, one line each; a new one is a `Method` of its own file and a line here. */
import { resize } from '../../data/image/image.ts';
import { preview, releasePreview } from '../synthesis/preview.ts';
import { deepAnalogyMethod, randomAnalogyMethod } from './deepAnalogy/method.ts';
import { textureByNumbers } from './imageAnalogies/imageAnalogies.ts';
import type { ComparedMethod } from './method.ts';
import { ours } from './ours.ts';
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
  run: async ({ session, source: s, targets, tell }) => {
    const pictures = [];
    let said = performance.now();
    for (const [i, target] of targets.entries()) {
      const { image } = await textureByNumbers({
        session,
        photo: s.photo,
        layout: s.labels,
        target,
        colors: s.palette.classes.map((c) => c.color),
        onProgress: (share) => {
          if (performance.now() - said > 10_000) {
            said = performance.now();
            tell(`target ${i + 1} of ${targets.length}, ${Math.round(100 * share)} %`);
          }
        },
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
    const make = async (target: { width: number; height: number; labels: Uint8Array }) =>
      (await preview({ session, photo: s.photo, layout: s.labels, target, classes: s.palette.classes.length, seed }))
        .image;
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
      await releasePreview(session);
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
  // Shares of a time for all by what they need to show what they are [M]: `fast` is done soon, the presets of paper and
  // release take the most steps.
  ours('fast', 'Semantic Image Analogy, fast', {
    usual: true,
    trains: 1,
    note: 'half the width, trained at up to 64 pixels with a short schedule, finished by patches',
  }),
  ours('fixed', 'Semantic Image Analogy, fixed', { usual: true, trains: 3, note: 'the best we know: see the README' }),
  ours('paper', 'Semantic Image Analogy, paper', {
    usual: false,
    trains: 4,
    note: "as the paper's slides say; on processors at up to 48 pixels and half the published width, for more steps in the same time",
    small: { size: 48, width: 16 },
  }),
  ours('code', 'Semantic Image Analogy, code', {
    usual: false,
    trains: 4,
    note: "as the authors' released code computes; on processors at up to 48 pixels and half the published width, for more steps in the same time",
    small: { size: 48, width: 16 },
  }),
];
