/**
 * A preview by the size of the photograph: seconds, processor seconds, device memory and its ratio to one copy of the
 * pixels, and the process's largest size. The lake is painted at 1,024 pixels and enlarged; its trees are moved. Sizes
 * in megapixels: 1, 4, 12, 24, 50; `--only` takes some ("12 megapixels").
 */
import { Session } from '../src/autograd/session.ts';
import { type Picture, resize, resizeLabels } from '../src/data/image/image.ts';
import { paintScene } from '../src/data/scenes/index.ts';
import { scenePhoto } from '../src/data/scenes/pictures.ts';
import { preview } from '../src/model/synthesis/preview.ts';
import { openNodeDevice } from '../src/node/gpu.ts';
import { openBench } from './support/stamp.ts';
import { sample } from './support/timing.ts';

const bench = await openBench('synthesis');
const MiB = 2 ** 20;
const scene = paintScene('lake', { size: 1024 });
const { width: w, height: h } = scene.source;
const painted = scenePhoto(scene.source);

for (const megapixels of [1, 4, 12, 24, 50]) {
  const what = `${megapixels} megapixels`;
  if (!bench.wants(what)) continue;
  const f = Math.sqrt((megapixels * 1e6) / (w * h));
  const [width, height] = [Math.round(w * f), Math.round(h * f)];
  const photo = resize(painted, width, height);
  const layout = resizeLabels(scene.source.layout, w, h, width, height);
  const labels = resizeLabels(scene.targets[0].layout, w, h, width, height);
  const session = new Session(await openNodeDevice());
  let picture: Picture | null = null;
  const { wall, cpu } = await sample(async () => {
    const target = { width, height, labels };
    const made = await preview({ session, photo, layout, target, classes: scene.classes.length, field: false });
    picture = made.image;
  });
  if (picture!.width !== width || picture!.height !== height) throw new Error(`${what}: a result of another size`);
  bench.row({
    what: `${what} (${width} x ${height})`,
    who: 'semia',
    more: {
      s: wall / 1000,
      'processor s': cpu / 1000,
      's a megapixel': wall / 1000 / megapixels,
      'device MiB': session.memory.peak / MiB,
      'device / pixels': session.memory.peak / (4 * width * height),
      'process MiB': process.resourceUsage().maxRSS / 1024,
    },
  });
  session.destroy();
}
await bench.finish();
