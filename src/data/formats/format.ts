/** What kind of file the bytes are, by the bytes: file name extensions lie. */
import { UserError } from '../errors.ts';

export type ReadableFormat = 'png' | 'jpeg' | 'webp';

export const MAX_PIXELS = 64_000_000; // more than any layout or example needs; checked before anything is allocated
export const MIN_SIDE = 2; // pixels

const ascii = (b: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...b.subarray(from, Math.min(to, b.length)));
const starts = (b: Uint8Array, ...magic: number[]) => magic.every((v, i) => b[i] === v);

/** The format's usual name, or null where the bytes are of no known kind. */
export function sniff(b: Uint8Array): string | null {
  if (starts(b, 0x89, 0x50, 0x4e, 0x47)) return 'png';
  if (starts(b, 0xff, 0xd8, 0xff)) return 'jpeg';
  if (ascii(b, 0, 4) === 'RIFF' && ascii(b, 8, 12) === 'WEBP') return 'webp';
  if (ascii(b, 0, 4) === 'GIF8') return 'GIF';
  if (starts(b, 0x49, 0x49, 0x2a, 0) || starts(b, 0x4d, 0x4d, 0, 0x2a) || starts(b, 0x49, 0x49, 0x2b, 0))
    return 'TIFF (or camera raw)';
  if (ascii(b, 0, 2) === 'BM' && b.length > 14 && b[6] + b[7] + b[8] + b[9] === 0) return 'BMP';
  if (ascii(b, 4, 8) === 'ftyp') {
    const brands = ascii(b, 8, 40);
    if (/avi[fs]/.test(brands)) return 'AVIF';
    return /hei[cxms]|hev[cxms]|mif1|msf1/.test(brands) ? 'HEIC' : 'a video (MP4 family)';
  }
  if (ascii(b, 0, 5) === '%PDF-') return 'PDF';
  if (ascii(b, 0, 4) === '8BPS') return 'Photoshop (PSD)';
  if (starts(b, 0xff, 0x0a) || starts(b, 0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20)) return 'JPEG XL';
  if (starts(b, 0, 0, 0, 0x0c, 0x6a, 0x50) || starts(b, 0xff, 0x4f, 0xff, 0x51)) return 'JPEG 2000';
  if (starts(b, 0, 0, 1, 0)) return 'an icon (ICO)';
  if (starts(b, 0x76, 0x2f, 0x31, 0x01)) return 'OpenEXR';
  if (ascii(b, 0, 9) === 'gimp xcf ') return 'GIMP (XCF)';
  if (/^P[1-7]\s/.test(ascii(b, 0, 3))) return 'PNM';
  if (starts(b, 0x50, 0x4b, 3, 4)) return 'a zip archive (or Krita, OpenRaster, Office file)';
  if (starts(b, 0x1f, 0x8b)) return 'gzip';
  if (ascii(b, 0, 6) === '\x93NUMPY') return 'NumPy (npy)';
  return text(b);
}

function text(b: Uint8Array): string | null {
  const head = b.subarray(0, 2048);
  for (const c of head) if (c < 9 || (c > 13 && c < 32 && c !== 27) || c === 127) return null;
  let s: string;
  try {
    s = new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, head.length - (b.length > 2048 ? 4 : 0)));
  } catch {
    return null;
  }
  if (/<svg[\s>]/i.test(s)) return 'SVG';
  if (/^\s*(<!doctype html|<html)/i.test(s)) return 'a web page (HTML)';
  if (s.startsWith('version https://git-lfs')) return 'a Git LFS pointer (run git lfs pull)';
  return 'text';
}

const IMAGE_EDITOR_ONLY = /Photoshop|XCF|Krita|SVG|PDF/;

/**
 * The format, if it is one that is read here. Throws UserError: empty, or some other format, named, with what to
 * convert it to.
 */
export function readableFormat(bytes: Uint8Array, name: string): ReadableFormat {
  if (bytes.length === 0) throw new UserError(`${name}: the file is empty (0 bytes)`);
  const kind = sniff(bytes);
  if (kind === 'png' || kind === 'jpeg' || kind === 'webp') return kind;
  if (kind === null)
    throw new UserError(
      `${name}: is no image this program knows (first bytes ${hex(bytes)}): PNG, JPEG and WebP are read`,
    );
  if (kind === 'text' || /^a (?!zip)/.test(kind))
    throw new UserError(`${name}: is ${kind}, not an image: PNG, JPEG and WebP are read`);
  const how =
    IMAGE_EDITOR_ONLY.test(kind) || kind.startsWith('a zip')
      ? 'export it as PNG'
      : 'convert it to PNG (or a photo to JPEG)';
  throw new UserError(`${name}: ${kind} is not read: ${how}`);
}

const hex = (b: Uint8Array) => Array.from(b.subarray(0, 8), (v) => v.toString(16).padStart(2, '0')).join(' ');

/** Throws UserError where a header announces an image too large or too small to use. */
export function checkSize(width: number, height: number, name: string): void {
  if (!(width > 0 && height > 0))
    throw new UserError(`${name}: the header says ${width} x ${height} pixels: there is no image in it`);
  if (width < MIN_SIDE || height < MIN_SIDE)
    throw new UserError(`${name}: is only ${width} x ${height} pixels: at least ${MIN_SIDE} x ${MIN_SIDE} are needed`);
  if (width * height > MAX_PIXELS) {
    throw new UserError(
      `${name}: ${width} x ${height} is ${((width * height) / 1e6).toFixed(0)} megapixels, ` +
        `more than the ${MAX_PIXELS / 1e6} that are read: scale it down first`,
    );
  }
}
