/** semia palette LAYOUT...: the classes of a source layout, and how other layouts use them. */
import type { Command } from 'commander';
import { percent } from '../../../data/layout/layoutReport.ts';
import { hex } from '../../../data/layout/palette.ts';
import {
  type ClassUse,
  type PaletteReport,
  paletteReport,
  type TargetUse,
} from '../../../data/layout/paletteReport.ts';
import { readInputPicture, readLayouts, readPalette } from '../../options/inputs.ts';

interface PaletteOptions {
  palette?: string;
  json?: boolean;
}

export function addPalette(program: Command): void {
  program
    .command('palette')
    .description('classes, colors and areas of a layout; with more layouts, how they fit it')
    .argument('<source>', 'the source layout')
    .argument('[targets...]', 'layouts to be rendered (files or folders)')
    .option('--palette <file>', 'names of the classes, or ade20k, celebamask-hq, cityscapes or helen')
    .option('--json', 'print the whole report as JSON')
    .addHelpText('after', '\nExample:\n  semia palette layout.png new-layouts/\n')
    .action(async (source: string, targets: string[], o: PaletteOptions) => {
      const named = o.palette ? (await readPalette(o.palette)).palette : undefined;
      const { picture } = await readInputPicture(source, true);
      const others = await readLayouts(targets, 'with masks', () => {});
      const report = paletteReport({ source: picture, targets: others.map((t) => t.picture), named });
      console.log(o.json ? JSON.stringify(report, null, 2) : text(report));
    });
}

function text(r: PaletteReport): string {
  const width = Math.max(5, ...r.classes.map((c) => c.name.length));
  const row = (c: ClassUse): string => {
    const color = c.name === c.color ? '' : `${c.color}  `;
    const number = c.index === undefined ? '' : `number ${c.index}  `;
    const area = `${String(c.area).padStart(8)} px  ${percent(c.share).padStart(7)}`;
    return `  ${c.name.padEnd(width)}  ${color}${number}${area}`;
  };
  const strays = r.report.strays
    .slice(0, 5)
    .map((s) => `  ${s.color}  ${s.count} px (${percent(s.share)}), as at (${s.at.join(', ')}) -> ${s.to}`);
  const near = r.report.near.map(
    (n) => `  ${hex(n.a)} and ${hex(n.b)}: distance ${Math.round(n.distance)}${n.merged ? ', taken for one' : ''}`,
  );
  return [
    `${r.source}: ${r.width} x ${r.height}, ${r.classes.length} classes by ${r.as === 'colors' ? 'color' : 'number'}`,
    ...r.classes.map(row),
    ...(strays.length
      ? [`stray colors: ${percent(r.report.strayShare)} of the pixels`, ...strays]
      : ['no stray colors']),
    ...(near.length ? ['colors that are nearly the same:', ...near] : []),
    ...r.targets.flatMap(target),
    ...(r.warnings.length ? ['warnings:', ...r.warnings.map((w) => `  ${w}`)] : []),
  ].join('\n');
}

function target(t: TargetUse): string[] {
  if (t.mask) return [`${t.name}: a mask`];
  const shares = t.classes
    .filter((c) => c.share > 0)
    .map((c) => `${c.name} ${percent(c.share)}`)
    .join(', ');
  const unknown = t.unknown.length
    ? `; unknown: ${t.unknown.map((s) => `${s.color} ${percent(s.share)}`).join(', ')}`
    : '';
  return [
    `${t.name}: ${t.width} x ${t.height}: ` +
      `${shares || 'unreadable'}${t.unused.length ? `; without ${t.unused.join(', ')}` : ''}${unknown}`,
  ];
}
