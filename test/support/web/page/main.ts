/** A page without an interface: the engine's client, for tests to call. */
import { EngineClient, EngineError } from '../../../../src/web/engineClient.ts';
import { cacheForOffline, offeredRun, startEngine } from '../../../../src/web/host.ts';
import type { EventName, Events } from '../../../../src/web/engineProtocol.ts';

const engine = startEngine();
const events: { name: EventName; data: unknown }[] = [];
for (const name of ['level', 'status', 'losses', 'picture', 'stored', 'lost', 'failed'] as const)
  engine.on(name, (data: Events[typeof name]) => {
    events.push({ name, data });
  });

/** What tests reach by page.evaluate. */
const semia = {
  engine,
  events,
  cacheForOffline,
  offeredRun,
  EngineClient,
  /** A call whose failure is a value. */
  attempt: (method: Parameters<EngineClient['call']>[0], params: never) =>
    engine.call(method, params).then(
      (value) => ({ value }),
      (e: unknown) => ({ failure: e instanceof EngineError ? e.failure : { kind: 'other', message: String(e) } }),
    ),
};
export type TestPage = typeof semia;
Object.assign(globalThis, { semia });
