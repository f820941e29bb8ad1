/**
 * The whole task in one call: P_source => P_target is analogous to I_source => I_target.
 *
 *     const session = new Session(await openDevice(navigator.gpu));
 *     const [picture] = await analogy({ session, photo, layout, targets: [drawn], preset: 'fast' });
 */
import { type TuneOptions, Tuner } from '../autograd/kernels/tune.ts';
import type { Session } from '../autograd/session.ts';
import { UserError } from '../data/errors.ts';
import type { Picture } from '../data/image/image.ts';
import type { Palette } from '../data/layout/palette.ts';
import { prepareDrawing, prepareSource, prepareTarget } from '../data/prepare.ts';
import type { Config } from './config.ts';
import { type Choices, configure } from './configure.ts';
import { PreparedSource } from './preparedSource.ts';
import type { Tile } from './synthesis/tile.ts';
import { TrainingSession } from './training/session.ts';

/** What `analogy` takes, beside the choices of a configuration. */
export interface AnalogyOptions extends Choices {
  /** The device that computes. */
  session: Session;
  /** The photograph to learn from. */
  photo: Picture;
  /**
   * With `condition: 'sketch'` a drawing of the photograph, and the targets drawings; left out there, it is extracted
   * (`drawingOf`).
   */
  layout?: Picture;
  /** Layouts to make pictures of, in the colors of `layout`; of any size, at the scale of the photograph. */
  targets: readonly Picture[];
  /** Settings in place of the preset's. */
  config?: Partial<Config>;
  /** Names of the classes, from readPaletteFile. */
  palette?: Palette;
  /** Longer side of the pictures; default the photograph's; a photograph is never enlarged. */
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
  /** Looked at before every iteration; an abort rejects with its reason. */
  signal?: AbortSignal;
}

/**
 * Trains on photo and layout, then renders every target: the pictures, in the order of the targets.
 * @throws UserError where a picture cannot be used, or the training size is too much for the adapter.
 */
export async function analogy(o: AnalogyOptions): Promise<Picture[]> {
  const { session, raw, tile, signal } = o;
  const config: Config = { ...configure(o), ...o.config };
  const longSide = o.outputSize;
  if (!o.layout && o.condition !== 'sketch') throw new UserError('analogy: a layout of the photograph is needed');
  const { source } =
    o.condition === 'sketch'
      ? prepareDrawing(o.photo, o.layout ?? null, { longSide })
      : prepareSource(o.photo, o.layout!, { named: o.palette, longSide });
  const targets = o.targets.map((t) => prepareTarget(t, source));
  // refuses what is too small before the work begins
  const prepared = PreparedSource.for(config, source).check(targets);
  const tuner = o.tune ? new Tuner(session, o.tune) : null;
  const training = await TrainingSession.open({ session, config, prepared, targets, tuner });
  for await (const { iteration, of, losses } of training.iterate({ lossesEvery: 10, signal }))
    o.onIteration?.(iteration, of, losses);
  const pictures: Picture[] = [];
  for (const t of targets) pictures.push(await training.painter.paint(t, { raw, tile }));
  return pictures;
}
