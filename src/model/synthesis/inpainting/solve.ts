/** A hole solved over all levels, each searched: what photographs of up to some megapixels take. */
import { type Picture, toFloatCHW } from '../../../data/image/image.ts';
import { surroundings } from '../guides.ts';
import { type SolvedLevel, solveLevel } from './level.ts';
import { type InpaintOptions, type InpaintSettings, inpaintingScales } from './options.ts';
import type { PatchSource } from './sources.ts';

/**
 * The finest level. Its memory lasts as long as the scope that this is called in.
 * @throws UserError: nothing to fill the hole with.
 */
export async function solveHole(o: InpaintOptions, s: InpaintSettings): Promise<SolvedLevel> {
  const { photo, hole, layout, others = [] } = o;
  const { width, height } = photo;
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
  let before: SolvedLevel | null = null;
  for (const [l, f] of scales.entries()) {
    o.signal?.throwIfAborted();
    before = (await solveLevel(o, s, sources, target, f, l, before)) ?? before;
  }
  return before!;
}
