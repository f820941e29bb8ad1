/**
 * Patch synthesis without training: the target layout filled coarse to fine with patches of the photograph, each level a
 * few rounds of "nearest patch, then vote" (expectation-maximisation as in Kwatra et al. 2005 and GPNN, Granot et al.
 * 2022), guided by the layouts. It gives the generator something to learn from, finishes what it renders, and is the
 * preview. A synthesizer is made once for a source and a size of layout; each run then writes labels and replays.
 */
import { fieldSource, improveField, liftField, overuse, packPixels, searchField, seedField, voteField, wrapMargins, type CutOut, type FieldSource, type FieldTarget, type Grid } from '../autograd/ops/patchField.ts';
import type { Session, Tensor } from '../autograd/tensor.ts';
import type { Config } from './config.ts';
import { resizeLines } from '../data/lines.ts';
import { guides, lineSurroundings, surroundings, type GuideWeights, type Surroundings } from './guides.ts';
import type { LayoutData, PairData } from './pair.ts';
import { shrinkImage, shrinkLabels } from './pyramid.ts';
import { continued, continuedGuides, placeless, planesWithMargins, windowOf, withMargins, type Tile } from './tile.ts';

export interface SynthesisOptions {
  patch: number;
  /** Shorter side of the coarsest level in pixels, of source or target, whichever is less; size of a level over the next finer one's. */
  coarsest: number; ratio: number;
  /** Levels up to this many pixels are searched in full, finer ones by PatchMatch from the level before. */
  fullPixels: number;
  /** Rounds by level, coarsest first; the last number serves all further levels. */
  rounds: number[];
  guides: GuideWeights;
  /** Factor on the guide weights but the near one at half the size's level, a quarter's, ...: the colours know more and more. */
  fade: number;
  /** Weight of the draft's colours at patch centres, against those that the source's own draft has there: at all levels, so that
   * what the generator says is heard beyond the size it says it at. */
  draft: number;
  /** Cost of using the same source patches again and again: keeps small patterns from repeating. */
  repetition: number;
  /** Random part of the first match's distances: large areas start with much of the source in them. */
  noise: number;
  /** Spread of a patch's vote in pixels; the last round uses `sharp`. */
  sigma: number; sharp: number;
}
export const defaultSynthesis: SynthesisOptions = {
  patch: 5, coarsest: 24, ratio: 0.5, fullPixels: 48 * 48, rounds: [8, 5, 3, 2], sigma: 1.5, sharp: 0.7, fade: 0.8, repetition: 0.5, noise: 0, draft: 1,
  guides: { near: 4, far: 1.5, farRadius: 0.06, across: 0.3, down: 1.2, within: 1 },
};

/** For drawings: a line beside its place costs less than another class, since no two lines agree to the pixel; what lies on which side of which line says more. */
export const lineSynthesis: SynthesisOptions = { ...defaultSynthesis, guides: { near: 0.5, far: 3, farRadius: 0, across: 0.3, down: 1.2, within: 0 } };

/** Source pixel and distance of every result pixel: the coordinates that a result copies from. */
export interface Field { /** u32 [H,W]: pixel of the source, row by row. */ indices: Uint32Array; /** f32 [H,W]: mean cost per patch pixel, squared colours in [-1,1]. */ distances: Float32Array }
/** RGBA bytes [H,W,4] of one level, coarsest first. */
export interface LevelPicture { level: number; of: number; width: number; height: number; data: Uint8Array }
export interface RunOptions {
  seed?: number;
  /** What is matched at levels up to its size in place of a synthesis from nothing, [3,h,w] of the size given to `create`; guides all levels. */
  draft?: Float32Array;
  onLevel?: (picture: LevelPicture) => void | Promise<void>;
  signal?: AbortSignal;
}

/** Its size has the margins of a tile in it; `inner` has not. */
interface Level extends Grid {
  inner: Grid;
  source: FieldSource;
  /** Inputs: classes u32 [H,W], guides, even use by class; a picture to begin with (classes alone at the coarsest level, else the draft). */
  labels: Tensor; target: FieldTarget; expected: Tensor; given: Tensor | null;
  /** Outputs: the picture, packed, and the field it is made from. */
  picture: Tensor; field: Tensor;
  run: () => void;
}

/** A rendered picture: image [3,h,w]. */
export interface Draft extends Grid { image: Float32Array }
/** What a generator makes of a layout, and of the source's own. */
export interface Drafts { draft: Draft; own: Draft }
/** `draft`: the size of the drafts that runs will get, and what the same generator makes of the source's own layout. */
export interface SynthesizerOptions { classes: number; /** Labels are drawings: 1 on lines, which shrinking keeps. */ lines?: boolean; options?: SynthesisOptions; draft?: Grid & { own: Draft }; /** The result is to fit itself along these axes. */ tile?: Tile }

export class Synthesizer {
  private levels: Level[] = [];
  private release: (() => void)[] = [];
  private last: Promise<unknown> = Promise.resolve();
  private constructor(readonly session: Session, readonly size: Grid, readonly classes: number, readonly o: SynthesisOptions, private readonly lines: boolean, private readonly drafted: NonNullable<SynthesizerOptions['draft']> | null, private readonly tile: Tile | null) {}

  /** Compiles and allocates for layouts of this size. Source and layouts may differ in size, not in scale. Throws RangeError where a side is below the patch's. */
  static async create(session: Session, source: PairData, size: Grid, { classes, lines = false, options: o = lines ? lineSynthesis : defaultSynthesis, draft, tile }: SynthesizerOptions): Promise<Synthesizer> {
    const made = new Synthesizer(session, size, classes, o, lines, draft ?? null, tile && (tile.across || tile.down) ? tile : null);
    try {
      await made.build(source);
      return made;
    } catch (error) {
      made.destroy();
      throw error;
    }
  }

  private async build(source: PairData): Promise<void> {
    const { o, size, session } = this;
    const around = this.around(source);
    const factors = scales(Math.min(size.width, size.height, source.width, source.height), o);
    for (const [l, f] of factors.entries()) {
      const part = ({ width, height }: Grid): Grid => ({ width: Math.round(width * f), height: Math.round(height * f) });
      const [s, inner] = [part(source), part(size)];
      const { x, y } = this.margin;
      const t: Grid = { width: inner.width + 2 * x, height: inner.height + 2 * y };
      const own = <T extends Tensor>(x: T): T => { this.release.push(() => session.memory.release(x.storage.buffer!)); return x; };
      const labels = this.shrink(source.labels, source.width, source.height, s.width, s.height);
      const colours = this.drafted ? this.colours(this.drafted.own, s) : undefined;
      const packed = packPixels(shrinkImage(source.image, source.width, source.height, s.width, s.height), labels);
      const from = fieldSource(session, s, o.patch, packed, guides(around, s, this.weights(f, factors[0]), colours));
      for (const x of [from.map, from.guides, from.members, from.classes]) own(x);
      const lasting = (shape: number[], name: string, dtype: 'f32' | 'u32' = 'u32'): Tensor => own(session.lasting(shape, `synthesis.${name}`, undefined, dtype));
      const n = t.width * t.height;
      const drafts = this.drafted !== null && inner.width <= this.drafted.width * 1.25;
      const level: Level = {
        ...t, inner, source: from, labels: lasting([n], 'labels'), target: { ...t, guides: lasting([from.guides.size / (s.width * s.height) * n], 'guides', 'f32') },
        expected: lasting([256], 'expected', 'f32'), given: l === 0 || drafts ? lasting([n], 'given') : null, picture: lasting([n], 'picture'),
        field: lasting([(t.width - o.patch + 1) * (t.height - o.patch + 1), 2], 'field'), run: () => {},
      };
      const before = this.levels.at(-1);
      const program = await session.record(() => this.recordLevel(level, l, before, drafts));
      this.release.push(() => program.destroy());
      level.run = () => program.run();
      this.levels.push(level);
    }
  }

  private get shrink(): typeof shrinkLabels { return this.lines ? resizeLines : shrinkLabels; }
  private around(of: LayoutData): Surroundings { return this.lines ? lineSurroundings(of) : surroundings(of, this.classes, this.o.guides.farRadius); }

  /** Guide weights at scale f: faded with every doubling since the coarsest. */
  private weights(f: number, coarsest: number): GuideWeights {
    const weight = this.o.fade ** Math.log2(f / coarsest);
    const { near, farRadius, far, across, down, within } = this.o.guides;
    const own = { near, farRadius, far: far * weight, across: across * weight, down: down * weight, within: within * weight };
    return this.tile ? placeless(own, this.tile) : own;
  }

  /** Pixels beyond each edge in which patches see how a tile goes on: as many as a patch that votes inside reaches. */
  private get margin(): { x: number; y: number } { return { x: this.tile?.across ? this.o.patch - 1 : 0, y: this.tile?.down ? this.o.patch - 1 : 0 }; }
  private cutOut(level: Level): CutOut { const { x, y } = this.margin; return { width: level.width, height: level.height, x: -x, y: -y, whole: level.inner }; }

  /** A draft's colours as guides of a level. */
  private colours({ image, width, height }: Draft, level: Grid): Float32Array {
    return shrinkImage(image, width, height, level.width, level.height).map((v) => v * this.o.draft);
  }

  private recordLevel(level: Level, l: number, before: Level | undefined, drafts: boolean): void {
    const { o } = this;
    const { source: s, target: t, labels, given } = level;
    const near = o.guides.near;
    const rounds = o.rounds[Math.min(l, o.rounds.length - 1)];
    const full = t.width * t.height <= o.fullPixels;
    const voted = (field: Tensor, last: boolean): Tensor => voteField(s, t, labels, field, last ? o.sharp : o.sigma, { output: last ? level.picture : undefined });
    const vote = (field: Tensor, last: boolean): Tensor => (this.tile ? wrapMargins(voted(field, last), t, this.margin) : voted(field, last));
    let field: Tensor | null = before ? liftField(s, this.cutOut(level), before.field, { source: before.source, target: this.cutOut(before) }) : null;
    if (!field && !drafts) field = searchField(s, t, given!, { near, colour: 0, noise: this.tile ? Math.max(o.noise, tileNoise) : o.noise });
    let x = drafts ? given! : vote(field!, false);
    for (let i = 0; i < rounds; i++) {
      const last = i === rounds - 1;
      const scale = o.repetition && field ? overuse(s, t, field, o.repetition, level.expected) : undefined;
      const out = last ? level.field : undefined;
      field = full || !field ? searchField(s, t, x, { near, scale }, out) : improveField(s, t, x, field, passes(s), l * 16 + i, { near, scale }, out);
      x = vote(field, last);
    }
  }

  /** The synthesis of a layout of this synthesizer's size: picture and field. One run at a time: a second waits for the first. */
  run(labels: Uint8Array, o: RunOptions = {}): Promise<{ data: Uint8Array; field: Field }> {
    const next = this.last.then(() => this.runNow(labels, o));
    this.last = next.catch(() => {});
    return next;
  }

  private async runNow(labels: Uint8Array, { seed = 0, draft, onLevel, signal }: RunOptions): Promise<{ data: Uint8Array; field: Field }> {
    const { session, size } = this;
    if (!this.levels.length) throw new Error('synthesis: this synthesizer is released');
    if (labels.length !== size.width * size.height) throw new Error(`synthesis: ${labels.length} labels for ${size.width} x ${size.height}`);
    if (!draft !== !this.drafted) throw new Error('synthesis: a draft where none was announced, or none where one was');
    const around = this.around(this.tile ? continued({ ...size, labels }, this.tile) : { ...size, labels });
    for (const [l, level] of this.levels.entries()) {
      signal?.throwIfAborted();
      this.feed(level, labels, around, draft);
      seedField(level.source, seed);
      level.run();
      if (!onLevel) continue;
      const [packed] = await session.read([level.picture]);
      await onLevel({ level: l, of: this.levels.length, ...level.inner, data: bytesOf(this.inner(packed as Uint32Array, level)) });
    }
    const fine = this.levels.at(-1)!;
    const [packed, field] = await session.read([fine.picture, fine.field]);
    const { indices, distances } = pixelField(field as Uint32Array, fine, this.o.patch);
    return { data: bytesOf(this.inner(packed as Uint32Array, fine)), field: { indices: this.inner(indices, fine), distances: this.inner(distances, fine) } };
  }

  /** A level's map without the margins of a tile. */
  private inner<T extends Uint32Array | Float32Array>(map: T, level: Level): T {
    return this.tile ? windowOf(map, level, { ...this.margin, ...level.inner }) : map;
  }

  /** Writes a level's inputs. */
  private feed(level: Level, labels: Uint8Array, around: Surroundings, drawn?: Float32Array): void {
    const { session, size, o } = this;
    const draft = drawn && this.drafted ? { ...this.drafted, image: drawn } : null;
    const { source, inner: { width, height } } = level;
    const { tile } = this;
    const plain = this.shrink(labels, size.width, size.height, width, height);
    const own = tile ? withMargins(plain, level.inner, this.margin) : plain;
    session.write(level.labels, own);
    const weights = this.weights(width / size.width, this.levels[0].inner.width / size.width);
    const colours = draft ? this.colours(draft, level.inner) : undefined;
    session.write(level.target.guides, tile ? continuedGuides(around, level.inner, tile, this.margin, weights, colours) : guides(around, level, weights, colours));
    session.write(level.expected, evenUse(source, level, own, o.patch));
    if (!level.given) return;
    const image = draft && shrinkImage(draft.image, draft.width, draft.height, width, height);
    session.write(level.given, packPixels(image && tile ? planesWithMargins(image, level.inner, this.margin) : image, own));
  }

  /** Releases everything once the runs asked for are over. */
  async close(): Promise<void> {
    await this.last;
    this.destroy();
  }

  destroy(): void {
    for (const free of this.release) free();
    this.release = [];
    this.levels = [];
  }
}

/** Least noise of a tile's first match: where no place is said, all candidates are alike, and the first of them would be taken everywhere. */
const tileNoise = 0.5;

/** Scales of the levels, coarsest first, 1 last. */
function scales(shorter: number, { coarsest, ratio }: SynthesisOptions): number[] {
  const out = [1];
  while (shorter * out[0] * ratio >= coarsest) out.unshift(out[0] * ratio);
  return out;
}

/** Neighbours far, then near; random search from a quarter of the picture down to a few pixels. */
const passes = ({ width, height }: Grid): { jump: number; radius: number }[] => {
  const far = Math.max(width, height);
  return [{ jump: 4, radius: far / 4 }, { jump: 2, radius: far / 16 }, { jump: 1, radius: 4 }, { jump: 1, radius: 2 }];
};

/** Target patches per source patch, by class: each used this often is even use. f32 [256]. */
function evenUse(source: FieldSource, { width, height }: Grid, labels: Uint8Array, patch: number): Float32Array {
  const r = (patch - 1) / 2;
  const out = new Float32Array(256);
  for (let y = r; y < height - r; y++) for (let x = r; x < width - r; x++) out[labels[y * width + x]]++;
  return out.map((n, k) => n / Math.max(1, source.counts[k]));
}

const bytesOf = (packed: Uint32Array): Uint8Array => {
  const data = new Uint8Array(packed.length * 4);
  for (const [i, v] of packed.entries()) { data[4 * i] = v & 255; data[4 * i + 1] = (v >> 8) & 255; data[4 * i + 2] = (v >> 16) & 255; data[4 * i + 3] = 255; }
  return data;
};

/** From matched patches to every pixel's own source: at the borders, the nearest patch's match moved along. */
function pixelField(field: Uint32Array, { width, height, source }: Level, patch: number): Field {
  const r = (patch - 1) / 2;
  const costs = new Float32Array(field.buffer, field.byteOffset, field.length);
  const [across, own] = [width - patch + 1, source.width - patch + 1];
  const indices = new Uint32Array(width * height);
  const distances = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) {
    const [px, py] = [Math.min(across - 1, Math.max(0, x - r)), Math.min(height - patch, Math.max(0, y - r))];
    const at = py * across + px;
    const m = field[2 * at];
    indices[i] = (Math.floor(m / own) + y - py) * source.width + (m % own) + x - px;
    distances[i] = costs[2 * at + 1] / (patch * patch);
  }
  return { indices, distances };
}

/** [3,H,W] in [-1,1] of RGBA bytes. */
function floats(data: Uint8Array): Float32Array {
  const n = data.length / 4;
  const out = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) for (let c = 0; c < 3; c++) out[c * n + i] = data[4 * i + c] / 127.5 - 1;
  return out;
}

async function once(session: Session, source: PairData, layout: LayoutData, options: SynthesizerOptions, run: RunOptions): Promise<Float32Array> {
  const synthesizer = await Synthesizer.create(session, source, layout, options);
  try {
    return floats((await synthesizer.run(layout.labels, run)).data);
  } finally {
    synthesizer.destroy();
  }
}

/** [3,H,W] in [-1,1] for the layout, from the source's patches. Source and layout may differ in size, not in scale. */
export const synthesize = (session: Session, source: PairData, layout: LayoutData, classes: number, options: SynthesisOptions = defaultSynthesis): Promise<Float32Array> =>
  once(session, source, layout, { classes, options }, {});

/**
 * Finishes a rendered draft at the photograph's own resolution: coarse to fine like `synthesize`, but what is matched at
 * every level up to the draft's size is the draft, so it decides what goes where and the photograph's patches how it
 * looks. `own`: what the generator makes of the source's own layout; draft to draft is compared at every level, so what drafts have in common
 * (blur, a tint) costs nothing. Both of any size; source and layout at the resolution wanted. `tile`: the result fits itself along these axes, as the draft should.
 */
export function refine(session: Session, c: Config, source: PairData, drafts: Drafts, layout: LayoutData, { options: o, tile }: { options?: SynthesisOptions; tile?: Tile } = {}): Promise<Float32Array> {
  const { draft, own } = drafts;
  // The draft has settled what the first rounds of a synthesis from nothing are for.
  const lines = c.network.condition === 'sketch';
  const base = o ?? (lines ? lineSynthesis : defaultSynthesis);
  const options = { ...base, rounds: base.rounds.map((n) => Math.min(n, 1 + c.refine)) };
  return once(session, source, layout, { classes: classesOf(source, layout), lines, options, tile, draft: { width: draft.width, height: draft.height, own } }, { draft: draft.image });
}

/** A class may be too thin for the source's small size and still be in a layout. */
const classesOf = (...layouts: LayoutData[]): number => 1 + Math.max(...layouts.map((l) => l.labels.reduce((a, b) => Math.max(a, b), 0)));

/** Weights of the place within a region, in the syntheses that a learnt picture is the mean of [M]. */
const hypotheses = [0, 1, 2];

/**
 * Pictures of the user's targets for the generator to learn from: each the mean of patch syntheses that trust the regions' own frames
 * differently. A single one has its errors in full contrast, and the finishing keeps what a draft learned of them; where several
 * disagree, the mean is soft, and the finishing chooses. `lines`: the layouts are drawings, which have lines but no regions: one synthesis.
 */
export async function synthesizeTargets(session: Session, source: PairData, layouts: readonly LayoutData[], lines = false, tile?: Tile): Promise<PairData[]> {
  const out: PairData[] = [];
  const base = lines ? lineSynthesis : defaultSynthesis;
  const tried = lines || tile?.across || tile?.down ? [base.guides.within] : hypotheses;   // a tile's regions have no frames either
  for (const l of layouts) {
    const image = new Float32Array(3 * l.width * l.height);
    for (const within of tried) {
      const one = await once(session, source, l, { classes: classesOf(source, l), lines, tile, options: { ...base, guides: { ...base.guides, within } } }, {});
      for (const [i, v] of one.entries()) image[i] += v / tried.length;
    }
    out.push({ ...l, image });
  }
  return out;
}
