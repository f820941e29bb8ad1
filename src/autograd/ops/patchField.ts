/**
 * An approximate nearest-neighbour field that is improved from a given one: PatchMatch (Barnes et al. 2009) in the
 * jump-flood form, guided by classes. For large maps, where the exact search is too slow. No gradient.
 */
import countKernel from '../../shaders/patchField.count.wgsl';
import kernel from '../../shaders/patchField.improve.wgsl';
import scaleKernel from '../../shaders/patchField.scale.wgsl';
import { grid, shapeError } from '../op.ts';
import { Tensor, type Session } from '../tensor.ts';
import { fill } from './basic.ts';

export interface FieldOptions {
  /** Odd side of the patches; borders as patchNearest's 'valid'. */
  patch: number;
  targetLabels: Tensor; sourceLabels: Tensor;
  /** From `classMembers`. */
  members: Tensor;
  /** One pass each: distance to the neighbours asked, radius of the random search (pixels). */
  passes: readonly { jump: number; radius: number }[];
  seed: number;
  /** Makes overused source patches dearer, by the use of the field to start from. */
  use?: { /** 0: no effect. */ weight: number; /** Target patches per source patch of each class, f32 [256]. */ expected: Tensor };
}

/** Source patches by class, as the kernel reads them: 257 starts, then the patches of class 0, of class 1, ... */
export function classMembers(session: Session, labels: ArrayLike<number>): Tensor {
  const counts = new Uint32Array(257);
  for (let i = 0; i < labels.length; i++) counts[labels[i] + 1]++;
  for (let k = 0; k < 256; k++) counts[k + 1] += counts[k];
  const out = new Uint32Array(257 + labels.length);
  out.set(counts);
  const next = counts.slice();
  for (let i = 0; i < labels.length; i++) out[257 + next[labels[i]]++] = i;
  return session.lasting([out.length], 'class members', out, 'u32');
}

/** A factor for each source patch from how often the field uses it and its neighbours within a patch. */
function overuse(field: Tensor, down: number, across: number, o: FieldOptions): Tensor {
  const session = field.session;
  const zeros = fill(session, [down * across], 0);
  const counts = new Tensor(session, zeros.shape, 'u32', zeros.storage);
  session.run(countKernel, { read: { indices: field }, write: { counts }, params: { threads: field.size }, groups: grid(field.size, 64) });
  const scale = session.temporary([down * across], 'patchField.scale');
  session.run(scaleKernel, {
    read: { counts, labels: o.sourceLabels, expected: o.use!.expected }, write: { scale },
    params: { across, down, radius: (o.patch - 1) / 2 + 1, weight: o.use!.weight }, groups: grid(down * across, 64),
  });
  return scale;
}

/** target, source [1,C,H,W], start u32 [patches] -> improved indices u32 [patches] and squared L2 distances [patches]. */
export function patchField(target: Tensor, source: Tensor, start: Tensor, o: FieldOptions): { indices: Tensor; distances: Tensor } {
  const [, c, ht, wt] = target.shape;
  const [, cs, hs, ws] = source.shape;
  const threads = (ht - o.patch + 1) * (wt - o.patch + 1);
  if (c !== cs) shapeError('patchField', `${c} channels in the target, ${cs} in the source`);
  if (start.size !== threads) shapeError('patchField', `${start.size} matches to start from for ${threads} patches`);
  const session = target.session;
  const scale = o.use ? overuse(start, hs - o.patch + 1, ws - o.patch + 1, o) : null;
  let indices = start;
  let distances!: Tensor;
  for (const [i, { jump, radius }] of o.passes.entries()) {
    const previous = indices;
    indices = session.temporary([threads], 'patchField.indices', 'u32');
    distances = session.temporary([threads], 'patchField.distances');
    session.run(kernel, {
      read: { targetMap: target, sourceMap: source, targetLabels: o.targetLabels, sourceLabels: o.sourceLabels, members: o.members, previous, scale: scale ?? source },
      write: { indices, distances }, groups: grid(threads, 64), constants: { SCALED: scale ? 1 : 0 },
      params: { c, ht, wt, hs, ws, side: o.patch, jump, radius, seed: (o.seed * 64 + i) >>> 0, threads },
    });
  }
  return { indices, distances };
}
