/**
 * A hole in a photograph filled with patches from the rest of it: coarse to fine, rounds of "nearest patch, then vote"
 * in which only the hole's pixels change (Wexler, Shechtman, Irani, Space-Time Completion of Video, PAMI 2007; the
 * fields as in Barnes et al. 2009). It begins with the membrane over the hole, and the rim is blended by the membrane
 * of what is left to differ there (Perez et al. 2003). Removing an object and inpainting are this; layouts, other
 * photographs and masks only limit which patches may be taken.
 */
import { UserError } from '../../../data/errors.ts';
import { type Picture, toFloatCHW } from '../../../data/image/image.ts';
import { surroundings } from '../guides.ts';
import { blendHole } from './blend.ts';
import { type SolvedLevel, solveLevel } from './level.ts';
import { defaultInpainting, type InpaintOptions, inpaintingScales, unguidedInpainting } from './options.ts';
import type { PatchSource } from './sources.ts';

/**
 * The photograph with its hole filled: every pixel outside has the very bytes that it had. One seed and adapter, the
 * same bytes.
 * @throws UserError: nothing to fill, nothing to fill it with, or sides below two patches.
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
  const usable = Float32Array.from(hole, (v, i) =>
    Number(!v && photo.data[4 * i + 3] === 255 && (o.sample?.[i] ?? 1) > 0),
  );
  const labels = layout?.now ?? new Uint8Array(width * height);
  const classes = layout?.count ?? 1;
  const source = (p: Picture, free: Float32Array, l: Uint8Array): PatchSource => ({
    width: p.width,
    height: p.height,
    image: toFloatCHW(p),
    free,
    labels: l,
    around: surroundings({ width: p.width, height: p.height, labels: l }, classes, s.guides.farRadius),
  });
  const sources = [
    source(photo, usable, labels),
    ...others.map((p) => {
      const n = p.width * p.height;
      return source(
        p,
        Float32Array.from({ length: n }, (_, i) => Number(p.data[4 * i + 3] === 255)),
        new Uint8Array(n),
      );
    }),
  ];
  const known = Float32Array.from(hole, (v, i) => Number(!v && photo.data[4 * i + 3] === 255));
  const target = {
    known,
    labels: layout?.wanted ?? labels,
    around: surroundings({ width, height, labels: layout?.wanted ?? labels }, classes, s.guides.farRadius),
  };
  const scales = inpaintingScales(Math.min(width, height, ...others.flatMap((p) => [p.width, p.height])), s);
  return session.memory.scope(async () => {
    let before: SolvedLevel | null = null;
    for (const [l, f] of scales.entries()) {
      o.signal?.throwIfAborted();
      before = (await solveLevel(o, s, sources, target, f, l, before)) ?? before;
    }
    return blendHole(photo, hole, before!);
  });
}
