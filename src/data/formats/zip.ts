/**
 * Zip archives, as far as weight files need them: the list of entries from the central directory (zip64 too), and one
 * entry's bytes, checked by its CRC. A stored entry is a view of the file, not a copy. Source: PKWARE's APPNOTE.TXT,
 * sections 4.3 to 4.5.
 */
import { inflateSync } from 'fflate';
import { UserError } from '../errors.ts';
import { crc32 } from './png.ts';

export interface ZipEntry {
  name: string;
  /** Bytes when unpacked, and as they lie in the file. */
  size: number;
  packed: number;
  method: number;
  crc: number;
  /** The entry's local header. */
  at: number;
}

const END = 0x06054b50,
  END64 = 0x06064b50,
  LOCATOR64 = 0x07064b50,
  CENTRAL = 0x02014b50,
  LOCAL = 0x04034b50;

export const isZip = (b: Uint8Array): boolean =>
  b.length > 4 && b[0] === 0x50 && b[1] === 0x4b && b[2] === 3 && b[3] === 4;

const damaged = (file: string, why: string): UserError =>
  new UserError(`${file}: the zip archive is damaged or cut off (${why}): get or save the file again`);

/** The entries by name. Throws UserError: cut off, damaged, encrypted, a name twice. */
export function zipEntries(bytes: Uint8Array, file: string): Map<string, ZipEntry> {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u64 = (at: number): number => Number(v.getBigUint64(at, true));
  let end = bytes.length - 22;
  // The end record is last but for a comment of up to 65535 bytes.
  for (const stop = Math.max(0, end - 65535); end >= stop && v.getUint32(end, true) !== END; end--);
  if (end < 0 || v.getUint32(end, true) !== END) throw damaged(file, 'it has no list of contents');
  let count = v.getUint16(end + 10, true);
  let at = v.getUint32(end + 16, true);
  if (end >= 20 && v.getUint32(end - 20, true) === LOCATOR64) {
    const record = u64(end - 12);
    if (record + 56 > bytes.length || v.getUint32(record, true) !== END64)
      throw damaged(file, 'its list of contents is not where it should be');
    count = u64(record + 32);
    at = u64(record + 48);
  }
  const entries = new Map<string, ZipEntry>();
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || v.getUint32(at, true) !== CENTRAL)
      throw damaged(file, 'its list of contents is incomplete');
    const name = v.getUint16(at + 28, true);
    const extra = v.getUint16(at + 30, true);
    const next = at + 46 + name + extra + v.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged(file, 'its list of contents is incomplete');
    const entry: ZipEntry = {
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)),
      method: v.getUint16(at + 10, true),
      crc: v.getUint32(at + 16, true),
      packed: v.getUint32(at + 20, true),
      size: v.getUint32(at + 24, true),
      at: v.getUint32(at + 42, true),
    };
    if (v.getUint16(at + 8, true) & 1)
      throw new UserError(`${file}: '${entry.name}' in it is encrypted: save it without a password`);
    widen(entry, v, at + 46 + name, at + 46 + name + extra);
    if (entries.has(entry.name)) throw damaged(file, `'${entry.name}' is in it twice`);
    entries.set(entry.name, entry);
    at = next;
  }
  return entries;
}

/** zip64: fields that are all ones stand in the extra field 1, in this order. */
function widen(entry: ZipEntry, v: DataView, from: number, to: number): void {
  for (let at = from; at + 4 <= to; at += 4 + v.getUint16(at + 2, true)) {
    if (v.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    for (const key of ['size', 'packed', 'at'] as const) {
      if (entry[key] !== 0xffffffff || field + 8 > to) continue;
      entry[key] = Number(v.getBigUint64(field, true));
      field += 8;
    }
  }
}

/**
 * An entry's bytes, unpacked. Throws UserError if they are cut off, damaged (CRC), or packed in a way other than
 * deflate.
 */
export function readEntry(
  bytes: Uint8Array,
  { name, size, packed, method, crc, at }: ZipEntry,
  file: string,
): Uint8Array {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + 30 > bytes.length || v.getUint32(at, true) !== LOCAL)
    throw damaged(file, `'${name}' is not where it should be`);
  const start = at + 30 + v.getUint16(at + 26, true) + v.getUint16(at + 28, true);
  if (start + packed > bytes.length) throw damaged(file, `'${name}' is incomplete`);
  const body = bytes.subarray(start, start + packed);
  if (method !== 0 && method !== 8)
    throw new UserError(
      `${file}: '${name}' in it is packed by method ${method}, which is not read here: save it with torch.save`,
    );
  const out = method === 0 ? body : inflate(body, size, name, file);
  if (out.length !== size || crc32(out) !== crc) throw damaged(file, `the checksum of '${name}' is wrong`);
  return out;
}

function inflate(body: Uint8Array, size: number, name: string, file: string): Uint8Array {
  // Deflate makes at most 1032 bytes of one: a larger claim is no honest size, and must not be allocated.
  if (size > body.length * 1032 + 64) throw damaged(file, `'${name}' claims ${size} bytes, packed into ${body.length}`);
  try {
    return inflateSync(body, { out: new Uint8Array(size) });
  } catch {
    throw damaged(file, `'${name}' cannot be unpacked`);
  }
}
