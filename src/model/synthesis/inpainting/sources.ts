/** Where patches come from, at the size of a level. */
import { type FieldSource, fieldSource, type PatchGrid, packPixels } from '../../../autograd/nnf/patchField.ts';
import type { Session } from '../../../autograd/session.ts';
import { guides, type Surroundings } from '../guides.ts';
import { shrinkImage, shrinkLabels, sized } from '../pyramid.ts';
import type { InpaintSettings } from './options.ts';

/** A photograph with what may be taken of it: image [3,H,W], `free` [H,W] 1 where patches may come from. */
export interface PatchSource extends PatchGrid {
  image: Float32Array;
  free: Float32Array;
  labels: Uint8Array;
  around: Surroundings;
}

/** Colors and coverage at another size: means over the pixels that count, and their share. */
export function shrinkKnown(
  image: Float32Array,
  known: Float32Array,
  from: PatchGrid,
  to: PatchGrid,
): { image: Float32Array; share: Float32Array } {
  const n = known.length;
  const share = shrinkImage(known, from.width, from.height, to.width, to.height);
  const small = shrinkImage(
    image.map((v, i) => v * known[i % n]),
    from.width,
    from.height,
    to.width,
    to.height,
  );
  return { image: small.map((v, i) => v / Math.max(1e-6, share[i % share.length])), share };
}

/** Sources of a level one under the other; what lies beside the narrower ones is no source. */
export function stackSources(
  session: Session,
  sources: readonly PatchSource[],
  f: number,
  s: InpaintSettings,
): FieldSource {
  const parts = sources.map((p) => {
    const size = sized(p, f);
    const { image, share } = shrinkKnown(p.image, p.free, p, size);
    return {
      ...size,
      image,
      share,
      labels: shrinkLabels(p.labels, p.width, p.height, size.width, size.height),
      guides: guides(p.around, size, s.guides),
    };
  });
  const width = Math.max(...parts.map((p) => p.width)),
    height = parts.reduce((n, p) => n + p.height + 1, -1);
  const m = parts[0].guides.length / (parts[0].width * parts[0].height);
  const packed = new Uint32Array(width * height),
    allowed = new Uint8Array(width * height),
    guide = new Float32Array(m * width * height);
  let top = 0;
  for (const p of parts) {
    const pixels = packPixels(p.image, p.labels);
    for (let y = 0; y < p.height; y++)
      for (let x = 0; x < p.width; x++) {
        const [i, j] = [y * p.width + x, (top + y) * width + x];
        packed[j] = pixels[i];
        allowed[j] = Number(p.share[i] > 0.999);
        guide.set(p.guides.subarray(m * i, m * i + m), m * j);
      }
    top += p.height + 1; // a row between, so that no patch has pixels of two photographs
  }
  return fieldSource(session, { width, height }, s.patch, packed, guide, allowed);
}
