/**
 * Feeding the training step: which pair is source and which is target in this iteration, warped and copied on the
 * device.
 */
import { assign } from '../../autograd/kernels/strided.ts';
import { oneHot } from '../../autograd/ops/labels/labels.ts';
import { warp, warpLabels } from '../../autograd/ops/spatial/warp.ts';
import type { Session } from '../../autograd/session.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import type { Program } from '../../engine/program.ts';
import type { Config } from '../config.ts';
import {
  type ClassTable,
  lastingSide,
  layoutChannels,
  layoutValues,
  type PairData,
  type TrainingPair,
} from '../pair.ts';
import { augmentationSize } from './augment.ts';

/** sampling: photograph -> warp; swapped: warp -> photograph; source, augmented: one of them on both sides. */
export type Role = 'sampling' | 'swapped' | 'source' | 'augmented' | `target${number}`;

export class BatchInputs {
  /** What the recorded steps read: (I_source, P_source) and the pair of the target layout. */
  readonly source: TrainingPair;
  readonly target: TrainingPair;
  private readonly original: TrainingPair;
  /**
   * The photograph with the layout that its mirror picture is warped from: left and right classes have changed places.
   */
  private readonly mirrored: TrainingPair | null;
  private readonly targets: TrainingPair[];
  private readonly map: Tensor;
  private readonly programs = new Map<Role | `${Role} mirrored`, Program>();

  constructor(
    private readonly session: Session,
    private readonly c: Config,
    private readonly classes: ClassTable,
    pair: PairData,
    targets: readonly PairData[],
  ) {
    const channels = layoutChannels(c.network.condition, classes.count);
    const side = (label: string): TrainingPair => lastingSide(session, label, pair.width, pair.height, channels);
    this.source = side('source');
    this.target = side('target');
    this.original = this.fill(side('photograph'), pair);
    const { mirror } = classes;
    this.mirrored =
      mirror && c.augment.flip > 0
        ? this.fill(side('mirrored photograph'), { ...pair, labels: pair.labels.map((k) => mirror[k]) })
        : null;
    this.targets = targets.map((t, i) => this.fill(side(`target ${i}`), t));
    this.map = session.lasting([augmentationSize], 'augmentation');
  }

  /** All that changes with the pair, and with nothing else. */
  get tensors(): Tensor[] {
    return [this.source, this.target].flatMap(({ image, labels, layout }) => [image, labels, layout]);
  }
  get targetCount(): number {
    return this.targets.length;
  }

  private fill(side: TrainingPair, data: PairData): TrainingPair {
    this.session.write(side.image, data.image);
    this.session.write(side.labels, data.labels);
    this.session.write(side.layout, layoutValues(data, this.classes, this.c.network.condition));
    return side;
  }

  /** Records the programs of all roles; once, before the loop. */
  async prepare(): Promise<void> {
    const record = async (role: Role | `${Role} mirrored`, from: () => [TrainingPair, TrainingPair]): Promise<void> => {
      this.programs.set(
        role,
        await this.session.record(() => {
          const [a, b] = from();
          copySide(a, this.source);
          copySide(b, this.target);
        }),
      );
    };
    await record('sampling', () => [this.original, this.warped()]);
    await record('swapped', () => [this.warped(), this.original]);
    await record('source', () => [this.original, this.original]);
    await record('augmented', () => {
      const w = this.warped();
      return [w, w];
    });
    if (this.mirrored) {
      await record('sampling mirrored', () => [this.original, this.warped(this.mirrored!)]);
      await record('swapped mirrored', () => [this.warped(this.mirrored!), this.original]);
      await record('augmented mirrored', () => {
        const w = this.warped(this.mirrored!);
        return [w, w];
      });
    }
    for (const [i, t] of this.targets.entries()) await record(`target${i}`, () => [this.original, t]);
  }

  /**
   * The photograph and its layout under this iteration's warp. Classes move by nearest neighbor, so they stay classes;
   * colors and a drawing's planes as pictures do.
   */
  private warped({ image, labels, layout } = this.original): TrainingPair {
    const moved = warpLabels(labels, this.map);
    return {
      image: warp(image, this.map),
      labels: moved,
      layout: this.c.network.condition === 'onehot' ? oneHot(moved, this.classes.count) : warp(layout, this.map),
    };
  }

  /** Sends the warp and runs the role's program. */
  run(role: Role, map: Float64Array): void {
    this.session.write(this.map, map);
    // A mirroring warp reads from right to left.
    ((map[0] < 0 && this.programs.get(`${role} mirrored`)) || this.programs.get(role)!).run();
  }
}

function copySide(from: TrainingPair, to: TrainingPair): void {
  assign(from.image, to.image);
  assign(from.labels, to.labels);
  assign(from.layout, to.layout);
}
