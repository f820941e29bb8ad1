// npm run bench:compare [-- FOLDER]: runs `semia compare` on every painted scene (what is in FOLDER already is kept)
// and makes comparison.csv and comparison.md in docs/experiments/quality and docs/pictures/comparison.png from its
// records. A method that FOLDER has no rows of keeps the row and picture that it has in docs (Image Analogies, which
// trains nothing, gives the same ones each time).
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { dateOf, page, wrap } from './markdown.mjs';
import { put, root } from './pictures.mjs';

const folder = process.argv[2] ?? join(root, 'out/compared');
const scenes = ['lake', 'meadow', 'cabin', 'coast'];
const methods = ['source', 'analogies', 'preview', 'fast'];
const words = {
  source: 'untouched photograph',
  analogies: 'Image Analogies',
  preview: 'patch synthesis (`preview`)',
  fast: '`fast`',
};
const [side, minutes] = [128, 1];

const mean = (rows, key) => rows.reduce((n, r) => n + Number(r[key]), 0) / rows.length;

const parse = (text) => {
  const [head, ...lines] = text
    .trim()
    .split(/\r?\n/)
    .map((l) => l.split(','));
  return lines.map((l) => Object.fromEntries(l.map((v, i) => [head[i], v])));
};
const earlier = parse(readFileSync(page('comparison.csv'), 'utf8')).map((r) => ({
  least: NaN,
  ...Object.fromEntries(
    Object.entries(r).map(([k, v]) => [k, k === 'scene' || k === 'method' ? v : v === '' ? NaN : Number(v)]),
  ),
}));
const before = readFileSync(join(root, 'docs/pictures/comparison.png'));
const table = [];
const tiles = [];
let adapter = '';
for (const [y, scene] of scenes.entries()) {
  const at = join(folder, scene);
  if (!existsSync(join(at, 'results.csv'))) {
    const { status } = spawnSync(
      process.execPath,
      [
        join(root, 'bin/semia.mjs'),
        'compare',
        '--scene',
        scene,
        '--methods',
        methods.join(),
        '--minutes',
        `${minutes}`,
        '--size',
        `${side}`,
        '-o',
        at,
      ],
      { stdio: 'inherit' },
    );
    if (status) process.exit(status);
  }
  adapter = JSON.parse(readFileSync(join(at, 'results.json'), 'utf8')).adapter;
  const rows = parse(readFileSync(join(at, 'results.csv'), 'utf8'));
  for (const method of methods) {
    const own = rows.filter((r) => r.method === method);
    if (own.length)
      table.push({
        scene,
        method,
        ofCeiling: mean(own, 'mean_iou_of_ceiling'),
        least: Math.min(...own.map((r) => Number(r.mean_iou_of_ceiling))),
        psnr: mean(own, 'truth_psnr'),
        ssim: mean(own, 'truth_ssim'),
        perceptual: mean(own, 'truth_perceptual'),
        seconds: Number(own[0].seconds_all_targets),
      });
    else
      table.push(
        ...earlier
          .filter((r) => r.scene === scene && r.method === method)
          .map(({ scene, method, ofCeiling, least, ...rest }) => ({ scene, method, ofCeiling, least, ...rest })),
      );
  }
  const target = rows[0].target;
  const files = [
    'source.png',
    `scene/targets/${target}.png`,
    ...methods.slice(1).map((m) => `${m}/${target}.png`),
    `scene/truth/${target}.png`,
  ].map((f) => join(at, f));
  for (const [x, file] of files.entries()) {
    const [left, top] = [x * (side + 4), y * (side + 4)];
    const input = existsSync(file)
      ? sharp(file).resize(side, side, { kernel: 'nearest' })
      : sharp(before).extract({ left, top, width: side, height: side });
    tiles.push({ input: await input.png().toBuffer(), left, top });
  }
}
put(
  page('comparison.csv'),
  `${Object.keys(table[0]).join()}\n${table
    .map((r) =>
      Object.values(r)
        .map((v) => (typeof v === 'number' ? (Number.isNaN(v) ? '' : v.toFixed(4)) : v))
        .join(),
    )
    .join('\n')}\n`,
);
const best = (r, key, sign) =>
  table.every((o) => o.scene !== r.scene || o.method === 'source' || sign * o[key] <= sign * r[key]);
const cell = (r, key, digits, sign) =>
  r.method !== 'source' && best(r, key, sign) ? `**${r[key].toFixed(digits)}**` : r[key].toFixed(digits);
const date = dateOf(scenes.map((scene) => join(folder, scene, 'results.csv')));
put(
  page('comparison.md'),
  `# How do the methods compare on the painted scenes?

Date: ${date}. Command: \`npm run bench:compare\`, which writes this page.

## Method
${wrap(`Means over each scene's four targets at ${side} pixels, one seed. \`fast\` has ${minutes} minute for training and all pictures. Adapter: ${adapter}. Mean IoU is read by the layout classifier and given as a share of its ceiling, with the least of the targets in brackets. PSNR, SSIM and the perceptual distance (our own features, not LPIPS) are against the true picture. The best of the methods is bold. The untouched photograph is the control. Seconds are for all four targets.`)}

${wrap(`![Rows: lake, meadow, cabin, coast. Columns: photograph, target layout, Image Analogies, patch synthesis, fast, the true picture](../../pictures/comparison.png)`)}

## Result
| scene | method | mean IoU / ceiling | PSNR, dB | SSIM | perceptual | seconds |
|---|---|---|---|---|---|---|
${table.map((r) => `| ${r.scene} | ${words[r.method]} | ${cell(r, 'ofCeiling', 3, 1)}${Number.isNaN(r.least) ? '' : ` (${r.least.toFixed(3)})`} | ${cell(r, 'psnr', 2, 1)} | ${cell(r, 'ssim', 3, 1)} | ${cell(r, 'perceptual', 4, -1)} | ${r.seconds.toFixed(0)} |`).join('\n')}

## Decision
None. The settings were decided in [finishing.md](finishing.md) and [seeds.md](seeds.md).
`,
);
const sheet = sharp({
  create: { width: 6 * (side + 4) - 4, height: scenes.length * (side + 4) - 4, channels: 3, background: '#fff' },
}).composite(tiles);
put(join(root, 'docs/pictures/comparison.png'), await sheet.png({ palette: true, colors: 256, effort: 10 }).toBuffer());
