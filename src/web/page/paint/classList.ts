/** The classes of a layout as a list: added, changed, removed, counted. Names and colors stay distinct. */
import { colorOf, MAX_CLASSES, type RGB } from '../../../data/layout/palette.ts';
import { apart, unused } from '../../../data/layout/segment.ts';
import type { LayoutClass } from '../../wireTypes.ts';
import type { Map2 } from './raster.ts';
import { fillHoles, maskOf } from './regions.ts';

/** The list with a new class at its end; null where there are as many as can be told apart. */
export function withClass(classes: readonly LayoutClass[], name = 'new class', color?: RGB): LayoutClass[] | null {
  if (classes.length >= MAX_CLASSES) return null;
  const fresh = {
    name: unused(name, classes),
    color: apart(color ?? colorOf(classes.length + 1), classes, 48),
  };
  return [...classes, fresh];
}

/** The list with one class changed; null where its name would be empty, or its name or color another's. */
export function withChangedClass(
  classes: readonly LayoutClass[],
  label: number,
  change: Partial<LayoutClass>,
): LayoutClass[] | null {
  const next = { ...classes[label], ...change, ...(change.name !== undefined && { name: change.name.trim() }) };
  const others = classes.filter((_, i) => i !== label);
  if (!next.name || others.some((c) => c.name === next.name || String(c.color) === String(next.color))) return null;
  return classes.map((c, i) => (i === label ? next : c));
}

/** Removes a class from a class map: its pixels take the classes around them, and higher labels move down by one. */
export function removeLabel(map: Map2, label: number): void {
  const { labels } = map;
  fillHoles(map, maskOf(labels, label));
  for (let p = 0; p < labels.length; p++) {
    if (labels[p] === label) labels[p] = label ? 0 : 1; // the map has no other class
    if (labels[p] > label) labels[p]--;
  }
}

/** Pixels of each class, by label. */
export function areasOf(labels: Uint8Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let p = 0; p < labels.length; p++) counts[labels[p]]++;
  return counts;
}
