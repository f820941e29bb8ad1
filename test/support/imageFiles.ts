/** Image files made for tests: PNGs of every kind, sound and damaged, and pictures for other encoders. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { crc32 } from '../../src/data/formats/png.ts';

/** Size of the PNGs below, pixels. */
export const W = 5;
export const H = 3;
export const wave = (x: number, y: number, c: number) => (x * 50 + y * 20 + c * 70) % 256;

/** A PNG made by hand: sample(x, y, channel) in the bit depth's own range. */
export function png(
  w: number,
  h: number,
  bits: number,
  type: number,
  sample: (x: number, y: number, c: number) => number,
  {
    plte,
    trns,
    interlaced = false,
    extra = [],
  }: { plte?: number[]; trns?: number[]; interlaced?: boolean; extra?: [string, Uint8Array][] } = {},
): Uint8Array {
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[type]!;
  const passes = interlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  const raw: number[] = [];
  for (const [x0, y0, dx, dy] of passes)
    for (let y = y0; y < h; y += dy) {
      if (x0 >= w) continue;
      raw.push(0);
      let bit = 0,
        byte = 0;
      for (let x = x0; x < w; x += dx)
        for (let c = 0; c < channels; c++) {
          const v = sample(x, y, c);
          if (bits === 16) raw.push(v >> 8, v & 255);
          else {
            byte = (byte << bits) | v;
            bit += bits;
            if (bit === 8) {
              raw.push(byte);
              bit = byte = 0;
            }
          }
        }
      if (bit) raw.push(byte << (8 - bit));
    }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, w);
  new DataView(header.buffer).setUint32(4, h);
  header.set([bits, type, 0, 0, +interlaced], 8);
  const parts: [string, Uint8Array][] = [['IHDR', header], ...extra];
  if (plte) parts.push(['PLTE', Uint8Array.from(plte)]);
  if (trns) parts.push(['tRNS', Uint8Array.from(trns)]);
  parts.push(['IDAT', deflateSync(Uint8Array.from(raw))], ['IEND', new Uint8Array(0)]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...parts.map(([t, d]) => {
      const body = Buffer.concat([Buffer.from(t, 'latin1'), d]);
      const out = Buffer.alloc(body.length + 8);
      out.writeUInt32BE(d.length);
      body.copy(out, 4);
      out.writeUInt32BE(crc32(body), body.length + 4);
      return out;
    }),
  ]);
}

/** RGBA of a pixel. */
export const pixel = (p: { width: number; data: Uint8Array }, x: number, y: number) => [
  ...p.data.subarray(4 * (y * p.width + x), 4 * (y * p.width + x) + 4),
];

export const flat = (w = 16, h = 16, c = { r: 200, g: 100, b: 50 }) =>
  sharp({ create: { width: w, height: h, channels: 3, background: c } });

/** Latin-1 text as bytes. */
export const text = (s: string) => Buffer.from(s, 'latin1');
export const sound = png(W, H, 8, 2, wave);
export const edit = (at: number, v: number) => {
  const b = Buffer.from(sound);
  b[at] = v;
  return b;
};
export const noise = () =>
  sharp(Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251)), {
    raw: { width: 64, height: 64, channels: 3 },
  });
export const acTL: [string, Uint8Array] = ['acTL', new Uint8Array(8)];

/** The header says more rows than the data holds. */
export function shortRows(file: Uint8Array): Uint8Array {
  const b = Buffer.from(file);
  b.writeUInt32BE(H + 40, 20);
  b.writeUInt32BE(crc32(b.subarray(12, 29)), 29);
  return b;
}

export function bomb(interlaced: boolean): Uint8Array {
  if (!interlaced) {
    const b = Buffer.from(sound);
    b.writeUInt32BE(60000, 16);
    b.writeUInt32BE(60000, 20);
    b.writeUInt32BE(crc32(b.subarray(12, 29)), 29);
    return b;
  }
  const b = Buffer.from(png(2000, 800, 8, 0, () => 0, { interlaced: true }));
  b.writeUInt32BE(8, 16);
  b.writeUInt32BE(8, 20);
  b.writeUInt32BE(crc32(b.subarray(12, 29)), 29);
  return b;
}
