/** The part of a level around its hole. */
import type { CutOut, PatchGrid } from '../../../autograd/nnf/patchField.ts';

/** The smallest cut-out that has all patches with a pixel in the hole; null without a hole. */
export function aroundHole(hole: Uint8Array, whole: PatchGrid, patch: number): CutOut | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  hole.forEach((v, i) => {
    if (!v) return;
    const [x, y] = [i % whole.width, Math.floor(i / whole.width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  });
  if (right < 0) return null;
  const [x, y] = [Math.max(0, left - patch), Math.max(0, top - patch)];
  return {
    x,
    y,
    width: Math.min(whole.width, right + patch + 1) - x,
    height: Math.min(whole.height, bottom + patch + 1) - y,
    whole,
  };
}

/** The values of planes [C,H,W] in a cut-out. */
export function cutOut<T extends Float32Array | Uint8Array>(
  x: T,
  { x: left, y: top, width, height, whole }: CutOut,
  inner = 1,
): T {
  const planes = x.length / (whole.width * whole.height * inner);
  const out = new (x.constructor as new (n: number) => T)(planes * width * height * inner);
  for (let p = 0; p < planes; p++)
    for (let y = 0; y < height; y++) {
      const at = ((p * whole.height + top + y) * whole.width + left) * inner;
      out.set(x.subarray(at, at + width * inner) as never, (p * height + y) * width * inner);
    }
  return out;
}
