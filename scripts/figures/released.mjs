// npm run bench:released [-- FOLDER]: what the authors' settings come to in the 20 minutes of their code, beside `fast`
// within three. On the painted lake at 64 pixels, all targets: preset `code` (what the released code computes, at its
// full width, by its own schedule) for as many steps as that code takes in 20 minutes on two cores, then `fast`; what
// is in FOLDER already is kept. Makes docs/experiments/quality/released.md and docs/pictures/released.png. Half an hour
// on two quiet cores; steps are counted, not minutes, so other load changes the columns of time alone.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapterEnvironment } from '../../setup/environment.mjs';
import { dateOf, page, wrap } from './markdown.mjs';
import { picture, put, root } from './pictures.mjs';

Object.assign(process.env, adapterEnvironment()); // the driver that npm start found here
const {
  configure,
  decodeImage,
  encodePng,
  evaluate,
  learnTargets,
  openNodeDevice,
  openTraining,
  Painter,
  paintScene,
  prepareSource,
  prepareTarget,
  renderLayout,
  Session,
} = await import(join(root, 'dist/node/index.js'));

const folder = process.argv[2] ?? join(root, 'out/released');
const [name, size] = ['lake', 64];
/**
 * Iterations after which pictures are made. Ten generator steps each: 2110 is what the authors' code on PyTorch 1.13
 * took in 20 minutes of two cores at this size.
 */
const runs = { code: [30, 60, 120, 211], fast: [1, 26, 120] };

const scene = paintScene(name, { size });
const palette = { as: 'colors', classes: scene.classes };
// By way of PNG files, as a user's pictures come.
const photo = ({ name, width, height, photo }) => decodeImage(encodePng({ width, height, rgb: photo }), `${name}.png`);
const layout = (p) =>
  decodeImage(encodePng(renderLayout({ ...p, labels: p.layout }, palette)), `${p.name}.png`, { layout: true });
const { source } = prepareSource(await photo(scene.source), await layout(scene.source), { named: palette });
const layouts = await Promise.all(scene.targets.map(layout));
const targets = layouts.map((l) => prepareTarget(l, source));
const truths = await Promise.all(scene.targets.map(photo));
const session = new Session(await openNodeDevice());

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
async function row(what, pictures, rest) {
  const reports = [];
  for (const [i, result] of pictures.entries())
    reports.push(await evaluate({ session, source, result, target: targets[i], truth: truths[i] }));
  const of = (value, digits) => mean(reports.map(value)).toFixed(digits);
  const line = `| ${[what, of((r) => r.layout.ofCeiling, 3), of((r) => r.truth.psnr, 2), of((r) => r.truth.ssim, 3), of((r) => r.truth.perceptual, 4), ...rest].join(' | ')} |`;
  console.log(line);
  return line;
}

/** What a preset comes to: its rows of the table, and the pictures to show (PNG bytes), one for each target. */
async function made(preset, stops) {
  const c = configure({ preset });
  c.size = size;
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const training = await openTraining(session, c, source, await learnTargets(session, c, source, targets));
  const painter = new Painter(session, c, source, training.networks);
  const painted = async (options) => {
    const out = [];
    for (const t of targets) out.push(await painter.paint(t, options));
    return out;
  };
  const [rows, shown] = [[], []];
  let [pictures, wall, both] = [[], 0, 0];
  for (const stop of stops) {
    while (training.iteration < stop) await training.next();
    await training.losses(); // waits for the device
    const { user, system } = process.cpuUsage(cpu);
    [wall, both] = [(performance.now() - began) / 1000, (user + system) / 1e6];
    pictures = await painted();
    rows.push(
      await row(`\`${preset}\`, ${stop} iteration${stop > 1 ? 's' : ''}`, pictures, [wall.toFixed(0), both.toFixed(0)]),
    );
  }
  if (c.refine > 0) {
    const drafts = await painted({ raw: true });
    rows.push(await row(`\`${preset}\`, its generator's drafts alone (\`--raw\`)`, drafts, ['', '']));
    shown.push(drafts);
  }
  shown.push(pictures);
  return { rows, cores: both / wall, shown: shown.map((p) => p.map((one) => Buffer.from(encodePng(one)))) };
}

const table = [
  await row(
    'untouched photograph',
    targets.map(() => source.photo),
    ['', ''],
  ),
];
const [shown, cores, records] = [[], [], []];
mkdirSync(folder, { recursive: true });
for (const [preset, stops] of Object.entries(runs)) {
  const record = join(folder, `${preset}.json`),
    file = (column, i) => join(folder, `${preset}-${column}-${i}.png`);
  if (!existsSync(record)) {
    const { shown, ...rest } = await made(preset, stops);
    for (const [column, pictures] of shown.entries())
      for (const [i, bytes] of pictures.entries()) put(file(column, i), bytes);
    put(record, JSON.stringify({ ...rest, columns: shown.length }));
  }
  records.push(record);
  const kept = JSON.parse(readFileSync(record, 'utf8'));
  table.push(...kept.rows);
  cores.push(`${kept.cores.toFixed(1)} to \`${preset}\``);
  for (let column = 0; column < kept.columns; column++)
    shown.push(targets.map((_, i) => readFileSync(file(column, i))));
}

put(
  page('released.md'),
  `# What do the released settings reach in the authors' 20 minutes, beside \`fast\`?

Date: ${dateOf(records)}. Command: \`npm run bench:released\`, which writes this page.

## Method
${wrap(`The painted ${name} at ${size} pixels, means over its ${targets.length} targets, one seed. Adapter: ${session.device.info.description}. Preset \`code\` computes what the authors' released code does, at its full width and by its own schedule. ${runs.code.at(-1)} iterations are the ${10 * runs.code.at(-1)} generator steps which that code, on PyTorch 1.13, took in 20 minutes of the two cores it was measured on. Here they are counted, not timed. Seconds are of training, on this machine, which gave ${cores.join(' and ')} of its cores. Mean IoU is read by the layout classifier and given as a share of its ceiling.`)}

${wrap(`![Rows: targets. Columns: target layout, code, drafts of fast, fast, the true picture](../../pictures/released.png)`)}

${wrap(`*Columns: target layout, \`code\` after ${runs.code.at(-1)} iterations, the drafts of \`fast\` after ${runs.fast.at(-1)}, its results, the true picture.*`)}

## Result
| | mean IoU / ceiling | PSNR, dB | SSIM | perceptual | seconds | CPU seconds |
|---|---|---|---|---|---|---|
${table.join('\n')}

## Decision
\`fixed\` and \`fast\` do not take the released rates: [learning-rates.md](learning-rates.md).
`,
);
const png = (p) => Buffer.from(encodePng(p));
await picture(
  'released.png',
  targets.map((_, i) => [png(layouts[i]), ...shown.map((p) => p[i]), png(truths[i])]),
  { width: 128, kernel: 'nearest' },
);
process.exit(0); // an open device keeps Node alive
