/** Pictures at once: patch synthesis of every target, before a training begins. */
import type { Session } from '../../autograd/session.ts';
import type { Picture } from '../../data/image/image.ts';
import type { Source, Target } from '../../data/prepare.ts';
import { type Preview, previewerOf } from '../../model/synthesis/preview.ts';
import type { Tile } from '../../model/synthesis/tile.ts';

/** How previews are made, and what is done with each. */
export interface FirstPictures {
  seed?: number;
  tile?: Tile;
  done?: (i: number, preview: Preview) => Promise<void>;
}

/** One preview for each target, in order. Where pixels come from is known for photographs of 16 bits only. */
export async function firstPictures(
  session: Session,
  source: Source,
  targets: readonly Target[],
  { seed = 0, tile, done }: FirstPictures = {},
): Promise<Picture[]> {
  const previewer = previewerOf(session, source);
  const pictures: Picture[] = [];
  try {
    for (const [i, target] of targets.entries()) {
      const made = await previewer.run({ target, seed, tile, field: source.photo.wide !== undefined });
      pictures.push({ ...made.image, source: target.name });
      await done?.(i, made);
    }
  } finally {
    await previewer.close();
  }
  return pictures;
}
