/**
 * What will not come out well, told by class name before any training: classes that the source lacks or hardly has,
 * huge enlargements, thin structures, a source that is nearly all one class.
 */

import { resizeLabels } from '../image/resize.ts';
import { thickParts } from './histogram.ts';
import { percent } from './layoutReport.ts';

export interface ClassMap {
  width: number;
  height: number;
  labels: Uint8Array;
}
/** How much of a layout is one class. */
export interface ClassShare {
  /** Of the class. */
  name: string;
  /** Pixels. */
  area: number;
  /** Of the layout's pixels, 0 to 1. */
  share: number;
  /** Share of its pixels in parts narrower than 4 pixels, 0 to 1: these hold no whole patch of the class. */
  thin: number;
}

const GROWN = 8; // times a class may grow from source to target before its texture must be stretched or repeated
const THIN = 0.5; // share of a class's area that may be narrower than THICKNESS
export const THICKNESS = 4; // pixels: narrower parts hold no whole patch of their class
const RARE = 0.002; // share of the source under which a class has too little to learn from
const DOMINANT = 0.9; // share of one class over which the others together have
const SEEN = 0.001; // share of a target under which a class is not worth a warning

/**
 * Area of each class, and how much of it no THICKNESS x THICKNESS square of the class covers (a morphological opening).
 */
export function classShares(map: ClassMap, names: readonly string[]): ClassShare[] {
  const thick = thickParts(map.labels, map.width, map.height, THICKNESS);
  const area = new Array<number>(names.length).fill(0),
    thin = new Array<number>(names.length).fill(0);
  map.labels.forEach((k, p) => {
    area[k]++;
    if (!thick[p]) thin[k]++;
  });
  return names.map((name, k) => ({
    name,
    area: area[k],
    share: area[k] / map.labels.length,
    thin: area[k] ? thin[k] / area[k] : 0,
  }));
}

/**
 * Warnings about a source, one line each. `label`: what messages call class k; `where`: at what size its pixels were
 * counted, if not as drawn.
 */
export function sourceCases(
  source: readonly ClassShare[],
  { label = (k: number): string => `class ${source[k].name}`, where = '' } = {},
): string[] {
  const out: string[] = [];
  for (const [k, c] of source.entries()) {
    if (c.area && c.share < RARE)
      out.push(
        `${label(k)} covers only ${percent(c.share)} of the source (${c.area} pixels): there is little to learn ` +
          'it from',
      );
    else if (c.thin > THIN)
      out.push(
        `${label(k)} is mostly narrower than ${THICKNESS} pixels${where} (${percent(c.thin)} of it): expect it ` +
          'to be lost or smeared',
      );
    if (c.share > DOMINANT)
      out.push(`${label(k)} covers ${percent(c.share)} of the source: there is little to learn the other classes from`);
  }
  return out;
}

/** Warnings about one target, one line each. */
export function targetCases(
  name: string,
  target: readonly ClassShare[],
  source: readonly ClassShare[],
  where = '',
): string[] {
  const out: string[] = [];
  for (const [k, c] of target.entries()) {
    const from = source[k];
    if (c.share > SEEN && !from.area)
      out.push(
        `${name}: class ${c.name} covers ${percent(c.share)} of the target, and the source has nothing of it: ` +
          'it will take what other classes look like',
      );
    const growth = from.share ? c.share / from.share : 0;
    if (growth >= GROWN && c.share >= 0.01) {
      out.push(
        `${name}: class ${c.name} covers ${percent(from.share)} of the source but ${percent(c.share)} of the ` +
          `target: an enlargement of ${Math.round(growth)}x`,
      );
    }
    if (c.thin > THIN && c.share > SEEN && !(from.thin > THIN)) {
      out.push(
        `${name}: class ${c.name} is mostly narrower than ${THICKNESS} pixels${where} (${percent(c.thin)} of ` +
          'it): expect it to be lost or smeared',
      );
    }
  }
  return out;
}

/**
 * All warnings for a source and its targets as they are trained on: thinness counts at the training size, where a class
 * may even vanish.
 */
export function trainingCases(
  source: ClassMap,
  targets: readonly (ClassMap & { name: string })[],
  names: readonly string[],
  longSide: number,
): string[] {
  const f = Math.min(1, longSide / Math.max(source.width, source.height));
  const at = (m: ClassMap): ClassShare[] => {
    const [width, height] = [Math.max(1, Math.round(m.width * f)), Math.max(1, Math.round(m.height * f))];
    return classShares({ width, height, labels: resizeLabels(m.labels, m.width, m.height, width, height) }, names);
  };
  const from = at(source),
    drawn = classShares(source, names);
  const lost = from.flatMap((c, k) =>
    c.area === 0 && drawn[k].area > 0
      ? [
          `class ${c.name} (${percent(drawn[k].share)} of the source) has no pixel left at the training size of ` +
            `${longSide}: raise --size`,
        ]
      : [],
  );
  const where = f < 1 ? ` at the training size of ${longSide}` : '';
  return [...lost, ...sourceCases(from, { where }), ...targets.flatMap((t) => targetCases(t.name, at(t), from, where))];
}
