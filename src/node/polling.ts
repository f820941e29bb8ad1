/**
 * How Node waits for a device. Dawn's binding asks the device for news in a loop of `setImmediate` until nothing is
 * awaited, and so keeps a core busy. A software driver computes on the same cores: there the loop takes time from what
 * it waits for.
 */

const spinMs = 0.5; // as long as most answers take to arrive
const pauseMs = 1; // the shortest that Node has
const apartMs = 3; // polls further apart than this do not belong to one wait

type SetImmediate = typeof globalThis.setImmediate;
let pausing = false;

/** A function of a native module: Dawn's own callbacks have no name and no source. */
const isNative = (f: unknown): boolean =>
  typeof f === 'function' && f.name === '' && Function.prototype.toString.call(f).includes('[native code]');

/**
 * From now on, polls of native modules pause for a millisecond each once a wait has lasted for half of one. All other
 * callers of `setImmediate` get Node's own.
 */
export function pauseWhilePolling(): void {
  if (pausing) return;
  pausing = true;
  const immediate = globalThis.setImmediate;
  let [began, last] = [0, 0];
  const paused = (callback: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
    if (args.length || !isNative(callback)) return immediate(callback, ...args);
    const now = performance.now();
    if (now - last > apartMs) began = now;
    last = now;
    return now - began < spinMs ? immediate(callback) : setTimeout(callback, pauseMs);
  };
  // Node's function carries its promise form as a property.
  Object.defineProperties(paused, Object.getOwnPropertyDescriptors(immediate));
  globalThis.setImmediate = paused as SetImmediate;
}
