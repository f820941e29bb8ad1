/**
 * What a run folder consists of, as bytes by name: written and read by the command line (runFolder.ts) and by the page
 * (a zip of the same files). How pictures are coded and where bytes lie is passed in, since that is all that differs.
 *
 *     run.json  weights-000400.safetensors  source.png  layout.png  targets/0.png  targets.safetensors  losses.jsonl
 */
import { UserError } from '../../data/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../../data/formats/safetensors.ts';
import type { Picture } from '../../data/image/image.ts';
import { renderLayout } from '../../data/layout/layout.ts';
import { hex } from '../../data/layout/palette.ts';
import type { Size, Source, Target } from '../../data/prepare.ts';
import type { TensorState } from '../networks/networks.ts';
import type { PairData } from '../pair.ts';
import type { HostState } from '../training/training.ts';
import type { FileRecord, RunRecord } from './runRecord.ts';

export const recordName = 'run.json';
export const lossName = 'losses.jsonl';
const learnedName = 'targets.safetensors';

export interface NamedBytes {
  path: string;
  bytes: Uint8Array | string;
}
/** A new run's record without what follows from its parts. */
export type NewRecord = Omit<RunRecord, 'weights' | 'host' | 'targets' | 'learned'>;
/** What a training gives to be saved. */
/** A training as far as saving it needs. */
export interface SavableTraining {
  /** Iterations done. */
  readonly iteration: number;
  /** Positions in the schedule and in the random streams. */
  readonly host: HostState;
  /** Networks and optimizers. */
  state(): Promise<TensorState>;
}
type Encode = (picture: Picture) => Uint8Array;

/** SHA-256 in hexadecimal. In browsers this needs a secure context, as WebGPU does. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
}

export const padded = (iteration: number): string => String(iteration).padStart(6, '0');
export const recordText = (record: RunRecord): string => `${JSON.stringify(record, null, 2)}\n`;

/** The file of a training's present state, and its entry in the record. */
export async function weightsOf(
  training: Pick<SavableTraining, 'state' | 'iteration'>,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; record: FileRecord }> {
  const bytes = encodeSafetensors(await training.state(), { program: 'semia', iteration: String(training.iteration) });
  return { bytes, record: { name: `weights-${padded(training.iteration)}.safetensors`, sha256: await sha256(bytes) } };
}

/** Everything of a new run but its (empty) losses; run.json comes last. `learned`: from learnTargets. */
export async function newRun(
  record: NewRecord,
  source: Source,
  targets: readonly Target[],
  learned: readonly PairData[],
  training: SavableTraining,
  encode: Encode,
): Promise<{ record: RunRecord; files: NamedBytes[] }> {
  const weights = await weightsOf(training);
  const learnedBytes = learned.length ? encodeSafetensors(learnedTensors(learned)) : null;
  const full: RunRecord = {
    ...record,
    host: training.host,
    weights: weights.record,
    learned: learnedBytes && { name: learnedName, sha256: await sha256(learnedBytes) },
    targets: targets.map((t, i) => ({ file: `targets/${i}.png`, name: t.name, width: t.width, height: t.height })),
  };
  const files: NamedBytes[] = [
    { path: 'source.png', bytes: encode(source.photo) },
    { path: 'layout.png', bytes: encode(renderLayout(source, source.palette)) },
    ...targets.map((t, i) => ({ path: `targets/${i}.png`, bytes: encode(renderLayout(t, source.palette)) })),
    { path: weights.record.name, bytes: weights.bytes },
    ...(learnedBytes ? [{ path: learnedName, bytes: learnedBytes }] : []),
    { path: recordName, bytes: recordText(full) },
  ];
  return { record: full, files };
}

const learnedTensors = (pairs: readonly PairData[]): TensorState =>
  new Map(
    pairs.flatMap((p, i): [string, { shape: readonly number[]; data: Float32Array }][] => [
      [`${i}.image`, { shape: [3, p.height, p.width], data: p.image }],
      [`${i}.labels`, { shape: [p.height, p.width], data: Float32Array.from(p.labels) }],
    ]),
  );

/** Where a run's files are read from. */
export interface RunStore {
  /** What messages call a file. */
  where(name: string): string;
  /** Throws UserError where it is missing. */
  bytes(name: string): Promise<Uint8Array>;
  picture(name: string): Promise<Picture>;
}

/** The parts of a saved run, each checked against its record. Throws UserError: damaged, changed, of another run. */
export class RunReader {
  constructor(
    readonly record: RunRecord,
    private readonly store: RunStore,
  ) {}

  /** The source pair as used. */
  async source(): Promise<Source> {
    const { size, palette, drawn, inputs } = this.record;
    const photo = await this.picture('source.png', size);
    return {
      ...size,
      photo: { ...photo, source: inputs.photo.name },
      labels: this.labels(await this.picture('layout.png', size), 'layout.png'),
      palette,
      drawn,
    };
  }

  async targets(): Promise<Target[]> {
    return Promise.all(
      this.record.targets.map(async ({ file, name, width, height }) => ({
        name,
        width,
        height,
        labels: this.labels(await this.picture(file, { width, height }), file),
        notes: [],
      })),
    );
  }

  /** Pictures made at the start for learning the targets; they are kept, so that a resumed run has the same ones. */
  async learned(): Promise<PairData[]> {
    if (!this.record.learned) return [];
    const { tensors } = decodeSafetensors(await this.checked(this.record.learned), this.store.where(learnedName));
    return Array.from({ length: tensors.size / 2 }, (_, i) => {
      const { data, shape } = tensors.get(`${i}.image`)!;
      return {
        width: shape[2],
        height: shape[1],
        image: data,
        labels: Uint8Array.from(tensors.get(`${i}.labels`)!.data),
      };
    });
  }

  async state(): Promise<TensorState> {
    return decodeSafetensors(await this.checked(this.record.weights), this.store.where(this.record.weights.name))
      .tensors;
  }

  private async checked({ name, sha256: expected }: FileRecord): Promise<Uint8Array> {
    const bytes = await this.store.bytes(name);
    if ((await sha256(bytes)) !== expected)
      throw new UserError(
        `${this.store.where(name)}: is damaged or from another run (its hash is not the one in ` +
          `${recordName}): take the run folder from a backup, or train anew`,
      );
    return bytes;
  }

  private async picture(name: string, { width, height }: Size): Promise<Picture> {
    const picture = await this.store.picture(name);
    if (picture.width !== width || picture.height !== height)
      throw new UserError(
        `${this.store.where(name)}: is ${picture.width} x ${picture.height}, and ${recordName} says ${width} ` +
          `x ${height}: the run folder was changed`,
      );
    return picture;
  }

  /** A layout written by renderLayout: exact colors only. */
  private labels(picture: Picture, name: string): Uint8Array {
    const classOf = new Map(this.record.palette.classes.map((c, k) => [hex(c.color), k]));
    return Uint8Array.from({ length: picture.width * picture.height }, (_, p) => {
      const k = classOf.get(hex(picture.data.subarray(4 * p, 4 * p + 3)));
      if (k === undefined)
        throw new UserError(
          `${this.store.where(name)}: has a color that is no class of the run: the run folder was changed`,
        );
      return k;
    });
  }
}
