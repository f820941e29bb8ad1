/** Pictures side by side in one, and the option that asks for it where several results are made. */
import type { Command } from 'commander';
import { UserError } from '../../data/errors.ts';
import { type Picture, resize } from '../../data/image/image.ts';
import { renderLayout } from '../../data/layout/layout.ts';
import type { Source, Target } from '../../data/prepare.ts';
import { encodePng } from '../../node/encode.ts';
import { writeFileAtomic } from '../../node/files.ts';
import { resultFiles } from '../options/outputs.ts';

const gap = 6;

/** Pictures in rows and columns on white; cells are as large as the largest picture, missing ones stay empty. */
export function contactSheet(rows: readonly (readonly (Picture | null)[])[]): Picture {
  const all = rows.flat().filter((p): p is Picture => p !== null);
  const w = Math.max(...all.map((p) => p.width)),
    h = Math.max(...all.map((p) => p.height));
  const columns = Math.max(...rows.map((r) => r.length));
  const width = columns * (w + gap) + gap,
    height = rows.length * (h + gap) + gap;
  const data = new Uint8Array(4 * width * height).fill(255);
  for (const [r, row] of rows.entries())
    for (const [c, p] of row.entries()) {
      if (!p) continue;
      const left = gap + c * (w + gap),
        top = gap + r * (h + gap);
      for (let y = 0; y < p.height; y++)
        data.set(p.data.subarray(4 * y * p.width, 4 * (y + 1) * p.width), 4 * ((top + y) * width + left));
    }
  return { width, height, data, hasAlpha: false, source: 'contact sheet' };
}

export const sheetOption = (command: Command): Command =>
  command.option(
    '--contact-sheet <file>',
    'also write one PNG with all layouts above all results, the photograph first',
  );

/**
 * The path of the sheet, or null. Throws UserError, before any work begins, where it cannot be written or is one of
 * `taken`.
 */
export async function sheetFile(file: string | undefined, taken: readonly string[]): Promise<string | null> {
  if (file === undefined) return null;
  if (!/\.png$/i.test(file))
    throw new UserError(`--contact-sheet ${file}: is written as PNG: give a name that ends in .png`);
  return (await resultFiles(file, [{ path: file }], taken, 'png'))[0];
}

/** The source pair, then each target's layout above its result, everything as wide as the photograph. */
export async function writeSheet(
  path: string,
  source: Source,
  targets: readonly Target[],
  results: readonly Picture[],
): Promise<void> {
  const fit = (p: Picture): Picture =>
    resize({ ...p, wide: undefined }, source.width, Math.max(1, Math.round((p.height * source.width) / p.width)));
  const layouts = [source, ...targets].map((t) => fit(renderLayout(t, source.palette)));
  const sheet = contactSheet([layouts, [source.photo, ...results].map(fit)]);
  await writeFileAtomic(path, encodePng({ ...sheet, profile: source.photo.profile }));
}
