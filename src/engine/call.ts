/** A dispatch as data, before memory and pipelines exist. A recorded step is a list of these. */
import type { Constants } from './kernel.ts';
import type { Storage } from './memory/storage.ts';

/** Storages by binding name. */
export type Bindings = Readonly<Record<string, Storage>>;

/** One dispatch of one kernel. */
export interface Call {
  module: WgslModule;
  /** Storages of the bindings that the WGSL declares read-only. */
  read: Bindings;
  /** Storages of the bindings that the WGSL declares read_write. */
  write: Bindings;
  /** Values of the fields of the kernel's `struct Params`. */
  params?: Readonly<Record<string, number>>;
  /** Values of the kernel's `override` constants. */
  constants?: Constants;
  /** Workgroups in x, y and z; 1 where left out. */
  groups: readonly [number, number?, number?];
  /** Run only when the program's constants have expired, before all others. Such calls stand first in their list. */
  once?: boolean;
}
