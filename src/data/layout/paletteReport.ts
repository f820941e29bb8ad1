/** The report of `semia palette`: the classes of a source layout, how the targets use them, and what will go wrong. */
import { maskReason } from './checks.ts';
import { isUserError } from '../errors.ts';
import { classShares, sourceCases, targetCases, type ClassShare } from './failureCases.ts';
import type { Picture } from '../image/image.ts';
import type { As } from './indices.ts';
import { buildPalette, readLayout } from './layout.ts';
import { percent, type LayoutReport, type Stray } from './layoutReport.ts';
import { describe, hex, type Palette } from './palette.ts';

export interface ClassUse extends ClassShare {
  color: string;
  index?: number;
}
export interface TargetUse {
  name: string;
  width: number;
  height: number;
  mask: string | null; // why it seems to be a mask; with by 'pixels' nothing else is filled in
  error: string | null; // why it cannot be used
  classes: (ClassShare & { growth: number })[]; // growth: share here / share in the source
  unused: string[]; // classes of the source that it lacks
  unknown: Stray[]; // sizeable colors that are no class of the source
  report: LayoutReport | null;
}
export interface PaletteReport {
  source: string;
  width: number;
  height: number;
  as: 'colors' | 'indices';
  classes: ClassUse[];
  absent: string[]; // named in the palette file, not in the source
  report: LayoutReport; // of the source: strays, near duplicates...
  targets: TargetUse[];
  warnings: string[]; // one line each
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
