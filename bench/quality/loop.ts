/** The loop of the quality bench: every method on every case, measured, within a time. */
import type { Session } from '../../src/autograd/session.ts';
import type { Picture } from '../../src/data/image/image.ts';
import { type EvaluateInput, evaluate, layoutClassifierOf } from '../../src/evaluate/evaluate.ts';
import type { Case, CaseEntry, CaseTarget } from './cases.ts';
import type { Painting, QualityMethod } from './methods.ts';
import type { Row } from './rows.ts';

export interface LoopOptions {
  cases: readonly CaseEntry[];
  methods: readonly QualityMethod[];
  /** For everything; what trains gets what is left over by the rest. */
  minutes: number;
  seed: number;
  /** Runs made before, by scene; null: train. */
  runs: string | null;
  /** A session of its own for each method and case, so that a failure harms no other. */
  openSession(): Promise<Session>;
  /** Wall clock, seconds. */
  now?(): number;
}

/** After a case: its rows and pictures. `opened`: null where the case itself could not be opened. */
export interface CaseResult {
  name: string;
  opened: Case | null;
  rows: Row[];
  /** By method, then by target. */
  pictures: Map<string, Map<string, Picture>>;
}

const message = (e: unknown): string => (e instanceof Error ? e.message : String(e)).split('\n')[0];
/** What measuring and painting a case takes before any was measured, and the least that a training gets, in seconds. */
const guess = 45,
  leastTraining = 15;

/** Shares the time: a training gets its part of what is left when all else has had what it took so far. */
export class Budget {
  private other = 0;
  private done = 0;
  private readonly began: number;

  constructor(
    private readonly seconds: number,
    private readonly now: () => number,
  ) {
    this.began = now();
  }

  get left(): number {
    return this.seconds - (this.now() - this.began);
  }
  /** Seconds for each of `trainings` trainings in each of `cases` cases that are still to come. */
  share(cases: number, trainings: number): number {
    const each = this.done ? this.other / this.done : guess;
    return Math.max(leastTraining, (this.left / cases - each) / Math.max(1, trainings));
  }
  /** A case is over that took so many seconds beside its trainings. */
  note(seconds: number): void {
    this.other += seconds;
    this.done++;
  }
}

/** Yields every case when it is over. What fails becomes a row that says so; nothing is left out. */
export async function* runCases(o: LoopOptions): AsyncGenerator<CaseResult> {
  const now = o.now ?? (() => performance.now() / 1000);
  const budget = new Budget(60 * o.minutes, now);
  for (const [i, entry] of o.cases.entries()) {
    const began = now();
    const result: CaseResult = { name: entry.name, opened: null, rows: [], pictures: new Map() };
    let trained = 0;
    try {
      result.opened = await entry.open();
      const trainings = o.runs === null ? o.methods.filter((m) => m.trains).length : 0;
      const seconds = budget.share(o.cases.length - i, trainings);
      const measure = measuring(o, result.opened);
      for (const method of o.methods) {
        const over = budget.left <= 0 ? `not run: the ${o.minutes} minutes are over` : null;
        const made = await runMethod(o, result, method, seconds, over);
        trained += made[0]?.training?.seconds ?? 0;
        for (const row of made) await measure(row, result.pictures.get(method.name)?.get(row.target));
        result.rows.push(...made);
      }
      await measure.close();
    } catch (e) {
      for (const { name } of o.methods)
        if (!result.rows.some((r) => r.method === name))
          result.rows.push({ ...emptyRow(entry.name, '', name), failure: message(e) });
    }
    budget.note(now() - began - trained);
    yield result;
  }
}

const emptyRow = (scene: string, target: string, method: string): Row => ({
  scene,
  target,
  method,
  width: 0,
  height: 0,
  seconds: 0,
  processor: 0,
  training: null,
  bytes: 0,
  report: null,
  failure: null,
});

/** One method on all targets of a case; its pictures go into `result`, measuring is the caller's. */
async function runMethod(
  o: LoopOptions,
  { name: scene, opened, pictures }: CaseResult,
  method: QualityMethod,
  seconds: number,
  over: string | null,
): Promise<Row[]> {
  const { source, targets } = opened!;
  const rows = targets.map((t) => ({ ...emptyRow(scene, t.name, method.name), failure: over }));
  if (over) return rows;
  const made = new Map<string, Picture>();
  pictures.set(method.name, made);
  let session: Session | null = null;
  let painting: Painting | null = null;
  try {
    session = await o.openSession();
    let clock = stopwatch();
    painting = await method.open({
      scene,
      session,
      source,
      targets: targets.map((t) => t.target),
      seed: o.seed,
      seconds,
      runs: method.trains ? o.runs : null,
    });
    // A training has its own column.
    if (painting.training) clock = stopwatch();
    for (const [i, t] of targets.entries()) {
      const picture = await painting.paint(t.target);
      made.set(t.name, picture);
      Object.assign(rows[i], { width: picture.width, height: picture.height, ...clock() });
      Object.assign(rows[i], { training: painting.training, bytes: session.memory.peak });
      clock = stopwatch();
    }
    await painting.close();
  } catch (e) {
    for (const r of rows) if (!made.has(r.target)) r.failure = message(e);
  } finally {
    session?.destroy();
  }
  return rows;
}

/** Wall and processor seconds from here on. */
function stopwatch(): () => Pick<Row, 'seconds' | 'processor'> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { seconds: (performance.now() - began) / 1000, processor: (user + system) / 1e6 };
  };
}

/** Measures rows of a case, with one layout classifier and, until it fails, one session. */
function measuring(o: LoopOptions, { source, targets }: Case) {
  const classifier = layoutClassifierOf(source);
  let session: Promise<Session> | null = null;
  const close = async (): Promise<void> => {
    const open = session;
    session = null;
    (await open?.catch(() => null))?.destroy();
  };
  const input = (t: CaseTarget, result: Picture): Omit<EvaluateInput, 'session'> => ({
    source,
    classifier,
    result,
    target: t.target,
    truth: t.truth ?? undefined,
  });
  const measure = async (row: Row, picture: Picture | undefined): Promise<void> => {
    if (!picture) return;
    try {
      session ??= o.openSession();
      row.report = await evaluate({
        session: await session,
        ...input(targets.find((t) => t.name === row.target)!, picture),
      });
    } catch (e) {
      row.failure = `not measured: ${message(e)}`;
      await close();
    }
  };
  return Object.assign(measure, { close });
}
