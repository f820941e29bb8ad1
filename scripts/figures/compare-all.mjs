// npm run bench:compare-all [-- FOLDER] [--budget MINUTES] [--size PIXELS] [--resume]: every method that `semia
// compare` knows on one painted scene, unattended, and docs/experiments/quality/comparison-all.md with its picture from
// the record. A crash costs one method's work; --resume keeps what FOLDER has finished. --document makes document and
// picture from FOLDER's record again.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { dateOf, page, wrap } from './markdown.mjs';
import { put, root } from './pictures.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    budget: { type: 'string', default: '55' },
    size: { type: 'string', default: '64' },
    resume: { type: 'boolean' },
    document: { type: 'boolean' },
  },
});
const folder = positionals[0] ?? join(root, 'out/compared-all');
const scene = 'lake';

if (!values.document) {
  const run = (resume) =>
    spawnSync(
      process.execPath,
      [
        join(root, 'bin/semia.mjs'),
        'compare',
        '--scene',
        scene,
        '--methods',
        'all',
        '--size',
        values.size,
        '--budget',
        values.budget,
        ...(resume ? ['--resume'] : []),
        '-o',
        folder,
      ],
      { stdio: 'inherit' },
    );
  let { status, signal } = run(values.resume);
  // 2: the input cannot be used; 130: somebody asked for an end. Anything else is a crash, and what is finished is on
  // the disk.
  if (signal || (status && ![2, 130, 143].includes(status))) ({ status, signal } = run(true));
  if (status || signal) process.exit(status ?? 1);
}

const record = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
const made = record.methods.filter((m) => !m.failure);
const source = made.find((m) => m.name === 'source');
const candidates = made.filter((m) => m !== source);
const number = (v) => (v === 'Infinity' ? Infinity : v);
const mean = (m, { of }) => m.results.reduce((n, r) => n + number(of(r)), 0) / m.results.length;
const columns = [
  { label: 'mean IoU / ceiling', digits: 3, sign: 1, of: (r) => r.layout.ofCeiling },
  { label: 'PSNR, dB', digits: 2, sign: 1, of: (r) => r.truth.psnr },
  { label: 'SSIM', digits: 3, sign: 1, of: (r) => r.truth.ssim },
  { label: 'perceptual', digits: 4, sign: -1, of: (r) => r.truth.perceptual },
];
const cell = (m, column) => {
  const shown = (x) => column.sign * Number(mean(x, column).toFixed(column.digits));
  const text = mean(m, column).toFixed(column.digits);
  return m !== source && shown(m) === Math.max(...candidates.map(shown)) ? `**${text}**` : text;
};
const seconds = (s) => (s < 10 ? s.toFixed(1) : s.toFixed(0));
const row = (m) =>
  m.failure
    ? `| ${m.label} | made nothing |${' |'.repeat(columns.length - 1)} | | |`
    : `| ${m.label} | ${columns.map((c) => cell(m, c)).join(' | ')} | ${seconds(m.seconds)} | ${m.allowedSeconds ? m.allowedSeconds.toFixed(0) : ''} | ${(m.memoryBytes / 2 ** 20).toFixed(0)} |`;
const targets = readdirSync(join(folder, 'scene/targets')).sort();
const captions = ['photograph', 'target layout', ...candidates.map((m) => m.label), 'the true picture'];
const heads = ['photograph', 'target', ...candidates.map((m) => m.name), 'truth'];

// How quiet the machine was: by the record, method by method. Short ones say little.
const known = made.filter((m) => m.cores && m.seconds > 5);
const time = known.reduce((n, m) => n + m.seconds, 0);
const share = (of) => known.reduce((n, m) => n + m.seconds * m.cores[of], 0) / time;
const busiest = known.reduce((a, b) => (b.cores.others > a.cores.others ? b : a), known[0]);
const all = cpus().length;
const quiet =
  known.length === 0
    ? 'What other programs did meanwhile is not recorded.'
    : `In the mean this program kept ${share('own').toFixed(1)} of the ${all} cores busy, all other programs ${share('others').toFixed(2)}${
        share('others') < 0.05 * all
          ? ': a quiet machine.'
          : ` (most during ${busiest.label}: ${busiest.cores.others.toFixed(1)}), so how far each training came is what that left it.`
      }`;
const names = (list) => (list.length ? list.map((m) => m.label).join('; ') : 'none');
const than = (column, better) =>
  candidates.filter((m) => column.sign * (mean(m, column) - mean(source, column)) > 0 === better);
const [layout, psnr] = columns;
// What a training made says a record's settings; so few show the start of a network, not a method.
const few = made.filter(
  (m) =>
    m.allowedSeconds &&
    m.settings
      .match(/^[\d, ]+/)[0]
      .split(',')
      .some((n) => Number(n) < 20),
);

put(
  page('comparison-all.md'),
  `# What does every method reach on one painted scene?

Date: ${dateOf([join(folder, 'results.json')])}. Command: \`npm run bench:compare-all\`, which writes this page.

## Method
${wrap(`The command runs all methods unattended within one budget of time. What the methods without training leave of it is shared among those that train, by what they need (\`trains\` in \`src/model/baselines/methods.ts\`). The clock ends each. The scene is "${scene}" at ${values.size} pixels with its ${targets.length} targets, one seed. Seconds are wall time for all targets, training included. The numbers are means over the targets. Mean IoU is read by the layout classifier and given as a share of its ceiling; the others are against the true picture. The best is bold, the untouched source aside.`)}

${wrap(`![Rows: targets. Columns: ${captions.join(', ')}](../../pictures/comparison-all.png)`)}

${wrap(`*Rows: targets. Columns: ${captions.join(', ')}.*`)}

## Result
| method | ${columns.map((c) => c.label).join(' | ')} | seconds | allowed, if it trains | device MB |
|---|${'---|'.repeat(columns.length + 3)}
${record.methods.map(row).join('\n')}

## This record
${wrap(`${Math.round(record.spentSeconds / 60)} minutes (${record.budget}) on ${record.adapter}. ${quiet}`)}

${wrap(`- ${few.length ? `Less than 20 iterations (at some scale), so what is shown is the beginning of a training and no result of the method: ${names(few)}.` : 'Every training made at least 20 iterations (at every scale).'}`, '  ')}
${wrap(`- Laid out more like the target than the untouched source is, by mean IoU: ${names(than(layout, true))}. Not so: ${names(than(layout, false))}.`, '  ')}
${wrap(`- Nearer to the true pictures than the untouched source, by PSNR: ${names(than(psnr, true))}. Not so: ${names(than(psnr, false))}.`, '  ')}

## Each method, and its settings here
${record.methods.map((m) => wrap(`- **${m.label}**: ${m.note}. ${m.failure ? `Here: ${m.failure}.` : `Here: ${m.settings}.`}`, '  ')).join('\n')}

## Decision
None. The page shows what each method costs and reaches in one budget.
`,
);

// Pixels are copied, not blended: what was made is seen as it was made.
const [side, gap, head] = [2 * Number(values.size), 4, 22];
const resized = (file) => sharp(file).resize(side, side, { kernel: 'nearest' }).png().toBuffer();
const label = (text) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${head}"><text x="${side / 2}" y="16" text-anchor="middle" font-family="sans-serif" font-size="14">${text}</text></svg>`,
  );
const tiles = heads.map((text, x) => ({ input: label(text), left: x * (side + gap), top: 0 }));
for (const [y, name] of targets.entries()) {
  const files = [
    'source.png',
    `scene/targets/${name}`,
    ...candidates.map((m) => `${m.name}/${name}`),
    `scene/truth/${name}`,
  ];
  for (const [x, file] of files.entries())
    tiles.push({ input: await resized(join(folder, file)), left: x * (side + gap), top: head + y * (side + gap) });
}
const sheet = sharp({
  create: {
    width: heads.length * (side + gap) - gap,
    height: head + targets.length * (side + gap) - gap,
    channels: 3,
    background: '#fff',
  },
}).composite(tiles);
put(
  join(root, 'docs/pictures/comparison-all.png'),
  await sheet.png({ palette: true, colors: 256, effort: 10 }).toBuffer(),
);
