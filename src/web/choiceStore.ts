/** Stores measured kernel choices in browsers: one object store of texts in IndexedDB, for windows and workers. */
import type { ChoiceStore } from '../autograd/kernels/tune.ts';

const result = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });

/**
 * A store of kernel choices. `factory`: the page's or worker's `indexedDB`. Its methods reject where storage is
 * blocked, as in private windows; callers may ignore that.
 */
export function indexedDbStore(factory: IDBFactory, name = 'semia'): ChoiceStore {
  const within = async <T>(mode: IDBTransactionMode, act: (texts: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('texts');
    };
    const db = await result(request);
    try {
      return await result(act(db.transaction('texts', mode).objectStore('texts')));
    } finally {
      db.close();
    }
  };
  return {
    read: async (key) => {
      const value = await within<unknown>('readonly', (texts) => texts.get(key));
      return typeof value === 'string' ? value : null;
    },
    write: async (key, text) => {
      await within('readwrite', (texts) => texts.put(text, key));
    },
  };
}
