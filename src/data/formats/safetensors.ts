/**
 * safetensors files (https://github.com/huggingface/safetensors, "Format"): 8 bytes with the header's length, a JSON
 * header {name: {dtype, shape, data_offsets}, "__metadata__": {key: text}}, then the values. Bytes in, bytes out.
 */

import { UserError } from '../errors.ts';
import { decodeValues, isStoredType, littleEndian, typeBytes } from './dtypes.ts';

export interface NamedTensor {
  shape: readonly number[];
  data: Float32Array;
}
export interface TensorFile {
  tensors: Map<string, NamedTensor>;
  metadata: Map<string, string>;
}

const METADATA = '__metadata__';
/** The format's own limit for a header, in bytes. */
const LARGEST_HEADER = 100_000_000;
// by code unit: the same order everywhere
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Tensors (written as F32) and texts as a safetensors file. The same contents give the same bytes, whatever order they
 * come in. Throws Error if a tensor's values do not fit its shape: that is a mistake of the program's, not of the
 * user's.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: [string, unknown][] = [];
  const texts = Object.entries(metadata).sort(([a], [b]) => byName(a, b));
  if (texts.length) header.push([METADATA, texts]);
  const sorted = [...tensors].sort(([a], [b]) => byName(a, b));
  let at = 0;
  for (const [name, { shape, data }] of sorted) {
    if (name === METADATA) throw new Error(`safetensors: a tensor cannot be called ${METADATA}`);
    if (shape.reduce((a, b) => a * b, 1) !== data.length)
      throw new Error(`safetensors: ${name} has ${data.length} values for the shape [${shape}]`);
    header.push([
      name,
      [
        ['dtype', 'F32'],
        ['shape', shape],
        ['data_offsets', [at, (at += data.length * 4)]],
      ],
    ]);
  }
  const json = new TextEncoder().encode(object(header));
  const length = Math.ceil(json.length / 8) * 8; // padded with spaces, so that the values are aligned
  const file = new Uint8Array(8 + length + at);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  file.fill(32, 8, 8 + length);
  file.set(json, 8);
  at = 8 + length;
  for (const [, { data }] of sorted) {
    if (littleEndian) file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    else for (let i = 0; i < data.length; i++) view.setFloat32(at + 4 * i, data[i], true);
    at += data.byteLength;
  }
  return file;
}

/**
 * JSON with the keys in the order given; JSON.stringify would move keys that look like numbers. A list of pairs is an
 * object.
 */
function object(entries: readonly (readonly [string, unknown])[]): string {
  const isPairs = (v: unknown): v is [string, unknown][] =>
    Array.isArray(v) && v.length > 0 && v.every((e) => Array.isArray(e) && typeof e[0] === 'string');
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${isPairs(v) ? object(v) : JSON.stringify(v)}`).join(',')}}`;
}

/**
 * Reads a safetensors file; every type is converted to float32 (I64 and F64 are rounded). only: which tensors to
 * convert, all by default; the others are checked all the same. Throws UserError naming the file and the tensor.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  file = 'safetensors',
  only: (name: string) => boolean = () => true,
): TensorFile {
  const header = readHeader(bytes, file);
  const values = bytes.subarray(8 + header.length);
  const metadata = readMetadata(header.json[METADATA], file);
  const entries = Object.entries(header.json)
    .filter(([name]) => name !== METADATA)
    .map(([name, v]) => ({ name, ...readEntry(name, v, values.length, file) }));
  checkCover(entries, values.length, file);
  const tensors = new Map<string, NamedTensor>();
  for (const { name, type, shape, begin, end } of entries) {
    if (only(name))
      tensors.set(name, {
        shape,
        data: decodeValues(type, values.subarray(begin, end), 0, (end - begin) / typeBytes[type]),
      });
  }
  return { tensors, metadata };
}

const again = 'get or save it again';

function readHeader(bytes: Uint8Array, file: string): { length: number; json: Record<string, unknown> } {
  if (bytes.length < 8)
    throw new UserError(
      `${file}: is not a safetensors file: it has ${bytes.length} bytes, fewer than its first field: ${again}`,
    );
  const claimed = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (claimed < 2n || claimed > BigInt(LARGEST_HEADER))
    throw new UserError(
      `${file}: is not a safetensors file: its header would have ${claimed} bytes (2 to ${LARGEST_HEADER} are ` +
        'possible)',
    );
  const length = Number(claimed);
  if (8 + length > bytes.length)
    throw new UserError(
      `${file}: the safetensors file is cut off: its header has ${length} bytes, the whole file ` +
        `${bytes.length}: ${again}`,
    );
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw new UserError(`${file}: the header of the safetensors file is damaged (it is not JSON): ${again}`);
  }
  if (!isRecord(json))
    throw new UserError(`${file}: the header of the safetensors file is damaged (it is no table of tensors): ${again}`);
  return { length, json };
}

const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
const isSize = (v: unknown): v is number => Number.isSafeInteger(v) && (v as number) >= 0;

function readMetadata(value: unknown, file: string): Map<string, string> {
  if (value === undefined) return new Map();
  if (!isRecord(value)) throw new UserError(`${file}: the safetensors file's ${METADATA} must be a table of texts`);
  return new Map(
    Object.entries(value).map(([key, text]) => {
      if (typeof text !== 'string')
        throw new UserError(`${file}: the safetensors file's ${METADATA} entry '${key}' is not a text`);
      return [key, text];
    }),
  );
}

function readEntry(name: string, value: unknown, available: number, file: string) {
  const fail = (why: string): never => {
    throw new UserError(`${file}: tensor '${name}' ${why}`);
  };
  if (!isRecord(value)) return fail(`is not described: ${again}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isStoredType(dtype))
    return fail(
      `has the type ${JSON.stringify(dtype)}; ${Object.keys(typeBytes).join(', ')} can be read: save it as F32`,
    );
  if (!Array.isArray(shape) || !shape.every(isSize))
    return fail(`has the shape ${JSON.stringify(shape)}: sizes must be whole numbers from 0 on`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0] > offsets[1])
    return fail(`has the offsets ${JSON.stringify(offsets)}: two growing whole numbers are expected`);
  const [begin, end] = offsets as [number, number];
  if (end > available)
    return fail(`ends at byte ${end} of the values, but the file has only ${available}: it is cut off: ${again}`);
  const bytes = shape.reduce((a: number, b: number) => a * b, typeBytes[dtype]);
  if (bytes !== end - begin)
    return fail(`is ${dtype} [${shape}], ${bytes} bytes, but its offsets ${begin} to ${end} leave ${end - begin}`);
  return { type: dtype, shape: shape as number[], begin, end };
}

/** The format asks that the tensors cover all bytes, each once. */
function checkCover(
  entries: readonly { name: string; begin: number; end: number }[],
  available: number,
  file: string,
): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < at)
      throw new UserError(
        `${file}: tensor '${name}' overlaps the one before it at byte ${begin} of the values: ${again}`,
      );
    if (begin > at)
      throw new UserError(`${file}: bytes ${at} to ${begin} before tensor '${name}' belong to no tensor: ${again}`);
    at = end;
  }
  if (at !== available)
    throw new UserError(`${file}: ${available - at} bytes after the last tensor belong to none: ${again}`);
}
