/**
 * Patch synthesis made once for a source and a size of layout: each run then writes labels and replays, level by level.
 */
import type { PatchGrid } from '../../autograd/nnf/patchField.ts';
import type { Session } from '../../autograd/session.ts';
import type { LayoutData, PairData } from '../pair.ts';
import { type CastShadows, castShadowsOf, learnCastShadows } from './castShadows.ts';
import { lineSurroundings, type Surroundings, surroundings } from './guides.ts';
import { type Draft, Level, type LevelPicture, type LevelPlan } from './level.ts';
import type { NearestNeighborField, PatchMatches } from './matches.ts';
import { defaultSynthesis, lineSynthesis, type SynthesisOptions, scales } from './options.ts';
import { learnReflections, mirroredPlanes, type Reflections } from './reflections.ts';
import { continued, type Tile } from './tile.ts';

export interface RunOptions {
  seed?: number;
  /**
   * The picture that is matched at levels up to its size, [3,h,w] of the size given to
   * `create`; guides all levels.
   */
  draft?: Float32Array;
  onLevel?: (picture: LevelPicture) => void | Promise<void>;
  signal?: AbortSignal;
}

/** `draft`: the size of the drafts that runs will get, and what the same generator makes of the source's own layout. */
export interface SynthesizerOptions {
  classes: number;
  /** Labels are drawings: 1 on lines, which shrinking keeps. */
  lines?: boolean;
  options?: SynthesisOptions;
  draft?: PatchGrid & { own: Draft };
  /** The result is to fit itself along these axes. */
  tile?: Tile;
}

/** Classes at most for which guides have room for what is mirrored. */
const mostClasses = 64;

export class Synthesizer {
  private levels: Level[] = [];
  /** The shadows of the source's objects; null where there are none. */
  private castShadows: CastShadows | null = null;
  /** The source's reflecting classes; null where there are none. */
  private reflections: Reflections | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private constructor(
    readonly session: Session,
    readonly classes: number,
    private readonly plan: LevelPlan,
  ) {}

  /**
   * Compiles and allocates for layouts of this size. Source and layouts may differ in size, not in scale. Throws
   * RangeError where a side is below the patch's.
   */
  static async create(
    session: Session,
    source: PairData,
    size: PatchGrid,
    { classes, lines = false, options: o = lines ? lineSynthesis : defaultSynthesis, draft, tile }: SynthesizerOptions,
  ): Promise<Synthesizer> {
    const all = scales(Math.min(size.width, size.height, source.width, source.height), o);
    const made = new Synthesizer(session, classes, {
      size,
      o,
      lines,
      drafted: draft ?? null,
      tile: tile && (tile.across || tile.down) ? tile : null,
      coarsest: all[0],
      finest: all[all.length - 1],
    });
    try {
      const around = made.around(source);
      made.castShadows = o.guides.castShadow && !lines ? learnCastShadows(source, around) : null;
      around.castShadow = made.castShadows?.own;
      made.reflections = o.guides.mirrored && !lines && classes <= mostClasses ? learnReflections(source) : null;
      if (made.reflections) around.mirrored = mirroredPlanes(made.reflections, source);
      for (const [l, scale] of all.entries())
        made.levels.push(await Level.create(session, made.plan, l, scale, source, around, made.levels.at(-1)));
      return made;
    } catch (error) {
      made.destroy();
      throw error;
    }
  }

  private around(of: LayoutData): Surroundings {
    if (this.plan.lines) return lineSurroundings(of);
    const around = surroundings(of, this.classes, this.plan.o.guides.farRadius);
    if (this.reflections) around.mirrored = mirroredPlanes(this.reflections, of);
    around.castShadow = this.castShadows ? castShadowsOf(this.castShadows, of, around) : undefined;
    return around;
  }

  /**
   * The synthesis of a layout of this synthesizer's size: picture, RGBA bytes, and field. One run at a time: a second
   * waits for the first.
   */
  run(labels: Uint8Array, o: RunOptions = {}): Promise<{ data: Uint8Array; field: NearestNeighborField }> {
    const next = this.last.then(() => this.runNow(labels, o));
    this.last = next.catch(() => {});
    return next;
  }

  private async runNow(
    labels: Uint8Array,
    { seed = 0, draft, onLevel, signal }: RunOptions,
  ): Promise<{ data: Uint8Array; field: NearestNeighborField }> {
    const { size, tile, drafted } = this.plan;
    if (!this.levels.length) throw new Error('synthesis: this synthesizer is released');
    if (labels.length !== size.width * size.height)
      throw new Error(`synthesis: ${labels.length} labels for ${size.width} x ${size.height}`);
    if (!draft !== !drafted) throw new Error('synthesis: a draft where none was announced, or none where one was');
    const around = this.around(tile ? continued({ ...size, labels }, tile) : { ...size, labels });
    for (const level of this.levels) {
      signal?.throwIfAborted();
      await level.run(labels, around, seed, draft);
      await onLevel?.({ ...(await level.read()), of: this.levels.length });
    }
    return this.levels.at(-1)!.result();
  }

  /** How many levels it has. */
  get depth(): number {
    return this.levels.length;
  }

  /** The last run's matches at the finest level. */
  matches(): Promise<PatchMatches> {
    return this.levels.at(-1)!.matches();
  }

  /** Releases everything once the runs asked for are over. */
  async close(): Promise<void> {
    await this.last;
    this.destroy();
  }

  destroy(): void {
    for (const level of this.levels) level.destroy();
    this.levels = [];
  }
}
