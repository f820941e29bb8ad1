/**
 * semia ablate -o DIR: trains scenes with one factor changed at a time, over several seeds, and reports each one's
 * effect.
 */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../../../data/errors.ts';
import { allSceneNames, sceneNames } from '../../../data/scenes/index.ts';
import { ablationMetrics } from '../../../evaluate/ablation/ablation.ts';
import { changed, factors } from '../../../evaluate/ablation/factors.ts';
import { type Choices, configure } from '../../../model/configure.ts';
import { type PresetName, presetNames } from '../../../model/presets.ts';
import { differences } from '../../../model/run/runRecord.ts';
import { lock } from '../../../node/runs/lock.ts';
import { programVersion } from '../../../node/version.ts';
import { again, commandLine, integer } from '../../options/options.ts';
import { checkWritable } from '../../options/outputs.ts';
import { type Ablation, cellName, readAblation, summaryTable, writeAblation } from '../../reports/ablatePage.ts';
import { duration, Progress } from '../../reports/progress.ts';
import { explainDevice, openSession } from '../../session.ts';
import { type AblationScene, openScene, trainCell } from './ablateCell.ts';

interface AblateOptions {
  output: string;
  scene: string[];
  factors: string[];
  seeds: number;
  minutes?: number;
  preset: PresetName;
  size?: number;
  width?: number;
  iterations?: number;
  targets?: number;
  quiet?: boolean;
}

/** Some of these names, separated by commas; `all` for all. */
const some =
  (all: readonly string[], usual = all) =>
  (text: string): string[] => {
    const words = [
      ...new Set(
        text
          .split(',')
          .map((w) => w.trim())
          .filter(Boolean),
      ),
    ];
    const unknown = words.filter((w) => !all.includes(w));
    if (words.length === 1 && words[0] === 'all') return [...usual];
    if (!words.length || unknown.length)
      throw new InvalidArgumentError(
        `there are ${all.join(', ')}${unknown.length ? `, and no ${unknown.join(', ')}` : ''}.`,
      );
    return words;
  };

export function addAblate(program: Command): void {
  const names = factors.map((f) => f.name);
  program
    .command('ablate')
    .description(
      'what each decision is worth: painted scenes trained with one factor changed at a time, several seeds, a ' +
        'table with spread',
    )
    .requiredOption(
      '-o, --output <dir>',
      'a folder for the page (index.html), the records (ablation.json, cells.csv) and all pictures; a rerun ' +
        'goes on with it',
    )
    .option(
      '--scene <names>',
      `which scenes, separated by commas, ${allSceneNames.join(', ')}, or all for the landscapes`,
      some(allSceneNames, sceneNames),
      ['lake'],
    )
    .option(
      '--factors <names>',
      `which factors, separated by commas (default: all: ${names.join(', ')})`,
      some(names),
      names,
    )
    .option('--seeds <count>', 'trainings of each, with seeds 0, 1, ...', integer(1, 1000), 3)
    .addOption(new Option('--preset <name>', 'what the factors are changed in').choices(presetNames).default('fast'))
    .option('--iterations <count>', "of each training (default: the preset's)", integer(1, 1_000_000))
    .option(
      '--size <pixels>',
      "training size (default: the preset's); pictures have twice as many, at least 64",
      integer(32, 512),
    )
    .option('--width <channels>', "base width of the networks (default: the preset's)", integer(4, 128, 4))
    .option('--targets <count>', "of each scene's targets the first so many (default: all)", integer(1, 100))
    .option(
      '--minutes <count>',
      'begin no training that would end later than so long after the start',
      integer(1, 100_000),
    )
    .option('--quiet', 'print nothing but errors and the table')
    .addHelpText(
      'after',
      '\nWhat is finished is kept: the same command again goes on, and more seeds, scenes or factors extend ' +
        'it.\n' +
        '\nExample:\n' +
        '  semia ablate --scene lake,coast --factors alignment,guidance,warm-start --seeds 3 --minutes 60 -o ' +
        'ablated\n',
    )
    .action(ablate);
}

async function ablate(o: AblateOptions): Promise<void> {
  if ((await fs.stat(o.output).catch(() => null))?.isFile())
    throw new UserError(`${o.output}: is a file: give a folder`);
  await checkWritable(join(o.output, 'index.html'));
  const choices: Choices = { preset: o.preset, size: o.size, width: o.width, iterations: o.iterations };
  const base = configure(choices);
  const settings = {
    preset: o.preset,
    size: base.size,
    width: base.network.generator,
    iterations: base.iterations,
    pictureSize: Math.min(1024, Math.max(64, 2 * base.size)),
    targets: o.targets ?? ('all' as const),
  };
  const kept = await readAblation(o.output);
  const differ = kept ? differences(kept.settings, settings) : [];
  if (differ.length)
    throw new UserError(
      `${o.output}: holds an ablation of other settings (${differ.join(', ')}): give the same, or another folder`,
    );
  const notify = (text: string): void => Progress.line(text, o.quiet ?? false);
  const a: Ablation = {
    settings,
    labels: { base: `preset ${o.preset} as it is`, ...Object.fromEntries(factors.map((f) => [f.name, f.label(base)])) },
    cells: kept?.cells ?? [],
    waiting: 0,
  };

  // Seed by seed, the base first: whenever it stops, the finished cells can be compared.
  const plan = Array.from({ length: o.seeds }, (_, seed) =>
    o.scene.flatMap((scene) =>
      [null, ...factors.filter((f) => o.factors.includes(f.name))].map((factor) => {
        const change = differences(base, changed(base, factor));
        if (factor && !change.length) notify(`note: ${factor.name} changes nothing in preset ${o.preset}`);
        return { scene, seed, factor, name: factor?.name ?? 'base', change };
      }),
    ),
  ).flat();
  // Cells that were trained before their factor was redefined are left out.
  const stands = (p: (typeof plan)[number]): boolean =>
    a.cells.some((c) => cellName(c) === cellName({ ...p, factor: p.name }) && c.change.join() === p.change.join());
  const work = plan.filter((p) => !stands(p));
  a.cells = a.cells.filter((c) => !work.some((p) => cellName(c) === cellName({ ...p, factor: p.name })));
  notify(`${plan.length} trainings, ${plan.length - work.length} of them done already`);

  if (work.length) {
    await fs.mkdir(o.output, { recursive: true });
    const release = await lock(join(o.output, 'lock'), o.output);
    try {
      await run(a, work, base, o, notify);
    } catch (error) {
      throw explainDevice(error);
    } finally {
      release();
    }
  } else await writeAblation(o.output, a, []);
  console.log(summaryTable(a));
  notify(`open in a browser: ${join(o.output, 'index.html')}`);
  if (a.waiting)
    notify(`${a.waiting} trainings are left: ${process.argv.length > 2 ? again() : commandLine('ablate')}`);
}

type Work = { scene: string; seed: number; factor: (typeof factors)[number] | null; name: string; change: string[] };

async function run(
  a: Ablation,
  work: readonly Work[],
  base: ReturnType<typeof configure>,
  o: AblateOptions,
  notify: (text: string) => void,
): Promise<void> {
  const began = performance.now();
  const session = await openSession();
  const adapter = session.device.info.description || session.device.info.vendor;
  const scenes = new Map<string, AblationScene>();
  let longest = 0;
  for (const [i, { scene, seed, factor, name, change }] of work.entries()) {
    a.waiting = work.length - i;
    const start = performance.now();
    if (o.minutes && i && start - began + longest > 60_000 * o.minutes) {
      notify(`no time for another of up to ${duration(longest / 1000)}`);
      break;
    }
    if (!scenes.has(scene)) scenes.set(scene, await openScene(scene, a.settings.pictureSize, o.targets));
    const c = { ...changed(base, factor), seed };
    const cell = { scene, factor: name, seed, change, adapter, version: programVersion };
    const { values, files } = await session.memory.scope(() =>
      trainCell(session, scenes.get(scene)!, c, (file) => join(o.output, 'pictures', `${scene}-${seed}`, file(name))),
    );
    a.cells.push({ ...cell, values });
    a.waiting--;
    await writeAblation(o.output, a, files);
    longest = Math.max(longest, performance.now() - start);
    notify(
      `${i + 1} of ${work.length}: ${scene}, seed ${seed}, ${a.labels[name]}: ${ablationMetrics
        .slice(0, 3)
        .map((m) => `${m.label.slice(0, -2)} ${values[m.key].toFixed(m.digits)}`)
        .join(', ')}, ${duration((performance.now() - start) / 1000)}`,
    );
  }
}
