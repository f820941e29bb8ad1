/**
 * Tones: a constant that each patch of a nearest-neighbor field adds to its colors, so that patches from a brighter and
 * a darker part of a photograph meet without a step (the bias of Image Melding, Darabi et al. 2012; the membrane of
 * Perez et al. 2003, solved on the grid of patches). Steps between patches that show different textures or things
 * do not count, so a tone may jump there; without steps a tone fades to none. The system is solved by multigrid cycles.
 */

import { grid } from '../../engine/grid.ts';
import applyKernel from '../../shaders/nnf/tone/apply.wgsl';
import coarsenKernel from '../../shaders/nnf/tone/coarsen.wgsl';
import correctKernel from '../../shaders/nnf/tone/correct.wgsl';
import equationsKernel from '../../shaders/nnf/tone/equations.wgsl';
import residualKernel from '../../shaders/nnf/tone/residual.wgsl';
import smoothKernel from '../../shaders/nnf/tone/smooth.wgsl';
import stepsKernel from '../../shaders/nnf/tone/steps.wgsl';
import { fill } from '../kernels/fill.ts';
import type { Session } from '../session.ts';
import type { Tensor } from '../tensor.ts';
import { type FieldPixels, fieldOf, type PatchGrid, patches } from './patchField.ts';

/** Settings of `toneField`. */
export interface ToneSettings {
  /** Differences between two patches that vary by this much (standard deviation, colors in [-1,1]) do not count. */
  spread: number;
  /** Nor do mean differences as large as this (length of the three channels). */
  largest: number;
  /** Factor on steps between patches of two classes, 0 to 1. */
  other: number;
  /** Distance in patches over which a tone fades that no step holds. */
  reach: number;
  /** f32 [patches,4]: the tones to fade to; none: no tone. */
  wanted?: Tensor;
}

/** A packed tone of none. */
export const noTone = 512 | (512 << 10) | (512 << 20);

/** A linear system on a grid; see shaders/lib/fivePoint.wgsl. */
export interface GridSystem {
  width: number;
  height: number;
  /** f32 [h,w,4]: of the right neighbor, the lower neighbor, the cell itself. */
  weights: Tensor;
  /** f32 [h,w,4]: the right side, three channels. */
  sums: Tensor;
}

/**
 * A field with tones: u32 [patches, 2], match and packed tone (shaders/lib/tone.wgsl). field u32 [patches, 2]; labels
 * u32 [H,W] of the target. The source must fit into one binding.
 */
export function toneField(
  s: FieldPixels,
  t: PatchGrid,
  labels: Tensor,
  field: Tensor,
  { spread, largest, other, reach, wanted }: ToneSettings,
  output = fieldOf(s, t),
): Tensor {
  const { session } = s.map;
  const { across: width, down: height, count } = patches(t, s.patch);
  const four = (name: string): Tensor => session.temporary([count, 4], `tone.${name}`);
  const launch = { groups: grid(count, 64) };
  const [across, down, weights, sums] = ['across', 'down', 'weights', 'sums'].map(four);
  session.run(stepsKernel, {
    read: { sourceMap: s.map, labels, field },
    write: { across, down },
    params: { ht: t.height, wt: t.width, ws: s.width, spread, largest, other, threads: count },
    constants: { SIDE: s.patch },
    ...launch,
  });
  session.run(equationsKernel, {
    read: { across, down, wanted: wanted ?? across },
    write: { weights, sums },
    params: { h: height, w: width, screen: 1 / reach ** 2, pulled: wanted ? 1 : 0, threads: count },
    ...launch,
  });
  const tones = solveGrid(session as Session, { width, height, weights, sums });
  session.run(applyKernel, { read: { field, tones }, write: { toned: output }, params: { threads: count }, ...launch });
  return output;
}

/** Cycles that leave less than a thousandth of the error [M], and sweeps before and after each correction. */
const cycles = 8;
const sweeps = 2;
/** Sweeps at the coarsest grid, which is at most this wide or high. */
const coarsestSweeps = 16;
const coarsest = 3;

/** The solution of a grid system: f32 [h,w,4], three channels. */
export function solveGrid(session: Session, system: GridSystem, count = cycles): Tensor {
  const systems = [system];
  for (let at = system; Math.max(at.width, at.height) > coarsest; systems.push(at)) at = coarser(session, at);
  const unknowns = zeros(session, system);
  for (let i = 0; i < count; i++) cycle(session, systems, 0, system.sums, unknowns);
  return unknowns;
}

const zeros = (session: Session, { width, height }: PatchGrid): Tensor => fill(session, [width * height, 4], 0);
const halved = ({ width, height }: PatchGrid): PatchGrid => ({
  width: Math.ceil(width / 2),
  height: Math.ceil(height / 2),
});

function coarser(session: Session, { width, height, weights }: GridSystem): GridSystem {
  const half = halved({ width, height });
  const threads = half.width * half.height;
  const out = session.temporary([threads, 4], 'tone.coarseWeights');
  session.run(coarsenKernel, {
    read: { weights },
    write: { coarse: out },
    params: { h: height, w: width, threads },
    groups: grid(threads, 64),
  });
  return { ...half, weights: out, sums: out };
}

/** One V-cycle from a grid down to the coarsest and back: `unknowns` come closer to the solution for `sums`. */
function cycle(session: Session, systems: readonly GridSystem[], level: number, sums: Tensor, unknowns: Tensor): void {
  const { width: w, height: h, weights } = systems[level];
  const threads = w * h;
  const smooth = (times: number): void => {
    for (let i = 0; i < 2 * times; i++)
      session.run(smoothKernel, {
        read: { weights, sums },
        write: { unknowns },
        params: { h, w, color: i % 2, threads },
        groups: grid(threads, 64),
      });
  };
  if (level === systems.length - 1) {
    smooth(coarsestSweeps);
    return;
  }
  smooth(sweeps);
  const half = halved(systems[level]);
  const cells = half.width * half.height;
  const coarse = session.temporary([cells, 4], 'tone.residual');
  session.run(residualKernel, {
    read: { weights, sums, unknowns },
    write: { coarse },
    params: { h, w, threads: cells },
    groups: grid(cells, 64),
  });
  const correction = zeros(session, half);
  cycle(session, systems, level + 1, coarse, correction);
  session.run(correctKernel, {
    read: { coarse: correction },
    write: { unknowns },
    params: { w, threads },
    groups: grid(threads, 64),
  });
  smooth(sweeps);
}
