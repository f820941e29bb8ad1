/**
 * XMP in JPEG files: one APP1 segment, or where the packet is longer than a segment, a short packet that names an
 * extended one, which is spread over several (XMP specification, part 3, section 1.1.3).
 */
const STANDARD = 'http://ns.adobe.com/xap/1.0/\0';
const EXTENSION = 'http://ns.adobe.com/xmp/extension/\0';
/** Bytes of text in a segment, whose length has 16 bits. */
const most = 65_000;

const latin1 = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

function app1(...parts: Uint8Array[]): Uint8Array {
  const body = joined(parts);
  const length = body.length + 2;
  return joined([Uint8Array.of(0xff, 0xe1, length >> 8, length & 255), body]);
}

const u32 = (...values: number[]): Uint8Array => {
  const out = new Uint8Array(4 * values.length);
  for (const [i, v] of values.entries()) new DataView(out.buffer).setUint32(4 * i, v);
  return out;
};

/** Segments before the coded data: their marker, and where their contents begin and end. */
function* segments(jpeg: Uint8Array): Generator<{ marker: number; start: number; from: number; to: number }> {
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== 0xda; ) {
    const length = (jpeg[at + 2] << 8) | jpeg[at + 3];
    yield { marker: jpeg[at + 1], start: at, from: at + 4, to: Math.min(jpeg.length, at + 2 + length) };
    at += 2 + length;
  }
}

const begins = (b: Uint8Array, at: number, text: string): boolean =>
  [...text].every((c, i) => b[at + i] === c.charCodeAt(0));

/**
 * The JPEG with an XMP packet, which it had none of before. It follows the segments APP0 and APP1 (JFIF, EXIF).
 * @param digest MD5 of the packet as 32 hexadecimal digits, upper case: names it where it is extended.
 */
export function withJpegXmp(jpeg: Uint8Array, packet: string, digest: string): Uint8Array {
  const text = new TextEncoder().encode(packet);
  const added: Uint8Array[] = [];
  if (text.length <= most) added.push(app1(latin1(STANDARD), text));
  else {
    const note =
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      '<rdf:Description rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" ' +
      `xmpNote:HasExtendedXMP="${digest}"/>` +
      '</rdf:RDF></x:xmpmeta>';
    added.push(app1(latin1(STANDARD), latin1(note)));
    for (let at = 0; at < text.length; at += most)
      added.push(app1(latin1(EXTENSION), latin1(digest), u32(text.length, at), text.subarray(at, at + most)));
  }
  let place = 2;
  for (const { marker, to } of segments(jpeg)) {
    if (marker !== 0xe0 && marker !== 0xe1) break;
    place = to;
  }
  return joined([jpeg.subarray(0, place), ...added, jpeg.subarray(place)]);
}

/** The XMP packet of a JPEG, the extended one where there is one; empty where there is none. */
export function jpegXmp(jpeg: Uint8Array): string {
  let standard: Uint8Array = new Uint8Array();
  const extended: Uint8Array[] = [];
  for (const { marker, from, to } of segments(jpeg)) {
    if (marker !== 0xe1) continue;
    if (begins(jpeg, from, STANDARD)) standard = jpeg.subarray(from + STANDARD.length, to);
    // after the name: digest, whole length, offset
    else if (begins(jpeg, from, EXTENSION)) extended.push(jpeg.subarray(from + EXTENSION.length + 40, to));
  }
  return new TextDecoder().decode(extended.length ? joined(extended) : standard);
}
