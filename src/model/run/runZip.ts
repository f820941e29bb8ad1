/**
 * A run as one file: a zip of its folder. The page saves and opens these, and keeps runs in the same form; `semia
 * serve` hands one over.
 */
import { strToU8, type Zippable, zipSync } from 'fflate';
import { UserError } from '../../data/errors.ts';
import { decodeRgbPng } from '../../data/formats/rgbPng.ts';
import { isZip, readEntry, zipEntries } from '../../data/formats/zip.ts';
import { type LossRow, lossLine, parseLosses } from '../training/lossRows.ts';
import { lossName, type NamedBytes, RunReader, recordName, recordText } from './runFiles.ts';
import { type RunRecord, readRecord } from './runRecord.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A run as it was last saved. `files` has all but run.json and the losses. Structured cloning keeps it whole. */
export interface SavedRun {
  /** Of the folder. */
  name: string;
  /** run.json. */
  record: RunRecord;
  /** By their names in the folder. */
  files: Map<string, Bytes>;
  /** The readings so far. */
  losses: LossRow[];
}

const largest = 1 << 30;
/** Zip archives know no time before 1980; with a day for the time zone. */
const earliest = Date.UTC(1980, 0, 2);
const bytesOf = (b: Uint8Array | string): Bytes => (typeof b === 'string' ? strToU8(b) : b) as Bytes;

/** From newRun's files. */
export function savedRun(name: string, record: RunRecord, files: readonly NamedBytes[]): SavedRun {
  return {
    name,
    record,
    losses: [],
    files: new Map(files.filter((f) => f.path !== recordName).map((f) => [f.path, bytesOf(f.bytes)])),
  };
}

/** The parts of a saved run, checked against its record. */
export const readerOf = ({ name, record, files }: SavedRun): RunReader => {
  const where = (file: string): string => `${name}: ${file}`;
  const bytes = (file: string): Bytes => {
    const found = files.get(file);
    if (!found) throw new UserError(`${where(file)}: is missing: take the whole run folder`);
    return found;
  };
  return new RunReader(record, {
    where,
    bytes: async (file) => bytes(file),
    picture: async (file) => decodeRgbPng(bytes(file), where(file)),
  });
};

/**
 * The run's folder as a zip. The same run has the same bytes. Weights and pictures are stored as they are: packing
 * gains nothing.
 */
export function zipRun({ record, files, losses, name }: SavedRun): Bytes {
  const mtime = Math.max(Date.parse(record.saved) || 0, earliest);
  const folder: Zippable = Object.fromEntries([...files].map(([path, bytes]) => [path, [bytes, { level: 0, mtime }]]));
  folder[recordName] = [strToU8(recordText(record)), { level: 6, mtime }];
  folder[lossName] = [strToU8(losses.map(lossLine).join('')), { level: 6, mtime }];
  return zipSync({ [name]: folder }) as Bytes;
}

/** Reads a zip of a run folder, with or without the folder itself in it. Throws UserError. */
export function unzipRun(bytes: Bytes, file: string): SavedRun {
  if (!isZip(bytes))
    throw new UserError(`${file}: is not a zip archive: give the file that "Save" made, or a zip of a run folder`);
  const entries = zipEntries(bytes, file);
  const record = [...entries.keys()]
    .filter((n) => n === recordName || n.endsWith(`/${recordName}`))
    .sort((a, b) => a.length - b.length)[0];
  if (record === undefined) throw new UserError(`${file}: holds no run (there is no ${recordName} in it)`);
  const prefix = record.slice(0, -recordName.length);
  const text = new TextDecoder().decode(readEntry(bytes, entries.get(record)!, file));
  const read = readRecord(text, `${file}: ${recordName}`);
  const wanted = [
    read.weights.name,
    'source.png',
    'layout.png',
    ...read.targets.map((t) => t.file),
    ...(read.learned ? [read.learned.name] : []),
  ];
  const files = new Map<string, Bytes>();
  let total = 0;
  for (const name of wanted) {
    // A name that leads out of the folder would do so again wherever the run is saved and unpacked.
    if (!/^(?:targets\/)?[\w-][\w.-]*$/.test(name))
      throw new UserError(`${file}: its ${recordName} names a file ${JSON.stringify(name)}, which no run has`);
    const entry = entries.get(prefix + name);
    if (!entry) throw new UserError(`${file}: ${name} is missing in it: zip the whole run folder`);
    if ((total += entry.size) > largest) throw new UserError(`${file}: is larger than a run can be`);
    files.set(name, readEntry(bytes, entry, file).slice() as Bytes);
  }
  const losses = entries.get(prefix + lossName);
  const name = prefix.split('/').at(-2) || file.replace(/^.*[\\/]/, '').replace(/(\.semia)?\.zip$/i, '') || 'run';
  return {
    name,
    record: read,
    files,
    losses: losses ? parseLosses(new TextDecoder().decode(readEntry(bytes, losses, file)), read.host.iteration) : [],
  };
}
