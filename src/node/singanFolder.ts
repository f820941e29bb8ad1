/**
 * The folder of a SinGAN run: singan.json, weights-SSS-IIIIII.safetensors (scale, iteration) and photo.png. singan.json
 * names the weights and is switched by rename, after they are on the disk; what it named before is removed afterwards.
 */
import { promises as fs } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../data/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../data/formats/safetensors.ts';
import type { Picture } from '../data/image/image.ts';
import { readSinganRecord, type SinganRecord, singanRecordName } from '../model/baselines/singan/record.ts';
import type { SinganTraining } from '../model/baselines/singan/training.ts';
import type { TensorState } from '../model/networks/networks.ts';
import type { FileRecord } from '../model/run/runRecord.ts';
import { readPicture } from './decode.ts';
import { encodePng } from './encode.ts';
import { readInput, writeFileAtomic, writeFilesAtomic } from './files.ts';
import { lock } from './runs/lock.ts';
import { sha256Sync } from './version.ts';

export const isSinganRun = (path: string): Promise<boolean> =>
  fs.stat(join(path, singanRecordName)).then(
    (s) => s.isFile(),
    () => false,
  );

const text = (record: SinganRecord): string => `${JSON.stringify(record, null, 2)}\n`;

async function weightsOf(training: SinganTraining): Promise<{ bytes: Uint8Array; record: FileRecord }> {
  const bytes = encodeSafetensors(await training.state(), { program: 'semia', method: 'SinGAN' });
  const { scale, iteration } = training.host;
  return {
    bytes,
    record: {
      name: `weights-${String(scale).padStart(3, '0')}-${String(iteration).padStart(6, '0')}.safetensors`,
      sha256: sha256Sync(bytes),
    },
  };
}

export class SinganFolder {
  private release: (() => void) | null = null;
  private constructor(
    readonly path: string,
    public record: SinganRecord,
  ) {}

  private static async recordIn(path: string): Promise<SinganRecord> {
    const file = join(path, singanRecordName);
    return readSinganRecord(new TextDecoder().decode(await readInput(file)), file);
  }

  /** The run in a folder, to read. Throws UserError: no folder, no SinGAN run, another format, damaged. */
  static async open(path: string): Promise<SinganFolder> {
    const stat = await fs.stat(path).catch(() => null);
    if (!stat) throw new UserError(`${path}: no such run folder`);
    if (!stat.isDirectory()) throw new UserError(`${path}: is a file, not a run folder`);
    if (!(await isSinganRun(path)))
      throw new UserError(
        `${path}: is not a SinGAN run (it has no ${singanRecordName}): make one by semia singan train PHOTO -o RUN`,
      );
    return new SinganFolder(path, await SinganFolder.recordIn(path));
  }

  /** Makes the folder of a new run, whole or not at all, and claims it. */
  static async create(
    path: string,
    record: Omit<SinganRecord, 'weights' | 'host'>,
    photo: Picture,
    training: SinganTraining,
  ): Promise<SinganFolder> {
    const weights = await weightsOf(training);
    const full: SinganRecord = { ...record, host: training.host, weights: weights.record };
    const temporary = join(dirname(resolve(path)), `.${basename(resolve(path))}.${process.pid}.tmp`);
    try {
      await writeFilesAtomic(
        [
          { path: 'photo.png', bytes: encodePng(photo) },
          { path: weights.record.name, bytes: weights.bytes },
          { path: singanRecordName, bytes: text(full) },
        ].map((f) => ({ ...f, path: join(temporary, f.path) })),
      );
      await fs.rmdir(path).catch(() => {}); // an empty folder; not every system renames over one
      await fs.rename(temporary, path);
    } catch (e) {
      await fs.rm(temporary, { recursive: true, force: true });
      throw e instanceof UserError ? new UserError(e.message.replaceAll(temporary, path)) : e;
    }
    return (await SinganFolder.open(path)).claim();
  }

  /** Takes the run for this process to train on, and clears away what a killed one left. */
  async claim(): Promise<this> {
    this.release ??= await lock(this.file('lock'), this.path);
    this.record = await SinganFolder.recordIn(this.path);
    for (const f of await fs.readdir(this.path)) if (/^\..*\.tmp$/.test(f)) await fs.rm(this.file(f), { force: true });
    return this;
  }

  close(): void {
    this.release?.();
    this.release = null;
  }

  private file(name: string): string {
    return join(this.path, name);
  }

  /** The photograph at the finest scale's size. */
  async photo(): Promise<Picture> {
    const photo = await readPicture(this.file('photo.png'), { own: true });
    const { width, height } = this.record.size;
    if (photo.width !== width || photo.height !== height)
      throw new UserError(
        `${this.file('photo.png')}: is ${photo.width} x ${photo.height}, and ${singanRecordName} says ${width} ` +
          `x ${height}: the run folder was changed`,
      );
    return photo;
  }

  /** The tensors of the last save. Throws UserError where the file is missing or changed. */
  async state(): Promise<TensorState> {
    const { name, sha256: expected } = this.record.weights;
    const bytes = await readInput(this.file(name));
    if (sha256Sync(bytes) !== expected)
      throw new UserError(
        `${this.file(name)}: is damaged or from another run (its hash is not the one in ${singanRecordName}): ` +
          'take the run folder from a backup, or train anew',
      );
    return decodeSafetensors(bytes, this.file(name)).tensors;
  }

  /** Saves the training's present state as the run's. */
  async save(training: SinganTraining, change: Partial<SinganRecord>): Promise<void> {
    const weights = await weightsOf(training);
    await writeFileAtomic(this.file(weights.record.name), weights.bytes);
    this.record = {
      ...this.record,
      ...change,
      host: structuredClone(training.host),
      weights: weights.record,
      saved: new Date().toISOString(),
    };
    await writeFileAtomic(this.file(singanRecordName), text(this.record));
    const old = (await fs.readdir(this.path)).filter(
      (f) => /^weights-[\d-]+\.safetensors$/.test(f) && f !== weights.record.name,
    );
    for (const f of old) await fs.rm(this.file(f), { force: true });
  }
}
