/** A result in about a second, without training: patch synthesis of one layout, for a first look and for drawing. */
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import { toFloatCHW, type Picture } from '../../data/image/image.ts';
import type { LayoutData } from '../pair.ts';
import type { NearestNeighborField, LevelPicture } from './level.ts';
import { defaultSynthesis, lineSynthesis, type SynthesisOptions } from './options.ts';
import { Synthesizer, type SynthesizerOptions } from './synthesizer.ts';
import type { Tile } from './tile.ts';

export interface PreviewOptions {
  session: Session;
  /** RGBA bytes; opaque (flatten() it first). */
  photo: { width: number; height: number; data: Uint8Array };
  /** Class of each pixel of the photo, and of each pixel of the picture wanted. */
  layout: Uint8Array;
  target: LayoutData;
  /** Number of classes. */
  classes: number;
  /** Layout and target are drawings, 1 on lines (`drawingOf`, `readDrawing`). */
  lines?: boolean;
  /** The picture is to fit itself left to right (across) or top to bottom (down); so should the target. */
  tile?: Tile;
  /** Another seed gives another result; default 0. */
  seed?: number;
  /**
   * Called with the picture of each level, coarsest first: RGBA bytes of a smaller size, the last of the size asked
   * for.
   */
  onLevel?: (picture: LevelPicture) => void | Promise<void>;
  /** Looked at between levels; an abort rejects with its reason. */
  signal?: AbortSignal;
  options?: SynthesisOptions;
}
export interface Preview {
  image: Picture;
  field: NearestNeighborField;
}

/** The last synthesizer of a session, with what it was made for. */
interface Kept {
  photo: Uint8Array;
  layout: Uint8Array;
  key: string;
  synthesizer: Promise<Synthesizer>;
}
const kept = new WeakMap<Session, Kept>();

/**
 * The layout `target` filled with patches of the photo, and the source pixel and distance of every pixel of it.
 *
 * The first call for a photo, a layout and a size prepares (compiles, allocates); further ones with the same arrays
 * only write the target's labels and
 * replay, so keep the arrays and do not write into them. Calls on one session wait for each other; abort those that a
 * new stroke overtakes.
 * The same input, seed and adapter give the same bytes. @throws UserError where photo or target are too small for a
 * patch.
 */
export async function preview({
  session,
  photo,
  layout,
  target,
  classes,
  lines = false,
  tile,
  options = lines ? lineSynthesis : defaultSynthesis,
  ...run
}: PreviewOptions): Promise<Preview> {
  const { width, height } = target;
  const least = Math.min(width, height, photo.width, photo.height);
  if (least < 2 * options.patch)
    throw new UserError(
      `a picture of ${least} pixels across is too small: patches of ${options.patch} x ${options.patch} are matched, and at least ${2 * options.patch} pixels are needed`,
    );
  const synthesizer = await keep(session, photo, layout, { width, height }, { classes, lines, tile, options });
  const { data, field } = await synthesizer.run(target.labels, run);
  return { image: { width, height, data, hasAlpha: false, source: 'preview' }, field };
}

/** The session's synthesizer for this source and size; one made for others is released once its last run is over. */
function keep(
  session: Session,
  photo: PreviewOptions['photo'],
  layout: Uint8Array,
  size: { width: number; height: number },
  o: SynthesizerOptions,
): Promise<Synthesizer> {
  const key = JSON.stringify([photo.width, photo.height, size.width, size.height, o]);
  const old = kept.get(session);
  if (old && old.photo === photo.data && old.layout === layout && old.key === key) return old.synthesizer;
  const source = { width: photo.width, height: photo.height, image: toFloatCHW(photo), labels: layout };
  const before = old ? releasePreview(session) : Promise.resolve();
  const synthesizer = before.then(() => Synthesizer.create(session, source, size, o));
  const now: Kept = { photo: photo.data, layout, key, synthesizer };
  kept.set(session, now);
  synthesizer.catch(() => {
    if (kept.get(session) === now) kept.delete(session);
  });
  return synthesizer;
}

/** Frees what `preview` keeps on the session between calls. */
export async function releasePreview(session: Session): Promise<void> {
  const old = kept.get(session);
  kept.delete(session);
  const synthesizer = await old?.synthesizer.catch(() => null);
  await synthesizer?.close();
}
