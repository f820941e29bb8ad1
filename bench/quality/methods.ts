/** The methods that the quality bench compares. Another one is a row of `qualityMethods`. */
import { join } from 'node:path';
import type { Session } from '../../src/autograd/session.ts';
import { painterOf } from '../../src/cli/painting.ts';
import { UserError } from '../../src/data/errors.ts';
import type { Picture } from '../../src/data/image/image.ts';
import { hex, type Palette } from '../../src/data/layout/palette.ts';
import type { Source, Target } from '../../src/data/prepare.ts';
import { configure } from '../../src/model/configure.ts';
import { PreparedSource } from '../../src/model/preparedSource.ts';
import type { PresetName } from '../../src/model/presets.ts';
import { previewerOf } from '../../src/model/synthesis/preview.ts';
import { TrainingSession } from '../../src/model/training/session.ts';
import { RunFolder } from '../../src/node/runFolder.ts';

/** What a method gets: one photograph and all its targets. */
export interface MethodJob {
  /** The case's name. */
  scene: string;
  session: Session;
  source: Source;
  targets: readonly Target[];
  seed: number;
  /** Seconds for a training with its preparation. */
  seconds: number;
  /** Where runs made before are, by scene; null: train. */
  runs: string | null;
}

/** A method that is ready to paint. */
export interface Painting {
  /** Iterations and wall seconds of the training; null where there was none in this run of the bench. */
  training: { iterations: number; seconds: number } | null;
  paint(target: Target): Promise<Picture>;
  close(): Promise<void>;
}

export interface QualityMethod {
  name: string;
  /** Whether it wants a share of the time. */
  trains: boolean;
  open(job: MethodJob): Promise<Painting>;
}

/** Patch synthesis without training. */
const preview: QualityMethod = {
  name: 'preview',
  trains: false,
  async open({ session, source, seed }) {
    const previewer = previewerOf(session, source);
    return {
      training: null,
      paint: async (target) => (await previewer.run({ target, seed, field: false })).image,
      close: () => previewer.close(),
    };
  },
};

/** A preset, trained on all targets of the photograph within its seconds, or the run that was made before. */
const trained = (preset: PresetName): QualityMethod => ({
  name: preset,
  trains: true,
  async open(job) {
    const { session, source, targets, seed, seconds } = job;
    if (job.runs !== null) return fromRun(job, job.runs);
    const began = performance.now(),
      passed = (): number => (performance.now() - began) / 1000;
    const config = configure({ preset, seed });
    const prepared = PreparedSource.for(config, source);
    const training = await TrainingSession.open({ session, config, prepared, targets });
    await training.fitTo(Math.max(1, seconds - passed()));
    for await (const _ of training.iterate({ lossesEvery: Infinity }));
    return {
      training: { iterations: training.iteration, seconds: passed() },
      paint: (target) => training.painter.paint(target),
      close: async () => {},
    };
  },
});

async function fromRun({ session, scene, source }: MethodJob, runs: string): Promise<Painting> {
  const run = await RunFolder.open(join(runs, scene));
  const own = await run.source();
  if (own.width !== source.width || own.height !== source.height)
    throw new UserError(
      `${run.path}: the run's photograph is ${own.width} x ${own.height}, the bench's ${source.width} x ` +
        `${source.height}: train on that one, or give --size`,
    );
  const classes = classMap(source.palette, own.palette, run.path);
  const painter = await painterOf(session, run);
  return {
    training: null,
    paint: (target) => painter.paint({ ...target, labels: target.labels.map((k) => classes[k]) }),
    close: async () => {},
  };
}

/** For each class of one palette the class of the other with its color. Throws UserError where one is missing. */
export function classMap(from: Palette, to: Palette, where: string): Uint8Array {
  const colors = to.classes.map((c) => hex(c.color));
  return Uint8Array.from(from.classes, (c) => {
    const k = colors.indexOf(hex(c.color));
    if (k < 0) throw new UserError(`${where}: the run has no class ${hex(c.color)} (${c.name})`);
    return k;
  });
}

export const qualityMethods: readonly QualityMethod[] = [preview, trained('fast')];
