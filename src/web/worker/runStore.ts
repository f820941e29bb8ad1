/**
 * The stored run, which outlives a reload: at most one, in IndexedDB. In a browser without it, or without room, the
 * rest of the page still works.
 */
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
      // Strict: complete only when it is on the disk, because the page then reports the run as stored.
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

/** Stores a run in one transaction, in place of the one before. Rejects where the browser refuses. */
export const storeRun = (run: SavedRun): Promise<unknown> => transact('readwrite', (runs) => runs.put(run, key));

/** The stored run; undefined without one, or where the browser has no storage. */
export const loadStoredRun = (): Promise<SavedRun | undefined> =>
  transact<SavedRun | undefined>('readonly', (runs) => runs.get(key)).catch(() => undefined);

/** Deletes the stored run; errors are ignored. */
export const deleteStoredRun = (): Promise<unknown> =>
  transact('readwrite', (runs) => runs.delete(key)).catch(() => {});
