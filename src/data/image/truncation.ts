/**
 * Whether a JPEG or WebP file is all there. Browsers show what they have of one that is cut off; the rest is gray then.
 */
import { UserError } from '../errors.ts';

/**
 * @throws UserError where the file ends before its picture does. What follows the picture (thumbnails, second pictures)
 * is not looked at.
 */
export function checkNotTruncated(bytes: Uint8Array, format: 'jpeg' | 'webp', name: string): void {
  const whole =
    format === 'jpeg'
      ? hasEnd(bytes)
      : new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + 8 <= bytes.length;
  if (!whole)
    throw new UserError(
      `${name}: the ${format === 'jpeg' ? 'JPEG' : 'WebP'} file is cut off after ${bytes.length} bytes: get or export it again`,
    );
}

/**
 * Walks a JPEG's segments to its end-of-image marker (ITU-T T.81, annex B): embedded thumbnails have one of their own,
 * inside a segment.
 */
function hasEnd(b: Uint8Array): boolean {
  for (let at = 2; at + 1 < b.length; ) {
    if (b[at] !== 0xff) {
      at++;
      continue;
    } // coded data, or filling between segments
    const marker = b[at + 1];
    if (marker === 0xd9) return true;
    if (marker === 0xff)
      at++; // a fill byte
    else if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8))
      at += 2; // a stuffed byte, or a marker that stands alone
    else if (at + 3 < b.length) at += 2 + ((b[at + 2] << 8) | b[at + 3]);
    else return false;
  }
  return false;
}
