/**
 * This program's own presets as methods to compare, within a time for the whole: what comes before training and after
 * it included.
 */
import { ownLayout } from '../../data/prepare.ts';
import { configure } from '../configure.ts';
import { PreparedSource } from '../preparedSource.ts';
import { type Preset, type PresetName, presetsByEffort } from '../presets.ts';
import { TrainingSession } from '../training/session.ts';
import { type ComparedMethod, type MethodInputs, type MethodOutcome, timedReport, trainingEnd } from './method.ts';

type NamedPreset = Preset & { name: PresetName };

/** One method for each preset. They share the time by their effort: some need longer to show what they can do [M]. */
export const presetMethods: readonly ComparedMethod[] = presetsByEffort.map((row) => ({
  name: row.name,
  label: `Semantic Image Analogy, ${row.name}`,
  usual: row.compared,
  trains: row.effort,
  note: noteOf(row),
  run: (inputs) => inputs.session.memory.scope(() => train(row, inputs)),
}));

function noteOf({ note, onProcessor }: Preset): string {
  if (!onProcessor) return note;
  const { size, width } = onProcessor;
  return `${note}; on processors at up to ${size} pixels and a width of ${width}, for more steps in the same time`;
}

async function train(
  { name: preset, onProcessor }: NamedPreset,
  { session, source, targets, seed, seconds, report }: MethodInputs,
): Promise<MethodOutcome> {
  const began = performance.now();
  const small = session.device.info.software ? onProcessor : undefined;
  const own = configure({ preset });
  const size = Math.min(small?.size ?? own.size, Math.max(source.width, source.height));
  const config = configure({ preset, seed, size, width: small?.width });
  // refuses what is too small before the work begins
  const prepared = PreparedSource.for(config, source).check(targets);
  const training = await TrainingSession.open({ session, config, prepared, targets });
  await training.estimate();
  // The plan is of the moment; a processor that others use, too, may take longer, and then the clock ends it.
  const until = trainingEnd(began, seconds);
  const planned = await training.fitTo((until - performance.now()) / 1000);
  const { iterations } = training.config;
  report(`${iterations} iterations in about ${Math.round(planned)} s`);
  const progress = timedReport(report);
  for await (const { iteration } of training.iterate({ lossesEvery: Infinity })) {
    progress(`iteration ${iteration} of ${iterations}`);
    if (performance.now() >= until) break;
  }
  const made = training.iteration;
  const stopped = made < iterations;
  const { painter } = training;
  const pictures = [];
  for (const t of targets) pictures.push(await painter.paint(t));
  const ofPlanned = stopped ? `; ${iterations} were planned` : '';
  const shortened = iterations < config.iterations ? ` (of ${own.iterations}, to fit the time${ofPlanned})` : '';
  return {
    pictures,
    reconstruction: await painter.paint(ownLayout(source), { alone: true }),
    settings: `${made} iterations${shortened}, training size ${size}, width ${config.network.generator}, seed ${seed}`,
    repeat: stopped ? null : { command: 'analogy', options: repeatOptions(preset, size, small, iterations, seed) },
  };
}

const repeatOptions = (
  preset: string,
  size: number,
  small: { width: number } | undefined,
  iterations: number,
  seed: number,
): string[] => [
  ...['--preset', preset, '--size', String(size)],
  ...(small ? ['--width', String(small.width)] : []),
  ...['--iterations', String(iterations), '--seed', String(seed)],
];
