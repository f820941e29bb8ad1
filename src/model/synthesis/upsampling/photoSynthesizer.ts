/**
 * Patch synthesis at a photograph's own size. Small levels are searched (synthesizer.ts) up to about half a megapixel:
 * there it is decided what comes from where. Larger levels only carry that on (upperLevel.ts), with memory for the
 * photograph's pixels and one band, and time in proportion to the pixels.
 */

import type { FieldPixels, PatchGrid } from '../../../autograd/nnf/patchField.ts';
import { fieldPixels, releasePixels } from '../../../autograd/nnf/refinedField.ts';
import type { Session } from '../../../autograd/session.ts';
import { fromFloatCHW, type Picture, resize, toFloatCHW } from '../../../data/image/image.ts';
import type { PairData } from '../../pair.ts';
import { type NearestNeighborField, pixelField } from '../matches.ts';
import { defaultSynthesis, lineSynthesis, type SynthesisOptions, scales } from '../options.ts';
import { shrinkerOf, sized } from '../pyramid.ts';
import { type RunOptions, Synthesizer, type SynthesizerOptions } from '../synthesizer.ts';
import { type UpperLevelResult, upperLevel } from './upperLevel.ts';

/** A photograph and its layout. */
export interface PhotoPair extends PatchGrid {
  /** Opaque RGBA bytes [H,W,4]. */
  data: Uint8Array;
  /** Classes [H,W]. */
  labels: Uint8Array;
}

/** A pair of numbers as one of bytes. */
export const photoPair = ({ width, height, image, labels }: PairData): PhotoPair => ({
  width,
  height,
  data: fromFloatCHW(image, width, height).data,
  labels,
});

/** Levels of at most this many pixels are searched [M]. */
export const searchedPixels = 400_000;

/** What `PhotoSynthesizer.create` takes; the draft is for the searched levels, of any size. */
export interface PhotoSynthesizerOptions extends SynthesizerOptions {
  /** See `searchedPixels`: for tests. */
  searched?: number;
  /** Pixels of a band, about: for tests. */
  bandPixels?: number;
}

/** What `PhotoSynthesizer.run` gives. */
export interface PhotoSynthesis {
  /** Opaque RGBA bytes [H,W,4]. */
  data: Uint8Array;
  /** Null where it was not asked for. */
  field: NearestNeighborField | null;
}

/** A level that is not searched. */
interface Upper {
  scale: number;
  source: PhotoPair;
}

/** Made once for a photograph and a size of layout; one run at a time. */
export class PhotoSynthesizer {
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly session: Session,
    private readonly size: PatchGrid,
    private readonly base: { synthesizer: Synthesizer; source: PatchGrid; size: PatchGrid },
    private readonly upper: readonly Upper[],
    private readonly o: PhotoSynthesizerOptions & { options: SynthesisOptions },
  ) {}

  /**
   * Compiles and allocates for layouts of this size. Source and layouts may differ in size, not in scale.
   * @throws RangeError where a side is below the patch's, or the adapter cannot hold the photograph's pixels.
   */
  static async create(
    session: Session,
    source: PhotoPair,
    size: PatchGrid,
    given: PhotoSynthesizerOptions,
  ): Promise<PhotoSynthesizer> {
    const { lines = false, options = lines ? lineSynthesis : defaultSynthesis } = given;
    const o = { ...given, lines, options };
    const shorter = Math.min(size.width, size.height, source.width, source.height);
    const pixels = Math.max(size.width * size.height, source.width * source.height);
    const all = scales(shorter, options);
    const most = given.searched ?? searchedPixels;
    const searched = all.filter((f, i) => i === 0 || pixels * f * f <= most);
    const at = searched[searched.length - 1];
    const small = at === 1 ? source : shrunk(source, at, lines);
    const baseSize = sized(size, at);
    const synthesizer = await Synthesizer.create(
      session,
      { width: small.width, height: small.height, image: toFloatCHW(small), labels: small.labels },
      baseSize,
      o,
    );
    const upper = all
      .slice(searched.length)
      .map((scale) => ({ scale, source: scale === 1 ? source : shrunk(source, scale, lines) }));
    return new PhotoSynthesizer(
      session,
      size,
      { synthesizer, source: { width: small.width, height: small.height }, size: baseSize },
      upper,
      o,
    );
  }

  /**
   * The synthesis of a layout of this synthesizer's size. One run at a time: a second waits for the first. `field`
   * false: the source of every pixel is not wanted, which saves 8 bytes a pixel.
   */
  run(labels: Uint8Array, o: RunOptions & { field?: boolean } = {}): Promise<PhotoSynthesis> {
    const next = this.last.then(() => this.runNow(labels, o));
    this.last = next.catch(() => {});
    return next;
  }

  private async runNow(
    labels: Uint8Array,
    { field = true, ...o }: RunOptions & { field?: boolean },
  ): Promise<PhotoSynthesis> {
    const { base, upper, size } = this;
    if (labels.length !== size.width * size.height)
      throw new Error(`synthesis: ${labels.length} labels for ${size.width} x ${size.height}`);
    const small = upper.length
      ? shrinkerOf(this.o.lines)(labels, size.width, size.height, base.size.width, base.size.height)
      : labels;
    const of = base.synthesizer.depth + upper.length;
    const { onLevel } = o;
    // Without a listener no level's picture is read back.
    const made = await base.synthesizer.run(small, {
      ...o,
      onLevel: onLevel && ((picture) => onLevel({ ...picture, of })),
    });
    if (!upper.length) return { data: made.data, field: field ? made.field : null };
    return this.enlarge(labels, of, { ...o, field });
  }

  /** The levels above the searched ones. */
  private async enlarge(labels: Uint8Array, of: number, o: RunOptions & { field: boolean }): Promise<PhotoSynthesis> {
    const { session, size, base, upper, o: settings } = this;
    let before = await base.synthesizer.matches();
    let sourceBefore: PatchGrid = base.source;
    let result!: UpperLevelResult;
    for (const [i, { scale, source }] of upper.entries()) {
      const level = sized(size, scale);
      const finest = i === upper.length - 1;
      let pixels: FieldPixels | null = null;
      try {
        pixels = fieldPixels(session, source, settings.options.patch, source.data, source.labels);
        result = await upperLevel(
          session,
          {
            size: level,
            index: of - upper.length + i,
            source: pixels,
            sourceBefore,
            before,
            labels: finest
              ? labels
              : shrinkerOf(settings.lines)(labels, size.width, size.height, level.width, level.height),
            options: settings.options,
            tile: settings.tile ?? null,
            seed: o.seed ?? 0,
            pixels: settings.bandPixels,
            signal: o.signal,
          },
          finest && o.field,
        );
      } finally {
        if (pixels) releasePixels(session, pixels);
      }
      before = result.matches;
      sourceBefore = { width: source.width, height: source.height };
      await o.onLevel?.({ level: of - upper.length + i, of, ...level, data: result.data });
    }
    const field = o.field
      ? pixelField({ ...before, distances: result.distances! }, sourceBefore, settings.options.patch)
      : null;
    return { data: result.data, field };
  }

  /** Releases everything once the runs asked for are over. */
  async close(): Promise<void> {
    await this.last;
    this.destroy();
  }

  destroy(): void {
    this.base.synthesizer.destroy();
  }
}

/** The pair at a level: colors by area average, the most frequent class. */
function shrunk(source: PhotoPair, f: number, lines: boolean): PhotoPair {
  const { width, height } = sized(source, f);
  const whole: Picture = { ...source, hasAlpha: false, source: 'photo' };
  return {
    width,
    height,
    data: resize(whole, width, height).data,
    labels: shrinkerOf(lines)(source.labels, source.width, source.height, width, height),
  };
}
