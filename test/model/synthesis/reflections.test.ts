/** Reflections: found where a photograph shows them, and moved with what is mirrored. */
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { hashUniform } from '../../../src/engine/random.ts';
import type { PairData } from '../../../src/model/pair.ts';
import { defaultSynthesis } from '../../../src/model/synthesis/options.ts';
import { learnReflections, mirroredPlanes } from '../../../src/model/synthesis/reflections.ts';
import { synthesize } from '../../../src/model/synthesis/synthesis.ts';
import { scoped } from '../../support/device.ts';

const [n, shore] = [48, 28];
const [sky, tower, water] = [0, 1, 2];

/** A tower of 16 rows before the sky, from column `at` on, 8 wide; water below, which shows it where `mirrors`. */
function view(at: number, mirrors = true): PairData {
  const labels = new Uint8Array(n * n);
  const image = new Float32Array(3 * n * n);
  const grain = hashUniform('reflections.grain', n * n);
  const stands = (x: number, y: number): boolean => x >= at && x < at + 8 && y >= shore - 16 && y < shore;
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++) {
      const i = y * n + x;
      labels[i] = y >= shore ? water : stands(x, y) ? tower : sky;
      const dark = y < shore ? stands(x, y) : mirrors && stands(x, 2 * shore - 1 - y);
      const light = (dark ? -0.6 : 0.4) - (y >= shore ? 0.2 : 0) + 0.04 * grain[i];
      for (let c = 0; c < 3; c++) image[c * n * n + i] = light;
    }
  return { width: n, height: n, labels, image };
}

test('water that shows what is above it is found; water that does not is not', () => {
  const found = learnReflections(view(8));
  assert.equal([...found!.mirrors], [water]);
  assert.equal([...found!.shown].sort(), [sky, tower]);
  assert.is(learnReflections(view(8, false)), null);
});

test('the planes are the layout upside down below the shore', () => {
  const pair = view(8);
  const found = learnReflections(pair)!;
  const { width, height, planes } = mirroredPlanes(found, pair);
  assert.equal([width, height], [n, n]);
  const plane = (k: number): Float32Array => planes.subarray(found.shown.indexOf(k) * n * n).subarray(0, n * n);
  const at = (x: number, y: number): number[] => [plane(sky)[y * n + x], plane(tower)[y * n + x]];
  assert.equal(at(10, shore + 3), [0, 1], 'below the tower');
  assert.equal(at(30, shore + 3), [1, 0], 'below the sky');
  assert.equal(at(10, shore - 3), [0, 0], 'the tower itself mirrors nothing');
});

test('when the tower moves, its image moves along', () =>
  scoped(async (session) => {
    const [source, target] = [view(8), view(30)];
    const darkBelow = async (mirrored: number): Promise<[number, number]> => {
      const guides = { ...defaultSynthesis.guides, mirrored };
      const made = await synthesize(session, source, target, 3, { ...defaultSynthesis, guides });
      const mean = (from: number): number => {
        let sum = 0;
        for (let y = shore + 3; y < shore + 13; y++) for (let x = from + 2; x < from + 6; x++) sum += made[y * n + x];
        return sum / 40;
      };
      return [mean(8), mean(30)];
    };
    const [old, own] = await darkBelow(1);
    assert.ok(own < -0.5 && old > 0, `${own} below the tower, ${old} where it was`);
  }));
test.run();
