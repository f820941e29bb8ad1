/** semia compare as users run it: methods without training on a painted scene, small. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { metrics } from '../src/evaluate/metrics.ts';
import { bestOf, type Row } from '../src/cli/comparePage.ts';
import { decodeImage, readPicture } from '../src/node/decode.ts';
import { folder, run, type Outcome } from './child.ts';

const good = (o: Outcome): Outcome => {
  assert.is(o.stderr, '', 'nothing on stderr');
  assert.is(o.code, 0, o.stdout);
  return o;
};

test('the best is marked among candidates: as shown, both ways, ties alike, controls never', () => {
  const rows = [true, false, false, false].map((control) => ({ method: { control } })) as unknown as Row[];
  const metric = (key: string) => metrics.find((m) => m.key === key)!;
  assert.equal(bestOf(metric('mean_iou'), [0.99, 0.8, 0.9, 0.9001], rows), new Set([2, 3]));
  assert.equal(bestOf(metric('coherence'), [0, 2, 1, 3], rows), new Set([2]));
  assert.equal(bestOf(metric('truth_psnr'), [null, Infinity, 20, null], rows), new Set([1]));
  assert.equal(bestOf(metric('truth_psnr'), [30, null, 20, null], rows), new Set(), 'one alone is not the best');
});

test('compare: every method asked for on one page, whose rows can be made again', async () => {
  const { stdout } = good(await run(['compare', '--scene', 'coast', '-o', 'compared', '--size', '64', '--methods', 'source,preview,analogies']));
  assert.match(stdout, /patch synthesis: 2 of 3 methods\n {2}[\d.]+ s, mean IoU [\d.]+, coherence [\d.]+, PSNR [\d.]+/);
  const at = (...parts: string[]): string => join(folder, 'compared', ...parts);
  assert.equal(readdirSync(at()).sort(), ['analogies', 'index.html', 'preview', 'results.csv', 'results.json', 'scene', 'source', 'source.png']);
  const page = readFileSync(at('index.html'), 'utf8');
  assert.not.match(page.replaceAll(/base64,[\w+/=]+/g, 'base64,'), /src="(?!data:)|https?:|http-equiv="refresh"|undefined|NaN/);   // pictures as text may hold any letters
  const record = JSON.parse(readFileSync(at('results.json'), 'utf8'));
  const [source, preview, analogies] = record.methods;
  assert.equal(record.methods.map((m: { name: string }) => m.name), ['source', 'preview', 'analogies']);
  assert.is(source.results[0].appearance.coherence, 0, 'the source is made of its own patches');
  for (const m of [preview, analogies]) {
    assert.ok(m.seconds > 0 && m.memoryBytes > 0 && m.failure === null);
    // What the page says of a picture is true of the picture in the folder.
    for (const [i, name] of readdirSync(join(folder, 'compared/scene/targets')).entries()) {
      const [picture, truth] = [await readPicture(at(m.name, name)), await readPicture(at('scene/truth', name))];
      const said = m.results.find((r: { target: string }) => `${r.target}.png` === name).truth.psnr;
      let sum = 0;
      for (let k = 0; k < picture.data.length; k++) sum += (picture.data[k] - truth.data[k]) ** 2;
      assert.ok(Math.abs(10 * Math.log10(255 ** 2 / (sum / (picture.data.length / 4 * 3))) - said) < 1e-6, `${m.name}, target ${i}`);
    }
    assert.ok(m.results.every((r: { layout: { meanIoU: number } }, i: number) => r.layout.meanIoU > source.results[i].layout.meanIoU), `${m.name} follows the layouts better than the source does`);
  }
  const rows = readFileSync(at('results.csv'), 'utf8').trim().split('\r\n');
  assert.is(rows.length, 1 + 3 * readdirSync(at('scene/targets')).length);
  assert.match(rows[0], /^method,target,mean_iou,.*truth_psnr.*seconds_all_targets,device_bytes$/);
  // The row's own command, word for word, makes the same files.
  const before = readdirSync(at('preview')).map((n) => readFileSync(at('preview', n)));
  const words = preview.repeat.split(' ').slice(2);
  assert.is(words[0], 'preview');
  good(await run(words));
  for (const [i, n] of readdirSync(at('preview')).entries()) assert.equal((await readPicture(at('preview', n))).data, (await decodeImage(before[i], n)).data);
});
test.run();
