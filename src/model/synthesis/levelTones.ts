/**
 * The tones of the finest searched level, after its last round: steps between patches are evened out
 * (autograd/nnf/tone.ts). Where there is a draft, its colors are what tones fade to: a draft is blurred, but it knows
 * how bright a place should be, and the patches keep their detail.
 */
import { type FieldPixels, type PatchGrid, patches, voteField } from '../../autograd/nnf/patchField.ts';
import { toneField } from '../../autograd/nnf/tone.ts';
import type { Session } from '../../autograd/session.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import { toFloatCHW } from '../../data/image/image.ts';
import type { Program } from '../../engine/program.ts';
import type { Draft } from './level.ts';
import type { SynthesisOptions, ToneOptions } from './options.ts';
import { shrinkImage } from './pyramid.ts';

/** The level's tensors that tones are made from; `picture` is written. */
export interface TonedLevel extends PatchGrid {
  source: FieldPixels;
  labels: Tensor;
  field: Tensor;
  picture: Tensor;
}

export class LevelTones {
  /** u32 [patches, 2]: match and packed tone. */
  readonly field: Tensor;
  private wanted: Tensor | null = null;
  private program: Program | null = null;

  private constructor(
    private readonly session: Session,
    private readonly level: TonedLevel,
  ) {
    const { count } = patches(level, level.source.patch);
    this.field = session.lasting([count, 2], 'synthesis.toned', undefined, 'u32');
  }

  /** `drafted`: runs will have drafts. */
  static async create(
    session: Session,
    level: TonedLevel,
    o: SynthesisOptions & { tones: ToneOptions },
    drafted: boolean,
  ): Promise<LevelTones> {
    const made = new LevelTones(session, level);
    const { count } = patches(level, level.source.patch);
    if (drafted && o.tones.pull) made.wanted = session.lasting([count, 4], 'synthesis.wantedTones');
    const { reach, pull } = o.tones;
    const wanted = made.wanted ?? undefined;
    const far = (wanted ? pull : reach) * Math.max(level.width, level.height);
    try {
      made.program = await session.record(() => {
        const { source, labels, field, picture } = level;
        toneField(source, level, labels, field, { ...o.tones, reach: far, wanted }, made.field);
        voteField(source, level, labels, made.field, o.sharp, { output: picture, toned: true });
      });
      return made;
    } catch (error) {
      made.destroy();
      throw error;
    }
  }

  /** Tones of the level's present field; its picture is voted anew. */
  async run(draft: Draft | null): Promise<void> {
    if (this.wanted && draft) await this.write(draft);
    this.program!.run();
  }

  /** What the draft has more of than the picture has at the draft's size, at each patch's center. */
  private async write({ image, width: w, height: h }: Draft): Promise<void> {
    const { session, level } = this;
    const { width, height } = level;
    const [packed] = (await session.read([level.picture])) as Uint32Array[];
    const n = width * height;
    // Packed pixels are the bytes red, green, blue, class.
    const colors = toFloatCHW({ width, height, data: new Uint8Array(packed.buffer) });
    const lacks = shrinkImage(colors, width, height, w, h).map((v, i) => image[i] - v);
    const full = shrinkImage(lacks, w, h, width, height);
    const { across, count } = patches(level, level.source.patch);
    const r = (level.source.patch - 1) / 2;
    const wanted = new Float32Array(4 * count);
    for (let p = 0; p < count; p++) {
      const at = (Math.floor(p / across) + r) * width + (p % across) + r;
      for (let c = 0; c < 3; c++) wanted[4 * p + c] = full[c * n + at];
    }
    session.write(this.wanted!, wanted);
  }

  destroy(): void {
    this.program?.destroy();
    for (const t of [this.field, this.wanted]) if (t) this.session.memory.release(t.storage.buffer!);
  }
}
