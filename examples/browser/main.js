// Paints a scene and previews another layout of it, on the visitor's own GPU. Nothing leaves the page.
import {
  openDevice,
  paintScene,
  prepareSource,
  prepareTarget,
  preview,
  sceneLayout,
  scenePhoto,
  Session,
} from 'semia-webgpu';
import { ops } from 'semia-webgpu/engine';

const status = document.getElementById('status');
const show = (id, { width, height, data }) => {
  const canvas = document.getElementById(id);
  Object.assign(canvas, { width, height });
  canvas.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
};

try {
  const session = new Session(await openDevice(navigator.gpu));

  // A photograph with its layout, and a layout to make a picture of: each pixel has its class's color.
  const scene = paintScene('meadow', { size: 64 });
  const photo = scenePhoto(scene.source);
  const target = sceneLayout(scene, scene.targets[0]);
  show('photo', photo);
  show('target', target);

  // Colors become class numbers; then the layout is filled with patches of the photograph.
  const { source } = prepareSource(photo, sceneLayout(scene, scene.source));
  const { labels, width, height } = prepareTarget(target, source);
  const { image } = await preview({
    session,
    photo,
    layout: source.labels,
    target: { width, height, labels },
    classes: source.palette.classes.length,
  });
  show('result', image);

  // The engine by itself: the mean brightness of the result, computed on the GPU.
  const pixels = session.lasting([1, image.data.length], 'pixels', image.data);
  const [brightness] = await session.compute(() => [ops.meanAll(pixels)]);
  status.textContent = `done: mean value ${brightness[0].toFixed(1)} of 255`;
  document.documentElement.dataset.done = 'true';
} catch (error) {
  status.textContent = `failed: ${error.message}`; // for example a browser without WebGPU
  document.documentElement.dataset.done = 'false';
}
