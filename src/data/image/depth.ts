/** 16 bits per channel beside 8, and results that have what their photograph's file had. */
import type { Picture } from './picture.ts';

/** Samples of 16 bits -> of 8, rounded. */
export function narrow(wide: Uint16Array): Uint8Array {
  const data = new Uint8Array(wide.length);
  for (let i = 0; i < data.length; i++) data[i] = (wide[i] * 255 + 32767) / 65535;
  return data;
}

/**
 * The result with the photograph's color profile, EXIF and depth. Its pixels must be in the photograph's RGB space.
 * 16 bits: a sample is its 8 bits times 257, and what the 16 bits of the pixel that it was copied from differ from that
 * pixel's own 8 bits times 257. An unchanged copy so has all 16 bits, one made lighter or darker (the steps between
 * patches are evened out) the finer shades, and `narrow` gives the result's own 8 bits back in any case.
 * @param from u32 [H,W] of the result: the photograph's pixel that each was copied from, row by row. Values beyond the
 * photograph stand for none; without `from` there are none at all.
 */
export function likePhoto(result: Picture, photo: Picture, from?: Uint32Array): Picture {
  const { profile, exif, wide: source } = photo;
  const kept = { ...result, ...(profile && { profile }), ...(exif && { exif }) };
  if (!source) return kept;
  const wide = Uint16Array.from(result.data, (v) => v * 257);
  if (from)
    for (const [p, origin] of from.entries())
      for (let c = 0; c < 4; c++) {
        const [i, s] = [4 * p + c, 4 * origin + c];
        if (s < source.length) wide[i] = Math.max(0, Math.min(65535, wide[i] + source[s] - 257 * photo.data[s]));
      }
  return { ...kept, wide, sixteenBit: true };
}
