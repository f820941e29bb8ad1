/**
 * A run folder, never lost: run.json names one set of files that belong together and is switched by rename, after they
 * are on the disk; what it named before is removed afterwards. A kill at any moment leaves the last save. What lies in
 * it: src/model/run/runFiles.ts, and snapshots/000400.png and index.html for people.
 */
import { type Dirent, promises as fs } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../data/errors.ts';
import type { Picture } from '../data/image/image.ts';
import type { Source, Target } from '../data/prepare.ts';
import type { TensorState } from '../model/networks/networks.ts';
import type { PairData } from '../model/pair.ts';
import {
  lossName,
  type NewRecord,
  newRun,
  padded,
  RunReader,
  recordName,
  recordText,
  type SavableTraining,
  weightsOf,
} from '../model/run/runFiles.ts';
import { type RunRecord, readRecord } from '../model/run/runRecord.ts';
import type { SavedRun } from '../model/run/runZip.ts';
import { readPicture } from './decode.ts';
import { encodePng } from './encode.ts';
import { readInput, writeFileAtomic, writeFilesAtomic } from './files.ts';
import { lock } from './runs/lock.ts';
import { LossLog } from './runs/lossLog.ts';

export const isRun = (path: string): Promise<boolean> =>
  fs.stat(join(path, recordName)).then(
    (s) => s.isFile(),
    () => false,
  );

/** Refuses a place for a new run: one that holds a run, or anything else. */
export async function checkNewRun(path: string): Promise<void> {
  const stat = await fs.stat(path).catch(() => null);
  if (!stat) return;
  if (!stat.isDirectory()) throw new UserError(`${path}: is a file; a run is a folder: give another name with -o`);
  if (await isRun(path))
    throw new UserError(`${path}: holds a run already: go on with it by --resume, or give another folder`);
  if ((await fs.readdir(path)).length)
    throw new UserError(`${path}: is a folder with other files in it: give a new or empty one`);
}

async function recordIn(path: string): Promise<RunRecord> {
  const file = join(path, recordName);
  return readRecord(new TextDecoder().decode(await readInput(file)), file);
}

/** The folder that a training on the command line is kept in. Opened by `RunFolder.open`. */
export class RunFolder {
  private release: (() => void) | null = null;
  private constructor(
    /** Of the folder. */
    readonly path: string,
    /** What run.json says. */
    public record: RunRecord,
    /** The losses so far. */
    public losses: LossLog,
  ) {}

  /** The run in a folder, to read. Throws UserError: no folder, no run, another format, damaged. */
  static async open(path: string): Promise<RunFolder> {
    const stat = await fs.stat(path).catch(() => null);
    if (!stat) throw new UserError(`${path}: no such run folder`);
    if (!stat.isDirectory()) throw new UserError(`${path}: is a file, not a run folder`);
    if (!(await isRun(path))) throw new UserError(`${path}: is not a run folder (it has no ${recordName})`);
    const record = await recordIn(path);
    return new RunFolder(path, record, await LossLog.open(join(path, lossName), record.host.iteration, false));
  }

  /** Takes the run for this process to train on; clears away what a killed one left beyond its last save. */
  async claim(): Promise<this> {
    this.release ??= await lock(this.file('lock'), this.path);
    this.record = await recordIn(this.path);
    for (const f of await fs.readdir(this.path)) if (/^\..*\.tmp$/.test(f)) await fs.rm(this.file(f), { force: true });
    this.losses = await LossLog.open(this.file(lossName), this.iteration);
    return this;
  }

  /** Gives the run free again; the end of the process does so, too. */
  close(): void {
    this.release?.();
    this.release = null;
  }

  /** Makes the folder of a new run, whole or not at all: it is filled under another name beside its place. */
  static async create(
    path: string,
    record: NewRecord,
    source: Source,
    targets: readonly Target[],
    learned: readonly PairData[],
    training: SavableTraining,
  ): Promise<RunFolder> {
    const { files } = await newRun(record, source, targets, learned, training, encodePng);
    const parent = dirname(resolve(path));
    const temporary = join(parent, `.${basename(resolve(path))}.${process.pid}.tmp`);
    try {
      await writeFilesAtomic(
        [{ path: lossName, bytes: '' }, ...files].map((f) => ({ ...f, path: join(temporary, f.path) })),
      );
      await fs.rmdir(path).catch(() => {}); // an empty folder; not every system renames over one
      await fs.rename(temporary, path);
    } catch (e) {
      await fs.rm(temporary, { recursive: true, force: true });
      throw e instanceof UserError ? new UserError(e.message.replaceAll(temporary, path)) : e;
    }
    return (await RunFolder.open(path)).claim();
  }

  /** Iterations done. */
  get iteration(): number {
    return this.record.host.iteration;
  }
  /** Whether all iterations are done. */
  get finished(): boolean {
    return this.iteration >= this.record.config.iterations;
  }
  private file(name: string): string {
    return join(this.path, name);
  }

  private get reader(): RunReader {
    return new RunReader(this.record, {
      where: (name) => this.file(name),
      bytes: (name) => readInput(this.file(name)),
      picture: (name) => readPicture(this.file(name), name === 'source.png' ? { own: true } : { layout: true }),
    });
  }
  /** The parts of the run, checked against its record: see RunReader. */
  source(): Promise<Source> {
    return this.reader.source();
  }
  /** The target layouts as used. */
  targets(): Promise<Target[]> {
    return this.reader.targets();
  }
  /** The targets with the pictures that were learned from. */
  learned(): Promise<PairData[]> {
    return this.reader.learned();
  }
  /** The networks and optimizers as saved last. */
  state(): Promise<TensorState> {
    return this.reader.state();
  }

  /** All of the run as one value, for handing it to the page. Throws UserError where a file is missing. */
  async saved(): Promise<SavedRun> {
    const { record } = this;
    const names = [
      'source.png',
      'layout.png',
      ...record.targets.map((t) => t.file),
      record.weights.name,
      ...(record.learned ? [record.learned.name] : []),
    ];
    const files = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const name of names) files.set(name, Uint8Array.from(await readInput(this.file(name))));
    return { name: basename(resolve(this.path)), record, files, losses: this.losses.rows };
  }

  /** Saves the training's present state as the run's, or does nothing where that is saved already. */
  async save(training: SavableTraining, change: Partial<RunRecord>): Promise<void> {
    const weights = training.iteration === this.iteration ? null : await weightsOf(training);
    const record: RunRecord = { ...this.record, ...change, saved: new Date().toISOString() };
    if (weights) {
      await writeFileAtomic(this.file(weights.record.name), weights.bytes);
      Object.assign(record, { weights: weights.record, host: training.host });
    }
    await writeFileAtomic(this.file(recordName), recordText(record));
    this.record = record;
    const old = (await fs.readdir(this.path)).filter(
      (f) => /^weights-\d+\.safetensors$/.test(f) && f !== record.weights.name,
    );
    for (const f of old) await fs.rm(this.file(f), { force: true });
  }

  /** Keeps a picture of the present iteration; returns its path. */
  async snapshot(picture: Picture): Promise<string> {
    const path = this.file(`snapshots/${padded(this.iteration)}.png`);
    await writeFileAtomic(path, encodePng(picture));
    return path;
  }

  /** Paths of the pictures that were saved while training, oldest first. */
  async snapshots(): Promise<string[]> {
    const files = await fs.readdir(this.file('snapshots'), { withFileTypes: true }).catch((): Dirent[] => []);
    return files
      .map((f) => f.name)
      .filter((f) => /^\d+\.png$/.test(f))
      .sort()
      .map((f) => this.file(`snapshots/${f}`));
  }
}
