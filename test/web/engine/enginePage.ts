/**
 * The page's engine worker in real Chromium, through its client as the page uses it. Tiny pictures, since one processor
 * core plays the graphics card here.
 */
import type {
  EventName,
  Events,
  Failure,
  MethodName,
  Params,
  Result,
  SourceInput,
  TargetInput,
} from '../../../src/web/engineProtocol.ts';
import type { Browser } from '../../support/web/browser.ts';
import type { TestPage } from '../../support/web/page/main.ts';

// The test page's own global.
declare const self: { semia: TestPage };

/** Path that the page is served under. */
export const base = '/some/where/';
/** Size of the scene, in pixels. */
export const [width, height] = [96, 64];
/** The smallest useful training. */
export const settings = { preset: 'fast', size: 32, width: 4, iterations: 8, seed: 3, outputSize: 48 } as const;

/** Red-brown ground under a blue sky, both with a texture; in the target their border is a slope. */
const scene = (w: number, h: number): { source: SourceInput; target: TargetInput } => {
  const photo = { width: w, height: h, data: new Uint8ClampedArray(4 * w * h) };
  const [labels, changed] = [new Uint8Array(w * h), new Uint8Array(w * h)];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const at = y * w + x;
      labels[at] = Number(y >= h / 2);
      changed[at] = Number(y >= h / 4 + x / 4);
      const wave = 30 * Math.sin(x * 1.3) * Math.sin(y * 0.9);
      photo.data.set(labels[at] ? [150 + wave, 80 + wave, 40, 255] : [70, 130 + wave / 3, 210 + wave / 2, 255], 4 * at);
    }
  return {
    source: {
      name: 'hill.png',
      photo,
      labels: { width: w, height: h, data: labels },
      classes: [
        { name: 'sky', color: [60, 120, 220] },
        { name: 'ground', color: [140, 80, 30] },
      ],
    },
    target: { name: 'slope', width: w, height: h, data: changed },
  };
};
export const { source, target } = scene(width, height);

/** One page with an engine worker of its own. */
export class EnginePage {
  constructor(
    readonly browser: Browser,
    private readonly url: string,
    readonly page = browser.page,
  ) {}

  /** Loads the page, or reloads it. */
  async load(): Promise<this> {
    await this.page.goto(this.url);
    await this.page.waitForFunction(() => 'semia' in globalThis);
    return this;
  }

  /** Another page of the same browser profile. */
  async another(): Promise<EnginePage> {
    return new EnginePage(this.browser, this.url, await this.browser.context.newPage()).load();
  }

  /** Calls a method of the worker. Throws its failure as an Error with the failure's fields. */
  async call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    const answer = (await this.page.evaluate(([m, p]) => self.semia.attempt(m, p as never), [
      method,
      params,
    ] as const)) as { value?: unknown; failure?: Failure };
    if (answer.failure) throw Object.assign(new Error(answer.failure.message), answer.failure);
    return answer.value as Result<M>;
  }

  /** The failure of a call that must fail. */
  async failing<M extends MethodName>(method: M, params: Params<M>): Promise<Failure> {
    try {
      await this.call(method, params);
    } catch (e) {
      return e as unknown as Failure;
    }
    throw new Error(`${method} was expected to fail`);
  }

  /** The events of a name so far. */
  events<E extends EventName>(name: E): Promise<Events[E][]> {
    return this.page.evaluate((n) => self.semia.events.filter((e) => e.name === n).map((e) => e.data), name) as Promise<
      Events[E][]
    >;
  }

  /** Waits until training has come to `iteration`, or has ended. */
  async reach(iteration: number): Promise<void> {
    await this.page.waitForFunction(
      (n) =>
        self.semia.events.some(
          (e) => e.name === 'status' && (e.data as { iteration: number; state: string }).iteration >= n,
        ),
      iteration,
      { timeout: 300_000, polling: 50 },
    );
  }

  /**
   * Pauses training at `iteration`, from within the page: by the time this process received the event on a busy
   * machine, training might be over.
   */
  pauseAt(iteration: number): Promise<Result<'pause'>> {
    return this.page.evaluate(
      (n) =>
        new Promise<Result<'pause'>>((done) => {
          const { engine, events } = self.semia;
          const there = (s: unknown): boolean => (s as { iteration: number }).iteration >= n,
            pause = (): void => {
              stop();
              done(engine.call('pause', {}));
            };
          const stop = engine.on('status', (s) => {
            if (there(s)) pause();
          });
          if (events.some((e) => e.name === 'status' && there(e.data))) pause();
        }),
      iteration,
    );
  }

  /** The iteration of the run that a reload would find; null without. */
  storedIteration(): Promise<number | null> {
    return this.page.evaluate(
      () =>
        new Promise<number | null>((resolve, reject) => {
          const opening = indexedDB.open('semia-runs', 1);
          opening.onupgradeneeded = () => {
            opening.result.createObjectStore('runs');
          };
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const found = opening.result.transaction('runs').objectStore('runs').get('current');
            found.onerror = () => reject(found.error);
            found.onsuccess = () => {
              opening.result.close();
              resolve(found.result?.record.host.iteration ?? null);
            };
          };
        }),
    );
  }

  /** The states 'paused' and 'finished' that came before their iteration was stored: must be none. */
  unstoredEnds(): Promise<string[]> {
    return this.page.evaluate(() => {
      const stored = new Set<number>();
      const found: string[] = [];
      for (const { name, data } of self.semia.events) {
        const { iteration, state, error } = data as { iteration: number; state?: string; error?: string };
        if (name === 'stored' && !error) stored.add(iteration);
        if (name !== 'status' || !/paused|finished/.test(state!)) continue;
        if (!stored.has(iteration)) found.push(`${state} at ${iteration}`);
      }
      return found;
    });
  }
}
