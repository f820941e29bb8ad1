/** Image files to pictures, in Node: PNG by pngjs, other formats by sharp (pictures/bySharp.ts). */
import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { UserError } from '../data/errors.ts';
import { checkSize, readableFormat } from '../data/formats/checks.ts';
import { type Chunk, type PngHeader, pngChunks, pngHeader } from '../data/formats/png.ts';
import { rawBytes, SAMPLES } from '../data/formats/pngPixels.ts';
import { anyTransparent, type Indexed, narrow, type Picture } from '../data/image/image.ts';
import { readInput } from './files.ts';
import { animated, broken, decodeBySharp, isRgbProfile } from './pictures/bySharp.ts';

/** What a file is decoded for. */
export interface DecodeOptions {
  /** A layout's colors are names, not light: a PNG's color profile is then not applied. Default false. */
  layout?: boolean;
  /**
   * For results that are to have what the file has: pixels stay in its own RGB space (`profile`), and its 16 bits
   * (`wide`) and EXIF (`exif`) are kept. Other color spaces become sRGB all the same. Default false.
   */
  own?: boolean;
}

/**
 * File bytes -> RGBA, 8 bits, upright (EXIF orientation applied), in sRGB (other profiles and CMYK converted; but see
 * `own`). The bytes decide the format.
 * @param name What messages call the file.
 * @throws UserError Empty, another format, animated, damaged, cut off, under 2 x 2 pixels, over 64 megapixels.
 */
export async function decodeImage(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Promise<Picture> {
  const format = readableFormat(bytes, name);
  if (format.decoder !== 'png') return decodeBySharp(bytes, name, format, options);
  const header = pngHeader(bytes, name);
  checkSize(header.width, header.height, name);
  const chunks = pngChunks(bytes, name);
  if (chunks.some((c) => c.type === 'acTL')) throw animated(name, 'PNG');
  const raw = decodePngByLibrary(bytes, chunks, header, name, options);
  const iccp = chunks.find((c) => c.type === 'iCCP');
  const profile = iccp && !options.layout ? profileIn(iccp) : null;
  const colored = header.colorType !== 0 && header.colorType !== 4;
  const kept = profile && options.own && colored && isRgbProfile(profile) ? profile : undefined;
  const foreign = profile !== null && !kept && !isSrgb(iccp!, profile);
  const exif = chunks.find((c) => c.type === 'eXIf');
  if (!foreign && !exif) return { ...raw, ...(kept && { profile: kept }) };
  const given = foreign || kept ? bytes : withoutChunk(bytes, chunks, iccp);
  const turned = await decodeBySharp(given, name, format, options);
  return { ...turned, ...(raw.sixteenBit && { sixteenBit: true }) };
}

const withoutChunk = (bytes: Uint8Array, chunks: readonly Chunk[], left: Chunk | undefined): Uint8Array =>
  Buffer.concat([bytes.subarray(0, 8), ...chunks.filter((c) => c !== left).map((c) => bytes.subarray(c.start, c.end))]);

/** The picture in a file: readInput, then decodeImage. */
export const readPicture = async (path: string, options?: DecodeOptions): Promise<Picture> =>
  decodeImage(await readInput(path), path, options);

/** The profile in an iCCP chunk; null where it cannot be unpacked: it then changes nothing. */
function profileIn({ data }: Chunk): Uint8Array | null {
  try {
    return inflateSync(data.subarray(data.indexOf(0) + 2), { maxOutputLength: 1 << 24 });
  } catch {
    return null;
  }
}

/** By the chunk's label, or the profile's own description, UTF-16 in version 4 profiles. */
function isSrgb({ data }: Chunk, profile: Uint8Array): boolean {
  const label = Buffer.from(data.subarray(0, data.indexOf(0))).toString('latin1');
  if (/s-?rgb/i.test(label)) return true;
  return /s-?rgb iec61966|\bsRGB\b/i.test(Buffer.from(profile).toString('latin1').replace(/\0/g, ''));
}

/** Bytes: some writers leave a little behind the last row. */
const SLACK = 1 << 16;

function decodePngByLibrary(
  bytes: Uint8Array,
  chunks: Chunk[],
  header: PngHeader,
  name: string,
  { own = false }: DecodeOptions,
): Picture {
  const { width, height, bits, colorType } = header;
  if (!(colorType in SAMPLES))
    throw new UserError(`${name}: the PNG file is damaged: there is no color type ${colorType}`);
  let png: { data: Buffer | Uint16Array };
  try {
    // pngjs shows a stream that ends early as whatever was in memory, and inflates interlaced ones without a bound
    const bytesDue = rawBytes(header);
    const stream = Buffer.concat(chunks.filter((c) => c.type === 'IDAT').map((c) => c.data));
    const held = inflateSync(stream, { maxOutputLength: bytesDue + SLACK }).length;
    if (held < bytesDue) throw new Error(`${held} of ${bytesDue} bytes of pixels`);
    const end = chunks[chunks.length - 1].end; // without what some programs append
    png = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, end), { skipRescale: bits === 16 } as object);
  } catch (e) {
    throw broken(name, 'PNG', e);
  }
  const gray = colorType === 0 || colorType === 4;
  let indexed: Indexed | undefined;
  let data: Uint8Array;
  let wide: Uint16Array | undefined;
  if (bits === 16) {
    wide = png.data as Uint16Array;
    data = narrow(wide);
    // all but black as a picture: a map of class numbers
    if (gray && !wide.some((v, i) => (i & 3) < 3 && v > 255)) {
      for (let i = 0; i < data.length; i++) if ((i & 3) < 3) data[i] = wide[i];
      indexed = { kind: 'gray', step: 1 };
    }
  } else {
    data = new Uint8Array(png.data.buffer, png.data.byteOffset, width * height * 4);
    if (gray && bits < 8) indexed = { kind: 'gray', step: 255 / (2 ** bits - 1) };
  }
  if (data.length !== width * height * 4) throw broken(name, 'PNG', new Error('too few pixels'));
  if (colorType === 3)
    indexed = { kind: 'palette', colors: new Uint8Array(chunks.find((c) => c.type === 'PLTE')!.data) };
  return {
    width,
    height,
    data,
    hasAlpha: anyTransparent(data),
    source: name,
    format: 'png',
    indexed,
    ...(wide && { sixteenBit: true }),
    ...(own && wide && !indexed && { wide }),
  };
}
