/** How an op is stated: shape rule, forward, backward, float64 reference and the cases that prove it, in one place. */
import { type OpResult, type TapedSpec, taped } from './node.ts';
import { type DType, type OpSession, type Shape, sizeOf, type Tensor } from './tensor.ts';

export { type BackwardContext, type OpResult, taped } from './node.ts';
export { four } from './shape.ts';

/** A float64 array with a shape: what references compute with. */
export interface Ref {
  shape: Shape;
  data: Float64Array;
}

/** One input of a test case. Values come from `hashUniform(<op>/<case>/<index>)`, mapped by `make` if given. */
export interface CaseInput {
  shape: Shape;
  dtype?: DType;
  /** Maps the uniform value u in [-1, 1) (and its index) to the input's value. */
  make?: (u: number, i: number) => number;
}

/** A test case of an op: its inputs are fixed by the op's and the case's names. */
export interface Case<A> {
  /** Unique among the op's cases. */
  name: string;
  inputs: readonly CaseInput[];
  attrs: A;
  /** Inputs to check gradients of; all f32 inputs by default. */
  grads?: readonly number[];
}

/** Everything about an op with attributes `A`: what it computes, how, its gradient, and what it is tested with. */
export interface OpSpec<A> extends TapedSpec<A> {
  /** Output shape; throws an Error naming the op and the argument when the inputs do not fit. */
  shape: (shapes: readonly Shape[], attrs: A) => Shape;
  /** Element type of the output, f32 by default. */
  dtype?: DType;
  /** Records the launches that fill `out`. Returns tensors to save for backward, if any. */
  // biome-ignore lint/suspicious/noConfusingVoidType: an op that saves nothing needs no return statement
  forward: (session: OpSession, x: readonly Tensor[], out: Tensor, attrs: A) => readonly Tensor[] | void;
  /** Naive forward in float64. */
  reference: (x: readonly Ref[], attrs: A) => Ref;
  /** Terms in the longest sum behind one output value (for the error bound), 1 by default. */
  terms?: (shapes: readonly Shape[], attrs: A) => number;
  /** Sum of |terms| behind each output value; by default |y| + the largest |x|. */
  magnitude?: (x: readonly Ref[], attrs: A) => Ref;
  cases: readonly Case<A>[];
}

/** An op as it is called: inputs and attributes in, output out. */
export interface Op<A> {
  (x: readonly Tensor[], attrs: A): Tensor;
  spec: OpSpec<A>;
  /** Output and what forward saved (indices, statistics). */
  full: (x: readonly Tensor[], attrs: A) => OpResult;
}

/**
 * Makes an op of its specification. Calling it records its launches in the step of its inputs' session and puts the
 * output on the tape.
 */
export function op<A>(spec: OpSpec<A>): Op<A> {
  const full = (x: readonly Tensor[], attrs: A): OpResult => {
    const { session } = x[0];
    const shapes = x.map((t) => t.shape);
    const out = session.temporary(spec.shape(shapes, attrs), spec.name, spec.dtype);
    const aux = spec.forward(session, x, out, attrs) ?? [];
    return taped(spec, x, out, aux, attrs);
  };
  return Object.assign((x: readonly Tensor[], attrs: A) => full(x, attrs).out, { spec, full });
}

/** For shape rules: throws an Error that names op and reason. */
export function shapeError(name: string, reason: string): never {
  throw new Error(`${name}: ${reason}`);
}

/** A float64 array of a shape, its values given by flat index. */
export const ref = (shape: Shape, f: (i: number) => number): Ref => {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = f(i);
  return { shape, data };
};

/** Sizes of an image tensor, [N, C, H, W]. */
export type ImageShape = readonly [number, number, number, number];

/** The four sizes of an image tensor, or an error that names the op. */
export function imageShape(name: string, s: Shape): ImageShape {
  if (s.length !== 4) shapeError(name, `[N, C, H, W] is expected, not [${s}]`);
  return s as unknown as ImageShape;
}
