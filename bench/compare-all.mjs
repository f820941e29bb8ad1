// npm run bench:compare-all [-- FOLDER]: every method that `semia compare` knows on one painted scene, unattended, within an hour on two processor cores, and
// docs/comparison-all.md with its picture from the record. What FOLDER has finished is kept: interrupted, it goes on; a crash costs one method's work.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { put, root } from './pictures.mjs';

const folder = process.argv[2] ?? join(root, 'out/compared-all');
const [scene, side, budget] = ['lake', 64, 55];
const load = loadavg()[2];

const run = () => spawnSync(process.execPath, [join(root, 'bin/semia.mjs'), 'compare', '--scene', scene, '--methods', 'all', '--size', `${side}`, '--budget', `${budget}`, '--resume', '-o', folder], { stdio: 'inherit' });
let { status, signal } = run();
// 2: the input cannot be used; 130: somebody asked for an end. Anything else is a crash, and what is finished is on the disk.
if (signal || (status && ![2, 130, 143].includes(status))) ({ status, signal } = run());
if (status || signal) process.exit(status ?? 1);

// What the record itself cannot know: how quiet the machine was, and what went wrong.
const note = existsSync(join(folder, 'note.md')) ? readFileSync(join(folder, 'note.md'), 'utf8') : '';
const record = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
const made = record.methods.filter((m) => !m.failure);
const mean = (m, pick) => m.results.reduce((n, r) => n + pick(r), 0) / m.results.length;
const columns = [
  ['mean IoU / ceiling', 3, 1, (r) => r.layout.ofCeiling], ['PSNR, dB', 2, 1, (r) => (r.truth.psnr === 'Infinity' ? Infinity : r.truth.psnr)], ['SSIM', 3, 1, (r) => r.truth.ssim], ['perceptual', 4, -1, (r) => r.truth.perceptual],
];
const candidates = made.filter((m) => m.name !== 'source');
const cell = (m, [, digits, sign, pick]) => {
  const text = mean(m, pick).toFixed(digits);
  const best = Math.max(...candidates.map((c) => sign * Number(mean(c, pick).toFixed(digits))));
  return m.name !== 'source' && sign * Number(text) === best ? `**${text}**` : text;
};
const seconds = (s) => (s < 10 ? s.toFixed(1) : s.toFixed(0));
const row = (m) => (m.failure ? `| ${m.label} | made nothing |${' |'.repeat(columns.length - 1)} | | |`
  : `| ${m.label} | ${columns.map((c) => cell(m, c)).join(' | ')} | ${seconds(m.seconds)} | ${m.allowedSeconds ? m.allowedSeconds.toFixed(0) : ''} | ${(m.memoryBytes / 2 ** 20).toFixed(0)} |`);
const targets = readdirSync(join(folder, 'scene/targets')).sort();
const order = ['photograph', 'target layout', ...candidates.map((m) => m.label), 'the true picture'];

put(join(root, 'docs/comparison-all.md'), `# Every method on one painted scene

\`npm run bench:compare-all\` runs them unattended, ${budget} minutes for everything: what the methods that train get is an equal share of what the others leave, and the clock ends each. The scene
is "${scene}" at ${side} pixels with its ${targets.length} targets, one seed. This record: ${Math.round(record.spentSeconds / 60)} minutes (${record.budget}) on ${record.adapter}, ${cpus().length} cores,
the load ${load.toFixed(0)} when this was written${load > 1.5 * cpus().length ? ', so other programs had much of them' : ''}: how far each training came is what that left it. Seconds are wall time for all targets, training
included. Means over the targets; mean IoU is the judge's, as a share of its ceiling, the others are against the true picture. Best in bold, the untouched source aside.

![Rows: targets. Columns: ${order.join(', ')}](pictures/comparison-all.png)

*Columns: ${order.join(', ')}.*

| method | ${columns.map((c) => c[0]).join(' | ')} | seconds | allowed, if it trains | device MB |
|---|${'---|'.repeat(columns.length + 3)}
${record.methods.map(row).join('\n')}

${note ? `## This record\n${note}\n` : ''}## What each is, and was run with
${record.methods.map((m) => `- **${m.label}**: ${m.note}. ${m.failure ? `Here: ${m.failure}.` : `Here: ${m.settings}.`}`).join('\n')}
`);

const [cellSide, gap] = [88, 3];
const tiles = [];
for (const [y, name] of targets.entries()) {
  const files = ['source.png', `scene/targets/${name}`, ...candidates.map((m) => `${m.name}/${name}`), `scene/truth/${name}`];
  for (const [x, file] of files.entries()) {
    if (existsSync(join(folder, file))) tiles.push({ input: await sharp(join(folder, file)).resize(cellSide, cellSide, { kernel: 'nearest' }).toBuffer(), left: x * (cellSide + gap), top: y * (cellSide + gap) });
  }
}
const sheet = sharp({ create: { width: order.length * (cellSide + gap) - gap, height: targets.length * (cellSide + gap) - gap, channels: 3, background: '#fff' } }).composite(tiles);
put(join(root, 'docs/pictures/comparison-all.png'), await sheet.png({ palette: true, colours: 256, effort: 10 }).toBuffer());
