import type { Canvas } from './canvas.ts';
import { type LinearColor, mix } from './color.ts';
import { acrossAt, distanceAt, type GroundView } from './ground.ts';
import { clampTo, NoiseField, randomStream, smoothstep } from './noise.ts';

/** A lake's surface. */
export interface WaterLook {
  /** Light coming back out of deep and of shallow water. */
  deep: LinearColor;
  shallow: LinearColor;
  /** Slope of the waves near the viewer: 0.01 is a pond at dawn, 0.1 a breeze. */
  chop: number;
  /** Length of the ripples, meters. */
  ripple: number;
}

/**
 * Where the water lies, in reference pixels: below `top`, where `covers` says so; `shallowAt` is 1 at a bank, 0 in the
 * deep.
 */
export interface WaterPlace {
  top: number;
  covers: (x: number, y: number) => boolean;
  shallowAt: (x: number, y: number) => number;
}

/** Share of light a water surface mirrors for the cosine between view and normal (Schlick). */
export const fresnel = (cosine: number): number => 0.02 + 0.98 * (1 - clampTo(cosine)) ** 5;

/**
 * Paints water that mirrors what is already on the canvas above `top`. Every sample follows the ray its rippled normal
 * sends upwards; ripples too small to see blur the mirror image downwards, as they do on a lake.
 */
export function paintLake(
  canvas: Canvas,
  label: number,
  view: GroundView,
  place: WaterPlace,
  look: WaterLook,
  seed: number,
): void {
  const noise = new NoiseField(seed),
    random = randomStream(seed + 1),
    mirrored = canvas.snapshot();
  canvas.fill(place.top, canvas.height, label, (x, y) => {
    if (!place.covers(x, y)) return null;
    const down = y - place.top,
      Z = distanceAt(view, y),
      X = acrossAt(view, x, y),
      f = 1 / look.ripple;
    // Ripples shorter than a pixel average out; what is left of them is a spread of directions.
    const seen = smoothstep(0, 1, (view.focal / Z) * look.ripple * 0.25 * Math.min(1, (y - view.horizon) / 20));
    const breeze = 0.55 + 0.75 * smoothstep(-0.25, 0.45, noise.fbm(X * f * 0.04, Z * f * 0.03, 3));
    const wave = noise.fbm(X * f * 0.6 + 8, Z * f * 1.3, 4, 0.6),
      cross = noise.fbm(X * f * 0.9, Z * f * 1.1 + 40, 3, 0.6);
    const unseen = (random() + random() - 1) * (1 - 0.75 * seen);
    const slope = look.chop * breeze * (wave * 1.6 * (0.35 + 0.65 * seen) + unseen);
    const aside = look.chop * breeze * (cross + (random() - 0.5) * (1 - 0.6 * seen));
    const elevation = (y - view.horizon) / view.focal;
    const rise = Math.abs(down + 2 * slope * view.focal * (0.25 + elevation * 1.5));
    const mirror = mirrored(x + aside * 2 * view.focal * elevation * 0.6, place.top - rise - 0.3);
    const share = clampTo(fresnel(Math.sin(Math.atan(elevation)) + slope * 1.2) * 1.08);
    const body = mix(look.deep, look.shallow, place.shallowAt(x, y));
    return mix(body, mirror, share);
  });
}
