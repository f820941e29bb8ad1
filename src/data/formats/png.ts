/**
 * PNG at the level of its chunks: walked and checked, header read, text (recipes) written and read. Bytes in, bytes
 * out.
 */
import { UserError } from '../errors.ts';

export interface Chunk {
  type: string;
  data: Uint8Array;
  start: number;
  end: number;
} // start, end: the whole chunk in the file

export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const table = new Uint32Array(256).map((_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** CRC-32 as PNG and zip use it. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = table[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

export const isPng = (b: Uint8Array): boolean => PNG_SIGNATURE.every((v, i) => b[i] === v);
const view = (b: Uint8Array) => new DataView(b.buffer, b.byteOffset, b.byteLength);

/**
 * The chunks up to and with IEND; what follows IEND is left out (some programs append their own data there).
 * Throws UserError: not a PNG, cut off, a chunk whose checksum is wrong, no IHDR first.
 */
export function pngChunks(bytes: Uint8Array, name = 'PNG'): Chunk[] {
  if (!isPng(bytes)) throw new UserError(`${name}: is not a PNG file (its first eight bytes are not PNG's)`);
  const chunks: Chunk[] = [];
  const v = view(bytes);
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) throw truncated(name, bytes.length);
    const length = v.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (!/^[A-Za-z]{4}$/.test(type))
      throw new UserError(
        `${name}: the PNG file is damaged at byte ${at} (no chunk begins there): get or export it again`,
      );
    if (end > bytes.length) throw truncated(name, bytes.length);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== v.getUint32(end - 4)) {
      throw new UserError(
        `${name}: the PNG file is damaged: the checksum of its ${type} chunk at byte ${at} is wrong: get or ` +
          'export it again',
      );
    }
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), start: at, end });
    if (chunks.length === 1 && (type !== 'IHDR' || length !== 13))
      throw new UserError(`${name}: the PNG file is damaged: it does not begin with its header chunk`);
    if (type === 'IEND') return chunks;
    at = end;
  }
}

const truncated = (name: string, length: number) =>
  new UserError(`${name}: the PNG file is cut off after ${length} bytes: get or export it again`);

export interface PngHeader {
  width: number;
  height: number;
  bits: number;
  colorType: number;
  interlaced: boolean;
}

/**
 * Width and height in pixels, bits per channel, color type (0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGBA), from
 * the first 29 bytes.
 */
export function pngHeader(bytes: Uint8Array, name = 'PNG'): PngHeader {
  if (bytes.length < 29) throw truncated(name, bytes.length);
  const v = view(bytes);
  return {
    width: v.getUint32(16),
    height: v.getUint32(20),
    bits: bytes[24],
    colorType: bytes[25],
    interlaced: bytes[28] === 1,
  };
}

const latin1 = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const fromLatin1 = (b: Uint8Array) => {
  let s = '';
  for (const c of b) s += String.fromCharCode(c);
  return s;
};

/** A chunk with its length and checksum. */
export function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12);
  view(out).setUint32(0, data.length);
  out.set(latin1(type), 4);
  out.set(data, 8);
  view(out).setUint32(data.length + 8, crc32(out.subarray(4, data.length + 8)));
  return out;
}

function concat(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/**
 * The PNG with these texts in it, in place of texts of the same keys. Latin-1 text goes into tEXt, any other into
 * iTXt as UTF-8. Keys: 1 to 79 characters of printable ASCII, no space at either end (PNG's rule, tightened).
 */
export function withText(png: Uint8Array, texts: Record<string, string>): Uint8Array {
  const chunks = pngChunks(png);
  const fresh = Object.entries(texts).map(([key, value]) => {
    if (!/^[\x21-\x7e]([\x20-\x7e]{0,77}[\x21-\x7e])?$/.test(key))
      throw new Error(`withText: ${JSON.stringify(key)} cannot be a PNG text key`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: PNG allows tab and line breaks in Latin-1 text
    const plain = /^[\x09\x0a\x0d\x20-\x7e\xa0-\xff]*$/.test(value);
    return plain
      ? chunk('tEXt', latin1(`${key}\0${value}`))
      : chunk('iTXt', concat([latin1(`${key}\0\0\0\0\0`), new TextEncoder().encode(value)]));
  });
  const kept = chunks.filter(
    (c) => !((c.type === 'tEXt' || c.type === 'iTXt' || c.type === 'zTXt') && textKey(c.data) in texts),
  );
  const parts = kept.map((c) => png.subarray(c.start, c.end));
  // right after IHDR: found without reading the image
  return concat([png.subarray(0, 8), parts[0], ...fresh, ...parts.slice(1)]);
}

const textKey = (data: Uint8Array) => fromLatin1(data.subarray(0, Math.max(0, data.indexOf(0))));

/**
 * The texts of a PNG by key (of one key twice, the first). inflate (zlib format -> bytes) is needed only for compressed
 * ones, which withText never writes; without it they are left out. Throws UserError where the bytes are no sound PNG.
 */
export function readText(
  png: Uint8Array,
  name = 'PNG',
  inflate?: (zlib: Uint8Array) => Uint8Array,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { type, data } of pngChunks(png, name)) {
    if (type !== 'tEXt' && type !== 'iTXt' && type !== 'zTXt') continue;
    const key = textKey(data);
    let body = data.subarray(key.length + 1);
    let packed = type === 'zTXt';
    if (packed) body = body.subarray(1);
    if (type === 'iTXt') {
      packed = body[0] === 1;
      const language = body.indexOf(0, 2);
      body = body.subarray(body.indexOf(0, language + 1) + 1);
    }
    if (packed && !inflate) continue;
    if (packed) body = inflate!(body);
    if (key && !(key in out)) out[key] = type === 'iTXt' ? new TextDecoder().decode(body) : fromLatin1(body);
  }
  return out;
}
