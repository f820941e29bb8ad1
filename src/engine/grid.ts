/** WebGPU guarantees 65535 workgroups along an axis; half of it keeps rows of equal length near a square. */
const MOST_ACROSS = 32768;

/**
 * Workgroups for `count` threads in groups of `size`: [x] rows of at most 32768 groups, then as many rows as it takes.
 * A kernel finds its thread by lib/grid.wgsl and returns where that is not below `count`.
 */
export function grid(count: number, size: number): [number, number] {
  const total = Math.max(1, Math.ceil(count / size));
  const x = Math.min(total, MOST_ACROSS);
  return [x, Math.ceil(total / x)];
}
