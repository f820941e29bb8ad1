/** Whether a JPEG or WebP file is complete. Browsers show one that is cut off, with gray for the missing part. */

/**
 * Whether a JPEG has its end-of-image marker (ITU-T T.81, annex B). Walks the segments, because embedded thumbnails
 * have such a marker of their own inside a segment. What follows the picture is not looked at.
 */
export function jpegComplete(b: Uint8Array): boolean {
  for (let at = 2; at + 1 < b.length; ) {
    // coded data, or filling between segments
    if (b[at] !== 0xff) {
      at++;
      continue;
    }
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

/** Whether a WebP holds as many bytes as its RIFF header announces. */
export const webpComplete = (b: Uint8Array): boolean =>
  new DataView(b.buffer, b.byteOffset).getUint32(4, true) + 8 <= b.length;
