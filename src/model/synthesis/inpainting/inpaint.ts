/**
 * A hole in a photograph filled with patches from the rest of it: coarse to fine, rounds of "nearest patch, then vote"
 * in which only the hole's pixels change (Wexler, Shechtman, Irani, Space-Time Completion of Video, PAMI 2007; the
 * fields as in Barnes et al. 2009). It begins with the membrane over the hole, and the rim is blended by the membrane
 * of what is left to differ there (Perez et al. 2003). Removing an object and inpainting are this; layouts, other
 * photographs and masks only limit which patches may be taken. Of large photographs, coarse levels are solved so, and
 * finer ones carry on what these decided (large.ts).
 */
import { UserError } from '../../../data/errors.ts';
import type { Picture } from '../../../data/image/image.ts';
import { blendHole } from './blend.ts';
import { inpaintLarge } from './large.ts';
import { defaultInpainting, type InpaintOptions, searchedScale, unguidedInpainting } from './options.ts';
import { solveHole } from './solve.ts';

/**
 * The photograph with its hole filled: every pixel outside has the very bytes that it had. One seed and adapter, the
 * same bytes. Beyond what a small photograph takes, memory is some 20 bytes a pixel.
 * @throws UserError: nothing to fill, nothing to fill it with, sides below two patches, or photographs that are too
 * many pixels together for the adapter.
 */
export async function inpaint(o: InpaintOptions): Promise<Picture> {
  const { photo, hole, session, layout, others = [] } = o;
  const s = o.settings ?? (layout ? defaultInpainting : unguidedInpainting);
  const { width, height } = photo;
  if (hole.length !== width * height) throw new Error(`inpaint: ${hole.length} mask values for ${width} x ${height}`);
  if (layout && others.length) throw new Error('inpaint: a layout together with other photographs');
  if (!hole.includes(1)) throw new UserError('the mask is empty: nothing is to be filled');
  for (const p of [photo, ...others]) {
    if (Math.min(p.width, p.height) < 2 * s.patch)
      throw new UserError(
        `${p.source}: ${p.width} x ${p.height} is too small: patches of ${s.patch} x ${s.patch} are ` +
          `matched, and at least ${2 * s.patch} pixels a side are needed`,
      );
  }
  const f = searchedScale([photo, ...others], layout?.count ?? 1, o.searched);
  if (f < 1) return inpaintLarge(o, s, f);
  return session.memory.scope(async () => blendHole(photo, hole, await solveHole(o, s)));
}
