/**
 * index.html of a run folder: how far it is, its curves, its pictures. While training goes on it loads itself again.
 */
import { basename, join } from 'node:path';
import { readPicture } from '../decode.ts';
import { writeFileAtomic } from '../files.ts';
import { curveHead, curves, dataUri, escapeHtml, type Figure, facts, figures, page } from '../page.ts';
import type { RunFolder } from '../runFolder.ts';

const shown = 8;
const refreshSeconds = 10;

/** Writes the page. `live`: training goes on. `results`: finished pictures to show. */
export async function writeRunPage(
  run: RunFolder,
  { live = false, results = [] as readonly Figure[] } = {},
): Promise<string> {
  const { config: c, host, inputs, adapter, seconds, size, versions } = run.record;
  const figure = async (file: string, caption: string): Promise<Figure> => ({
    caption,
    src: dataUri(await readPicture(file)),
  });
  const all = await run.snapshots();
  const step = Math.max(1, (all.length - 1) / (shown - 1));
  const some = all.length <= shown ? all : Array.from({ length: shown }, (_, i) => all[Math.round(i * step)]);
  const first = run.record.targets[0];
  const sources = [
    await figure(join(run.path, 'source.png'), `source: ${basename(inputs.photo.name)}`),
    await figure(join(run.path, 'layout.png'), 'source layout'),
    ...(first ? [await figure(join(run.path, first.file), `first target: ${basename(first.name)}`)] : []),
  ];
  const progress = await Promise.all(some.map((f) => figure(f, `iteration ${Number(basename(f, '.png'))}`)));
  const state = live ? 'training' : run.finished ? 'finished' : 'stopped';
  const body = [
    facts([
      ['state', `${state}: iteration ${host.iteration} of ${c.iterations}, ${Math.round(seconds)} s of training`],
      ['preset', `${c.preset}, seed ${c.seed}, width ${c.network.generator}`],
      ['sizes', `training ${c.size}, output ${size.width} x ${size.height}`],
      ['classes', run.record.palette.classes.map((k) => k.name).join(', ')],
      ['adapter', adapter.description || adapter.vendor],
      ['program', `semia ${versions.semia}, Node ${versions.node}`],
    ]),
    '<h2>Source</h2>',
    figures(sources),
    ...(results.length ? ['<h2>Results</h2>', figures(results)] : []),
    ...(progress.length
      ? [
          `<h2>${first ? `Progress on ${escapeHtml(basename(first.name))}` : 'Progress on the source layout'}</h2>`,
          figures(progress),
        ]
      : []),
    ...(run.losses.rows.length ? ['<h2>Losses</h2>', curves(run.losses.rows)] : []),
  ].join('\n');
  const path = join(run.path, 'index.html');
  await writeFileAtomic(
    path,
    page(`SemIA run: ${basename(inputs.photo.name)}`, body, {
      refresh: live ? refreshSeconds : 0,
      head: run.losses.rows.length ? curveHead() : '',
    }),
  );
  return path;
}
