/**
 * Choosing kernels by measurement: each shape that a recorded step asks for is timed with every variant that fits, on
 * this device. Bounded: about 20 ms a shape once compiled, and `budgetMs` in all; what is left then keeps the fixed
 * order. Never inside a loop: only `Session.record` measures, and only within `measuring`. Answers are kept in a store
 * that is passed in.
 */

import { Stopwatch } from '../../engine/profile.ts';
import { fnv1a } from '../../engine/random.ts';
import type { Session } from '../session.ts';
import { kernelsHash, keyOf, type Question, type VariantTuner } from './choices.ts';
import { fill } from './fill.ts';
import { adapterOf, candidates, type Family, preferred, type Variant } from './plan.ts';
import { runPlan } from './run.ts';

/** A small store of texts by name: files in Node, IndexedDB in browsers. Both may fail; nothing depends on them. */
export interface ChoiceStore {
  /** The text kept under a name; null where there is none. */
  read(name: string): Promise<string | null>;
  /** Keeps a text under a name. */
  write(name: string, text: string): Promise<void>;
}
/** Settings of a `Tuner`. */
export interface TuneOptions {
  store?: ChoiceStore;
  /** What else than adapter and kernels can change the outcome: the version of the WebGPU library or browser. */
  environment?: string;
  /** Milliseconds for all measuring of this session, compiling included (default 20 000). */
  budgetMs?: number;
  /** A clock in milliseconds; default `performance.now`. */
  now?: () => number;
  /** In place of the device's clock: milliseconds that a variant takes for a shape. For tests. */
  time?: (question: Question, variant: Variant<unknown>) => Promise<number>;
}

const SAMPLE_MS = 2; // of work in a sample: browsers' timestamps move in steps of 0.1 ms
const SAMPLES = 3;
const HOPELESS = 4; // a first run so many times slower than the best is not sampled
const MARGIN = 0.95; // a variant later in the order must be 5 % faster than the earlier one: noise decides nothing
const MOST_REPEATS = 64;

interface Entry {
  variant: string;
  kernels: string;
}
const isEntry = (e: unknown): e is Entry =>
  typeof (e as Entry | null)?.variant === 'string' && typeof (e as Entry).kernels === 'string';

/** Measures variants on the session's device and keeps the answers in a store. */
export class Tuner implements VariantTuner {
  private readonly name: string;
  private readonly about: string;
  private readonly now: () => number;
  private entries: Map<string, Entry> | null = null;
  private readonly probes = new Map<string, boolean>();
  private turn: Promise<void> = Promise.resolve();
  /** Milliseconds left for measuring. */
  left: number;
  /** Shapes measured so far. */
  measured = 0;

  constructor(
    private readonly session: Session,
    private readonly o: TuneOptions = {},
  ) {
    const { vendor, architecture, description, subgroupMin, subgroupMax } = session.device.info;
    this.about = [
      vendor,
      architecture,
      description,
      subgroupMin,
      subgroupMax,
      session.device.limits.maxComputeWorkgroupStorageSize,
      o.environment ?? '',
    ].join('|');
    this.name = `kernels-${fnv1a(this.about).toString(16).padStart(8, '0')}.json`;
    this.now = o.now ?? (() => performance.now());
    this.left = o.budgetMs ?? 20_000;
  }

  /** Answers questions, from the store or by measuring, into the session's choices. @internal */
  settle(questions: readonly Question[]): Promise<void> {
    const mine = this.turn.then(() => this.answer(questions));
    this.turn = mine.catch(() => {});
    return mine;
  }

  private async answer(questions: readonly Question[]): Promise<void> {
    const { session } = this;
    const adapter = adapterOf(session);
    const entries = (this.entries ??= await this.load());
    const before = this.measured;
    for (const { family, shape } of questions) {
      const key = keyOf(family, shape);
      const kernels = kernelsHash(family, shape, adapter);
      const stored = entries.get(key);
      if (stored?.kernels === kernels) {
        session.choices.set(family, shape, stored.variant);
        continue;
      }
      const start = this.now();
      if (this.left <= 0) continue;
      const variant = await this.fastest(family, shape);
      this.left -= this.now() - start;
      if (!variant) continue;
      session.choices.set(family, shape, variant);
      entries.set(key, { variant, kernels });
      this.measured++;
    }
    if (this.measured > before) await this.save();
  }

  /** The fastest variant's name, in the family's order among those within a margin; undefined if the time ran out. */
  private async fastest<S>(family: Family<S>, shape: S): Promise<string | undefined> {
    const adapter = adapterOf(this.session);
    let all = candidates(family, shape, adapter);
    if (all.some((v) => v.workgroup) && !(await this.workgroupsPay(family))) all = all.filter((v) => !v.workgroup);
    if (all.length === 1) return all[0].name;
    // The fixed choice goes first, so that the others have something to be compared with.
    const first = all.indexOf(preferred(family, shape, adapter));
    if (first > 0) all.unshift(...all.splice(first, 1));
    const end = this.now() + this.left;
    let best: { name: string; ms: number } | null = null;
    for (const v of all) {
      if (this.now() > end) return undefined;
      const ms: number = await this.time(family, shape, v, best?.ms ?? Infinity);
      if (!best || ms < MARGIN * best.ms) best = { name: v.name, ms };
    }
    return best!.name;
  }

  /**
   * The probe: one small shape, once per adapter, well under a second on a GPU. Where workgroup memory is emulated, it
   * says so.
   */
  private async workgroupsPay<S>(family: Family<S>): Promise<boolean> {
    const { name, probe, variants } = family;
    if (!probe) return true;
    const known = this.probes.get(name);
    if (known !== undefined) return known;
    const kernels = kernelsHash(family, probe.shape, adapterOf(this.session));
    const stored = this.entries!.get(`${name} probe`);
    let pays: boolean;
    if (stored?.kernels === kernels) pays = stored.variant === probe.tiled;
    else {
      const of = (v: string): Variant<S> => variants.find((x) => x.name === v)!;
      const plain = await this.time(family, probe.shape, of(probe.plain), Infinity);
      pays = (await this.time(family, probe.shape, of(probe.tiled), Infinity)) < plain;
      this.entries!.set(`${name} probe`, { variant: pays ? probe.tiled : probe.plain, kernels });
    }
    this.probes.set(name, pays);
    return pays;
  }

  /** Milliseconds of one run: the least of a few samples, or of the first where that is hopeless beside `best`. */
  async time<S>(family: Family<S>, shape: S, variant: Variant<S>, best = Infinity): Promise<number> {
    if (this.o.time) return this.o.time({ family, shape } as Question, variant as Variant<unknown>);
    const once = await this.program(family, shape, variant, 1);
    await once.sample(); // compiles what the driver left for the first use
    const first = await once.sample();
    once.destroy();
    if (first > HOPELESS * best) return first;
    const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.ceil(SAMPLE_MS / first)));
    const many = await this.program(family, shape, variant, repeats);
    let least = Infinity;
    for (let i = 0; i < SAMPLES; i++) least = Math.min(least, (await many.sample()) / repeats);
    many.destroy();
    return least;
  }

  private async program<S>(family: Family<S>, shape: S, variant: Variant<S>, repeats: number) {
    const { session } = this;
    const adapter = adapterOf(session);
    const program = await session.record(() => {
      const tensors = Object.fromEntries(
        Object.entries(family.tensors(shape)).map(([name, s]) => [name, fill(session, s, 1)]),
      );
      for (let i = 0; i < repeats; i++) runPlan(session, variant.plan(shape, adapter), tensors);
    });
    const watch = session.device.features.has('timestamp-query') ? new Stopwatch(session.device) : null;
    return {
      sample: async (): Promise<number> => {
        if (watch) {
          program.run(watch);
          return watch.ms();
        }
        const start = this.now();
        program.run();
        await session.idle();
        return this.now() - start;
      },
      destroy: (): void => {
        watch?.destroy();
        program.destroy();
      },
    };
  }

  /** What is stored for this adapter; nothing if it is missing, damaged or another's. */
  private async load(): Promise<Map<string, Entry>> {
    try {
      const text = await this.o.store?.read(this.name);
      const value: unknown = text ? JSON.parse(text) : null;
      if ((value as { adapter?: unknown } | null)?.adapter !== this.about) return new Map();
      const { entries } = value as { entries?: unknown };
      return new Map(Object.entries(entries ?? {}).filter((e): e is [string, Entry] => isEntry(e[1])));
    } catch {
      return new Map();
    }
  }

  private async save(): Promise<void> {
    try {
      // Another process may have stored its own meanwhile.
      const all = new Map([...(await this.load()), ...this.entries!]);
      await this.o.store?.write(
        this.name,
        `${JSON.stringify({ adapter: this.about, entries: Object.fromEntries([...all].sort()) }, null, 1)}\n`,
      );
    } catch {
      /* it will be measured again */
    }
  }
}

/**
 * Runs `body`, which records steps, with their kernels chosen by `tuner`; null: by the fixed order and what was
 * adopted.
 */
export async function measuring<T>(session: Session, tuner: Tuner | null, body: () => Promise<T>): Promise<T> {
  const before = session.tuner;
  session.tuner = tuner;
  try {
    return await body();
  } finally {
    session.tuner = before;
  }
}
