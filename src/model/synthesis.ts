/** Patch synthesis: placeholder while it is being written. */
import type { Session } from '../autograd/tensor.ts';
import type { Config } from './config.ts';
import type { LayoutData, PairData } from './pair.ts';

export async function synthesizeTargets(_session: Session, _c: Config, _source: PairData, _layouts: readonly LayoutData[]): Promise<PairData[]> {
  throw new Error('not yet');
}
export async function refine(_session: Session, _c: Config, _source: PairData, _draft: { width: number; height: number; image: Float32Array }, _layout: LayoutData): Promise<Float32Array> {
  throw new Error('not yet');
}
