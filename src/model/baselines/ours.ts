/** This program's own presets as methods to compare, within a time for training. */
import { gridOf } from '../../data/prepare.ts';
import { configure, learnTargets, openTraining, ownLayout, Painter, withIterations } from '../analogy.ts';
import type { PresetName } from '../config.ts';
import type { Method, MethodInputs, MethodOutcome } from './method.ts';

export const ours = (preset: PresetName, label: string, usual: boolean, note: string): Method =>
  ({ name: preset, label, note, usual, run: (inputs) => inputs.session.memory.scope(() => train(preset, inputs)) });

async function train(preset: PresetName, { session, source, targets, seed, seconds, tell }: MethodInputs): Promise<MethodOutcome> {
  const own = configure({ preset });
  const size = Math.min(own.size, Math.max(source.width, source.height));
  const c = configure({ preset, seed, size });
  for (const t of targets) gridOf(t, source, c.size, c.network.levels);   // refuses what is too small before the work begins
  const training = await openTraining(session, c, source, await learnTargets(session, c, source, targets));
  const cost = await training.estimate() / 1000;
  const shortened = cost > seconds;
  if (shortened) Object.assign(c, withIterations(c, Math.max(4 * c.reconstructionEvery, Math.floor(c.iterations * seconds / cost))));
  tell(`${c.iterations} iterations in about ${Math.round(Math.min(cost, seconds))} s`);
  let said = performance.now();
  while (training.iteration < c.iterations) {
    await training.next();
    if (performance.now() - said > 10_000) { said = performance.now(); tell(`iteration ${training.iteration} of ${c.iterations}`); }
  }
  const painter = new Painter(session, c, source, training.networks);
  const pictures = [];
  for (const t of targets) pictures.push(await painter.paint(t));
  return {
    pictures, reconstruction: await painter.paint(ownLayout(source)),
    settings: `${c.iterations} iterations${shortened ? ` (of ${own.iterations}, to fit the time)` : ''}, training size ${c.size}, width ${c.network.generator}, seed ${seed}`,
    repeat: { command: 'analogy', options: ['--preset', preset, '--size', String(size), '--iterations', String(c.iterations), '--seed', String(seed)] },
  };
}
