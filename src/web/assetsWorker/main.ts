/** The assets worker: files, scenes, first layouts and PNGs. The engine worker has only the device to serve. */
import { isUserError, UserError } from '../../data/errors.ts';
import { checkComplete, checkSize, readableFormat } from '../../data/formats/checks.ts';
import { encodePalettePng } from '../../data/formats/palettePng.ts';
import { pngChunks, readText, withText } from '../../data/formats/png.ts';
import { decodePng } from '../../data/formats/pngPixels.ts';
import {
  anyTransparent,
  type Picture as Decoded,
  fitSize,
  flatten,
  resize,
  resizeLabels,
} from '../../data/image/image.ts';
import { matchSize } from '../../data/layout/checks.ts';
import { drawingOf, drawingPalette, readDrawing } from '../../data/layout/drawing/drawing.ts';
import { resizeLines } from '../../data/layout/drawing/lines.ts';
import { buildPalette, readLayout } from '../../data/layout/layout.ts';
import type { PaletteClass } from '../../data/layout/palette.ts';
import { classesOf, type Segments, segment } from '../../data/layout/segment.ts';
import { paintSource, paintTarget } from '../../data/scenes/index.ts';
import type { Bytes, LayoutClass, Size } from '../wireTypes.ts';
import type {
  AssetsMethodName,
  AssetsParams,
  AssetsResult,
  FromAssetsWorker,
  ToAssetsWorker,
} from './assetsProtocol.ts';

/** The superpixels found last, which `classes` merges. */
let segments: { width: number; height: number; of: Segments } | null = null;

/** Longer side at which superpixels are found, in pixels. */
const SEGMENT_SIDE = 640;

async function decode(file: Blob, name: string, layout: boolean): Promise<Decoded> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const format = readableFormat(bytes, name);
  if (format.decoder === 'node')
    throw new UserError(`${name}: browsers do not read ${format.label}: convert it to PNG (or a photo to JPEG)`);
  // Browsers show what there is of a file that is cut off, and give only the colors of a palette or of class numbers.
  checkComplete(bytes, format, name);
  if (format.decoder === 'png') {
    const turned = pngChunks(bytes, name).some((c) => c.type === 'eXIf');
    if (layout && !turned) return decodePng(bytes, name);
  }
  let bitmap: ImageBitmap;
  try {
    // A layout's colors identify its classes: no color profile is applied to them.
    bitmap = await createImageBitmap(file, {
      premultiplyAlpha: 'none',
      colorSpaceConversion: layout ? 'none' : 'default',
      imageOrientation: 'from-image',
    });
  } catch {
    throw new UserError(`${name}: the ${format.label} file is damaged or cut off: get or export it again`);
  }
  const { width, height } = bitmap;
  checkSize(width, height, name);
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const data = new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
  return { width, height, data, hasAlpha: anyTransparent(data), source: name, format: format.id };
}

/** The class names in a layout that was exported here, by number; null in others. */
async function namesIn(file: Blob, picture: Decoded): Promise<unknown> {
  if (picture.indexed?.kind !== 'palette') return null;
  try {
    return JSON.parse(readText(new Uint8Array(await file.arrayBuffer()))['semia-classes'] ?? 'null');
  } catch {
    return null; // another program's text
  }
}

async function named(classes: readonly PaletteClass[], file: Blob, picture: Decoded): Promise<LayoutClass[]> {
  const names = await namesIn(file, picture);
  const own = classes.map(({ index }) =>
    Array.isArray(names) && index !== undefined ? (names[index] as unknown) : null,
  );
  const good =
    own.every((n) => typeof n === 'string' && n.trim() && n.length <= 60) && new Set(own).size === own.length;
  return classes.map(({ name, color }, i) => ({ name: good ? (own[i] as string) : name, color }));
}

const drawingClasses = drawingPalette.classes.map(({ name, color }): LayoutClass => ({ name, color }));
/** Drawings exported here or made by `semia edges` are marked by the names of their classes. */
const isMarkedDrawing = async (file: Blob, picture: Decoded): Promise<boolean> =>
  JSON.stringify(await namesIn(file, picture)) === JSON.stringify(drawingClasses.map((c) => c.name));

/** A note for people if a layout has another shape than the photograph. */
const stretchNotes = (name: string, read: Size, { width, height }: Size): string[] =>
  Math.abs(read.width / read.height / (width / height) - 1) > 0.01
    ? [`${name} is ${read.width} × ${read.height} and was stretched to the photograph's shape`]
    : [];

const clamped = (data: Uint8Array): Uint8ClampedArray<ArrayBuffer> => new Uint8ClampedArray(data);

/** RGB to RGBA. */
function opaque(rgb: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
  for (let p = 0; 3 * p < rgb.length; p++) for (let c = 0; c < 3; c++) out[4 * p + c] = rgb[3 * p + c];
  return out;
}

const methods: {
  [M in AssetsMethodName]: (p: AssetsParams<M>) => AssetsResult<M> | Promise<AssetsResult<M>>;
} = {
  scene({ name, size }) {
    const s = paintSource(name, { size }),
      { width, height } = s.source;
    return {
      name,
      title: s.title,
      width,
      height,
      photo: opaque(s.source.photo),
      source: s.source.layout,
      classes: s.classes,
      targets: s.targetNames,
    };
  },
  sceneTarget: ({ name, target, size }) => ({ labels: paintTarget(name, target, { size }).layout }),
  async photo({ file, name, side }) {
    const picture = flatten(await decode(file, name, false));
    const { width, height } = fitSize(picture.width, picture.height, side);
    return { width, height, photo: clamped(resize(picture, width, height).data) };
  },
  async layout({ file, name, width, height, classes, lines = false }) {
    const picture = await decode(file, name, true);
    if (lines || (!classes && (await isMarkedDrawing(file, picture)))) {
      const read = readDrawing(picture),
        notes = stretchNotes(name, read, { width, height });
      if (!classes && notes.length)
        throw new UserError(
          `${name}: the drawing is ${read.width} x ${read.height} pixels and the photograph ${width} x ${height}: ` +
            'they must show the same view',
        );
      return {
        width,
        height,
        labels: resizeLines(read.labels, read.width, read.height, width, height),
        classes: drawingClasses,
        notes,
        lines: true,
      };
    }
    if (classes) {
      const read = readLayout(picture, { classes });
      return {
        width,
        height,
        labels: resizeLabels(read.labels, read.width, read.height, width, height),
        classes,
        notes: stretchNotes(name, read, { width, height }),
        lines,
      };
    }
    const { palette, layout } = buildPalette(picture);
    const matched = matchSize({ width, height, source: 'the photograph' } as Decoded, layout);
    return {
      width,
      height,
      labels: resizeLabels(matched.labels, matched.width, matched.height, width, height),
      classes: await named(palette.classes, file, picture),
      notes: [],
      lines,
    };
  },
  drawing: ({ width, height, photo, name, high }) => ({
    labels: drawingOf({ width, height, data: new Uint8Array(photo.buffer), hasAlpha: false, source: name }, { high })
      .labels,
    classes: drawingClasses,
  }),
  superpixels({ width, height, photo, count }) {
    const small = fitSize(width, height, SEGMENT_SIDE);
    const picture = resize(
      { width, height, data: new Uint8Array(photo.buffer), hasAlpha: false, source: 'photo' },
      small.width,
      small.height,
    );
    const of = segment(picture, { superpixels: count });
    segments = { width, height, of };
    // Enlarged by nearest neighbor: `resizeLabels` takes class numbers of one byte only.
    const labels = new Uint16Array(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        labels[y * width + x] =
          of.labels[
            Math.min(of.height - 1, Math.floor(((y + 0.5) * of.height) / height)) * of.width +
              Math.min(of.width - 1, Math.floor(((x + 0.5) * of.width) / width))
          ];
      }
    return { labels, count: of.count };
  },
  classes({ k }) {
    if (!segments) throw new UserError('the photograph has no superpixels yet');
    const { width, height, of } = segments,
      found = classesOf(of, k);
    return {
      labels: resizeLabels(found.labels, of.width, of.height, width, height),
      classes: found.classes.map(({ name, color }) => ({ name, color })),
    };
  },
  layoutPng: (p) => ({ bytes: encodePalettePng(p, p) as Bytes }),
  async picturePng({ width, height, photo, texts }) {
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')!.putImageData(new ImageData(photo, width, height), 0, 0);
    const png = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
    return { bytes: withText(png, texts) as Bytes };
  },
};

/** The buffers of an answer, to be transferred. */
const buffersOf = (value: unknown): Transferable[] => [
  ...new Set(
    Object.values(value as object)
      .filter((v): v is Uint8Array<ArrayBuffer> => ArrayBuffer.isView(v))
      .map((v) => v.buffer),
  ),
];

addEventListener('message', async ({ data: { id, method, params } }: MessageEvent<ToAssetsWorker>) => {
  const answer = (message: FromAssetsWorker, transfer: Transferable[] = []): void =>
    (postMessage as (m: unknown, t: Transferable[]) => void)(message, transfer);
  try {
    const result = await (methods[method] as (p: unknown) => unknown)(params);
    answer({ id, result }, buffersOf(result));
  } catch (e) {
    answer({ id, error: e instanceof Error ? e.message : String(e), user: isUserError(e) });
  }
});
