/**
 * This program's own presets as methods to compare, within a time for the whole: what comes before training and after
 * it included.
 */
import { gridOf } from '../../data/prepare.ts';
import { configure, learnTargets, openTraining, ownLayout, Painter, withIterations } from '../analogy.ts';
import type { PresetName } from '../config.ts';
import { trainingEnd, type ComparedMethod, type MethodInputs, type MethodOutcome } from './method.ts';

interface Small {
  size: number;
  width: number;
}
/**
 * `small`: training size, at most, and width on adapters that compute on the processor, where these are not the
 * preset's.
 */
interface About extends Required<Pick<ComparedMethod, 'usual' | 'trains' | 'note'>> {
  small?: Small;
}

export const ours = (preset: PresetName, label: string, { small, ...about }: About): ComparedMethod => ({
  name: preset,
  label,
  ...about,
  run: (inputs) =>
    inputs.session.memory.scope(() => train(preset, inputs.session.device.info.software ? small : undefined, inputs)),
});

async function train(
  preset: PresetName,
  small: Small | undefined,
  { session, source, targets, seed, seconds, tell }: MethodInputs,
): Promise<MethodOutcome> {
  const began = performance.now();
  const own = configure({ preset });
  const size = Math.min(small?.size ?? own.size, Math.max(source.width, source.height));
  const c = configure({ preset, seed, size, width: small?.width });
  // refuses what is too small before the work begins
  for (const t of targets) gridOf(t, source, c.size, c.network.levels);
  const training = await openTraining(session, c, source, await learnTargets(session, c, source, targets));
  const each = (await training.estimate()) / 1000 / c.iterations;
  // The plan is of the moment; a processor that others use, too, may take longer, and then the clock ends it.
  const until = trainingEnd(began, seconds);
  const left = (until - performance.now()) / 1000;
  const shortened = c.iterations * each > left;
  if (shortened) Object.assign(c, withIterations(c, Math.max(4 * c.reconstructionEvery, Math.floor(left / each))));
  tell(`${c.iterations} iterations in about ${Math.round(c.iterations * each)} s`);
  let said = performance.now();
  while (training.iteration < c.iterations && (!training.iteration || performance.now() < until)) {
    await training.next();
    if (performance.now() - said > 10_000) {
      said = performance.now();
      tell(`iteration ${training.iteration} of ${c.iterations}`);
    }
  }
  const made = training.iteration,
    stopped = made < c.iterations;
  const painter = new Painter(session, c, source, training.networks);
  const pictures = [];
  for (const t of targets) pictures.push(await painter.paint(t));
  return {
    pictures,
    reconstruction: await painter.paint(ownLayout(source), { alone: true }),
    settings: `${made} iterations${shortened ? ` (of ${own.iterations}, to fit the time${stopped ? `; ${c.iterations} were planned` : ''})` : ''}, training size ${c.size}, width ${c.network.generator}, seed ${seed}`,
    repeat: stopped
      ? null
      : {
          command: 'analogy',
          options: [
            '--preset',
            preset,
            '--size',
            String(size),
            ...(small ? ['--width', String(small.width)] : []),
            '--iterations',
            String(c.iterations),
            '--seed',
            String(seed),
          ],
        },
  };
}
