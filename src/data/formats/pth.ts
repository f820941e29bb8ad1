/**
 * Tensors from PyTorch's .pth and .pt files: the zip form (torch 1.6 and later) and the one before it (a row of
 * pickles, then the values). Nothing in a file is run: only tensors, parameters, storages, OrderedDict and plain
 * containers are known. Source of the layouts: what torch.save writes (torch/serialization.py, torch/_utils.py name the
 * parts).
 */

import { UserError } from '../errors.ts';
import { decodeValues, gatherValues, type StoredType, typeBytes } from './dtypes.ts';
import { type PickleGlobal, type PickleValue, unpickle } from './pickle.ts';
import type { NamedTensor } from './safetensors.ts';
import { isZip, readEntry, type ZipEntry, zipEntries } from './zip.ts';

const storageTypes: Readonly<Record<string, StoredType>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

/**
 * Values in a file: `count` of them, their bytes on demand (in the older form the pickle comes before they are found).
 */
class Storage {
  bytes: (() => Uint8Array) | null = null;
  constructor(
    readonly key: string,
    readonly type: StoredType,
    readonly count: number,
  ) {}
}
/** A window into a storage, in values. */
class StoredTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const isSize = (v: unknown): v is number => Number.isSafeInteger(v) && (v as number) >= 0;
const isSizes = (v: unknown): v is number[] => Array.isArray(v) && v.length <= 16 && v.every(isSize);
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The only names that a file may ask for. The functions are ours: they note what a tensor is and check it. */
const globals =
  (file: string) =>
  (module: string, name: string): PickleGlobal | null => {
    const full = `${module}.${name}`;
    if (Object.hasOwn(storageTypes, full)) return { name: full };
    switch (full) {
      case 'collections.OrderedDict':
        return { name: full, call: ([pairs]) => orderedDict(pairs, file) };
      case 'torch._utils._rebuild_tensor': // files of before torch 0.4, torchvision's VGG among them
      case 'torch._utils._rebuild_tensor_v2':
        return {
          name: full,
          call: ([storage, offset, shape, strides]) => rebuild(storage, offset, shape, strides, file),
        };
      case 'torch._utils._rebuild_parameter':
        return {
          name: full,
          call: ([tensor]) => (tensor instanceof StoredTensor ? tensor : wrong(file, 'a parameter that is no tensor')),
        };
      default:
        return null;
    }
  };

const wrong = (file: string, what: string): never => {
  throw new UserError(`${file}: the file is damaged (${what}): get or save it again`);
};

function orderedDict(pairs: PickleValue, file: string): Map<string, PickleValue> {
  const dict = new Map<string, PickleValue>();
  if (pairs === undefined) return dict;
  if (!Array.isArray(pairs)) return wrong(file, 'an OrderedDict of no pairs');
  for (const p of pairs) {
    if (!Array.isArray(p) || p.length !== 2 || typeof p[0] !== 'string')
      return wrong(file, 'an OrderedDict of no pairs');
    dict.set(p[0], p[1]);
  }
  return dict;
}

function rebuild(
  storage: PickleValue,
  offset: PickleValue,
  shape: PickleValue,
  strides: PickleValue,
  file: string,
): StoredTensor {
  if (
    !(storage instanceof Storage) ||
    !isSize(offset) ||
    !isSizes(shape) ||
    !isSizes(strides) ||
    shape.length !== strides.length
  )
    return wrong(file, 'a tensor without storage, shape or strides');
  const size = sizeOf(shape);
  const last = size ? offset + shape.reduce((sum, n, i) => sum + (n - 1) * strides[i], 0) : 0;
  // A tensor larger than its storage repeats values by strides of 0: weights never do, and a few bytes could claim any
  // size.
  if (size > storage.count || (size > 0 && last >= storage.count)) {
    throw new UserError(
      `${file}: refused: a tensor [${shape}] wants ${size} values up to number ${last}, but its storage ` +
        `'${storage.key}' has ${storage.count}`,
    );
  }
  return new StoredTensor(storage, offset, shape, strides);
}

/** ('storage', type, key, location, count) and, in the older form, a view (key, offset, count) or None. */
function storageOf(id: PickleValue, known: Map<string, Storage>, file: string): Storage {
  const [kind, type, key, , count, view] = Array.isArray(id) ? (id as PickleValue[]) : [];
  const typeName = (type as PickleGlobal | undefined)?.name ?? '';
  if (kind !== 'storage' || !Object.hasOwn(storageTypes, typeName) || typeof key !== 'string' || !isSize(count))
    return wrong(file, 'a storage without type, name or size');
  if (view !== undefined && view !== null)
    throw new UserError(
      `${file}: refused: it has storages that are views of others (torch before 0.4): load and save it with a ` +
        'newer torch',
    );
  const found = known.get(key);
  if (found && (found.type !== storageTypes[typeName] || found.count !== count))
    return wrong(file, `storage '${key}' has two types or sizes`);
  const storage = found ?? new Storage(key, storageTypes[typeName], count);
  known.set(key, storage);
  return storage;
}

/**
 * Reads a .pth file's tensors as float32, by name: nested dicts joined with dots; of a checkpoint with a 'state_dict'
 * only that. only: which tensors to convert, all by default. Throws UserError: not a PyTorch file, cut off, damaged, or
 * asking for anything but tensors (named).
 */
export function readPth(
  bytes: Uint8Array,
  file: string,
  only: (name: string) => boolean = () => true,
): Map<string, NamedTensor> {
  const root = isZip(bytes) ? readZip(bytes, file) : readLegacy(bytes, file);
  const tensors = flatten(root, file);
  if (!tensors.size) throw new UserError(`${file}: there are no tensors in it: save a model's state_dict`);
  const present = new Set([...tensors.values()].map((t) => t.storage));
  // tied weights share a storage; thousands would be a bomb
  let budget = 4 * [...present].reduce((n, s) => n + s.count, 0) + 1e6;
  const out = new Map<string, NamedTensor>();
  for (const [name, { storage, offset, shape, strides }] of tensors) {
    if (!only(name)) continue;
    const size = sizeOf(shape);
    if ((budget -= size) < 0)
      throw new UserError(
        `${file}: refused: its tensors share their values so often that they would be four times the file's size`,
      );
    const data = storage.bytes!();
    out.set(name, {
      shape,
      data: dense(shape, strides)
        ? decodeValues(storage.type, data, offset, size)
        : gatherValues(storage.type, data, offset, shape, strides),
    });
  }
  return out;
}

const dense = (shape: readonly number[], strides: readonly number[]): boolean =>
  shape.every((n, i) => n === 1 || strides[i] === sizeOf(shape.slice(i + 1)));

function readZip(bytes: Uint8Array, file: string): PickleValue {
  const entries = zipEntries(bytes, file);
  const pickles = [...entries.keys()].filter((name) => /^([^/]*\/)?data\.pkl$/.test(name));
  if (pickles.length !== 1)
    throw new UserError(
      `${file}: is a zip archive, but not a PyTorch file (${pickles.length} entries are called data.pkl)`,
    );
  const folder = pickles[0].slice(0, -'data.pkl'.length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(readEntry(bytes, order, file)).trim() !== 'little')
    throw new UserError(`${file}: its values are big-endian, which is not read here`);
  // A torch.save archive is stored, not packed; a packed one may grow, but not without bound.
  const unpacked = [...entries.values()].reduce((n, e) => n + e.size, 0);
  if (unpacked > 64 * 2 ** 20 + 8 * bytes.length)
    throw new UserError(`${file}: refused: it would unpack to ${unpacked} bytes from ${bytes.length}`);
  const known = new Map<string, Storage>();
  const { value } = unpickle(readEntry(bytes, entries.get(pickles[0])!, file), 0, {
    file,
    global: globals(file),
    persistent: (id) => storageOf(id, known, file),
  });
  for (const storage of known.values()) attach(storage, entries.get(`${folder}data/${storage.key}`), bytes, file);
  return value;
}

function attach(storage: Storage, entry: ZipEntry | undefined, bytes: Uint8Array, file: string): void {
  if (!entry)
    throw new UserError(`${file}: storage '${storage.key}' is missing: the file is incomplete: get or save it again`);
  const size = storage.count * typeBytes[storage.type];
  if (entry.size !== size)
    throw new UserError(`${file}: refused: storage '${storage.key}' should have ${size} bytes and has ${entry.size}`);
  let data: Uint8Array | null = null;
  storage.bytes = () => (data ??= readEntry(bytes, entry, file));
}

/** The number that torch.save began its files with before 1.6. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

function readLegacy(bytes: Uint8Array, file: string): PickleValue {
  // Protocol 2 and a whole number of ten bytes: how the magic number is pickled.
  if (![0x80, 2, 0x8a, 10].every((v, i) => bytes[i] === v))
    throw new UserError(`${file}: is not a PyTorch weights file (neither a zip archive nor the form before torch 1.6)`);
  const known = new Map<string, Storage>();
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = unpickle(bytes, at, {
      file,
      global: globals(file),
      persistent: (id) => storageOf(id, known, file),
    });
    at = end;
    return value;
  };
  if (next() !== MAGIC)
    throw new UserError(
      `${file}: is not a PyTorch weights file (another number stands where torch.save writes its own)`,
    );
  const protocol = next();
  if (protocol !== 1001)
    throw new UserError(`${file}: is a PyTorch file of an unknown version (${String(protocol)}, 1001 is known)`);
  const system = next();
  if (system instanceof Map && system.get('little_endian') === false)
    throw new UserError(`${file}: its values are big-endian, which is not read here`);
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) return wrong(file, 'the list of storages is missing');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of keys) {
    const storage = known.get(key as string) ?? wrong(file, `storage '${String(key)}' has no tensor`);
    const size = storage.count * typeBytes[storage.type];
    if (at + 8 + size > bytes.length)
      throw new UserError(
        `${file}: the file is cut off: storage '${storage.key}' needs ${size} bytes from byte ${at + 8} on, the ` +
          `file has ${bytes.length}: get or save it again`,
      );
    if (Number(view.getBigInt64(at, true)) !== storage.count)
      return wrong(file, `storage '${storage.key}' has another size than its tensors were told`);
    const data = bytes.subarray(at + 8, at + 8 + size);
    storage.bytes = () => data;
    at += 8 + size;
  }
  for (const storage of known.values()) if (!storage.bytes) return wrong(file, `storage '${storage.key}' is missing`);
  return root;
}

/**
 * Tensors by dotted name; what is no tensor is left out. Every container is entered once, so shared ones cannot
 * multiply.
 */
function flatten(root: PickleValue, file: string): Map<string, StoredTensor> {
  const inner = root instanceof Map ? root.get('state_dict') : undefined;
  const out = new Map<string, StoredTensor>();
  const seen = new Set<PickleValue>();
  const pending: [string, PickleValue][] = [['', inner instanceof Map ? inner : root]];
  while (pending.length) {
    const [path, value] = pending.pop()!;
    if (value instanceof StoredTensor) {
      const name = path || 'tensor';
      if (out.has(name)) return wrong(file, `two tensors are called '${name}'`);
      out.set(name, value);
    } else if ((value instanceof Map || Array.isArray(value)) && !seen.has(value)) {
      seen.add(value);
      const entries = [...value.entries()];
      for (let i = entries.length - 1; i >= 0; i--)
        pending.push([path ? `${path}.${entries[i][0]}` : String(entries[i][0]), entries[i][1]]);
    }
  }
  return out;
}
