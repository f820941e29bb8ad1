/** Image files to pictures, in Node: PNG by pngjs, other formats by sharp. */
import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { UserError } from '../data/errors.ts';
import { checkSize, MAX_PIXELS, readableFormat } from '../data/formats/checks.ts';
import type { ImageFormat } from '../data/formats/imageFormats.ts';
import { type Chunk, type PngHeader, pngChunks, pngHeader } from '../data/formats/png.ts';
import { rawBytes, SAMPLES } from '../data/formats/pngPixels.ts';
import { anyTransparent, type Indexed, type Picture } from '../data/image/image.ts';
import { readInput } from './files.ts';
import { optionalPackage } from './optionalPackage.ts';

/** What a file is decoded for. */
export interface DecodeOptions {
  /** A layout's colors are names, not light: a PNG's color profile is then not applied. Default false. */
  layout?: boolean;
}

/**
 * File bytes -> RGBA, 8 bits, upright (EXIF orientation applied), in sRGB (other profiles and CMYK converted).
 * The bytes decide the format.
 * @param name What messages call the file.
 * @throws UserError Empty, another format, animated, damaged, cut off, under 2 x 2 pixels, over 64 megapixels.
 */
export async function decodeImage(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Promise<Picture> {
  const format = readableFormat(bytes, name);
  if (format.decoder === 'platform') return viaSharp(bytes, name, format);
  const header = pngHeader(bytes, name);
  checkSize(header.width, header.height, name);
  const chunks = pngChunks(bytes, name);
  if (chunks.some((c) => c.type === 'acTL')) throw animated(name, 'PNG');
  const raw = decodePngByLibrary(bytes, chunks, header, name);
  const profile = chunks.find((c) => c.type === 'iCCP');
  const foreign = profile !== undefined && !isSrgb(profile) && !options.layout;
  if (!foreign && !chunks.some((c) => c.type === 'eXIf')) return raw;
  const kept = foreign
    ? bytes
    : Buffer.concat([
        bytes.subarray(0, 8),
        ...chunks.filter((c) => c !== profile).map((c) => bytes.subarray(c.start, c.end)),
      ]);
  return { ...(await viaSharp(kept, name, format)), ...(raw.sixteenBit && { sixteenBit: true }) };
}

/** The picture in a file: readInput, then decodeImage. */
export const readPicture = async (path: string, options?: DecodeOptions): Promise<Picture> =>
  decodeImage(await readInput(path), path, options);

const animated = (name: string, format: string) =>
  new UserError(`${name}: is an animated ${format}: export the one frame you mean as a still PNG`);

const broken = (name: string, format: string, e: unknown) => {
  const why = (e as Error).message.split('\n')[0].trim();
  return new UserError(`${name}: the ${format} file is damaged or cut off (${why}): get or export it again`);
};

function isSrgb(iccp: Chunk): boolean {
  const end = iccp.data.indexOf(0);
  const label = String.fromCharCode(...iccp.data.subarray(0, end));
  if (/s-?rgb/i.test(label)) return true;
  try {
    // the profile's own description, UTF-16 in version 4 profiles
    const profile = inflateSync(iccp.data.subarray(end + 2), { maxOutputLength: 1 << 24 });
    return /s-?rgb iec61966|\bsRGB\b/i.test(profile.toString('latin1').replace(/\0/g, ''));
  } catch {
    return true; // an unreadable profile changes nothing
  }
}

/** Bytes: some writers leave a little behind the last row. */
const SLACK = 1 << 16;

function decodePngByLibrary(bytes: Uint8Array, chunks: Chunk[], header: PngHeader, name: string): Picture {
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
  if (bits === 16) {
    const wide = png.data as Uint16Array;
    // all but black as a picture: a map of class numbers
    const small = gray && !wide.some((v, i) => (i & 3) < 3 && v > 255);
    data = new Uint8Array(wide.length);
    for (let i = 0; i < data.length; i++) data[i] = small && (i & 3) < 3 ? wide[i] : (wide[i] * 255 + 32767) / 65535;
    if (small) indexed = { kind: 'gray', step: 1 };
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
    ...(bits === 16 && { sixteenBit: true }),
  };
}

async function viaSharp(bytes: Uint8Array, name: string, { id, label }: ImageFormat): Promise<Picture> {
  const use = id === 'png' ? `${name}: a PNG file with a color profile or an orientation` : `${name}: ${label}`;
  const { default: sharp } = await optionalPackage('sharp', use, () => import('sharp'));
  const settings = { failOn: 'error', limitInputPixels: MAX_PIXELS } as const;
  try {
    const header = await sharp(bytes, { ...settings, limitInputPixels: false }).metadata();
    if ((header.pages ?? 1) > 1) throw animated(name, label);
    checkSize(header.width ?? 0, header.height ?? 0, name);
    // rotate(): by its EXIF orientation
    const image = sharp(bytes, settings).rotate().toColorspace('srgb').ensureAlpha();
    const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 4) throw new Error(`${info.channels} channels`);
    const rgba = new Uint8Array(data.buffer, data.byteOffset, data.length);
    return {
      width: info.width,
      height: info.height,
      data: rgba,
      hasAlpha: anyTransparent(rgba),
      source: name,
      format: id,
    };
  } catch (e) {
    throw e instanceof UserError ? e : broken(name, label, e);
  }
}
