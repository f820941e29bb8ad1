/**
 * Encodes layouts as palette PNGs: one byte a pixel, the class number, with the classes' colors as the palette (PNG
 * 1.2, color type 3).
 */
import { zlibSync } from 'fflate';
import type { Palette } from '../layout/palette.ts';
import { chunk, PNG_SIGNATURE, withText } from './png.ts';

/**
 * Labels [h,w] -> file bytes. The classes' names go along as text ("semia-classes", a JSON list). The same labels give
 * the same bytes.
 */
export function encodePalettePng(
  layout: { width: number; height: number; labels: Uint8Array },
  { classes }: Palette,
): Uint8Array {
  const { width, height, labels } = layout;
  const wrong = labels.find((l) => l >= classes.length);
  if (wrong !== undefined || labels.length !== width * height)
    throw new Error(
      `encodePalettePng: ${labels.length} labels up to ${wrong}, ${width} x ${height}, ${classes.length} classes`,
    );
  const header = new Uint8Array(13),
    v = new DataView(header.buffer);
  v.setUint32(0, width);
  v.setUint32(4, height);
  header.set([8, 3], 8);
  const rows = new Uint8Array((width + 1) * height); // each row begins with its filter, 0: none
  for (let y = 0; y < height; y++) rows.set(labels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const parts = [
    Uint8Array.from(PNG_SIGNATURE),
    chunk('IHDR', header),
    chunk('PLTE', Uint8Array.from(classes.flatMap((c) => c.color))),
    chunk('IDAT', zlibSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ];
  const png = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    png.set(p, at);
    at += p.length;
  }
  return withText(png, { 'semia-classes': JSON.stringify(classes.map((c) => c.name)) });
}
