/**
 * SinGAN in `semia compare`. It takes no layouts, so it gets the edited source, as in the paper ("editing"): the
 * photograph cut and pasted by the target layout, given to a middle scale. The cutting and pasting is our patch
 * synthesis (`semia preview`).
 */
import { UserError } from '../../../data/errors.ts';
import { fitSize, type Picture, resize } from '../../../data/image/image.ts';
import type { LayoutData } from '../../pair.ts';
import { previewerOf } from '../../synthesis/preview.ts';
import { type ComparedMethod, type MethodInputs, type MethodOutcome, timedReport, trainingEnd } from '../method.ts';
import { published, type SinganConfig, scalesOf, small } from './config.ts';
import { sample } from './tasks.ts';
import { SinganTraining, spread } from './training.ts';

async function run({ session, source, targets, seed, seconds, report }: MethodInputs): Promise<MethodOutcome> {
  const began = performance.now();
  const longer = Math.max(source.width, source.height);
  const usual: SinganConfig = { ...published, ...(session.device.info.software && small), seed };
  const config = { ...usual, finest: Math.min(usual.finest, longer) };
  const fine = fitSize(source.width, source.height, config.finest);
  const scales = scalesOf(source.width, source.height, config);
  const last = scales.length - 1;
  if (!last)
    throw new UserError(
      `at ${fine.width} x ${fine.height} pixels SinGAN has a single scale, and no middle one to give an ` +
        'edited picture to: take a larger --size',
    );
  const start = Math.max(1, Math.round(last / 2));
  const training = new SinganTraining(session, config, scales, resize(source.photo, fine.width, fine.height));
  const progress = timedReport(report);
  let end = Infinity;
  const left = (): number => (trainingEnd(began, seconds) - performance.now()) / 1000;
  await training.run({
    plan: (k, cost) => {
      const iterations = spread(scales, k, cost, left(), config.iterations);
      end = performance.now() + Math.min(1200 * iterations * cost, 1000 * Math.max(left(), cost));
      report(
        `scale ${k + 1} of ${scales.length}: ${iterations} iterations in about ${Math.round(iterations * cost)} s`,
      );
      return iterations;
    },
    enough: () => performance.now() > end,
    after: async ({ host }, of) => {
      progress(`scale ${host.scale + 1}, iteration ${host.iteration} of ${of}`);
      return false;
    },
  });
  const previewer = previewerOf(session, source);
  const make = async (target: LayoutData): Promise<Picture> => {
    const collage = await previewer.run({ target, seed });
    const size = {
      width: Math.round((target.width * fine.width) / source.width),
      height: Math.round((target.height * fine.height) / source.height),
    };
    return (await sample(training, size, { start, picture: collage.image }, [seed]))[0];
  };
  try {
    const pictures: Picture[] = [];
    for (const t of targets) pictures.push(await make(t));
    return {
      pictures,
      reconstruction: await make(source),
      repeat: null,
      settings:
        `${training.host.planned.join(', ')} iterations at ` +
        `${scales.map((s) => `${s.width} x ${s.height}`).join(', ')}, width ${config.width}, ` +
        `given a patch synthesis at scale ${start} of 0 to ${last}, seed ${seed}`,
    };
  } finally {
    await previewer.close();
  }
}

export const singan: ComparedMethod = {
  name: 'singan',
  label: 'SinGAN',
  usual: true,
  trains: 2,
  run: (inputs) => inputs.session.memory.scope(() => run(inputs)),
  note:
    'Shaham et al. 2019. It has no layout: it gets the edited source, as in the paper: the photograph ' +
    'cut and pasted by the target layout (our patch synthesis), injected at a middle ' +
    'scale; what follows the layout is the pasting, what SinGAN adds is how it looks ' +
    'from there on',
};
