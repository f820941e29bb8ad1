/**
 * The whole task in a few calls: P_source => P_target is analogous to I_source => I_target. `analogy` does it all; the
 * command line uses its parts, with saving and progress between them.
 *
 *     const session = new Session(await openDevice(navigator.gpu));
 *     const [picture] = await analogy({ session, photo, layout, targets: [drawn], preset: 'fast' });
 */
import type { Session } from '../autograd/session.ts';
import { measuring, Tuner, type TuneOptions } from '../autograd/kernels/tune.ts';
import { UserError } from '../data/errors.ts';
import { fromFloatCHW, resize, type Picture } from '../data/image/image.ts';
import { cutCHW, type Padding } from '../data/image/pad.ts';
import type { Palette } from '../data/layout/palette.ts';
import {
  classTable,
  fitLayout,
  fitPair,
  fullSource,
  gridOf,
  prepareDrawing,
  prepareSource,
  prepareTarget,
  smallSource,
  type Source,
  type Target,
} from '../data/prepare.ts';
import { preset as presetOf, type Config, type PresetName } from './config.ts';
import { createNetworks, restoreNetworks, versionOf, type Networks } from './networks/networks.ts';
import type { LayoutData, PairData } from './pair.ts';
import { Renderer } from './render.ts';
import { refine, synthesizeTargets, type Drafts } from './synthesis/synthesis.ts';
import type { Draft } from './synthesis/level.ts';
import { fitting, type Tile } from './synthesis/tile.ts';
import { Training, type HostState, type TensorState, type TrainingInput } from './training/training.ts';

/**
 * A preset's settings with a size, a width, a seed and a total of their own; what depends on them follows. `condition`:
 * what layouts are, the preset's classes or line drawings.
 */
export interface Choices {
  preset?: PresetName;
  condition?: 'classes' | 'sketch';
  size?: number;
  width?: number;
  seed?: number;
  iterations?: number;
}

/**
 * Network widths keep the preset's proportions; the schedule (ramp of the augmentation, decay of the rates) is
 * stretched to the total.
 */
export function configure({ preset = 'fixed', condition, size, width, seed, iterations }: Choices = {}): Config {
  const c = presetOf(preset);
  // A drawing has few pixels of line; without weights S would read paper everywhere. Its one synthesis was measured at
  // half [M].
  if (condition === 'sketch')
    Object.assign(c, { network: { ...c.network, condition }, balance: 0.5, blend: Math.min(c.blend, 0.5) });
  if (size !== undefined) c.size = size;
  if (seed !== undefined) c.seed = seed;
  if (width !== undefined && width !== c.network.generator) {
    const f = width / c.network.generator;
    Object.assign(c.network, {
      generator: width,
      discriminator: Math.max(4, Math.round(c.network.discriminator * f)),
      segmenter: Math.max(4, Math.round(c.network.segmenter * f)),
    });
  }
  return iterations === undefined ? c : withIterations(c, iterations);
}

/** The same settings for another total: the schedule keeps its proportions. */
export function withIterations(c: Config, iterations: number): Config {
  const f = iterations / c.iterations;
  return {
    ...c,
    iterations,
    decayFrom: Math.round(c.decayFrom * f),
    augment: { ...c.augment, ramp: Math.max(1, Math.round(c.augment.ramp * f)) },
  };
}

/**
 * The targets to learn from, with their patch syntheses, at the size of the training pair; none where the preset uses
 * none.
 */
export async function learnTargets(
  session: Session,
  c: Config,
  source: Source,
  targets: readonly Target[],
): Promise<PairData[]> {
  if (!(c.targetShare > 0) || !targets.length) return [];
  const own = gridOf(source, source, c.size, c.network.levels);
  const layouts = targets.map((t) =>
    fitLayout(t, gridOf(t, source, c.size, c.network.levels).size, own.padding, source.palette),
  );
  return synthesizeTargets(session, trainingPair(c, source), layouts, source.palette.lines);
}

/** The source pair as the networks are trained on it. */
export function trainingPair(c: Config, source: Source): PairData {
  return fitPair(smallSource(source, c.size), gridOf(source, source, c.size, c.network.levels).padding);
}

/** Networks and recorded steps for a source; `targets` from learnTargets. */
export async function openTraining(
  session: Session,
  c: Config,
  source: Source,
  targets: readonly PairData[],
  maps?: TrainingInput['maps'],
): Promise<Training> {
  try {
    return await Training.create(session, c, {
      pair: trainingPair(c, source),
      classes: classTable(source.palette),
      targets,
      maps,
    });
  } catch (error) {
    // The engine's own message about a buffer larger than the adapter has.
    if (error instanceof RangeError)
      throw Object.assign(
        new UserError(
          `a training size of ${c.size} is too much for this adapter (${error.message}): use a smaller --size or --width`,
        ),
        { cause: error },
      );
    throw error;
  }
}

/**
 * Networks as a run saved them, to render with and look into: no training step is recorded. `state` from
 * Training.state.
 */
export function openNetworks(session: Session, c: Config, source: Source, state: TensorState): Networks {
  const networks = createNetworks(session, c, source.palette.classes.length);
  restoring(() => restoreNetworks(session, networks, state, [0, 0, 0]));
  return networks;
}

/**
 * Takes up a saved state again. Saved weights that are not those of the networks are the run's fault, not the
 * program's.
 */
export function resumeTraining(training: Training, state: TensorState, host: HostState): void {
  restoring(() => training.restore(state, host));
}

function restoring(restore: () => void): void {
  try {
    restore();
  } catch (error) {
    throw new UserError(
      `the run's weights do not fit its networks (${(error as Error).message}): they were saved by another version, or damaged`,
    );
  }
}

/**
 * @throws UserError where a tile is asked of a preset that cannot make one. `asked`: the option's text, to begin the
 * sentence.
 */
export function checkTile({ preset, refine }: Config, asked = ''): void {
  if (!(refine > 0))
    throw new UserError(
      `${asked}preset ${preset} does not finish its pictures by patches, which is what makes tiles fit: use fixed or fast`,
    );
}

/** See `Painter.paint`. */
export interface PaintOptions {
  raw?: boolean;
  alone?: boolean;
  tile?: Tile;
}

/** Renders layouts with networks as they are now, trained further or not; one renderer for each size of layout. */
export class Painter {
  private readonly renderers = new Map<string, Promise<Renderer>>();
  private readonly small: PairData;
  private own: { version: number; draft: Draft } | null = null;
  constructor(
    readonly session: Session,
    readonly config: Config,
    readonly source: Source,
    private readonly networks: Networks,
  ) {
    this.small = smallSource(source, config.size);
  }

  /** The generator's picture of a layout, [3,H,W] at the training size. */
  async draft(target: Target, tile?: Tile): Promise<Draft> {
    const { config: c, source } = this;
    const { size, padding } = gridOf(target, source, c.size, c.network.levels);
    if (!tile?.across && !tile?.down) return { ...size, image: await this.rendered(target, size, padding) };
    return {
      ...size,
      image: await fitting(fitLayout(target, size, size, source.palette), tile, (layout) =>
        this.rendered(layout, size, padding),
      ),
    };
  }

  /** [3,h,w] of `size`, rendered with its padding. */
  private async rendered(
    layout: LayoutData,
    size: { width: number; height: number },
    padding: Padding,
  ): Promise<Float32Array> {
    const { config: c, source } = this;
    const key = `${padding.width} x ${padding.height}`;
    let renderer = this.renderers.get(key);
    if (!renderer)
      this.renderers.set(
        key,
        (renderer = Renderer.create(
          this.session,
          c,
          classTable(source.palette),
          this.networks,
          fitPair(this.small, padding),
        )),
      );
    const padded = await (await renderer).render(fitLayout(layout, size, padding, source.palette));
    return cutCHW(padded, 3, size.width, size.height, padding);
  }

  /**
   * The picture at the target's output size: refined by the source's patches where the preset does that, else enlarged.
   * `raw`: the draft itself.
   * `alone`: no synthesis is blended in. Reconstructions are judged so: of the source's own layout a synthesis makes
   * the photograph, whatever the generator learned.
   * `tile`: it fits itself along these axes; the layout should, too. @throws UserError where that is asked of a preset
   * that finishes nothing.
   */
  async paint(target: Target, { raw = false, alone = false, tile }: PaintOptions = {}): Promise<Picture> {
    const { config: c, session, source } = this;
    if (tile && !raw) checkTile(c);
    const draft = await this.draft(target, tile);
    if (raw || !(c.refine > 0)) {
      const plain = fromFloatCHW(draft.image, draft.width, draft.height, target.name);
      return raw ? plain : resize(plain, target.width, target.height);
    }
    return finish(session, c, source, { draft, own: await this.ownDraft() }, target, { alone, tile });
  }

  /**
   * The draft of the source's own layout, kept until the networks change. A step taken while it renders leaves it with
   * a version that is over.
   */
  private async ownDraft(): Promise<Draft> {
    const version = versionOf(this.networks);
    if (this.own?.version !== version) this.own = { version, draft: await this.draft(ownLayout(this.source)) };
    return this.own.draft;
  }
}

/**
 * A draft finished by patches of the photograph, at the target's output size. `drafts`: the generator's pictures of the
 * target and of the source's own
 * layout. The errors of generator and synthesis are different ones, so they are blended before (`blend`), unless
 * `alone` (see Painter.paint).
 */
export async function finish(
  session: Session,
  c: Config,
  source: Source,
  drafts: Drafts,
  target: Target,
  { alone = false, tile }: Pick<PaintOptions, 'alone' | 'tile'> = {},
): Promise<Picture> {
  const { draft, own } = drafts;
  let both = drafts;
  if (c.blend > 0 && !alone) {
    const small = smallSource(source, c.size);
    const [synthesis] = await synthesizeTargets(
      session,
      small,
      [fitLayout(target, draft, draft, source.palette)],
      source.palette.lines,
      tile,
    );
    // Of its own layout a synthesis makes the photograph.
    both = { draft: blended(draft, synthesis, c.blend), own: blended(own, small, c.blend) };
  }
  return fromFloatCHW(
    await refine(session, c, fullSource(source), both, target, { tile }),
    target.width,
    target.height,
    target.name,
  );
}

const blended = (a: Draft, b: Draft, share: number): Draft => ({
  ...a,
  image: a.image.map((v, i) => (1 - share) * v + share * b.image[i]),
});

/** The source's own layout as a target: its picture shows how well the photograph is reconstructed. */
export const ownLayout = (s: Source): Target => ({
  name: 'source',
  width: s.width,
  height: s.height,
  labels: s.labels,
  notes: [],
});

export interface AnalogyOptions extends Choices {
  session: Session;
  photo: Picture;
  /**
   * With `condition: 'sketch'` a drawing of the photograph, and the targets drawings; left out there, it is extracted
   * (`drawingOf`).
   */
  layout?: Picture;
  targets: readonly Picture[];
  /** Settings in place of the preset's. */
  config?: Partial<Config>;
  /** Names of the classes, from readPaletteFile. */
  palette?: Palette;
  /** Longer side of the pictures; default the photograph's, at most four times the training size. */
  outputSize?: number;
  /**
   * Choose kernels by measuring before the training begins; without: in a fixed order, the same bits whatever was
   * measured.
   */
  tune?: TuneOptions;
  /** Leave the pictures at the training size. */
  raw?: boolean;
  /** The pictures are to fit themselves left to right (across) or top to bottom (down); so should the targets. */
  tile?: Tile;
  /** Called after every iteration with the number done and, every tenth time, the mean losses since. */
  onIteration?: (done: number, of: number, losses: Record<string, number> | null) => void;
  signal?: AbortSignal;
}

/** Longer side of results unless asked for: what patches of the photograph can carry from the training size. */
export const defaultOutput = (c: Config): number => 4 * c.size;

/** Trains on photo and layout, then renders every target: the pictures, in the order of the targets. */
export async function analogy(o: AnalogyOptions): Promise<Picture[]> {
  const c: Config = { ...configure(o), ...o.config };
  const longSide = o.outputSize ?? defaultOutput(c);
  if (!o.layout && o.condition !== 'sketch') throw new UserError('analogy: a layout of the photograph is needed');
  const { source } =
    o.condition === 'sketch'
      ? prepareDrawing(o.photo, o.layout ?? null, { longSide })
      : prepareSource(o.photo, o.layout!, { named: o.palette, longSide });
  const targets = o.targets.map((t) => prepareTarget(t, source));
  // refuses what is too small before the work begins
  for (const t of targets) gridOf(t, source, c.size, c.network.levels);
  const learned = await learnTargets(o.session, c, source, targets);
  const training = await measuring(o.session, o.tune ? new Tuner(o.session, o.tune) : null, () =>
    openTraining(o.session, c, source, learned),
  );
  while (training.iteration < c.iterations) {
    o.signal?.throwIfAborted();
    await training.next();
    o.onIteration?.(training.iteration, c.iterations, training.iteration % 10 === 0 ? await training.losses() : null);
  }
  const painter = new Painter(o.session, c, source, training.networks);
  const pictures: Picture[] = [];
  for (const t of targets) pictures.push(await painter.paint(t, { raw: o.raw, tile: o.tile }));
  return pictures;
}
