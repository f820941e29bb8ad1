/**
 * PNG files to pixels without help of the platform: every color type and depth, interlaced or not, and what the file's
 * own numbers stand for (`indexed`). Browsers' decoders may convert colors and drop a palette's numbers; a layout needs
 * the very values. No color profile is applied. (PNG specification, 3rd edition: sections 7, 8.1, 9 and 11.3.1.1.)
 */
import { unzlibSync } from 'fflate';
import { UserError } from '../errors.ts';
import { anyTransparent, type Indexed, type Picture } from '../image/image.ts';
import { checkSize } from './checks.ts';
import { type PngHeader, pngChunks, pngHeader } from './png.ts';

export const paeth = (a: number, b: number, c: number): number => {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
};
/** Predicted byte by filter type; a: to the left, b: above, c: above to the left. */
export const predict = [
  () => 0,
  (a: number) => a,
  (_: number, b: number) => b,
  (a: number, b: number) => (a + b) >> 1,
  paeth,
] as const;

/** Samples of a pixel by color type. */
export const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Where each pass of Adam7 begins and how far its pixels lie apart: x, y, step x, step y. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** @throws UserError damaged, cut off, animated, under 2 x 2 or over 64 megapixels. */
export function decodePng(bytes: Uint8Array, name: string): Picture {
  const chunks = pngChunks(bytes, name),
    header = pngHeader(bytes, name),
    { width, height, bits, colorType } = header;
  checkSize(width, height, name);
  const damaged = (): UserError => new UserError(`${name}: the PNG file is damaged or cut off: get or export it again`);
  if (chunks.some((c) => c.type === 'acTL'))
    throw new UserError(`${name}: is an animated PNG: export the one frame you mean as a still PNG`);
  if (
    !(colorType in SAMPLES) ||
    ![1, 2, 4, 8, 16].includes(bits) ||
    (bits < 8 && colorType !== 0 && colorType !== 3) ||
    (bits === 16 && colorType === 3)
  )
    throw damaged();
  const data = (type: string): Uint8Array | undefined => chunks.find((c) => c.type === type)?.data;
  const samples = samplesOf(
    inflated(
      chunks.filter((c) => c.type === 'IDAT').map((c) => c.data),
      rawBytes(header),
      damaged,
    ),
    header,
    damaged,
  );
  const colors = data('PLTE');
  if (colorType === 3 && (!colors || samples.some((v) => 3 * v >= colors.length))) throw damaged();
  const out = new Uint8Array(4 * width * height).fill(255),
    clear = data('tRNS');
  const gray = colorType === 0 || colorType === 4,
    n = SAMPLES[colorType];
  // 16 bits with values below 256 would be all but black as a picture: a map of class numbers.
  const small = bits === 16 && gray && samples.every((v, i) => (n === 2 && i % 2 === 1) || v < 256);
  const most = 2 ** bits - 1,
    eight = bits === 8 || small ? (v: number) => v : (v: number) => Math.floor((v * 255 + (most >> 1)) / most);
  const key =
    clear && colorType !== 3 ? Array.from({ length: n }, (_, c) => (clear[2 * c] << 8) | clear[2 * c + 1]) : null;
  for (let p = 0; p < width * height; p++) {
    const s = n * p,
      o = 4 * p;
    if (colorType === 3) {
      for (let c = 0; c < 3; c++) out[o + c] = colors![3 * samples[s] + c];
      out[o + 3] = clear?.[samples[s]] ?? 255;
      continue;
    }
    for (let c = 0; c < 3; c++) out[o + c] = eight(samples[gray ? s : s + c]);
    if (n === 2 || n === 4)
      out[o + 3] = bits === 16 ? Math.floor((samples[s + n - 1] * 255 + 32767) / 65535) : samples[s + n - 1];
    else if (key?.every((v, c) => samples[s + c] === v)) out[o + 3] = 0;
  }
  const indexed: Indexed | undefined =
    colorType === 3
      ? { kind: 'palette', colors: new Uint8Array(colors!) }
      : small
        ? { kind: 'gray', step: 1 }
        : gray && bits < 8
          ? { kind: 'gray', step: 255 / most }
          : undefined;
  return {
    width,
    height,
    data: out,
    hasAlpha: anyTransparent(out),
    source: name,
    format: 'png',
    indexed,
    ...(bits === 16 && { sixteenBit: true }),
  };
}

/** The passes that hold pixels: of one, the whole, where nothing is interlaced. */
function passes({ width, height, interlaced }: PngHeader) {
  return (interlaced ? ADAM7 : [[0, 0, 1, 1]])
    .map(([x, y, dx, dy]) => ({ x, y, dx, dy, w: Math.ceil((width - x) / dx), h: Math.ceil((height - y) / dy) }))
    .filter(({ w, h }) => w > 0 && h > 0);
}
const rowBytes = ({ bits, colorType }: PngHeader, w: number): number => Math.ceil((w * SAMPLES[colorType] * bits) / 8);
/** Bytes before compression: rows with a filter byte each. */
export const rawBytes = (header: PngHeader): number =>
  passes(header).reduce((sum, { w, h }) => sum + h * (1 + rowBytes(header, w)), 0);

function inflated(parts: readonly Uint8Array[], due: number, damaged: () => UserError): Uint8Array {
  const packed = new Uint8Array(parts.reduce((n, b) => n + b.length, 0));
  parts.reduce((at, b) => {
    packed.set(b, at);
    return at + b.length;
  }, 0);
  let raw: Uint8Array;
  try {
    raw = unzlibSync(packed, { out: new Uint8Array(due) });
  } catch {
    throw damaged();
  }
  if (raw.length !== due) throw damaged();
  return raw;
}

/** Filters undone, bits taken apart, passes put in place: [h,w,samples], each 0 .. 2^bits - 1. */
function samplesOf(raw: Uint8Array, header: PngHeader, damaged: () => UserError): Uint16Array {
  const { width, height, bits, colorType } = header,
    n = SAMPLES[colorType],
    back = Math.max(1, (n * bits) >> 3);
  const out = new Uint16Array(n * width * height);
  let at = 0;
  for (const { x, y, dx, dy, w, h } of passes(header)) {
    const row = rowBytes(header, w);
    let above: Uint8Array = new Uint8Array(row);
    for (let j = 0; j < h; j++) {
      const by = predict[raw[at]],
        line = raw.subarray(at + 1, at + 1 + row);
      if (!by) throw damaged();
      for (let i = 0; i < row; i++)
        line[i] += by(i >= back ? line[i - back] : 0, above[i], i >= back ? above[i - back] : 0);
      for (let k = 0; k < w * n; k++) {
        const bit = k * bits;
        const v =
          bits === 8
            ? line[k]
            : bits === 16
              ? (line[2 * k] << 8) | line[2 * k + 1]
              : (line[bit >> 3] >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
        out[((y + j * dy) * width + x + Math.floor(k / n) * dx) * n + (k % n)] = v;
      }
      above = line;
      at += 1 + row;
    }
  }
  return out;
}
