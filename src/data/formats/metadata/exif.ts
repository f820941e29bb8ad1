/**
 * EXIF of photographs, for results made of them (Exif 3.0, CIPA DC-008). Camera, lens, exposure, time, place and
 * authors are kept. Left out: what describes the file rather than the photograph; and thumbnails and the maker note,
 * since both can show the photograph as it was before something was removed from it, and the note's offsets do not
 * survive a move.
 */
import { directoryBytes, directorySize, type Entry, numberEntry, numberOf, readDirectory, tiffHeader } from './ifd.ts';

const ORIENTATION = 274;
const EXIF_POINTER = 34665;
const GPS_POINTER = 34853;
const WIDTH = 40962;
const HEIGHT = 40963;
/** Of the Exif directory: the maker note, and the pointer to the one for interoperability. */
const droppedExif = [37500, 40965, WIDTH, HEIGHT];
/**
 * Of the first directory: how a TIFF stores its pixels, what it holds besides EXIF (XMP, IPTC, Photoshop's, the
 * profile, other pictures), padding, and the pointers, which are made anew.
 */
const droppedImage = new Set([
  254,
  255,
  256,
  257,
  258,
  259,
  262,
  263,
  264,
  265,
  266,
  273,
  277,
  278,
  279,
  280,
  281,
  284,
  288,
  289,
  290,
  291,
  292,
  293,
  297,
  301,
  317,
  318,
  319,
  320,
  321,
  322,
  323,
  324,
  325,
  330,
  332,
  338,
  339,
  340,
  341,
  342,
  343,
  344,
  345,
  346,
  347,
  512,
  513,
  514,
  515,
  517,
  518,
  519,
  520,
  521,
  529,
  530,
  531,
  532,
  559,
  700,
  33723,
  34377,
  34675,
  37724,
  59932,
  ORIENTATION,
  EXIF_POINTER,
  GPS_POINTER,
]);

interface Exif {
  image: Entry[];
  exif: Entry[];
  gps: Entry[];
}

function read(block: Uint8Array): Exif | null {
  const header = tiffHeader(block);
  if (!header) return null;
  const image = readDirectory(block, header.first, header.little);
  const below = (pointer: number): Entry[] => readDirectory(block, numberOf(image, pointer) ?? 0, header.little);
  return { image, exif: below(EXIF_POINTER), gps: below(GPS_POINTER) };
}

/** Directories one after the other, the first one with pointers to the others. `at`: where they will lie. */
function placed({ image, exif, gps }: Exif, at: number): Uint8Array {
  const pointers = (exifAt: number, gpsAt: number): Entry[] => [
    ...image,
    ...(exif.length ? [numberEntry(EXIF_POINTER, 4, exifAt)] : []),
    ...(gps.length ? [numberEntry(GPS_POINTER, 4, gpsAt)] : []),
  ];
  const exifAt = at + directorySize(pointers(0, 0));
  const gpsAt = exifAt + (exif.length ? directorySize(exif) : 0);
  const parts = [
    directoryBytes(pointers(exifAt, gpsAt), at),
    ...(exif.length ? [directoryBytes(exif, exifAt)] : []),
    ...(gps.length ? [directoryBytes(gps, gpsAt)] : []),
  ];
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

function block(exif: Exif): Uint8Array {
  const body = placed(exif, 8);
  const out = new Uint8Array(8 + body.length);
  out.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  out.set(body, 8);
  return out;
}

/**
 * The EXIF to keep of a file's own.
 * @param bytes An EXIF block, with or without the JPEG segment's "Exif\0\0" before it, or a whole TIFF file.
 * @returns A block (little-endian TIFF) with orientation 1, since pixels are turned upright when they are read; null
 * where there is nothing to keep or nothing that can be read.
 */
export function exifOf(bytes: Uint8Array): Uint8Array | null {
  const prefixed = String.fromCharCode(...bytes.subarray(0, 6)) === 'Exif\0\0';
  const found = read(prefixed ? bytes.subarray(6) : bytes);
  if (!found) return null;
  const image = found.image.filter((e) => !droppedImage.has(e.tag));
  const exif = found.exif.filter((e) => !droppedExif.includes(e.tag));
  if (!image.length && !exif.length && !found.gps.length) return null;
  return block({ image: [...image, numberEntry(ORIENTATION, 3, 1)], exif, gps: found.gps });
}

/** A block of `exifOf` with the size of the picture it will be written with, pixels. */
export function sizedExif(exif: Uint8Array, width: number, height: number): Uint8Array {
  const found = read(exif);
  if (!found) throw new Error('sizedExif: no EXIF block');
  const own = found.exif.filter((e) => e.tag !== WIDTH && e.tag !== HEIGHT);
  return block({
    image: found.image.filter((e) => e.tag !== EXIF_POINTER && e.tag !== GPS_POINTER),
    exif: [...own, numberEntry(WIDTH, 4, width), numberEntry(HEIGHT, 4, height)],
    gps: found.gps,
  });
}

/** A little-endian TIFF file with an EXIF block's tags added; its own tags stay where both have one. */
export function withExif(tiff: Uint8Array, exif: Uint8Array): Uint8Array {
  const header = tiffHeader(tiff);
  const added = read(exif);
  if (!header?.little || !added) throw new Error('withExif: no little-endian TIFF, or no EXIF block');
  const own = readDirectory(tiff, header.first, true);
  const image = [...own, ...added.image.filter((e) => !droppedImage.has(e.tag) && !own.some((o) => o.tag === e.tag))];
  const at = tiff.length + (tiff.length & 1);
  const body = placed({ ...added, image }, at);
  const out = new Uint8Array(at + body.length);
  out.set(tiff);
  new DataView(out.buffer).setUint32(4, at, true);
  out.set(body, at);
  return out;
}

/** Whether a file of the TIFF family holds a camera's raw data, as far as its first bytes tell (CR2, DNG, NEF, ARW). */
export function isRaw(bytes: Uint8Array): boolean {
  const header = tiffHeader(bytes);
  if (!header) return false;
  if (bytes[8] === 0x43 && bytes[9] === 0x52) return true;
  const entries = readDirectory(bytes, header.first, header.little);
  // DNGVersion, or a first picture that is a smaller version of another (NewSubfileType)
  return entries.some((e) => e.tag === 50706) || ((numberOf(entries, 254) ?? 0) & 1) === 1;
}
