/** What `semia palette` tells before any training: the classes of a source layout, how the targets use them, and what will go wrong. */
import { maskReason } from './checks.ts';
import { isUserError } from './errors.ts';
import { thickParts } from './histogram.ts';
import type { Picture } from './image.ts';
import type { As } from './indices.ts';
import { buildPalette, readLayout, type Layout } from './layout.ts';
import { percent, type LayoutReport, type Stray } from './layoutreport.ts';
import { describe, hex, type Palette } from './palette.ts';

export interface ClassUse { name: string; color: string; index?: number; area: number; share: number; thin: number }   // thin: share narrower than 4 px
export interface TargetUse {
  name: string;
  width: number; height: number;
  mask: string | null;         // why it seems to be a mask; with by 'pixels' nothing else is filled in
  error: string | null;        // why it cannot be used
  classes: { name: string; share: number; growth: number; }[];   // growth: share here / share in the source
  unused: string[];            // classes of the source that it lacks
  unknown: Stray[];            // sizeable colours that are no class of the source
  report: LayoutReport | null;
}
export interface PaletteReport {
  source: string; width: number; height: number;
  as: 'colors' | 'indices';
  classes: ClassUse[];
  absent: string[];            // named in the palette file, not in the source
  report: LayoutReport;        // of the source: strays, near duplicates...
  targets: TargetUse[];
  warnings: string[];          // one line each
}

const GROWN = 8;        // times a class may grow from source to target before its texture must be stretched or repeated
const THIN = 0.5;       // share of a class's area that may be narrower than 4 px
const RARE = 0.002;     // share of the source under which a class has too little to learn from

/** All of it at once. Throws UserError for a bad source; a bad target is told of in its entry. */
export function paletteReport(input: { source: Picture; targets?: Picture[]; as?: As; named?: Palette; minShare?: number; }): PaletteReport {
  const { palette, layout } = buildPalette(input.source, input);
  const { report } = layout;
  const thin = thinShares(layout, palette.classes.length);
  const classes = palette.classes.map(({ name, color, index }, k): ClassUse => ({
    name, color: hex(color), ...(index !== undefined && { index }), area: report.areas[k], share: report.areas[k] / report.pixels, thin: thin[k],
  }));
  const targets = (input.targets ?? []).map((t) => targetUse(t, palette, classes));
  const warnings = [...sourceWarnings(palette, classes, report), ...targets.flatMap((t) => targetWarnings(t, classes))];
  return {
    source: input.source.source, width: layout.width, height: layout.height, as: report.as, classes,
    absent: (palette.absent ?? []).map((c) => c.name), report, targets, warnings,
  };
}

/** By class: the share of its area that no 4 x 4 square of the class covers. */
export function thinShares({ labels, width, height }: Pick<Layout, 'labels' | 'width' | 'height'>, classes: number): number[] {
  const thick = thickParts(labels, width, height, 4);
  const area = new Array<number>(classes).fill(0), thin = new Array<number>(classes).fill(0);
  labels.forEach((k, p) => { area[k]++; if (!thick[p]) thin[k]++; });
  return area.map((a, k) => (a ? thin[k] / a : 0));
}

function targetUse(picture: Picture, palette: Palette, source: ClassUse[]): TargetUse {
  const use: TargetUse = {
    name: picture.source, width: picture.width, height: picture.height, mask: null, error: null, classes: [], unused: [], unknown: [], report: null,
  };
  const mask = maskReason(picture, palette);
  use.mask = mask?.why ?? null;
  if (mask?.by === 'pixels') return use;
  try {
    const { report } = readLayout(picture, palette, { unknown: 'snap' });
    use.report = report;
    use.unknown = report.aliens;
    use.classes = source.map(({ name, share }, k) => ({ name, share: report.areas[k] / report.pixels, growth: report.areas[k] / report.pixels / share }));
    use.unused = source.filter((_, k) => report.areas[k] === 0).map((c) => c.name);
    if (report.aliens.length) readLayout(picture, palette);   // for the words of its refusal
  } catch (e) {
    if (!isUserError(e)) throw e;
    use.error = e.message;
  }
  return use;
}

function sourceWarnings(palette: Palette, classes: ClassUse[], report: LayoutReport): string[] {
  const out: string[] = [];
  for (const c of palette.absent ?? []) out.push(`class "${c.name}" is absent from the source: it cannot be drawn in a target`);
  for (const [k, c] of classes.entries()) {
    const label = describe(palette.classes[k], report.as);
    if (c.share < RARE) out.push(`${label} covers only ${percent(c.share)} of the source (${c.area} pixels): there is little to learn it from`);
    if (c.thin > THIN) out.push(`${label} is mostly narrower than 4 pixels (${percent(c.thin)} of it): expect it to be lost or smeared`);
  }
  for (const { a, b, distance, merged } of report.near) {
    const pair = `${hex(b)} and ${hex(a)} (distance ${Math.round(distance)})`;
    out.push(merged ? `${pair} are almost alike and the first is rare: it is taken for the second`
      : `${pair} are two classes of almost the same colour: are they meant to be?`);
  }
  for (const s of report.aliens) {
    out.push(`${s.color} (${percent(s.share)} of the source, as at pixel (${s.at.join(', ')})) is no class: ` +
      `too small or too uneven; it takes the classes around it`);
  }
  if (report.strayShare > 0.05) {
    out.push(`${percent(report.strayShare)} of the source's pixels are not exactly of a class colour: ` +
      'a PNG drawn without soft edges is read without doubt');
  }
  return out;
}

function targetWarnings(t: TargetUse, source: ClassUse[]): string[] {
  if (t.mask) return [t.mask];
  if (t.error) return [t.error];
  const out: string[] = [];
  t.classes.forEach((c, k) => {
    if (c.growth >= GROWN && c.share >= 0.01) {
      out.push(`${t.name}: class ${c.name} covers ${percent(source[k].share)} of the source but ${percent(c.share)} of the target: ` +
        `an enlargement of ${Math.round(c.growth)}x`);
    }
  });
  for (const s of t.report?.shifted ?? []) out.push(`${t.name}: ${s.color} (${percent(s.share)}) is read as class ${s.to}, the nearest`);
  return out;
}
