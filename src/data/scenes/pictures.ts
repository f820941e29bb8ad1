/** A scene's photographs and layouts as pictures, the form that the rest of the library takes. */
import type { Picture } from '../image/image.ts';
import type { Scene, ScenePicture } from './scene.ts';

const toRgba = (rgb: ArrayLike<number>): Uint8Array => {
  const data = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let i = 0; i < rgb.length; i++) data[4 * Math.floor(i / 3) + (i % 3)] = rgb[i];
  return data;
};

/** The photograph of a scene's source or of one of its targets, RGBA. Of a target it is the ground truth. */
export const scenePhoto = ({ name, width, height, photo }: ScenePicture): Picture => ({
  width,
  height,
  data: toRgba(photo),
  hasAlpha: false,
  source: name,
});

/** The layout of a scene's source or of one of its targets, RGBA in the colors of the scene's classes. */
export function sceneLayout(
  { classes }: Pick<Scene, 'classes'>,
  { name, width, height, layout }: ScenePicture,
): Picture {
  const rgb = Array.from(layout).flatMap((k) => classes[k].color);
  return { width, height, data: toRgba(rgb), hasAlpha: false, source: name };
}
