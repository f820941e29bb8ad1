/**
 * Plans: an op's launches as data, over buffers it names; and families of variants, of which one is chosen by shape and
 * adapter. A variant is a way to compute the op; every family's last variant is generic: any shape, any adapter.
 */
import type { Device } from '../../engine/device.ts';
import type { Shape } from '../shape.ts';

/** One launch. `buffers`: binding name -> a tensor's name, or 'scratch0', 'scratch1', ... */
export interface Dispatch {
  kernel: WgslModule;
  buffers: Record<string, string>;
  params: Record<string, number>;
  constants?: Record<string, number>;
  groups: [number, number, number];
}
/** How one variant computes one shape. */
export interface Plan {
  name: string;
  /** Bytes of each scratch buffer. */
  scratch: number[];
  steps: Dispatch[];
}

/** What plans ask of an adapter. A kernel written for one subgroup size can run only where the adapter has no other. */
export interface PlanAdapter {
  /** One subgroup size, known beforehand: `subgroupSize`. */
  subgroups: boolean;
  subgroupSize: number;
  /** It computes on the CPU, where workgroup memory and barriers cost dearly. */
  software: boolean;
}

/**
 * Whether the kernels for subgroups of LANES run: 8 or 16, the software adapter's 256 or 512 bits (a GPU may have 16 as
 * well, and is no place for them).
 */
export const lanes = ({ subgroups, subgroupSize, software }: PlanAdapter): boolean =>
  subgroups && (subgroupSize === 8 || (subgroupSize === 16 && software));

/** One way to compute an op of shape `S`. `name` is unique in its family; `plan` is called only where `fits` holds. */
export interface Variant<S> {
  readonly name: string;
  /** What it was called in records of before: they name variants, and must still open. */
  readonly formerName?: string;
  /** Whether it can run, and correctly. */
  fits(shape: S, adapter: PlanAdapter): boolean;
  /** Whether it is a sensible choice where nothing was measured; left out: always. */
  suits?(shape: S, adapter: PlanAdapter): boolean;
  /** It works in workgroup memory. */
  readonly workgroup?: boolean;
  plan(shape: S, adapter: PlanAdapter): Plan;
}
/** Variants in the order of preference where nothing was measured; the last fits everything. */
export interface Family<S> {
  readonly name: string;
  readonly variants: readonly Variant<S>[];
  /** The shape as a short text, equal for equal shapes only. */
  key(shape: S): string;
  /** The buffers of its plans and their shapes: what a variant is timed with. */
  tensors(shape: S): Record<string, Shape>;
  /**
   * A small shape that shows whether workgroup memory pays on an adapter: where `tiled` does not beat `plain`, no such
   * variant is tried.
   */
  readonly probe?: { shape: S; tiled: string; plain: string };
}

/** The variants of a family that can run this shape here, best guess first. Never empty. */
export const candidates = <S>(family: Family<S>, shape: S, adapter: PlanAdapter): Variant<S>[] =>
  family.variants.filter((v) => v.fits(shape, adapter));

/** The variant of this name, or of this former name, if it can run this shape here. */
export const variantNamed = <S>(
  family: Family<S>,
  name: string,
  shape: S,
  adapter: PlanAdapter,
): Variant<S> | undefined => {
  const all = candidates(family, shape, adapter);
  return all.find((v) => v.name === name) ?? all.find((v) => v.formerName === name);
};

const suits = <S>(v: Variant<S>, shape: S, adapter: PlanAdapter): boolean => v.suits?.(shape, adapter) ?? true;

/** The choice without measurement: the same for the same shape and adapter, always. */
export const preferred = <S>(family: Family<S>, shape: S, adapter: PlanAdapter): Variant<S> =>
  candidates(family, shape, adapter).find((v) => suits(v, shape, adapter))!;

/** What plans need to know of a device. */
export function adapterOf({ device }: { device: Pick<Device, 'info'> }): PlanAdapter {
  const { subgroupMin, subgroupMax, software } = device.info;
  return { subgroups: subgroupMin > 0 && subgroupMin === subgroupMax, subgroupSize: subgroupMax, software };
}
