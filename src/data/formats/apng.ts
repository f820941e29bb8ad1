/** Animated PNG (PNG 3rd edition, "APNG"), from still PNG files of one size and color type. Bytes in, bytes out. */
import { chunk, PNG_SIGNATURE, pngChunks } from './png.ts';

/** Numbers of one, two or four bytes, most significant first. */
const packed = (...fields: readonly [value: number, bytes: 1 | 2 | 4][]): Uint8Array => {
  const out = new Uint8Array(fields.reduce((n, [, b]) => n + b, 0));
  let at = 0;
  for (const [value, bytes] of fields)
    for (let k = bytes - 1; k >= 0; k--) out[at++] = Math.floor(value / 256 ** k) & 255;
  return out;
};

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const file = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    file.set(p, at);
    at += p.length;
  }
  return file;
}

/**
 * The frames one after the other, each shown for 1/fps of a second. `plays`: 0 for ever. Viewers without animation show
 * the first frame. Throws Error where the frames' headers differ.
 */
export function animatedPng(frames: readonly Uint8Array[], fps: number, plays = 0): Uint8Array {
  const parts = frames.map((f) => pngChunks(f));
  const header = parts[0][0].data;
  if (parts.some((p) => p[0].data.some((v, i) => v !== header[i])))
    throw new Error('animatedPng: the frames differ in size or kind');
  const view = new DataView(header.buffer, header.byteOffset);
  let sequence = 0;
  const out: Uint8Array[] = [
    Uint8Array.from(PNG_SIGNATURE),
    chunk('IHDR', header),
    chunk('acTL', packed([frames.length, 4], [plays, 4])),
  ];
  for (const [i, chunks] of parts.entries()) {
    // Whole frames at (0, 0), nothing disposed of, each in place of the one before.
    out.push(
      chunk(
        'fcTL',
        packed(
          [sequence++, 4],
          [view.getUint32(0), 4],
          [view.getUint32(4), 4],
          [0, 4],
          [0, 4],
          [1, 2],
          [fps, 2],
          [0, 1],
          [0, 1],
        ),
      ),
    );
    for (const { type, data } of chunks) {
      if (type !== 'IDAT') continue;
      out.push(i === 0 ? chunk('IDAT', data) : chunk('fdAT', joined(packed([sequence++, 4]), data)));
    }
  }
  out.push(chunk('IEND', new Uint8Array()));
  return joined(...out);
}
