/**
 * A look inside the networks for one layout: the modulation of each level, the discriminator's maps, the segmenter's
 * layout.
 */
import { concat } from '../../autograd/ops/copy/copy.ts';
import type { Session } from '../../autograd/session.ts';
import type { Tensor } from '../../autograd/tensor.ts';
import type { Config } from '../config.ts';
import { inference, type Networks } from '../networks/networks.ts';
import { type ClassTable, type LayoutData, lastingSide, layoutChannels, layoutValues, type PairData } from '../pair.ts';
import { untaped } from '../training/steps.ts';

/** One value a position, row by row. */
export interface ValueMap {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Shape [height,width]. */
  values: Float32Array<ArrayBuffer>;
}
/** What the networks hold for one layout. */
export interface Inside {
  /** The generator's picture [3,H,W]. */
  image: Float32Array;
  /**
   * By level, shallowest first: means over channels of |gamma - 1|, 0 where nothing is translated.
   */
  gamma: ValueMap[];
  /** By level, shallowest first: means over channels of |beta|, 0 where nothing is translated. */
  beta: ValueMap[];
  /**
   * The discriminator's scores of the picture at 1/4 and 1/8 of the size. It is trained towards 1 for the photograph
   * and towards 0 for G's pictures.
   */
  scores: ValueMap[];
  /** The most probable class of every position, as S sees the picture. */
  labels: Uint8Array;
}

/**
 * One pass of G, D and S for a layout. `source` and `layout` have one size, a multiple of 2^levels. Changes nothing of
 * a run.
 */
export async function inspectNetworks(
  session: Session,
  c: Config,
  classes: ClassTable,
  networks: Networks,
  source: PairData,
  layout: LayoutData,
): Promise<Inside> {
  const { width, height } = source;
  return session.memory.scope(async () => {
    const channels = layoutChannels(c.network.condition, classes.count);
    const [from, to] = ['source', 'target'].map((label) =>
      lastingSide(session, `inspect.${label}`, width, height, channels),
    );
    session.write(from.image, source.image);
    session.write(from.layout, layoutValues(source, classes, c.network.condition));
    session.write(to.layout, layoutValues(layout, classes, c.network.condition));
    let shapes: Tensor['shape'][] = [];
    const read = (await session.compute(() =>
      untaped(session, () => {
        for (const { p } of [networks.gPass, networks.dPass, networks.sPass]) p.prepare({ freeze: true });
        const g = networks.g(inference(networks.gPass), from.image, from.layout, to.layout);
        // As in training, D's batch has the picture and a photograph: instance statistics are each sample's own.
        const d = networks.d(inference(networks.dPass), concat([g.image, from.image], 0));
        const s = networks.s(inference(networks.sPass), g.image);
        const out = [g.image, s, ...d.maps, ...g.modulations.map((m) => m.gamma), ...g.modulations.map((m) => m.beta)];
        shapes = out.map((t) => t.shape);
        return out;
      }),
    )) as Float32Array<ArrayBuffer>[];
    const map = (i: number, of: (v: number) => number): ValueMap => channelMean(read[i], shapes[i], of);
    const levels = c.network.levels;
    const each = (start: number, count: number, of: (v: number) => number): ValueMap[] =>
      Array.from({ length: count }, (_, i) => map(start + i, of));
    return {
      image: read[0].map((v) => Math.min(1, Math.max(-1, v))),
      labels: strongest(read[1], classes.count, width * height),
      scores: each(2, 2, (v) => v),
      gamma: each(4, levels, (v) => Math.abs(v - 1)),
      beta: each(4 + levels, levels, Math.abs),
    };
  });
}

/** Mean over the channels of the first sample of [N,C,h,w]. */
function channelMean(
  data: Float32Array,
  [, channels, height, width]: readonly number[],
  of: (v: number) => number,
): ValueMap {
  const n = width * height;
  const values = new Float32Array(n);
  for (let k = 0; k < channels; k++) for (let i = 0; i < n; i++) values[i] += of(data[k * n + i]) / channels;
  return { width, height, values };
}

function strongest(logits: Float32Array, classes: number, n: number): Uint8Array {
  return Uint8Array.from({ length: n }, (_, i) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[k * n + i] > logits[best * n + i]) best = k;
    return best;
  });
}
