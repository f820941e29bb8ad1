/**
 * One level of a patch synthesis: its tensors, the recorded rounds of "nearest patch, then vote", what goes in and
 * comes out.
 */
import {
  type CutOut,
  type FieldSource,
  type FieldTarget,
  fieldSource,
  improveField,
  liftField,
  overuse,
  type PatchGrid,
  packPixels,
  searchField,
  seedField,
  voteField,
  wrapMargins,
} from '../../autograd/nnf/patchField.ts';
import { noTone } from '../../autograd/nnf/tone.ts';
import type { Session } from '../../autograd/session.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import type { Program } from '../../engine/program.ts';
import type { PairData } from '../pair.ts';
import { type GuideWeights, guides, type Surroundings } from './guides.ts';
import { LevelTones, type TonedLevel } from './levelTones.ts';
import { columnsOf, gridOfPatches, type NearestNeighborField, type PatchMatches, pixelField } from './matches.ts';
import { firstNoise, passes, type SynthesisOptions, weightsAt } from './options.ts';
import { shrinkerOf, shrinkImage, type shrinkLabels, sized } from './pyramid.ts';
import { continuedGuides, planesWithMargins, type Tile, windowOf, withMargins } from './tile.ts';

/** RGBA bytes [H,W,4] of one level, coarsest first. */
export interface LevelPicture {
  /** 0 is the coarsest. */
  level: number;
  /** Number of levels. */
  of: number;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** RGBA, shape [height,width,4]. */
  data: Uint8Array;
}
/** A rendered picture: image [3,h,w]. */
export interface Draft extends PatchGrid {
  image: Float32Array;
}

/** What the levels of a synthesizer have in common. */
export interface LevelPlan {
  /** Of the result. */
  size: PatchGrid;
  o: SynthesisOptions;
  lines: boolean;
  /** Size of the drafts that runs will get, and the source's own draft; null for a synthesis without one. */
  drafted: (PatchGrid & { own: Draft }) | null;
  tile: Tile | null;
  /** Scale of the coarsest level. */
  coarsest: number;
  /** Scale of the finest level. */
  finest: number;
}

export class Level implements PatchGrid {
  /** With the margins of a tile. */
  readonly width: number;
  readonly height: number;
  /** Without. */
  private readonly inner: PatchGrid;
  private readonly drafts: boolean;
  private readonly weights: GuideWeights;
  private source!: FieldSource;
  /**
   * Inputs: classes u32 [H,W], guides, even use by class; a picture to begin with (classes alone at the coarsest level,
   * else the draft).
   */
  private labels!: Tensor;
  private target!: FieldTarget;
  private expected!: Tensor;
  private given: Tensor | null = null;
  /** Outputs: the picture, packed, and the field it is made from. */
  private picture!: Tensor;
  private field!: Tensor;
  /** Null at levels that are not the finest, and without tones. */
  private tones: LevelTones | null = null;
  private program: Program | null = null;
  private readonly owned: Tensor[] = [];

  /** `index` 0 is the coarsest; `scale`: of its size over the result's. */
  private constructor(
    private readonly session: Session,
    private readonly plan: LevelPlan,
    private readonly index: number,
    private readonly scale: number,
  ) {
    this.inner = this.part(plan.size);
    const { x, y } = this.margin;
    this.width = this.inner.width + 2 * x;
    this.height = this.inner.height + 2 * y;
    this.drafts = plan.drafted !== null && plan.o.fromDraft && this.inner.width <= plan.drafted.width * 1.25;
    this.weights = weightsAt(plan.o, scale, plan.coarsest, plan.tile);
  }

  /**
   * Allocates and compiles. `around`: the source's surroundings; `before`: the level that this one's field is lifted
   * from.
   */
  static async create(
    session: Session,
    plan: LevelPlan,
    index: number,
    scale: number,
    source: PairData,
    around: Surroundings,
    before: Level | undefined,
  ): Promise<Level> {
    const level = new Level(session, plan, index, scale);
    try {
      level.allocate(source, around);
      level.program = await session.record(() => level.record(before));
      const { o, tile, drafted, finest } = plan;
      if (o.tones && scale === finest && !tile)
        level.tones = await LevelTones.create(session, level.parts, { ...o, tones: o.tones }, drafted !== null);
      return level;
    } catch (error) {
      level.destroy();
      throw error;
    }
  }

  private allocate(source: PairData, around: Surroundings): void {
    const {
      session,
      plan: { o, drafted },
    } = this;
    const s = this.part(source);
    const packed = packPixels(
      shrinkImage(source.image, source.width, source.height, s.width, s.height),
      this.shrink(source.labels, source.width, source.height, s.width, s.height),
    );
    this.source = fieldSource(
      session,
      s,
      o.patch,
      packed,
      guides(around, s, this.weights, drafted && o.draft ? this.colors(drafted.own, s) : undefined),
    );
    this.owned.push(this.source.map, this.source.guides, this.source.members, this.source.classes);
    const lasting = (shape: number[], name: string, dtype: 'f32' | 'u32' = 'u32'): Tensor => {
      const t = session.lasting(shape, `synthesis.${name}`, undefined, dtype);
      this.owned.push(t);
      return t;
    };
    const n = this.width * this.height;
    this.labels = lasting([n], 'labels');
    this.target = {
      width: this.width,
      height: this.height,
      guides: lasting([(this.source.guides.size / (s.width * s.height)) * n], 'guides', 'f32'),
    };
    this.expected = lasting([256], 'expected', 'f32');
    this.given = this.index === 0 || this.drafts ? lasting([n], 'given') : null;
    this.picture = lasting([n], 'picture');
    this.field = lasting([(this.width - o.patch + 1) * (this.height - o.patch + 1), 2], 'field');
  }

  private part(whole: PatchGrid): PatchGrid {
    return sized(whole, this.scale);
  }
  private get shrink(): typeof shrinkLabels {
    return shrinkerOf(this.plan.lines);
  }
  /** Pixels beyond each edge in which patches see how a tile goes on: as many as a patch that votes inside reaches. */
  private get margin(): { x: number; y: number } {
    const { tile, o } = this.plan;
    return { x: tile?.across ? o.patch - 1 : 0, y: tile?.down ? o.patch - 1 : 0 };
  }
  private get cutOut(): CutOut {
    const { x, y } = this.margin;
    return { width: this.width, height: this.height, x: -x, y: -y, whole: this.inner };
  }

  /** A draft's colors as guides of a map of this size. */
  private colors({ image, width, height }: Draft, to: PatchGrid): Float32Array {
    return shrinkImage(image, width, height, to.width, to.height).map((v) => v * this.plan.o.draft);
  }

  private record(before: Level | undefined): void {
    const {
      index,
      plan: { o, tile },
      source: s,
      target: t,
      labels,
      given,
      drafts,
    } = this;
    const near = o.guides.near;
    const rounds = o.rounds[Math.min(index, o.rounds.length - 1)];
    const full = t.width * t.height <= o.fullPixels;
    const voted = (field: Tensor, last: boolean): Tensor =>
      voteField(s, t, labels, field, last ? o.sharp : o.sigma, { output: last ? this.picture : undefined });
    const vote = (field: Tensor, last: boolean): Tensor =>
      tile ? wrapMargins(voted(field, last), t, this.margin) : voted(field, last);
    let field: Tensor | null = before
      ? liftField(s, this.cutOut, before.field, { source: before.source, target: before.cutOut })
      : null;
    if (!field && !drafts) field = searchField(s, t, given!, { near, color: 0, noise: firstNoise(o, tile) });
    let x = drafts ? given! : vote(field!, false);
    for (let i = 0; i < rounds; i++) {
      const last = i === rounds - 1;
      const scale = o.repetition && field ? overuse(s, t, field, o.repetition, this.expected) : undefined;
      const out = last ? this.field : undefined;
      field =
        full || !field
          ? searchField(s, t, x, { near, scale }, out)
          : improveField(s, t, x, field, passes(s), index * 16 + i, { near, scale }, out);
      x = vote(field, last);
    }
  }

  private get parts(): TonedLevel {
    const { width, height, source, labels, field, picture } = this;
    return { width, height, source, labels, field, picture };
  }

  /**
   * One run: writes the inputs for labels of the result's size and their surroundings, and replays. draft: [3,h,w] of
   * the size announced.
   */
  async run(labels: Uint8Array, around: Surroundings, seed: number, drawn?: Float32Array): Promise<void> {
    const { drafted } = this.plan;
    const draft = drawn && drafted ? { ...drafted, image: drawn } : null;
    this.feed(labels, around, draft);
    seedField(this.source, seed);
    this.program!.run();
    await this.tones?.run(draft);
  }

  private feed(labels: Uint8Array, around: Surroundings, draft: Draft | null): void {
    const {
      session,
      inner,
      weights,
      plan: { size, o, tile },
    } = this;
    const plain = this.shrink(labels, size.width, size.height, inner.width, inner.height);
    const own = tile ? withMargins(plain, inner, this.margin) : plain;
    session.write(this.labels, own);
    const colors = draft && o.draft ? this.colors(draft, inner) : undefined;
    session.write(
      this.target.guides,
      tile ? continuedGuides(around, inner, tile, this.margin, weights, colors) : guides(around, this, weights, colors),
    );
    session.write(this.expected, evenUse(this.source, this, own, o.patch));
    if (!this.given) return;
    const image = draft && shrinkImage(draft.image, draft.width, draft.height, inner.width, inner.height);
    session.write(this.given, packPixels(image && tile ? planesWithMargins(image, inner, this.margin) : image, own));
  }

  /** The last run's picture, of the size without margins. */
  async read(): Promise<Omit<LevelPicture, 'of'>> {
    const [packed] = await this.session.read([this.picture]);
    return { level: this.index, ...this.inner, data: bytesOf(this.cut(packed as Uint32Array)) };
  }

  /** The last run's picture, and where its pixels are from. */
  async result(): Promise<{ data: Uint8Array; field: NearestNeighborField }> {
    const [packed, field] = await this.session.read([this.picture, this.field]);
    const { patch } = this.plan.o;
    const [matches, costs] = columnsOf(field as Uint32Array);
    const grid = { width: this.width, height: this.height, ...gridOfPatches(this, patch, null) };
    const { indices, distances } = pixelField(
      { ...grid, matches, distances: new Float32Array(costs.buffer) },
      this.source,
      patch,
    );
    return {
      data: bytesOf(this.cut(packed as Uint32Array)),
      field: { indices: this.cut(indices), distances: this.cut(distances) },
    };
  }

  /** The last run's matches, without the margins of a tile. */
  async matches(): Promise<PatchMatches> {
    const { patch } = this.plan.o;
    const [field] = await this.session.read([this.tones?.field ?? this.field]);
    const [matches, tones] = columnsOf(field as Uint32Array);
    if (!this.tones) tones.fill(noTone);
    const own = gridOfPatches(this, patch, null);
    const grid = gridOfPatches(this.inner, patch, this.plan.tile);
    const part = { ...this.margin, width: grid.across, height: grid.down };
    const inner = (map: Uint32Array): Uint32Array => windowOf(map, { width: own.across, height: own.down }, part);
    return { ...this.inner, ...grid, matches: inner(matches), tones: inner(tones) };
  }

  /** A map of this level without the margins of a tile. */
  private cut<T extends Uint32Array | Float32Array>(map: T): T {
    return this.plan.tile ? windowOf(map, this, { ...this.margin, ...this.inner }) : map;
  }

  destroy(): void {
    this.program?.destroy();
    this.tones?.destroy();
    for (const t of this.owned) this.session.memory.release(t.storage.buffer!);
  }
}

/** Target patches per source patch, by class: each used this often is even use. f32 [256]. */
function evenUse(source: FieldSource, { width, height }: PatchGrid, labels: Uint8Array, patch: number): Float32Array {
  const r = (patch - 1) / 2;
  const out = new Float32Array(256);
  for (let y = r; y < height - r; y++) for (let x = r; x < width - r; x++) out[labels[y * width + x]]++;
  return out.map((n, k) => n / Math.max(1, source.counts[k]));
}

const bytesOf = (packed: Uint32Array): Uint8Array => {
  const data = new Uint8Array(packed.length * 4);
  for (const [i, v] of packed.entries()) {
    data[4 * i] = v & 255;
    data[4 * i + 1] = (v >> 8) & 255;
    data[4 * i + 2] = (v >> 16) & 255;
    data[4 * i + 3] = 255;
  }
  return data;
};
