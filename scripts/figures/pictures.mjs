// What the commands that make the documents' pictures share: running semia, putting pictures side by side, and writing
// files whole.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file, or nothing: written under another name, then renamed. */
export const put = (path, data) => {
  writeFileSync(`${path}.tmp`, data);
  renameSync(`${path}.tmp`, path);
};

/**
 * Runs semia in a folder unless what it makes is there (`made`, from the folder; null: always), and ends this program
 * where it fails. Returns `made`.
 */
export const semiaIn =
  (folder) =>
  (made, ...words) => {
    if (made && existsSync(join(folder, made))) return made;
    console.log(`semia ${words.join(' ')}`);
    const { status } = spawnSync(process.execPath, [join(root, 'bin/semia.mjs'), ...words], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(status ?? 1);
    return made;
  };

const gap = 4;
/**
 * Rows of pictures (files), each brought to the size that sharp's resize is given, as docs/pictures/NAME in at most 256
 * colors.
 */
export async function picture(name, rows, size, png = {}) {
  const tiles = [];
  let [top, width] = [0, 0];
  for (const row of rows) {
    let [left, tall] = [0, 0];
    for (const file of row) {
      const { data, info } = await sharp(file)
        .flatten({ background: '#f0f' })
        .resize(size)
        .png()
        .toBuffer({ resolveWithObject: true });
      tiles.push({ input: data, left, top });
      left += info.width + gap;
      tall = Math.max(tall, info.height);
    }
    width = Math.max(width, left - gap);
    top += tall + gap;
  }
  const sheet = sharp({ create: { width, height: top - gap, channels: 3, background: '#fff' } }).composite(tiles);
  put(
    join(root, 'docs/pictures', name),
    await sheet.png({ palette: true, colors: 256, effort: 10, ...png }).toBuffer(),
  );
}
