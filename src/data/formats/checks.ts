/** What kind of image a file's bytes are, and whether it is one that is read. File name extensions are not trusted. */
import { UserError } from '../errors.ts';
import { type ImageFormat, readableFormats, readableLabels, refusedFormats } from './imageFormats.ts';

/** More than any layout or photograph needs; checked before anything is allocated. */
export const MAX_PIXELS = 64_000_000;
/** Pixels. */
export const MIN_SIDE = 2;

const hex = (b: Uint8Array): string => Array.from(b.subarray(0, 8), (v) => v.toString(16).padStart(2, '0')).join(' ');

/**
 * The format of a file's bytes.
 * @param name What messages call the file.
 * @throws UserError where the file is empty, or of a format that is not read: named, with what to do about it.
 */
export function readableFormat(bytes: Uint8Array, name: string): ImageFormat {
  if (bytes.length === 0) throw new UserError(`${name}: the file is empty (0 bytes)`);
  const format = readableFormats.find((f) => f.matches(bytes));
  if (format) return format;
  const areRead = `${readableLabels('and')} are read`;
  const other = refusedFormats.find((f) => f.matches(bytes));
  if (!other) throw new UserError(`${name}: is no image this program knows (first bytes ${hex(bytes)}): ${areRead}`);
  if (other.remedy === 'none') throw new UserError(`${name}: is ${other.label}, not an image: ${areRead}`);
  const how = other.remedy === 'export' ? 'export it as PNG' : 'convert it to PNG (or a photo to JPEG)';
  throw new UserError(`${name}: ${other.label} is not read: ${how}`);
}

/**
 * Throws UserError where a file ends before its picture does, for decoders that do not notice. What follows the picture
 * (thumbnails, second pictures) is not looked at.
 */
export function checkComplete(bytes: Uint8Array, { complete, label }: ImageFormat, name: string): void {
  if (complete && !complete(bytes))
    throw new UserError(`${name}: the ${label} file is cut off after ${bytes.length} bytes: get or export it again`);
}

/** Throws UserError where a header announces an image too large or too small to use. Sizes in pixels. */
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
