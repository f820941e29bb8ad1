/**
 * A run folder, never lost: run.json names one set of files that belong together and is switched by rename, after they are
 * on the disk; what it named before is removed afterwards. A kill at any moment leaves the last save.
 *
 *     run.json  weights-000400.safetensors  source.png  layout.png  targets/0.png  targets.safetensors
 *     losses.jsonl  snapshots/000400.png  index.html
 */
import { promises as fs, type Dirent } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../data/errors.ts';
import type { Picture } from '../data/image.ts';
import { renderLayout } from '../data/layout.ts';
import { hex } from '../data/palette.ts';
import type { Source, Target } from '../data/prepare.ts';
import { decodeSafetensors, encodeSafetensors } from '../data/safetensors.ts';
import type { PairData } from '../model/pair.ts';
import type { Training, State } from '../model/train.ts';
import { encodePng, readPicture } from './decode.ts';
import { readInput, writeFileAtomic, writeFilesAtomic, type OutputFile } from './files.ts';
import { lock } from './lock.ts';
import { LossLog } from './lossLog.ts';
import { readRecord, type RunRecord } from './runRecord.ts';
import { sha256 } from './version.ts';

const recordName = 'run.json';
const lossName = 'losses.jsonl';
export const isRun = (path: string): Promise<boolean> => fs.stat(join(path, recordName)).then((s) => s.isFile(), () => false);
const padded = (iteration: number): string => String(iteration).padStart(6, '0');

/** Refuses a place for a new run: one that holds a run, or anything else. */
export async function checkNewRun(path: string): Promise<void> {
  const stat = await fs.stat(path).catch(() => null);
  if (!stat) return;
  if (!stat.isDirectory()) throw new UserError(`${path}: is a file; a run is a folder: give another name with -o`);
  if (await isRun(path)) throw new UserError(`${path}: holds a run already: go on with it by --resume, or give another folder`);
  if ((await fs.readdir(path)).length) throw new UserError(`${path}: is a folder with other files in it: give a new or empty one`);
}

async function recordIn(path: string): Promise<RunRecord> {
  const file = join(path, recordName);
  return readRecord(new TextDecoder().decode(await readInput(file)), file);
}

export class RunFolder {
  private release: (() => void) | null = null;
  private constructor(readonly path: string, public record: RunRecord, public losses: LossLog) {}

  /** The run in a folder, to read. Throws UserError: no folder, no run, another format, damaged. */
  static async open(path: string): Promise<RunFolder> {
    const stat = await fs.stat(path).catch(() => null);
    if (!stat) throw new UserError(`${path}: no such run folder`);
    if (!stat.isDirectory()) throw new UserError(`${path}: is a file, not a run folder`);
    if (!await isRun(path)) throw new UserError(`${path}: is not a run folder (it has no ${recordName})`);
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
  static async create(path: string, record: Omit<RunRecord, 'weights' | 'host' | 'targets' | 'learned'>, source: Source, targets: readonly Target[], learned: readonly PairData[], training: Training): Promise<RunFolder> {
    const pictures: OutputFile[] = [
      { path: 'source.png', bytes: encodePng(source.photo) },
      { path: 'layout.png', bytes: encodePng(renderLayout(source, source.palette)) },
      ...targets.map((t, i) => ({ path: `targets/${i}.png`, bytes: encodePng(renderLayout(t, source.palette)) })),
    ];
    const weights = await weightsOf(training);
    const learnedBytes = learned.length ? encodeSafetensors(learnedTensors(learned)) : null;
    const full: RunRecord = {
      ...record, host: training.host, weights: weights.record, learned: learnedBytes && { name: 'targets.safetensors', sha256: sha256(learnedBytes) },
      targets: targets.map((t, i) => ({ file: `targets/${i}.png`, name: t.name, width: t.width, height: t.height })),
    };
    const parent = dirname(resolve(path));
    const temporary = join(parent, `.${basename(resolve(path))}.${process.pid}.tmp`);
    try {
      await writeFilesAtomic([...pictures, { path: weights.record.name, bytes: weights.bytes }, ...(learnedBytes ? [{ path: 'targets.safetensors', bytes: learnedBytes }] : []),
        { path: lossName, bytes: '' }, { path: recordName, bytes: `${JSON.stringify(full, null, 2)}\n` }].map((f) => ({ ...f, path: join(temporary, f.path) })));
      await fs.rmdir(path).catch(() => {});   // an empty folder; not every system renames over one
      await fs.rename(temporary, path);
    } catch (e) {
      await fs.rm(temporary, { recursive: true, force: true });
      throw e instanceof UserError ? new UserError(e.message.replaceAll(temporary, path)) : e;
    }
    return (await RunFolder.open(path)).claim();
  }

  get iteration(): number { return this.record.host.iteration; }
  get finished(): boolean { return this.iteration >= this.record.config.iterations; }
  private file(name: string): string { return join(this.path, name); }

  /** The source pair as used. */
  async source(): Promise<Source> {
    const { size, palette, drawn, inputs } = this.record;
    const photo = await this.picture('source.png', size);
    return { ...size, photo: { ...photo, source: inputs.photo.name }, labels: this.labels(await this.picture('layout.png', size), 'layout.png'), palette, drawn };
  }

  async targets(): Promise<Target[]> {
    return Promise.all(this.record.targets.map(async ({ file, name, width, height }) =>
      ({ name, width, height, labels: this.labels(await this.picture(file, { width, height }), file), notes: [] })));
  }

  /** Pictures made at the start for learning the targets; they are kept, so that a resumed run has the same ones. */
  async learned(): Promise<PairData[]> {
    if (!this.record.learned) return [];
    const { tensors } = decodeSafetensors(await this.checked(this.record.learned), this.file('targets.safetensors'));
    return Array.from({ length: tensors.size / 2 }, (_, i) => {
      const { data, shape } = tensors.get(`${i}.image`)!;
      return { width: shape[2], height: shape[1], image: data, labels: Uint8Array.from(tensors.get(`${i}.labels`)!.data) };
    });
  }

  async state(): Promise<State> {
    return decodeSafetensors(await this.checked(this.record.weights), this.file(this.record.weights.name)).tensors;
  }

  /** Saves the training's present state as the run's, or does nothing where that is saved already. */
  async save(training: Training, change: Partial<RunRecord>): Promise<void> {
    const weights = training.iteration === this.iteration ? null : await weightsOf(training);
    const record: RunRecord = { ...this.record, ...change, saved: new Date().toISOString() };
    if (weights) {
      await writeFileAtomic(this.file(weights.record.name), weights.bytes);
      Object.assign(record, { weights: weights.record, host: training.host });
    }
    await writeFileAtomic(this.file(recordName), `${JSON.stringify(record, null, 2)}\n`);
    this.record = record;
    const old = (await fs.readdir(this.path)).filter((f) => /^weights-\d+\.safetensors$/.test(f) && f !== record.weights.name);
    for (const f of old) await fs.rm(this.file(f), { force: true });
  }

  /** Keeps a picture of the present iteration; returns its path. */
  async snapshot(picture: Picture): Promise<string> {
    const path = this.file(`snapshots/${padded(this.iteration)}.png`);
    await writeFileAtomic(path, encodePng(picture));
    return path;
  }

  async snapshots(): Promise<string[]> {
    const files = await fs.readdir(this.file('snapshots'), { withFileTypes: true }).catch((): Dirent[] => []);
    return files.map((f) => f.name).filter((f) => /^\d+\.png$/.test(f)).sort().map((f) => this.file(`snapshots/${f}`));
  }

  private async checked({ name, sha256: expected }: { name: string; sha256: string }): Promise<Uint8Array> {
    const bytes = await readInput(this.file(name));
    if (sha256(bytes) !== expected) throw new UserError(`${this.file(name)}: is damaged or from another run (its hash is not the one in ${recordName}): take the run folder from a backup, or train anew`);
    return bytes;
  }

  private async picture(name: string, { width, height }: { width: number; height: number }): Promise<Picture> {
    const picture = await readPicture(this.file(name), { layout: true });
    if (picture.width !== width || picture.height !== height) throw new UserError(`${this.file(name)}: is ${picture.width} x ${picture.height}, and ${recordName} says ${width} x ${height}: the run folder was changed`);
    return picture;
  }

  /** A layout written by renderLayout: exact colours only. */
  private labels(picture: Picture, name: string): Uint8Array {
    const classOf = new Map(this.record.palette.classes.map((c, k) => [hex(c.color), k]));
    return Uint8Array.from({ length: picture.width * picture.height }, (_, p) => {
      const k = classOf.get(hex(picture.data.subarray(4 * p, 4 * p + 3)));
      if (k === undefined) throw new UserError(`${this.file(name)}: has a colour that is no class of the run: the run folder was changed`);
      return k;
    });
  }
}

async function weightsOf(training: Training): Promise<{ bytes: Uint8Array; record: { name: string; sha256: string } }> {
  const bytes = encodeSafetensors(await training.state(), { program: 'semia', iteration: String(training.iteration) });
  return { bytes, record: { name: `weights-${padded(training.iteration)}.safetensors`, sha256: sha256(bytes) } };
}

const learnedTensors = (pairs: readonly PairData[]): State => new Map(pairs.flatMap((p, i): [string, { shape: readonly number[]; data: Float32Array }][] => [
  [`${i}.image`, { shape: [3, p.height, p.width], data: p.image }], [`${i}.labels`, { shape: [p.height, p.width], data: Float32Array.from(p.labels) }]]));
