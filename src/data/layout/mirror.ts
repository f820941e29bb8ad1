/** Classes that change places in a mirror, known by their names. */

const other: Record<string, string> = { left: 'right', right: 'left', l: 'r', r: 'l' };
/** "left" and "right" as words, l and r as words of their own: left eye, eye-right, l_brow, brow.r, but not ll_brow. */
const side = /(?<![a-z])(left|right|l|r)(?![a-z])/gi;

/**
 * For each class the one that it is in a mirrored picture: `l_brow` and `r_brow`, `left eye` and `right eye` change
 * places where both exist, all others stay (`l_lip`, the lower lip, has no `r_lip`). null where there is no such pair.
 */
export function mirrorOf(names: readonly string[]): Uint8Array | null {
  const keys = names.map((n) => n.toLowerCase());
  const table = Uint8Array.from(keys, (name, k) => {
    const twin = keys.indexOf(name.replace(side, (word) => other[word.toLowerCase()]));
    return twin < 0 ? k : twin;
  });
  return table.some((t, k) => t !== k) ? table : null;
}

/** Labels with both of each pair as one, the earlier: for readers that do not look at where something is. */
export function withoutSides(labels: Uint8Array, names: readonly string[]): Uint8Array {
  const table = mirrorOf(names);
  return table ? labels.map((k) => Math.min(k, table[k])) : labels;
}
