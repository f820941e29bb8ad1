/** Methods compared on warps of the photograph, whose truth is known. */
import * as assert from 'uvu/assert';
import { prepareSource } from '../../src/data/prepare.ts';
import { paintScene } from '../../src/data/scenes/index.ts';
import { sceneLayout, scenePhoto } from '../../src/data/scenes/pictures.ts';
import { type Contender, compareHeldOut } from '../../src/evaluate/heldOut.ts';
import { test } from '../support/suite.ts';

test('what is nearer to the photograph scores better; targets are other layouts of the small source', async () => {
  const scene = paintScene('meadow', { size: 96 });
  const { source } = prepareSource(scenePhoto(scene.source), sceneLayout(scene, scene.source));
  const seen: string[] = [];
  const same: Contender = {
    name: 'the photograph',
    paint: async (small, targets) => {
      for (const t of targets) {
        assert.equal([t.width, t.height], [small.width, small.height]);
        assert.ok(
          t.labels.some((k, i) => k !== small.labels[i]),
          'the layout is another one',
        );
        seen.push(t.name);
      }
      return targets.map(() => small.photo);
    },
  };
  const gray: Contender = {
    name: 'gray',
    paint: async (small, targets) => targets.map(() => ({ ...small.photo, data: small.photo.data.map(() => 128) })),
  };
  const scores = await compareHeldOut(source, [same, gray]);
  assert.equal(
    scores.map((s) => s.name),
    ['the photograph', 'gray'],
  );
  assert.ok(scores[0].distance < scores[1].distance, `${scores[0].distance} against ${scores[1].distance}`);
  assert.equal(seen, ['warp 0', 'warp 1']);
  assert.equal(await compareHeldOut(source, [same, gray]), scores, 'the same each time');
});
test.run();
