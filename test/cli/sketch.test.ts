/**
 * Sketches as users render them: semia edges, preview, analogy, resume, rerun, and a page's run; small, for what is
 * carried, not for beauty.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { readDrawing } from '../../src/data/layout/drawing/drawing.ts';
import { lineScore } from '../../src/data/layout/drawing/lines.ts';
import { paintScene } from '../../src/data/scenes/index.ts';
import { sceneFiles } from '../../src/cli/commands/example.ts';
import { layoutChannels } from '../../src/model/pair.ts';
import { readPicture } from '../../src/node/decode.ts';
import { writeFilesAtomic } from '../../src/node/files.ts';
import { RunFolder } from '../../src/node/runFolder.ts';
import { fitTarget } from '../../src/data/prepare.ts';
import { inputOf, sourceAt, targetAt, targetInputOf } from '../../src/web/worker/source.ts';
import { folder, good, hash } from '../support/child.ts';
import { runInProcess as run } from '../support/inProcess.ts';

const at = (name: string): string => join(folder, name);
const tiny = ['--preset', 'fast', '--size', '32', '--width', '4', '--iterations', '6', '--condition', 'sketch'];
const truth = 'ex/cabin/truth/cabin-moved.png';

test('edges draws a photograph, and says how well a picture follows a drawing', async () => {
  await writeFilesAtomic(sceneFiles(paintScene('cabin', { size: 96 }), at('ex/cabin')));
  assert.match(
    good(await run(['edges', truth, '-o', 'drawing.png'])).stdout,
    /^drawing\.png {2}96 x 72, \d+\.?\d* % of it lines\n$/,
  );
  const read = readDrawing(await readPicture(at('drawing.png')));
  assert.is(read.labels.length, 96 * 72);
  assert.match(good(await run(['edges', truth, '--against', 'drawing.png'])).stdout, /F (1\.000|0\.9[5-9]\d)/);
  const other = Number(
    /F (\d\.\d+)/.exec(good(await run(['edges', 'ex/cabin/photo.png', '--against', 'drawing.png'])).stdout)![1],
  );
  assert.ok(other < 0.85, `${other}`);
});

test('a preview follows the drawing', async () => {
  good(await run(['preview', 'ex/cabin/photo.png', 'drawing.png', '--condition', 'sketch', '-o', 'preview.png']));
  const f = async (picture: string): Promise<number> =>
    Number(/F (\d\.\d+)/.exec(good(await run(['edges', picture, '--against', 'drawing.png'])).stdout)![1]);
  const [source, made] = [await f('ex/cabin/photo.png'), await f('preview.png')];
  assert.ok(made > source + 0.1, `${made}, and the untouched source ${source}`);
});

test('analogy trains on the photograph and its edges; run, recipe and resumed run carry the drawing', async () => {
  good(await run(['analogy', 'ex/cabin/photo.png', 'drawing.png', '-o', 'made.png', ...tiny]));
  const whole = await RunFolder.open(at('made.run'));
  const { record } = whole;
  assert.is(record.config.network.condition, 'sketch');
  assert.ok(record.config.balance! > 0 && record.palette.lines);
  assert.equal(
    record.palette.classes.map((c) => c.name),
    ['paper', 'line'],
  );
  assert.match(record.inputs.layout.name, /edges of ex\/cabin\/photo\.png/);
  const [target] = await whole.targets();
  const wanted = readDrawing(await readPicture(at('drawing.png')));
  assert.ok(lineScore(target.labels, wanted.labels, 96, 72, 0).f === 1);
  const state = await whole.state();
  assert.equal(
    [
      ...(state.get('G.encSeg.head.weight')?.shape ??
        [...state].find(([k]) => k.startsWith('G.encSeg.head') && k.endsWith('weight'))![1].shape),
    ].slice(1, 2),
    [layoutChannels('sketch', 2)],
  );

  assert.match(good(await run(['rerun', 'made.png'])).stdout, /equal, all 96 x 72 pixels/);
  good(await run(['render', 'made.run', 'drawing.png', '-o', 'again.png']));
  assert.match(good(await run(['rerun', 'again.png'])).stdout, /equal, all 96 x 72 pixels/);

  good(
    await run(['train', 'ex/cabin/photo.png', '-o', 'parts', ...tiny, '--iterations', '3', '--targets', 'drawing.png']),
  );
  good(
    await run(['train', 'ex/cabin/photo.png', '-o', 'parts', '--condition', 'sketch', '--resume', '--iterations', '6']),
  );
  assert.is((await RunFolder.open(at('parts'))).iteration, 6);
  const no = await run(['train', '-o', 'parts', '--resume', '--condition', 'classes']);
  assert.is(no.code, 2);
  assert.match(no.stderr, /cannot be resumed with --condition classes \(the run has sketch\)/);
  assert.match(
    (await run(['evaluate', 'made.run'])).stderr,
    /was made after a drawing.*semia edges RESULT --against DRAWING/,
  );
});

test('the page takes such a run: lines stay lines on their way there and back', async () => {
  const source = await (await RunFolder.open(at('made.run'))).source();
  const back = sourceAt(inputOf(source), 96);
  assert.equal(back.labels, source.labels);
  assert.is(back.palette.lines, true);
  const broad = source.labels.map((l, p) => Number(l || source.labels[p - 1] || source.labels[p - 96])) as Uint8Array;
  const target = targetAt(
    targetInputOf(fitTarget({ name: 'broad', width: 96, height: 72, labels: broad }, source)),
    back,
    back,
  );
  assert.ok(
    target.labels.filter((l) => l).length < 0.8 * broad.filter((l) => l).length,
    'a broad stroke counts by its middle',
  );
  assert.ok(lineScore(target.labels, source.labels, 96, 72, 2).f > 0.98);
});

test('what is recorded of a preview says sketch', async () => {
  assert.match(readFileSync(at('preview.png'), 'latin1'), /semia-method.*"condition":"sketch"/s);
  assert.is(hash(at('preview.png')).length, 64);
});

test.run();
