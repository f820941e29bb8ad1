/** The table of formats that results are written in. A new one is one row here, where sharp can write it. */
import { extensionOf, type ReadableFormat } from './imageFormats.ts';

/** A row of `writableFormats`. */
export interface WritableFormat {
  /** As in the table of formats that are read: every result can be read again. */
  id: ReadableFormat;
  /** The usual name, as messages show it. */
  label: string;
  /** File name extensions, lower case, without the dot; the first names new files and is the value of --format. */
  extensions: readonly [string, ...string[]];
  /** Whether it has a quality to choose. */
  lossy: boolean;
  /** Bits per channel that results of 16-bit photographs get. */
  bits: 8 | 12 | 16;
  /** Whether it holds transparency. */
  alpha: boolean;
  /** Pixels a side, at most. */
  largest: number;
}

/** JPEG: ITU-T T.81, 16-bit sizes. WebP: RFC 9649, 14-bit sizes. AVIF: 16-bit sizes of its encoder. */
export const writableFormats: readonly WritableFormat[] = [
  { id: 'png', label: 'PNG', extensions: ['png'], lossy: false, bits: 16, alpha: true, largest: 2 ** 31 - 1 },
  { id: 'jpeg', label: 'JPEG', extensions: ['jpg', 'jpeg'], lossy: true, bits: 8, alpha: false, largest: 65_535 },
  { id: 'webp', label: 'WebP', extensions: ['webp'], lossy: true, bits: 8, alpha: true, largest: 16_383 },
  { id: 'tiff', label: 'TIFF', extensions: ['tiff', 'tif'], lossy: false, bits: 16, alpha: true, largest: 2 ** 31 - 1 },
  { id: 'avif', label: 'AVIF', extensions: ['avif'], lossy: true, bits: 12, alpha: true, largest: 65_535 },
];

/** Values of --format. */
export const writableNames: readonly string[] = writableFormats.map((f) => f.extensions[0]);

const listed = (formats: readonly WritableFormat[]): string => {
  const names = formats.map((f) => `.${f.extensions[0]}`);
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
};
/** Extensions for messages: '.png, .jpg, ... or .avif'. */
export const writableList = listed(writableFormats);
/** The same of those that have a quality. */
export const lossyList = listed(writableFormats.filter((f) => f.lossy));

/** Quality where none is given: hardly visible losses. */
export const defaultQuality = 95;

/** The format that a file's name asks for, or null. */
export const formatOf = (name: string): WritableFormat | null =>
  writableFormats.find((f) => f.extensions.includes(extensionOf(name))) ?? null;
