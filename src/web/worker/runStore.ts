/** The run that outlives a reload: one, in IndexedDB. Browsers without it, or without room, only lose this. */
import type { SavedRun } from '../../model/run/runZip.ts';

const [store, key] = ['runs', 'current'];

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('semia-runs', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(store);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function transact<T>(mode: IDBTransactionMode, act: (runs: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      // Strict: complete only when it is on the disk, since the page says then that the run is kept.
      const transaction = db.transaction(store, mode, { durability: 'strict' });
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () =>
        reject(transaction.error ?? new Error('the browser refused to store the run'));
    });
  } finally {
    db.close();
  }
}

/** Whole or not at all: a transaction. */
export const keepRun = (run: SavedRun): Promise<unknown> => transact('readwrite', (runs) => runs.put(run, key));
export const keptRun = (): Promise<SavedRun | undefined> =>
  transact<SavedRun | undefined>('readonly', (runs) => runs.get(key)).catch(() => undefined);
export const dropRun = (): Promise<unknown> => transact('readwrite', (runs) => runs.delete(key)).catch(() => {});
