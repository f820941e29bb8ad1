/** Pictures side by side in one. */
import type { Picture } from '../data/image.ts';

const gap = 6;

/** Pictures in rows and columns on white; cells are as large as the largest picture, missing ones stay empty. */
export function contactSheet(rows: readonly (readonly (Picture | null)[])[]): Picture {
  const all = rows.flat().filter((p): p is Picture => p !== null);
  const w = Math.max(...all.map((p) => p.width)), h = Math.max(...all.map((p) => p.height));
  const columns = Math.max(...rows.map((r) => r.length));
  const width = columns * (w + gap) + gap, height = rows.length * (h + gap) + gap;
  const data = new Uint8Array(4 * width * height).fill(255);
  for (const [r, row] of rows.entries()) for (const [c, p] of row.entries()) {
    if (!p) continue;
    const left = gap + c * (w + gap), top = gap + r * (h + gap);
    for (let y = 0; y < p.height; y++) data.set(p.data.subarray(4 * y * p.width, 4 * (y + 1) * p.width), 4 * ((top + y) * width + left));
  }
  return { width, height, data, hasAlpha: false, source: 'contact sheet' };
}
