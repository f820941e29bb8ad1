import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { mirrorOf } from '../../src/data/layout/mirror.ts';
import { namedPalettes } from '../../src/data/layout/palettes.ts';
import { allSceneNames, paintScene, sceneNames, type Scene, type ScenePicture } from '../../src/data/scenes/index.ts';

// Half size: what is tested here does not depend on detail, and it is four times as fast.
const SIZE = 128;
const painted = new Map<string, Scene>();
/** Painted with the first case that asks for it. */
function sceneOf(name: string): Scene {
  const scene = painted.get(name) ?? paintScene(name, { size: SIZE });
  painted.set(name, scene);
  return scene;
}

const areas = (picture: ScenePicture, classes: number): number[] => {
  const counts = Array<number>(classes).fill(0);
  for (const k of picture.layout) counts[k]++;
  return counts.map((n) => n / picture.layout.length);
};

/** Standard deviation of the luminance (8-bit steps) of the pixels of one class. */
function texture(picture: ScenePicture, label: number): number {
  let n = 0,
    sum = 0,
    squares = 0;
  picture.layout.forEach((k, p) => {
    if (k !== label) return;
    const y = 0.299 * picture.photo[3 * p] + 0.587 * picture.photo[3 * p + 1] + 0.114 * picture.photo[3 * p + 2];
    n++;
    sum += y;
    squares += y * y;
  });
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
}

test('there are at least four scenes, and an unknown one is refused by name', () => {
  assert.ok(sceneNames.length >= 4);
  assert.throws(() => paintScene('moon'), /no scene named "moon"; there are: lake/);
});

test('one scene is not square and one size is no multiple of 8', () => {
  const sources = sceneNames.map((name) => sceneOf(name).source);
  assert.ok(sources.some((p) => p.width !== p.height));
  assert.ok(sources.some((p) => p.height % 8 !== 0));
});

for (const name of sceneNames) {
  const parts = (): { scene: Scene; pictures: ScenePicture[]; classes: number } => {
    const scene = sceneOf(name);
    return { scene, pictures: [scene.source, ...scene.targets], classes: scene.classes.length };
  };

  test(`${name}: 3 to 6 classes of distinct names and colors, 3 or more targets`, () => {
    const { scene, pictures, classes } = parts();
    assert.ok(classes >= 3 && classes <= 6);
    assert.ok(scene.targets.length >= 3);
    assert.is(new Set(scene.classes.map((c) => c.name)).size, classes);
    assert.is(new Set(scene.classes.map((c) => c.color.join())).size, classes);
    assert.is(new Set(pictures.map((p) => p.name)).size, pictures.length);
  });

  test(`${name}: photograph and layout have the stated size, and all pictures the same`, () => {
    const { scene, pictures } = parts();
    for (const p of pictures) {
      assert.is(p.width, SIZE);
      assert.is(p.height, scene.source.height);
      assert.is(p.photo.length, p.width * p.height * 3);
      assert.is(p.layout.length, p.width * p.height);
    }
  });

  test(`${name}: every class covers half a percent of the source or more; targets use no other class`, () => {
    const { scene, classes } = parts();
    const present = areas(scene.source, classes);
    for (const [k, share] of present.entries()) assert.ok(share >= 0.005, `${scene.classes[k].name}: ${share}`);
    for (const target of scene.targets) assert.ok(Math.max(...target.layout) < classes, target.name);
  });

  test(`${name}: every class has texture in the source`, () => {
    const { scene } = parts();
    for (const [k, c] of scene.classes.entries())
      assert.ok(texture(scene.source, k) > 3, `${c.name}: ${texture(scene.source, k)}`);
  });

  test(`${name}: every target moves at least 3 % of the pixels to another class, and no two targets agree`, () => {
    const { pictures } = parts();
    for (const [i, a] of pictures.entries())
      for (const b of pictures.slice(i + 1)) {
        const moved = a.layout.reduce((n, k, p) => n + Number(k !== b.layout[p]), 0) / a.layout.length;
        assert.ok(moved > 0.03, `${a.name} / ${b.name}: ${moved}`);
      }
  });
}

test("face: many small classes with CelebAMask-HQ's names and colors, in pairs, all in every target", () => {
  const scene = paintScene('face', { size: SIZE });
  assert.equal(allSceneNames, [...sceneNames, 'face']);
  const known = new Map(namedPalettes['celebamask-hq'].classes.map((c) => [c.name, c.color]));
  assert.ok(scene.classes.length >= 12 && scene.targets.length >= 3);
  for (const c of scene.classes) assert.equal(c.color, known.get(c.name), c.name);
  assert.equal(mirrorOf(scene.classes.map((c) => c.name))!.filter((m, k) => m !== k).length, 6);
  for (const p of [scene.source, ...scene.targets])
    for (const [k, share] of areas(p, scene.classes.length).entries())
      assert.ok(share > 5e-4, `${p.name}: ${scene.classes[k].name} ${share}`);
  for (const [k, c] of scene.classes.entries())
    assert.ok(texture(scene.source, k) > 3, `${c.name}: ${texture(scene.source, k)}`);
  for (const t of scene.targets)
    assert.ok(
      t.layout.reduce((n, k, p) => n + Number(k !== scene.source.layout[p]), 0) / t.layout.length > 0.008,
      t.name,
    );
});

test('the same seed gives the same bytes, another seed other bytes', () => {
  const name = sceneNames[sceneNames.length - 1],
    first = sceneOf(name);
  const again = paintScene(name, { size: SIZE }),
    other = paintScene(name, { size: SIZE, seed: 2 });
  assert.equal(again.source.photo, first.source.photo);
  assert.equal(again.source.layout, first.source.layout);
  assert.equal(
    again.targets.map((t) => t.photo),
    first.targets.map((t) => t.photo),
  );
  assert.not.equal(other.source.photo, first.source.photo);
});

test.run();
