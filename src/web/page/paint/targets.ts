/** Target layouts and their names. */

/** A layout to make a picture of. */
export interface TargetLayout {
  readonly name: string;
  /** [h,w] */
  readonly labels: Uint8Array;
}

/** Longest name of a target, in characters. */
export const NAME_LENGTH = 60;

/** A name that no other target has: the one wanted, or with a number after it; "target N" for an empty one. */
export function freeTargetName(targets: readonly TargetLayout[], wanted: string): string {
  const isTaken = (name: string): boolean => targets.some((t) => t.name === name);
  const own = wanted.trim().slice(0, NAME_LENGTH - 4);
  if (own && !isTaken(own)) return own;
  const stem = own || 'target';
  let n = own ? 2 : targets.length + 1;
  while (isTaken(`${stem} ${n}`)) n++;
  return `${stem} ${n}`;
}

/** Whether a target may have this name: neither empty nor too long, and no other target has it. */
export const isValidTargetName = (targets: readonly TargetLayout[], target: TargetLayout, name: string): boolean =>
  name !== '' && name.length <= NAME_LENGTH && !targets.some((t) => t !== target && t.name === name);
