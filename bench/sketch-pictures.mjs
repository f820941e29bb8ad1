// npm run bench:sketch [-- FOLDER]: the examples of sketch to image and of a face as users make them (what is in FOLDER already is kept), their figures, and
// docs/pictures/sketch.png and face.png. Painted material only; some minutes on two free cores, most of them training.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ?? join(root, 'out/uses');
mkdirSync(folder, { recursive: true });
const short = ['--preset', 'fast', '--iterations', '24', '--save-every', '600'];

/** Runs semia unless its result is there. */
function semia(result, ...words) {
  if (result && existsSync(join(folder, result))) return;
  console.log(`semia ${words.join(' ')}`);
  const { status } = spawnSync(process.execPath, [join(root, 'bin/semia.mjs'), ...words], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
const put = (path, data) => { writeFileSync(`${path}.tmp`, data); renameSync(`${path}.tmp`, path); };
/** Files in rows, each row of one size; into docs/pictures. */
async function sheet(name, width, rows) {
  const gap = 4;
  const tiles = [];
  let top = 0, widest = 0;
  for (const files of rows) {
    let left = 0, height = 0;
    for (const f of files) {
      const { data, info } = await sharp(join(folder, f)).resize({ width }).removeAlpha().png().toBuffer({ resolveWithObject: true });
      tiles.push({ input: data, left, top });
      left += info.width + gap;
      height = info.height;
    }
    widest = Math.max(widest, left - gap);
    top += height + gap;
  }
  const canvas = sharp({ create: { width: widest, height: top - gap, channels: 3, background: '#fff' } }).composite(tiles);
  put(join(root, 'docs/pictures', name), await canvas.png({ palette: true, colours: 256, effort: 10 }).toBuffer());
}

semia('examples/face', 'example', 'examples', '--size', '128');

const coast = 'examples/coast', drawn = ['cliff-left', 'stacks'];
for (const t of drawn) semia(`drawings/${t}.png`, 'edges', `${coast}/truth/${t}.png`, '-o', `drawings/${t}.png`);
semia('sketch', 'analogy', `${coast}/photo.png`, ...drawn.map((t) => `drawings/${t}.png`), '--condition', 'sketch', ...short.with(3, '80'), '-o', 'sketch');
for (const t of drawn) for (const result of [`${coast}/photo.png`, `sketch/${t}.png`]) semia(null, 'edges', result, '--against', `drawings/${t}.png`);
semia('sketch.csv', 'evaluate', ...drawn.map((t) => `sketch/${t}.png`), '--source', `${coast}/photo.png`, '--layout', `${coast}/layout.png`, '--target', ...drawn.map((t) => `${coast}/targets/${t}.png`), '--truth', ...drawn.map((t) => `${coast}/truth/${t}.png`), '--csv', 'sketch.csv');
await sheet('sketch.png', 220, drawn.map((t) => [`${coast}/photo.png`, `drawings/${t}.png`, `sketch/${t}.png`, `${coast}/truth/${t}.png`]));

const face = 'examples/face', wanted = ['smile', 'long-hair', 'surprised', 'head-aside'];
const layouts = wanted.map((t) => `${face}/targets/${t}.png`);
semia('face', 'analogy', `${face}/photo.png`, `${face}/layout.png`, ...layouts, '--palette', 'celebamask-hq', ...short, '-o', 'face');
semia('face.csv', 'evaluate', ...wanted.map((t) => `face/${t}.png`), '--source', `${face}/photo.png`, '--layout', `${face}/layout.png`, '--palette', 'celebamask-hq', '--target', ...layouts, '--truth', ...wanted.map((t) => `${face}/truth/${t}.png`), '--csv', 'face.csv');
await sheet('face.png', 176, [[`${face}/layout.png`, ...layouts], [`${face}/photo.png`, ...wanted.map((t) => `face/${t}.png`)], [`${face}/photo.png`, ...wanted.map((t) => `${face}/truth/${t}.png`)]]);
