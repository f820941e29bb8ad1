/** From a layout to a finished picture: the generator's draft, then patches of the photograph. */
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import { fromFloatCHW, type Picture, resize } from '../../data/image/image.ts';
import { cutCHW, type Padding } from '../../data/image/pad.ts';
import { ownLayout, type Size, type Source, type Target } from '../../data/prepare.ts';
import type { Config } from '../config.ts';
import type { TensorState } from '../networks/networks.ts';
import { createNetworks, type Networks, restoreNetworks, versionOf } from '../networks/networks.ts';
import type { LayoutData } from '../pair.ts';
import { PreparedSource } from '../preparedSource.ts';
import { finishesByPatches, presets } from '../presets.ts';
import type { Draft } from '../synthesis/level.ts';
import type { SynthesisOptions } from '../synthesis/options.ts';
import { refine, synthesizeTargets } from '../synthesis/synthesis.ts';
import { fitting, type Tile } from '../synthesis/tile.ts';
import { type Inside, inspectNetworks } from './inspect.ts';
import { Renderer } from './renderer.ts';

/** See `Painter.paint`. */
export interface PaintOptions {
  /** The generator's draft itself, at the training size. */
  raw?: boolean;
  /** No patch synthesis is blended into the draft. */
  alone?: boolean;
  /** Axes along which the picture is to fit itself. */
  tile?: Tile;
  /** Settings of the finishing by patches; default: those for areas, or for lines. */
  options?: SynthesisOptions;
}

/** Renders layouts with networks as they are now, trained further or not; one renderer for each size of layout. */
export class Painter {
  /** The photograph at the training scale. */
  readonly prepared: PreparedSource;
  private readonly renderers = new Map<string, Promise<Renderer>>();
  private own: { version: number; draft: Draft } | null = null;

  /** `source`: prepared for this configuration where it is already. */
  constructor(
    /** The device that computes. */
    readonly session: Session,
    /** The settings that the networks were made with. */
    readonly config: Config,
    source: Source | PreparedSource,
    private readonly networks: Networks,
  ) {
    this.prepared = source instanceof PreparedSource ? source : PreparedSource.for(config, source);
  }

  /**
   * A painter with networks as a run saved them; no training step is recorded. `state`: from `TrainingSession.state`.
   * Throws UserError where it does not fit the configuration.
   */
  static restored(session: Session, c: Config, source: Source | PreparedSource, state: TensorState): Painter {
    const classes = (source instanceof PreparedSource ? source.source : source).palette.classes.length;
    const networks = createNetworks(session, c, classes);
    restoring(() => restoreNetworks(session, networks, state, [0, 0, 0]));
    return new Painter(session, c, source, networks);
  }

  /** A painter with the same networks for this photograph at another size. */
  at(source: Source): Painter {
    return new Painter(this.session, this.config, source, this.networks);
  }

  /** The photograph and its layout. */
  get source(): Source {
    return this.prepared.source;
  }

  /** The generator's picture of a layout, [3,H,W] at the training size. */
  async draft(target: Target, tile?: Tile): Promise<Draft> {
    const { prepared } = this;
    const { size, padding } = prepared.gridOf(target);
    const image =
      tile?.across || tile?.down
        ? await fitting(prepared.scaled(target, size), tile, (layout) => this.rendered(layout, size, padding))
        : await this.rendered(target, size, padding);
    return { ...size, image };
  }

  /** [3,h,w] of `size`, rendered with its padding. */
  private async rendered(layout: LayoutData, size: Size, padding: Padding): Promise<Float32Array> {
    const { session, config, prepared, networks, renderers } = this;
    const key = `${padding.width} x ${padding.height}`;
    let renderer = renderers.get(key);
    if (!renderer) {
      renderer = Renderer.create(session, config, prepared.classes, networks, prepared.pairAt(padding));
      renderers.set(key, renderer);
    }
    const padded = await (await renderer).render(prepared.scaled(layout, size, padding));
    return cutCHW(padded, 3, size.width, size.height, padding);
  }

  /**
   * The picture at the target's output size: refined by the source's patches where the preset does that, else enlarged.
   * `raw`: the draft itself. `alone`: no synthesis is blended in. Reconstructions are measured so: of the source's own
   * layout a synthesis makes the photograph, whatever the generator learned. `tile`: it fits itself along these axes;
   * the layout should, too.
   * @throws UserError where a tile is asked of a preset that finishes nothing.
   */
  async paint(target: Target, { raw = false, alone = false, tile, options }: PaintOptions = {}): Promise<Picture> {
    const { config } = this;
    if (tile && !raw) checkTile(config);
    const draft = await this.draft(target, tile);
    if (raw || !finishesByPatches(config)) {
      const plain = fromFloatCHW(draft.image, draft.width, draft.height, target.name);
      return raw ? plain : resize(plain, target.width, target.height);
    }
    return this.finish(draft, target, { alone, tile, options });
  }

  /**
   * A draft finished by patches of the photograph, at the target's output size. The errors of generator and synthesis
   * are different ones, so they are blended before (`blend`), unless `alone`.
   */
  private async finish(draft: Draft, target: Target, { alone, tile, options }: PaintOptions): Promise<Picture> {
    const { config: c, session, prepared, source } = this;
    let drafts = { draft, own: await this.ownDraft() };
    if (c.blend > 0 && !alone) {
      const { small } = prepared;
      const layout = prepared.scaled(target, draft);
      const [synthesis] = await synthesizeTargets(session, small, [layout], source.palette.lines, tile);
      // Of its own layout a synthesis makes the photograph.
      drafts = { draft: blended(draft, synthesis, c.blend), own: blended(drafts.own, small, c.blend) };
    }
    const data = await refine(session, c, prepared.full, drafts, target, { tile, options });
    return { width: target.width, height: target.height, data, hasAlpha: false, source: target.name };
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

  /** What the networks make of a layout, level by level, on the padded grid. Changes nothing of a run. */
  inspect({ layout, padding }: { layout: LayoutData; padding: Padding }): Promise<Inside> {
    const { session, config, prepared, networks } = this;
    return inspectNetworks(session, config, prepared.classes, networks, prepared.pairAt(padding), layout);
  }
}

const blended = (a: Draft, b: Draft, share: number): Draft => ({
  ...a,
  image: a.image.map((v, i) => (1 - share) * v + share * b.image[i]),
});

/**
 * Throws UserError where a tile is asked of a preset that cannot make one. `asked`: the option's text, to begin the
 * sentence.
 */
export function checkTile(c: Pick<Config, 'preset' | 'refine'>, asked = ''): void {
  if (finishesByPatches(c)) return;
  const able = presets.filter((p) => finishesByPatches(p.settings)).map((p) => p.name);
  throw new UserError(
    `${asked}preset ${c.preset} does not finish its pictures by patches, which is what makes tiles fit: ` +
      `use ${able.join(' or ')}`,
  );
}

/** Takes up a saved state. Saved weights that do not fit the networks are the run's fault, not the program's. */
export function restoring(restore: () => void): void {
  try {
    restore();
  } catch (error) {
    throw new UserError(
      `the run's weights do not fit its networks (${(error as Error).message}): they were saved by ` +
        'another version, or damaged',
    );
  }
}
