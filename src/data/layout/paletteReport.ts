/** The report of `semia palette`: the classes of a source layout, how the targets use them, and what will go wrong. */

import { isUserError } from '../errors.ts';
import type { Picture } from '../image/image.ts';
import { maskReason } from './checks.ts';
import { type ClassShare, classShares, sourceCases, targetCases } from './failureCases.ts';
import type { As } from './indices.ts';
import { buildPalette, readLayout } from './layout.ts';
import { type LayoutReport, percent, type Stray } from './layoutReport.ts';
import { describe, hex, type Palette } from './palette.ts';

/** A class of the source layout, and how much of it there is. */
export interface ClassUse extends ClassShare {
  /** `#rrggbb`. */
  color: string;
  /** The number that stands for the class in index files. */
  index?: number;
}

/** How a target uses the classes of the source. */
export interface TargetUse {
  /** The file's name. */
  name: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Why it seems to be a mask and no layout. Where its pixels say so, nothing below is filled in. */
  mask: string | null;
  /** Why it cannot be used. */
  error: string | null;
  /** Its classes; `growth` is the share here divided by the share in the source. */
  classes: (ClassShare & { growth: number })[];
  /** Classes of the source that it lacks. */
  unused: string[];
  /** Sizeable colors that are no class of the source. */
  unknown: Stray[];
  /** What was snapped or ignored when its colors became classes; null where it cannot be used. */
  report: LayoutReport | null;
}

/** What a source layout and its targets hold, and what will go wrong with them. */
export interface PaletteReport {
  /** The source layout's file name. */
  source: string;
  /** Of the source layout, in pixels. */
  width: number;
  /** Of the source layout, in pixels. */
  height: number;
  /** Whether its values were read as colors or as class numbers. */
  as: 'colors' | 'indices';
  /** The classes of the source. */
  classes: ClassUse[];
  /** Names of classes that the palette file has and the source lacks. */
  absent: string[];
  /** Of the source: stray pixels, colors that nearly agree. */
  report: LayoutReport;
  /** In the order given. */
  targets: TargetUse[];
  /** One line each. */
  warnings: string[];
}

/** The whole report. Throws UserError for a bad source; a bad target has its error in its entry. */
export function paletteReport(input: {
  source: Picture;
  targets?: Picture[];
  as?: As;
  named?: Palette;
  minShare?: number;
}): PaletteReport {
  const { palette, layout } = buildPalette(input.source, input);
  const { report } = layout;
  const shares = classShares(
    layout,
    palette.classes.map((c) => c.name),
  );
  const classes = palette.classes.map(
    ({ color, index }, k): ClassUse => ({ ...shares[k], color: hex(color), ...(index !== undefined && { index }) }),
  );
  const targets = (input.targets ?? []).map((t) => targetUse(t, palette, classes));
  const warnings = [...sourceWarnings(palette, classes, report), ...targets.flatMap((t) => targetWarnings(t, classes))];
  return {
    source: input.source.source,
    width: layout.width,
    height: layout.height,
    as: report.as,
    classes,
    absent: (palette.absent ?? []).map((c) => c.name),
    report,
    targets,
    warnings,
  };
}

function targetUse(picture: Picture, palette: Palette, source: ClassUse[]): TargetUse {
  const use: TargetUse = {
    name: picture.source,
    width: picture.width,
    height: picture.height,
    mask: null,
    error: null,
    classes: [],
    unused: [],
    unknown: [],
    report: null,
  };
  const mask = maskReason(picture, palette);
  use.mask = mask?.why ?? null;
  if (mask?.by === 'pixels') return use;
  try {
    const layout = readLayout(picture, palette, { unknown: 'snap' }),
      { report } = layout;
    use.report = report;
    use.unknown = report.aliens;
    use.classes = classShares(
      layout,
      source.map((c) => c.name),
    ).map((c, k) => ({ ...c, growth: c.share / source[k].share }));
    use.unused = source.filter((_, k) => report.areas[k] === 0).map((c) => c.name);
    if (report.aliens.length) readLayout(picture, palette); // for the words of its refusal
  } catch (e) {
    if (!isUserError(e)) throw e;
    use.error = e.message;
  }
  return use;
}

function sourceWarnings(palette: Palette, classes: ClassUse[], report: LayoutReport): string[] {
  const out: string[] = [];
  for (const c of palette.absent ?? [])
    out.push(`class "${c.name}" is absent from the source: it cannot be drawn in a target`);
  out.push(...sourceCases(classes, { label: (k) => describe(palette.classes[k], report.as) }));
  for (const { a, b, distance, merged } of report.near) {
    const pair = `${hex(b)} and ${hex(a)} (distance ${Math.round(distance)})`;
    out.push(
      merged
        ? `${pair} are almost alike and the first is rare: it is taken for the second`
        : `${pair} are two classes of almost the same color: are they meant to be?`,
    );
  }
  for (const s of report.aliens) {
    out.push(
      `${s.color} (${percent(s.share)} of the source, as at pixel (${s.at.join(', ')})) is no class: ` +
        `too small or too uneven; it takes the classes around it`,
    );
  }
  if (report.strayShare > 0.05) {
    out.push(
      `${percent(report.strayShare)} of the source's pixels are not exactly of a class color: ` +
        'a PNG drawn without soft edges is read without doubt',
    );
  }
  return out;
}

function targetWarnings(t: TargetUse, source: ClassUse[]): string[] {
  if (t.mask) return [t.mask];
  if (t.error) return [t.error];
  const out = targetCases(t.name, t.classes, source);
  for (const s of t.report?.shifted ?? [])
    out.push(`${t.name}: ${s.color} (${percent(s.share)}) is read as class ${s.to}, the nearest`);
  return out;
}
