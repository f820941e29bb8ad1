/** Pictures at once: patch synthesis of every target before a training begins. */
import type { Session } from '../autograd/session.ts';
import type { Picture } from '../data/image/image.ts';
import type { Source, Target } from '../data/prepare.ts';
import { previewerOf } from '../model/synthesis/preview.ts';
import type { Tile } from '../model/synthesis/tile.ts';

/** One preview for each target, in order; `done` is called after each. */
export async function firstPictures(
  session: Session,
  source: Source,
  targets: readonly Target[],
  { seed = 0, tile, done }: { seed?: number; tile?: Tile; done?: (i: number, picture: Picture) => Promise<void> } = {},
): Promise<Picture[]> {
  const previewer = previewerOf(session, source);
  const pictures: Picture[] = [];
  try {
    for (const [i, target] of targets.entries()) {
      const { image } = await previewer.run({ target, seed, tile, field: false });
      pictures.push({ ...image, source: target.name });
      await done?.(i, pictures[i]);
    }
  } finally {
    await previewer.close();
  }
  return pictures;
}
