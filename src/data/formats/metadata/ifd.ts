/**
 * Image file directories: what TIFF files and EXIF blocks consist of (TIFF 6.0, section 2). Read in either byte order;
 * values are held, and written, in the little-endian one.
 */

/** One tag. `value`: count * (size of the type) bytes, little-endian. */
export interface Entry {
  tag: number;
  type: number;
  count: number;
  value: Uint8Array;
}

/** Bytes of a value and of its parts that have a byte order, by type (TIFF 6.0, section 2; 13: Exif's IFD). */
const types: Record<number, { size: number; unit: number }> = {
  1: { size: 1, unit: 1 },
  2: { size: 1, unit: 1 },
  3: { size: 2, unit: 2 },
  4: { size: 4, unit: 4 },
  5: { size: 8, unit: 4 },
  6: { size: 1, unit: 1 },
  7: { size: 1, unit: 1 },
  8: { size: 2, unit: 2 },
  9: { size: 4, unit: 4 },
  10: { size: 8, unit: 4 },
  11: { size: 4, unit: 4 },
  12: { size: 8, unit: 8 },
  13: { size: 4, unit: 4 },
};

const viewOf = (b: Uint8Array): DataView => new DataView(b.buffer, b.byteOffset, b.byteLength);

/** The byte order and the first directory's offset of a TIFF file or EXIF block; null for any other bytes. */
export function tiffHeader(bytes: Uint8Array): { little: boolean; first: number } | null {
  if (bytes.length < 8) return null;
  const little = bytes[0] === 0x49 && bytes[1] === 0x49;
  if (!little && !(bytes[0] === 0x4d && bytes[1] === 0x4d)) return null;
  const view = viewOf(bytes);
  return view.getUint16(2, little) === 42 ? { little, first: view.getUint32(4, little) } : null;
}

/** The entries of the directory at `at`. What lies outside the bytes, or has an unknown type, is left out. */
export function readDirectory(bytes: Uint8Array, at: number, little: boolean): Entry[] {
  const view = viewOf(bytes);
  if (at < 8 || at + 2 > bytes.length) return [];
  const entries: Entry[] = [];
  const count = view.getUint16(at, little);
  for (let i = 0, e = at + 2; i < count && e + 12 <= bytes.length; i++, e += 12) {
    const type = view.getUint16(e + 2, little);
    const n = view.getUint32(e + 4, little);
    if (!Object.hasOwn(types, type)) continue;
    const { size, unit } = types[type];
    const start = n * size <= 4 ? e + 8 : view.getUint32(e + 8, little);
    if (start + n * size > bytes.length) continue;
    const value = bytes.slice(start, start + n * size);
    if (!little) for (let p = 0; p < value.length; p += unit) value.subarray(p, p + unit).reverse();
    entries.push({ tag: view.getUint16(e, little), type, count: n, value });
  }
  return entries;
}

/** A whole number of an entry (types BYTE, SHORT, LONG), or undefined where there is none. */
export function numberOf(entries: readonly Entry[], tag: number): number | undefined {
  const entry = entries.find((e) => e.tag === tag);
  if (!entry?.count) return undefined;
  const view = viewOf(entry.value);
  return entry.type === 3 ? view.getUint16(0, true) : entry.type === 1 ? view.getUint8(0) : longOf(entry, view);
}
const longOf = ({ type }: Entry, view: DataView): number | undefined =>
  type === 4 || type === 13 ? view.getUint32(0, true) : undefined;

/** An entry with one whole number, SHORT or LONG. */
export function numberEntry(tag: number, type: 3 | 4, number: number): Entry {
  const value = new Uint8Array(type === 3 ? 2 : 4);
  if (type === 3) viewOf(value).setUint16(0, number, true);
  else viewOf(value).setUint32(0, number, true);
  return { tag, type, count: 1, value };
}

const even = (n: number): number => n + (n & 1);
/** Bytes of a directory with its values. */
export const directorySize = (entries: readonly Entry[]): number =>
  entries.reduce((n, { value }) => n + 12 + (value.length > 4 ? even(value.length) : 0), 6);

/** A directory that will lie at the even offset `at`, its values behind it, no other one after it. */
export function directoryBytes(entries: readonly Entry[], at: number): Uint8Array {
  const out = new Uint8Array(directorySize(entries));
  const view = viewOf(out);
  view.setUint16(0, entries.length, true);
  let free = 6 + 12 * entries.length;
  for (const [i, { tag, type, count, value }] of [...entries].sort((a, b) => a.tag - b.tag).entries()) {
    const e = 2 + 12 * i;
    view.setUint16(e, tag, true);
    view.setUint16(e + 2, type, true);
    view.setUint32(e + 4, count, true);
    if (value.length <= 4) out.set(value, e + 8);
    else {
      view.setUint32(e + 8, at + free, true);
      out.set(value, free);
      free += even(value.length);
    }
  }
  return out;
}
