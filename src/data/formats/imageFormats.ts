/**
 * The table of image formats: those that are read, and those that are recognized and refused by name. A new format is
 * one row here, where a decoder that is there can read it. Rows are tried in order.
 */

import { isRaw } from './metadata/exif.ts';
import { tiffHeader } from './metadata/ifd.ts';
import { jpegComplete, webpComplete } from './truncation.ts';

interface FormatRow {
  /** The usual name, as messages show it. */
  label: string;
  /** Whether a file of these bytes (or its first kilobytes) has this format. */
  matches: (bytes: Uint8Array) => boolean;
  /** File name extensions, lower case, without the dot. */
  extensions: readonly string[];
}

/**
 * `png`: a reader that keeps palettes and class numbers. `platform`: sharp in Node, the browser on the page. `node`:
 * sharp in Node, nothing on the page.
 */
export type DecoderKind = 'png' | 'platform' | 'node';

interface ReadableRow extends FormatRow {
  id: string;
  mime: string;
  decoder: DecoderKind;
  /** Whether the file is all there, for platform decoders that do not notice. Header bytes are known to match. */
  complete?: (bytes: Uint8Array) => boolean;
}

/**
 * How to get a picture out of a format that is not read. `convert`: with any program. `export`: from the program that
 * made the file. `none`: there is no picture in it.
 */
export type Remedy = 'convert' | 'export' | 'none';

interface RefusedRow extends FormatRow {
  remedy: Remedy;
}

/** Characters from..to of the bytes, as Latin-1. */
const ascii = (b: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...b.subarray(from, Math.min(to, b.length)));
const starts = (b: Uint8Array, ...magic: number[]): boolean => magic.every((v, i) => b[i] === v);
/** Brands of an ISO base media file (ISO/IEC 14496-12), or null for any other file. */
const brands = (b: Uint8Array): string | null => (ascii(b, 4, 8) === 'ftyp' ? ascii(b, 8, 40) : null);

/** The start of a text file, or null where the bytes are none (control characters, or no UTF-8). */
function text(b: Uint8Array): string | null {
  const head = b.subarray(0, 2048);
  for (const c of head) if (c < 9 || (c > 13 && c < 32 && c !== 27) || c === 127) return null;
  try {
    // A cut may split the last character.
    return new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, head.length - (b.length > 2048 ? 4 : 0)));
  } catch {
    return null;
  }
}

export const readableFormats = [
  {
    id: 'png',
    label: 'PNG',
    mime: 'image/png',
    extensions: ['png'],
    decoder: 'png',
    matches: (b) => starts(b, 0x89, 0x50, 0x4e, 0x47),
  },
  {
    id: 'jpeg',
    label: 'JPEG',
    mime: 'image/jpeg',
    extensions: ['jpg', 'jpeg'],
    decoder: 'platform',
    matches: (b) => starts(b, 0xff, 0xd8, 0xff),
    complete: jpegComplete,
  },
  {
    id: 'webp',
    label: 'WebP',
    mime: 'image/webp',
    extensions: ['webp'],
    decoder: 'platform',
    matches: (b) => ascii(b, 0, 4) === 'RIFF' && ascii(b, 8, 12) === 'WEBP',
    complete: webpComplete,
  },
  {
    id: 'avif',
    label: 'AVIF',
    mime: 'image/avif',
    extensions: ['avif'],
    decoder: 'platform',
    matches: (b) => /avi[fs]/.test(brands(b) ?? ''),
  },
  {
    id: 'tiff',
    label: 'TIFF',
    mime: 'image/tiff',
    extensions: ['tiff', 'tif'],
    decoder: 'node',
    matches: (b) => tiffHeader(b) !== null && !isRaw(b),
  },
] as const satisfies readonly ReadableRow[];

/** A format of pictures that can be read. */
export type ReadableFormat = (typeof readableFormats)[number]['id'];
/** A row of `readableFormats`. */
export type ImageFormat = ReadableRow & { id: ReadableFormat };

const refused = (
  label: string,
  remedy: Remedy,
  matches: (b: Uint8Array) => boolean,
  extensions: readonly string[] = [],
): RefusedRow => ({ label, remedy, matches, extensions });

/** Extensions are given where a name of a result with it is taken for a file, and refused, rather than for a folder. */
export const refusedFormats: readonly RefusedRow[] = [
  refused('GIF', 'convert', (b) => ascii(b, 0, 4) === 'GIF8', ['gif']),
  refused('camera raw (DNG, NEF, CR2, ARW)', 'convert', isRaw, ['dng', 'nef', 'cr2', 'arw']),
  refused('BigTIFF', 'convert', (b) => starts(b, 0x49, 0x49, 0x2b, 0) || starts(b, 0x4d, 0x4d, 0, 0x2b)),
  refused('BMP', 'convert', (b) => ascii(b, 0, 2) === 'BM' && b.length > 14 && b[6] + b[7] + b[8] + b[9] === 0, [
    'bmp',
  ]),
  refused('HEIC', 'convert', (b) => /hei[cxms]|hev[cxms]|mif1|msf1/.test(brands(b) ?? ''), ['heic', 'heif']),
  refused('a video (MP4 family)', 'none', (b) => brands(b) !== null),
  refused('PDF', 'export', (b) => ascii(b, 0, 5) === '%PDF-', ['pdf']),
  refused('Photoshop (PSD)', 'export', (b) => ascii(b, 0, 4) === '8BPS', ['psd']),
  refused('JPEG XL', 'convert', (b) => starts(b, 0xff, 0x0a) || starts(b, 0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20), [
    'jxl',
  ]),
  refused('JPEG 2000', 'convert', (b) => starts(b, 0, 0, 0, 0x0c, 0x6a, 0x50) || starts(b, 0xff, 0x4f, 0xff, 0x51), [
    'jp2',
  ]),
  refused('an icon (ICO)', 'convert', (b) => starts(b, 0, 0, 1, 0)),
  refused('OpenEXR', 'convert', (b) => starts(b, 0x76, 0x2f, 0x31, 0x01), ['exr']),
  refused('GIMP (XCF)', 'export', (b) => ascii(b, 0, 9) === 'gimp xcf '),
  refused('PNM', 'convert', (b) => /^P[1-7]\s/.test(ascii(b, 0, 3))),
  refused('a zip archive (or Krita, OpenRaster, Office file)', 'export', (b) => starts(b, 0x50, 0x4b, 3, 4)),
  refused('gzip', 'convert', (b) => starts(b, 0x1f, 0x8b)),
  refused('NumPy (npy)', 'convert', (b) => ascii(b, 0, 6) === '\x93NUMPY'),
  refused('SVG', 'export', (b) => /<svg[\s>]/i.test(text(b) ?? ''), ['svg']),
  refused('a web page (HTML)', 'none', (b) => /^\s*(<!doctype html|<html)/i.test(text(b) ?? '')),
  refused('a Git LFS pointer (run git lfs pull)', 'none', (b) => (text(b) ?? '').startsWith('version https://git-lfs')),
  refused('text', 'none', (b) => text(b) !== null),
];

const labels = readableFormats.map((f) => f.label);
/** The formats that are read, for messages: 'PNG, JPEG and WebP'. */
export const readableLabels = (conjunction: 'and' | 'or'): string =>
  `${labels.slice(0, -1).join(', ')} ${conjunction} ${labels.at(-1)}`;
/** The same for help texts: 'PNG, JPEG, WebP'. */
export const readableList = labels.join(', ');

/** Extensions of files that are read, lower case, without the dot. */
export const readableExtensions: readonly string[] = readableFormats.flatMap((f) => [...f.extensions]);
/** Media types of files that browsers read, as a file picker's `accept` attribute takes them. */
export const readableTypes = readableFormats
  .filter((f: ReadableRow) => f.decoder !== 'node')
  .map((f) => f.mime)
  .join(',');

/** The extension of a file name, lower case, without the dot; empty where it has none. */
export const extensionOf = (name: string): string => /[^/\\]\.([^./\\]+)$/.exec(name)?.[1].toLowerCase() ?? '';
/** Whether a file name has the extension of a format that is read. What the file is, its bytes decide later. */
export const hasReadableExtension = (name: string): boolean => readableExtensions.includes(extensionOf(name));
/** Whether a file name has the extension of any image format that results might be asked for in. */
export const hasImageExtension = (name: string): boolean =>
  hasReadableExtension(name) || refusedFormats.some((f) => f.extensions.includes(extensionOf(name)));
