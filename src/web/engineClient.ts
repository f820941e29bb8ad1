/**
 * The page's end of the worker: methods as promises, events as listeners.
 *
 *     const engine = new EngineClient(new Worker(url, { type: 'module' }));
 *     const { device } = await engine.call('open', {});
 *     engine.on('level', ({ picture }) => show(picture));
 *     await engine.call('preview', { target, size: 256 });
 */
import type { EventName, Events, Failure, FromWorker, MethodName, Params, Result, ToWorker } from './engineProtocol.ts';

/** A request that failed. `failure.kind` decides what the page offers; `message` is for people. */
export class EngineError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'EngineError';
  }
}

interface Pending {
  resolve: (value: never) => void;
  reject: (error: EngineError) => void;
}
type Listener<E extends EventName> = (data: Events[E]) => void;

export class EngineClient {
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Map<EventName, Set<Listener<never>>>();
  private next = 1;

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.receive(data);
    // A worker whose script does not load answers no request: all that wait are rejected.
    worker.onerror = (event) =>
      this.failAll(`the page's engine stopped: ${event.message || 'its script could not be loaded'}`);
  }

  /** Calls a method of the worker. `transfer`: buffers of `params` to move, not copy. Rejects with EngineError. */
  call<M extends MethodName>(method: M, params: Params<M>, transfer: Transferable[] = []): Promise<Result<M>> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.worker.postMessage({ id, method, params } satisfies ToWorker, transfer);
    });
  }

  /** Listens to an event. Returns the function that stops listening. */
  on<E extends EventName>(event: E, listener: Listener<E>): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all.add(listener as Listener<never>));
    return () => {
      all.delete(listener as Listener<never>);
    };
  }

  /** Ends the worker. A run's state that was neither stored nor saved is lost. */
  close(): void {
    this.worker.terminate();
    this.failAll("the page's engine was closed");
  }

  private receive(message: FromWorker): void {
    if ('event' in message) {
      for (const listener of this.listeners.get(message.event) ?? []) listener(message.data as never);
      return;
    }
    const waiting = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (message.ok) waiting?.resolve(message.result as never);
    else waiting?.reject(new EngineError(message.failure));
  }

  private failAll(message: string): void {
    for (const { reject } of this.pending.values()) reject(new EngineError({ kind: 'internal', message }));
    this.pending.clear();
  }
}
