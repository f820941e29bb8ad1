import type { Canvas } from './canvas.ts';
import { type Light, type LinearColor, lit, mix, scaleColor } from './color.ts';
import { clampTo, hash, lerp, NoiseField, randomStream, smoothstep } from './noise.ts';

/** A level ground under a camera: eye height in meters above it, horizon row and focal length in reference pixels. */
export interface GroundView {
  horizon: number;
  eye: number;
  focal: number;
}

/** Distance in meters of the ground seen at row y, which lies below the horizon. */
export const distanceAt = (view: GroundView, y: number): number =>
  (view.focal * view.eye) / Math.max(0.35, y - view.horizon);

/** Meters to the right of the middle of the picture, for the ground seen at (x, y). */
export const acrossAt = (view: GroundView, x: number, y: number): number =>
  ((x - 128) * distanceAt(view, y)) / view.focal;

/** A kind of flower, where it grows (share of its patches, [0, 1]) and how large it is in meters. */
export interface Flower {
  petal: LinearColor;
  heart: LinearColor;
  size: number;
  share: number;
  perSquareMeter: number;
}

/** What a meadow is made of. Blade lengths in meters. */
export interface GrassLook {
  lush: LinearColor;
  dry: LinearColor;
  soil: LinearColor;
  /** Light that shows through a blade, added to its tip. */
  through: LinearColor;
  blade: number;
  flowers: readonly Flower[];
}

/** Where grass grows and how much sun and sky reach the ground there ([0, 1]). */
export interface GrassPlace {
  top: number;
  grows: (x: number, y: number) => boolean;
  sunAt: (x: number, y: number) => number;
}

/**
 * Paints a meadow from far to near: a ground tone first, then blade upon blade, each row hiding the feet of the one
 * behind. Far blades merge into a grain, as they do in a photograph.
 */
export function paintGrass(
  canvas: Canvas,
  label: number,
  view: GroundView,
  place: GrassPlace,
  look: GrassLook,
  light: Light,
  haze: LinearColor,
  seed: number,
): void {
  const noise = new NoiseField(seed),
    random = randomStream(seed + 1);
  const veil = (c: LinearColor, distance: number): LinearColor => mix(c, haze, 1 - Math.exp(-distance / 900));
  const meadow = (X: number, Z: number): LinearColor => {
    const patch = noise.fbm(X * 0.19 + Z * 0.08 + 3.7, Z * 0.15 - X * 0.07, 5),
      fine = noise.fbm(X * 1.7, Z * 1.1, 3);
    return scaleColor(mix(look.lush, look.dry, smoothstep(-0.4, 0.6, patch + 0.4 * fine)), 1 + 0.25 * fine);
  };
  canvas.fill(place.top, canvas.height, label, (x, y) => {
    if (!place.grows(x, y)) return null;
    const Z = distanceAt(view, y),
      X = acrossAt(view, x, y);
    const near = smoothstep(60, 8, Z),
      grain = noise.fbm(x * 0.55, y * 1.3, 3);
    const c = mix(scaleColor(meadow(X, Z), 0.8 + 0.45 * grain), look.soil, 0.55 * near);
    return veil(lit(c, light, 0.7 * place.sunAt(x, y) * (1 - 0.5 * near), 0.75 - 0.3 * near), Z);
  });
  for (let y = Math.max(place.top, view.horizon + 0.6); y < canvas.height + 26; ) {
    const Z = distanceAt(view, y),
      perMeter = view.focal / Z,
      tall = look.blade * perMeter;
    const width = clampTo(perMeter * 0.011, 0.16, 1.5),
      step = clampTo(width * 1.15, 0.3, 2.2);
    for (let x = -4 + random() * step; x < 260; x += step * (0.5 + random())) {
      const fy = y + (random() - 0.5) * tall * 0.25;
      if (!place.grows(clampTo(x, 0, 255.9), Math.min(fy, canvas.height - 0.1))) continue;
      const X = acrossAt(view, x, y),
        sun = place.sunAt(x, fy),
        tint = 0.62 + 0.76 * random();
      const clump = noise.at(X * 2.3 + 7, Z * 1.6),
        length = tall * lerp(0.5, 1.15, random()) * (1 + 0.35 * clump);
      const base = scaleColor(meadow(X, Z), tint),
        turn = 0.4 + 0.6 * random();
      const foot = veil(lit(base, light, 0.16 * sun, 0.3), Z),
        shine = sun * turn;
      const top = lit(base, light, 0.78 * shine, 0.85),
        glow = (1 - turn) * sun;
      const tip = veil(
        [top[0] + look.through[0] * glow, top[1] + look.through[1] * glow, top[2] + look.through[2] * glow],
        Z,
      );
      const lean = length * (0.25 * noise.at(X * 0.5, Z * 0.5 + 30) + (random() - 0.5) * 0.75);
      canvas.stroke(x, fy, x + lean, fy - length, width, width * 0.25, foot, tip, label, -lean * 0.22);
    }
    for (const [index, flower] of look.flowers.entries()) scatter(index, flower, y);
    y += clampTo(tall * 0.085, 0.22, 1.6);
  }

  function scatter(index: number, flower: Flower, y: number): void {
    const Z = distanceAt(view, y),
      perMeter = view.focal / Z,
      size = flower.size * perMeter;
    // Ground between this row and the next, in square meters, over the picture's width.
    const strip =
      (256 / perMeter) *
      (distanceAt(view, y) - distanceAt(view, y + clampTo(look.blade * perMeter * 0.085, 0.22, 1.6)));
    const count = Math.min(400, Math.abs(strip) * flower.perSquareMeter);
    for (let n = 0; n < Math.floor(count + random()); n++) {
      const x = random() * 256,
        X = acrossAt(view, x, y),
        chance = random(),
        up = random(),
        bright = random(),
        tilt = random();
      const colony = noise.fbm(X * 0.35 + 50 * (index + 1), Z * 0.25, 3) * 0.5 + 0.5;
      if (chance > smoothstep(1 - flower.share - 0.18, 1 - flower.share + 0.18, colony)) continue;
      if (!place.grows(x, Math.min(y, canvas.height - 0.1))) continue;
      const sun = place.sunAt(x, y),
        fy = y - look.blade * perMeter * lerp(0.55, 1.0, up);
      const petal = veil(
        lit(scaleColor(flower.petal, lerp(0.75, 1.1, bright)), light, 0.8 * sun * lerp(0.6, 1, tilt), 0.8),
        Z,
      );
      if (size > 1.1) {
        const shadow = scaleColor(petal, 0.55);
        canvas.dab(x, fy + size * 0.1, size * 0.5, size * 0.34, (tilt - 0.5) * 1.2, shadow, label);
        canvas.dab(x, fy, size * 0.48, size * lerp(0.18, 0.34, bright), (tilt - 0.5) * 1.2, petal, label);
        canvas.dab(
          x,
          fy - size * 0.02,
          size * 0.16,
          size * 0.11,
          0,
          veil(lit(flower.heart, light, 0.7 * sun, 0.8), Z),
          label,
        );
      } else canvas.dab(x, fy, Math.max(0.18, size * 0.5), Math.max(0.15, size * 0.34), 0, petal, label);
    }
  }
}

/** What bare ground is made of: fine grain, pebbles (meters) and bumps lit from the side. */
export interface SoilLook {
  pale: LinearColor;
  dark: LinearColor;
  pebble: number;
  pebbles: number;
  bump: number;
}

/** Color of bare ground (path, sand, gravel) X meters to the right and Z meters ahead, `sunlit` in [0, 1]. */
export function soilColor(
  noise: NoiseField,
  look: SoilLook,
  light: Light,
  X: number,
  Z: number,
  sunlit: number,
): LinearColor {
  const tone = noise.fbm(X * 0.7, Z * 0.7, 5) * 0.5 + 0.5,
    height = (x: number, z: number): number => noise.fbm(x * 5, z * 5, 4, 0.6);
  const slope = (height(X + 0.02, Z) - height(X - 0.02, Z)) * look.bump * Math.sign(light.sun[0] || 1);
  let albedo = mix(look.dark, look.pale, clampTo(tone + 0.35 * noise.at(X * 23, Z * 23)));
  const i = Math.floor(X / look.pebble),
    j = Math.floor(Z / look.pebble);
  if (hash(i, j, 5) < look.pebbles) {
    const dx = X / look.pebble - i - 0.5,
      dz = Z / look.pebble - j - 0.5,
      round = dx * dx + dz * dz;
    if (round < 0.2)
      albedo = scaleColor(
        mix(albedo, look.pale, 0.5),
        lerp(0.55, 1.35, hash(i, j, 6)) * (1 - round * 2 - dx * 0.6 * Math.sign(-light.sun[0] || 1)),
      );
  }
  return lit(albedo, light, clampTo(light.sun[1] * (1 + slope), 0, 1.2) * sunlit, 0.8 + 0.2 * clampTo(slope, -1, 1));
}
