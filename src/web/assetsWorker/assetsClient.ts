/** The page's end of the assets worker: its methods as promises. */
import { UserError } from '../../data/errors.ts';
import type {
  AssetsMethodName,
  AssetsParams,
  AssetsResult,
  FromAssetsWorker,
  ToAssetsWorker,
} from './assetsProtocol.ts';

export class AssetsClient {
  private readonly waiting = new Map<number, { resolve: (v: never) => void; reject: (e: Error) => void }>();
  private next = 1;

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }: MessageEvent<FromAssetsWorker>) => {
      const w = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ('result' in data) w?.resolve(data.result as never);
      else w?.reject(data.user ? new UserError(data.error) : new Error(data.error));
    };
    worker.onerror = (event) => {
      for (const w of this.waiting.values())
        w.reject(new Error(`the page's second worker stopped: ${event.message || 'its script could not be loaded'}`));
      this.waiting.clear();
    };
  }

  /** Calls a method of the worker. Rejects with a UserError where the input cannot be used. */
  call<M extends AssetsMethodName>(method: M, params: AssetsParams<M>): Promise<AssetsResult<M>> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (v: never) => void, reject });
      this.worker.postMessage({ id, method, params } satisfies ToAssetsWorker);
    });
  }
}
