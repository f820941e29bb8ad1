/** A result in about a second, without training: patch synthesis of one layout, for a first look and for drawing. */
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import type { Picture } from '../../data/image/image.ts';
import type { Source } from '../../data/prepare.ts';
import type { LayoutData } from '../pair.ts';
import type { LevelPicture } from './level.ts';
import type { NearestNeighborField } from './matches.ts';
import { defaultSynthesis, lineSynthesis, type SynthesisOptions } from './options.ts';
import type { SynthesizerOptions } from './synthesizer.ts';
import type { Tile } from './tile.ts';
import { type PhotoPair, PhotoSynthesizer } from './upsampling/photoSynthesizer.ts';

/** A photograph with its layout. */
export interface PreviewSource {
  /** RGBA bytes; opaque (flatten() it first). */
  photo: { width: number; height: number; data: Uint8Array };
  /** Class of each pixel of the photo. */
  layout: Uint8Array;
  /** Number of classes. */
  classes: number;
  /** Layouts are drawings, 1 on lines (`drawingOf`, `readDrawing`). */
  lines?: boolean;
}

/** What is to be made of it. */
export interface PreviewRequest {
  /** Class of each pixel of the picture wanted. */
  target: LayoutData;
  /** The picture is to fit itself left to right (across) or top to bottom (down); so should the target. */
  tile?: Tile;
  /** Another seed gives another result; default 0. */
  seed?: number;
  /**
   * Called with the picture of each level, coarsest first: RGBA bytes of a smaller size, the last of the size asked
   * for.
   */
  onLevel?: (picture: LevelPicture) => void | Promise<void>;
  /** False: where the pixels come from is not wanted, which saves 8 bytes a pixel. Default true. */
  field?: boolean;
  /** Looked at between levels; an abort rejects with its reason. */
  signal?: AbortSignal;
  /** Settings of the synthesis; default: those for areas, or for lines. */
  options?: SynthesisOptions;
}

/** What `preview` takes. */
export interface PreviewOptions extends PreviewSource, PreviewRequest {
  /** The device that computes. */
  session: Session;
}

/** A result without training. */
export interface Preview {
  /** Of the size asked for. */
  image: Picture;
  /** Where each of its pixels comes from; null where the request wants none. */
  field: NearestNeighborField | null;
}

/** The size and options that a synthesizer was made for, as a text to compare by. */
interface Prepared {
  key: string;
  synthesizer: Promise<PhotoSynthesizer>;
}

/**
 * Previews of one photograph, for drawing: it keeps what was prepared (compiled, allocated) for the size asked for
 * last, so that a request of the same size only writes the target's labels and replays.
 */
export class Previewer {
  private readonly source: PhotoPair;
  private prepared: Prepared | null = null;

  constructor(
    /** The device that computes. */
    readonly session: Session,
    private readonly o: PreviewSource,
  ) {
    const { photo, layout } = o;
    this.source = { width: photo.width, height: photo.height, data: photo.data, labels: layout };
  }

  /**
   * The layout `target` filled with patches of the photo, and the source pixel and distance of every pixel of it.
   * Requests wait for each other; abort those that a new stroke overtakes. The same input, seed and adapter give the
   * same bytes.
   * @throws UserError where photo or target are too small for a patch.
   */
  async run({ target, tile, options, ...run }: PreviewRequest): Promise<Preview> {
    const { source } = this;
    const { classes, lines = false } = this.o;
    const { width, height } = target;
    const o = options ?? (lines ? lineSynthesis : defaultSynthesis);
    const least = Math.min(width, height, source.width, source.height);
    if (least < 2 * o.patch)
      throw new UserError(
        `a picture of ${least} pixels across is too small: patches of ${o.patch} x ${o.patch} are ` +
          `matched, and at least ${2 * o.patch} pixels are needed`,
      );
    const synthesizer = await this.prepare({ width, height }, { classes, lines, tile, options: o });
    const { data, field } = await synthesizer.run(target.labels, run);
    return { image: { width, height, data, hasAlpha: false, source: 'preview' }, field };
  }

  /** The synthesizer for this size; one made for another is released once its last run is over. */
  private prepare(size: { width: number; height: number }, o: SynthesizerOptions): Promise<PhotoSynthesizer> {
    const key = JSON.stringify([size.width, size.height, o]);
    if (this.prepared?.key === key) return this.prepared.synthesizer;
    const synthesizer = this.close().then(() => PhotoSynthesizer.create(this.session, this.source, size, o));
    const now: Prepared = { key, synthesizer };
    this.prepared = now;
    synthesizer.catch(() => {
      if (this.prepared === now) this.prepared = null;
    });
    return synthesizer;
  }

  /** Frees what is kept, once the requests made are over. A later request prepares anew. */
  async close(): Promise<void> {
    const old = this.prepared;
    this.prepared = null;
    const synthesizer = await old?.synthesizer.catch(() => null);
    await synthesizer?.close();
  }
}

/** For a photograph that is prepared already (prepareSource). */
export const previewerOf = (session: Session, { photo, labels, palette }: Source): Previewer =>
  new Previewer(session, { photo, layout: labels, classes: palette.classes.length, lines: palette.lines });

/** One preview, with nothing kept afterwards: see `Previewer.run`, which is for several. */
export async function preview({
  session,
  photo,
  layout,
  classes,
  lines,
  ...request
}: PreviewOptions): Promise<Preview> {
  const previewer = new Previewer(session, { photo, layout, classes, lines });
  try {
    return await previewer.run(request);
  } finally {
    await previewer.close();
  }
}
