/** Shapes and element types. Data is dense, row-major, at most four axes: [N, C, H, W] for images. */

/** Sizes of the axes, outermost first. */
export type Shape = readonly number[];
/** Element type of a tensor; both take four bytes. */
export type DType = 'f32' | 'u32';

/** Number of values of a shape; 1 for []. */
export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** Whether two shapes have the same axes. */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/**
 * A shape as four axes, ones in front.
 * @throws Error if there are more than four axes.
 */
export function four(shape: Shape): [number, number, number, number] {
  if (shape.length > 4) throw new Error(`at most four axes, not [${shape}]`);
  return [...new Array<number>(4 - shape.length).fill(1), ...shape] as [number, number, number, number];
}

/** Four sizes, positions or strides, outermost axis first. */
export type Four = readonly [number, number, number, number];

/**
 * The shape two operands broadcast to: axes align at the end, 1 stretches.
 * @throws Error naming `name` if they do not fit.
 */
export function broadcastShape(name: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[a.length - rank + i] ?? 1;
    const n = b[b.length - rank + i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw new Error(`${name}: shapes [${a}] and [${b}] do not broadcast`);
    return Math.max(m, n);
  });
}
