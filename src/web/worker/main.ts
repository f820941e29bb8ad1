/** The worker's entry: messages in, answers and events out. */
import type { EventName, Events, FromWorker, ToWorker } from '../engineProtocol.ts';
import { failureOf } from './failures.ts';
import { RequestHandlers } from './handlers.ts';

const scope = self as unknown as {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

/** The buffers in an answer, to be transferred: the handlers own none of them any more. */
function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) buffersOf(part, found);
  return found;
}
const post = (message: FromWorker): void => scope.postMessage(message, [...buffersOf(message)]);

const handlers = new RequestHandlers(navigator.gpu, <E extends EventName>(event: E, data: Events[E]) =>
  post({ event, data }),
);

scope.onmessage = async ({ data: { id, method, params } }) => {
  try {
    post({ id, ok: true, result: await (handlers[method] as (p: unknown) => Promise<unknown>)(params) });
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === 'out-of-memory') handlers.recoverMemory();
    post({ id, ok: false, failure });
  }
};
