/**
 * Which variant of a family computes which shape: taken from earlier measurements or a run's record where there are
 * any, else the family's own order of preference. Asking never measures; tune.ts does, between two recordings of a
 * step.
 */
import { fnv1a } from '../../engine/random.ts';
import { candidates, type Family, type Plan, type PlanAdapter, preferred, type Variant, variantNamed } from './plan.ts';

/** A shape of a family that was asked for and has not been measured. */
export interface Question<S = unknown> {
  family: Family<S>;
  shape: S;
}
/** What a run keeps: how its variants were chosen, and those that were chosen by measurement, by question. */
export interface KernelRecord {
  choice: 'fixed' | 'measured';
  variants: Record<string, string>;
}

/** A question as text. */
export const keyOf = <S>(family: Family<S>, shape: S): string => `${family.name} ${family.key(shape)}`;

const sourceHashes = new WeakMap<WgslModule, number>();
const hashOf = (m: WgslModule): number => {
  let h = sourceHashes.get(m);
  if (h === undefined) sourceHashes.set(m, (h = fnv1a(m.source)));
  return h;
};
/**
 * Changes whenever a kernel, a launch or the list of candidates of this shape does: a measurement of before is worth
 * nothing then.
 */
export function kernelsHash<S>(family: Family<S>, shape: S, adapter: PlanAdapter): string {
  const all = candidates(family, shape, adapter).map((v) => {
    const p = v.plan(shape, adapter);
    return [v.name, p.scratch, p.steps.map((s) => [hashOf(s.kernel), s.params, s.constants ?? {}, s.groups])];
  });
  return fnv1a(JSON.stringify(all)).toString(16).padStart(8, '0');
}

/** Answers open questions into a session's choices, e.g. by measuring. */
export interface VariantTuner {
  settle(questions: readonly Question[]): Promise<void>;
}

/** The chosen variants of one session. */
export class KernelChoices {
  private readonly known = new Map<string, string>();
  private readonly asked = new Map<string, Question>();
  constructor(private readonly adapter: PlanAdapter) {}

  /** The plan that computes this shape here. */
  plan<S>(family: Family<S>, shape: S): Plan {
    return this.variant(family, shape).plan(shape, this.adapter);
  }

  variant<S>(family: Family<S>, shape: S): Variant<S> {
    const key = keyOf(family, shape);
    const name = this.known.get(key);
    // A name that no variant has any more, or whose variant does not fit any more, counts as unknown.
    const found = name === undefined ? undefined : variantNamed(family, name, shape, this.adapter);
    if (found) this.known.set(key, found.name);
    else this.asked.set(key, { family, shape } as Question);
    return found ?? preferred(family, shape, this.adapter);
  }

  /** Questions without a measured answer since the last call. */
  takeQuestions(): Question[] {
    const open = [...this.asked].filter(([key]) => !this.known.has(key)).map(([, q]) => q);
    this.asked.clear();
    return open;
  }

  set<S>(family: Family<S>, shape: S, variant: string): void {
    this.known.set(keyOf(family, shape), variant);
  }
  /** Takes over what a run recorded. */
  adopt(variants: Readonly<Record<string, string>>): void {
    for (const [key, name] of Object.entries(variants)) this.known.set(key, name);
  }
  /** Every choice made by measurement or adopted, by question. */
  get variants(): Record<string, string> {
    return Object.fromEntries([...this.known].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
