/** The three networks of a run with their parameters. */
import { Parameters } from '../../autograd/parameters.ts';
import type { Session } from '../../autograd/session.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import type { Config } from '../config.ts';
import { layoutChannels } from '../pair.ts';
import { type Discriminator, declareDiscriminator } from './discriminator.ts';
import { declareGenerator, type Generator, type GeneratorOptions } from './generator.ts';
import { Declare, type ForwardPass, type Init, seededInit } from './layers.ts';
import { declareSegmenter, type Segmenter } from './segmenter.ts';

export interface Networks {
  g: Generator;
  d: Discriminator;
  s: Segmenter;
  /** What each forward is given: parameters, mode, running statistics. */
  gPass: ForwardPass;
  dPass: ForwardPass;
  sPass: ForwardPass;
}

/** Tensors by name, as they are saved: the state of networks and optimizers. */
export type TensorState = Map<string, { shape: readonly number[]; data: Float32Array }>;

/** What a configuration asks of the generator, for layouts of so many classes. */
export const generatorOptions = ({ network: n }: Config, classes: number): GeneratorOptions => ({
  width: n.generator,
  levels: n.levels,
  layoutChannels: layoutChannels(n.condition, classes),
  sft: n.sft,
  ratio: n.ratio,
  output: n.output,
  tail: n.tail,
  variance: n.variance,
});

export function createNetworks(session: Session, c: Config, classes: number, given?: Init): Networks {
  const init = given ?? seededInit(c.seed);
  const n = c.network;
  // With every weight spectrally normed gamma would start near 0.1 and starve the decoder: ours starts near 1, the
  // identity [M].
  const start: Init = (name, shape, kind) =>
    n.ratio === 'bounded' && given === undefined && /^sft\.\d+\.scale\.(fc2|linear)\.bias$/.test(name)
      ? init(name, shape, 'one')
      : init(name, shape, kind);
  const gd = new Declare(start, true);
  const g = declareGenerator(gd, generatorOptions(c, classes));
  const dd = new Declare(init, true);
  const d = declareDiscriminator(dd, n.discriminator);
  const sd = new Declare(init, false);
  const s = declareSegmenter(sd, n.segmenter, classes);
  const pass = (label: string, from: Declare, running: ReadonlyMap<string, Tensor> | null): ForwardPass => ({
    p: new Parameters(session, label, from.specs, c.adam),
    training: true,
    running,
  });
  return {
    g,
    d,
    s,
    gPass: pass('G', gd, n.norm === 'batch' ? runningStatistics(session, gd) : null),
    dPass: pass('D', dd, null),
    sPass: pass('S', sd, null),
  };
}

/** Batch normalization's state: mean 0, variance 1 to start from. */
function runningStatistics(session: Session, d: Declare): Map<string, Tensor> {
  return new Map(
    [...d.norms].map(([name, c]) => [
      name,
      session.lasting(
        [2 * c],
        `${name}.running`,
        Float32Array.from({ length: 2 * c }, (_, i) => (i < c ? 0 : 1)),
      ),
    ]),
  );
}

/**
 * Puts a saved state (Training.state) back into all three networks. Throws Error where entries are missing or
 * misshapen.
 */
export function restoreNetworks(
  session: Session,
  n: Networks,
  state: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>,
  steps: readonly [number, number, number],
): void {
  for (const [i, { p }] of [n.gPass, n.dPass, n.sPass].entries()) {
    p.restore(
      new Map(
        [...state].filter(([k]) => k.startsWith(`${p.label}.`)).map(([k, v]) => [k.slice(p.label.length + 1), v]),
      ),
      steps[i],
    );
  }
  for (const [name, t] of n.gPass.running ?? []) {
    const found = state.get(`G.${name}.running`);
    if (found?.data.length !== t.size) throw new Error(`G: ${name}.running is missing`);
    session.write(t, found.data);
  }
}

/**
 * Another number whenever a step or a restored state may have changed what the generator renders: steps of D, too, move
 * its power iteration and running statistics.
 */
export const versionOf = ({ gPass, dPass, sPass }: Networks): number =>
  gPass.p.version + dPass.p.version + sPass.p.version;

/** The same networks as they render: no dropout, nothing moves. */
export const inference = (pass: ForwardPass): ForwardPass => ({ ...pass, training: false });
