/**
 * One level of Image Analogies on the device, in the order of its serial definition: pixels on an anti-diagonal x + 3 y
 * do not depend on each other, so each diagonal is three launches (features and coherent candidates; the nearest among
 * all sources; the choice). Distances are float32 sums in the list's order; otherwise nothing differs from the serial
 * form.
 */

import { grid } from '../../engine/grid.ts';
import chooseKernel from '../../shaders/nnf/analogyField/choose.wgsl';
import featuresKernel from '../../shaders/nnf/analogyField/features.wgsl';
import frontKernel from '../../shaders/nnf/analogyField/front.wgsl';
import searchKernel from '../../shaders/nnf/analogyField/search.wgsl';
import type { Session } from '../session.ts';
import type { Tensor } from '../tensor.ts';

interface Size {
  width: number;
  height: number;
}
/**
 * Where an entry of a feature is: offsets of its plane in the source's and target's stacks, whether of the coarser
 * level, its offset and weight.
 */
export interface FeatureEntry {
  source: number;
  target: number;
  coarse: boolean;
  dx: number;
  dy: number;
  weight: number;
}

/** One level of the pyramid: features of both sides, and where B' is written. */
export interface AnalogyLevelInput {
  entries: readonly FeatureEntry[];
  /** All planes of this level and the coarser one, f32; in the target's, those of B' are written. */
  sourceStack: Float32Array;
  targetStack: Float32Array;
  source: Size & { coarse: Size };
  target: Size & { coarse: Size };
  /** Planes of A' and where they begin in the two stacks. */
  planes: number;
  sourceMade: number;
  targetMade: number;
  factor: number;
}

const mostLanes = 1024; // partial results a pixel
const chunk = 64; // diagonals in one submission

/**
 * Runs a level; resolves to B' [planes,h,w] and matches u32 [h,w]. onFront: diagonals done, of all. Throws RangeError
 * where the features are too large for the adapter.
 */
export async function runAnalogyLevel(
  session: Session,
  i: AnalogyLevelInput,
  onFront: (done: number, of: number) => void,
): Promise<{ made: Float32Array; matches: Uint32Array }> {
  const {
    width: w,
    height: h,
    coarse: { width: cw, height: ch },
  } = i.target;
  const sources = i.source.width * i.source.height;
  const entries = i.entries.length;
  const slots = Math.ceil(Math.min(h, Math.ceil(w / 3)) / 8) * 8;
  const lanes = Math.min(mostLanes, Math.ceil(sources / 64) * 64);
  return session.memory.scope(async () => {
    const made = (shape: number[], name: string, dtype: 'f32' | 'u32' = 'f32', data?: ArrayLike<number>): Tensor =>
      session.lasting(shape, `analogyField.${name}`, data, dtype);
    const table = made([entries * 6], 'table', 'u32', tableOf(i.entries));
    const sourceStack = made([i.sourceStack.length], 'source', 'f32', i.sourceStack);
    const stack = made([i.targetStack.length], 'target', 'f32', i.targetStack);
    const features = made([entries, sources], 'features');
    const matches = made([h * w], 'matches', 'u32');
    const queries = made([slots * entries * 2], 'queries');
    const followed = made([slots, 2], 'followed', 'u32');
    const parts = made([slots * lanes, 2], 'parts', 'u32');
    const front = (time: number): void => {
      const first = Math.max(0, Math.ceil((time - (w - 1)) / 3));
      const count = Math.min(h - 1, Math.floor(time / 3)) - first + 1;
      if (count <= 0) return;
      const used = Math.ceil(count / 8) * 8;
      session.run(frontKernel, {
        read: { stack, table, features, matches },
        write: { queries, followed },
        params: {
          w,
          h,
          cw,
          ch,
          sw: i.source.width,
          sh: i.source.height,
          entries,
          time,
          first,
          count,
          slots: used,
          candidates: 12,
        },
        groups: grid(used, 64),
      });
      session.run(searchKernel, {
        read: { features, queries, followed },
        write: { parts },
        params: { entries, sources, lanes, factor: i.factor },
        groups: [lanes / 64, used / 8],
      });
      session.run(chooseKernel, {
        read: { parts, followed, source: sourceStack },
        write: { stack, matches },
        params: {
          w,
          planes: i.planes,
          pixels: w * h,
          sources,
          made_source: i.sourceMade,
          made: i.targetMade,
          lanes,
          time,
          first,
          count,
        },
        groups: grid(count, 64),
      });
    };
    const fronts = w + 3 * (h - 1);
    for (let from = 0; from < fronts; from += chunk) {
      const program = await session.record(() => {
        if (!from) {
          const { width, height, coarse } = i.source;
          session.run(featuresKernel, {
            read: { stack: sourceStack, table },
            write: { features },
            params: { w: width, h: height, cw: coarse.width, ch: coarse.height, threads: entries * sources },
            groups: grid(entries * sources, 64),
          });
        }
        for (let t = from; t < Math.min(fronts, from + chunk); t++) front(t);
      });
      try {
        program.run();
        await session.idle();
      } finally {
        program.destroy();
      }
      onFront(Math.min(fronts, from + chunk), fronts);
    }
    const [all, found] = await session.read([stack, matches]);
    return {
      made: (all as Float32Array).slice(i.targetMade, i.targetMade + i.planes * w * h),
      matches: found as Uint32Array,
    };
  });
}

/** The entries as the kernels read them. */
function tableOf(list: readonly FeatureEntry[]): Uint32Array {
  const out = new Int32Array(list.length * 6);
  const floats = new Float32Array(out.buffer);
  for (const [k, e] of list.entries()) {
    out.set([e.source, e.target, e.coarse ? 1 : 0, e.dx, e.dy], 6 * k);
    floats[6 * k + 5] = e.weight;
  }
  return new Uint32Array(out.buffer);
}
