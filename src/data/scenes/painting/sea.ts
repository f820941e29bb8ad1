import type { Canvas } from './canvas.ts';
import { type Light, type LinearColor, lit, mix, scaleColor } from './color.ts';
import { acrossAt, distanceAt, type GroundView, type SoilLook, soilColor } from './ground.ts';
import { clampTo, NoiseField, randomStream, smoothstep } from './noise.ts';
import { fresnel } from './water.ts';

/** The sea's surface: colors of its body seen from above and through a wave's face, and its waves' steepness. */
export interface SeaLook {
  deep: LinearColor;
  face: LinearColor;
  foam: LinearColor;
  chop: number;
  swell: number;
}

/** A beach: the row where the sea ends in every column, and its sand. */
export interface Beach {
  edge: (x: number) => number;
  sand: SoilLook;
}

/**
 * What stands around the water: where nothing hides it, what it mirrors `up` reference pixels above the horizon, and
 * the sun on the sand.
 */
export interface SeaSurroundings {
  free: (x: number, y: number) => boolean;
  mirrored: (x: number, up: number) => LinearColor;
  sunAt: (x: number, y: number) => number;
}

/**
 * Paints the sea from the horizon to the beach: swell and chop mirror the sky along their normals, breakers near the
 * shore turn to foam, and thin water runs up the sand.
 */
export function paintSea(
  canvas: Canvas,
  label: number,
  view: GroundView,
  beach: Beach,
  look: SeaLook,
  light: Light,
  around: Pick<SeaSurroundings, 'free' | 'mirrored'>,
  seed: number,
): void {
  const { free, mirrored } = around;
  const noise = new NoiseField(seed),
    random = randomStream(seed + 1);
  canvas.fill(view.horizon, canvas.height, label, (x, y) => {
    const edge = beach.edge(x);
    if (y > edge || !free(x, y)) return null;
    const Z = distanceAt(view, y),
      X = acrossAt(view, x, y),
      elevation = (y - view.horizon) / view.focal;
    const shore = distanceAt(view, edge),
      off = Z - shore;
    // Crests run along the shore and bend with noise; they stand closer and steeper in shallow water.
    const bent = off + 5 * noise.fbm(X * 0.03, Z * 0.02, 3) + 0.06 * X,
      phase = 2 * Math.PI * 1.9 * Math.log(1 + Math.max(0, bent + 2) / 4);
    const seen = smoothstep(1.2, 5, ((view.focal * 0.5 * elevation * 3) / Z) * 40);
    const crest = Math.sin(phase),
      slope0 = look.swell * Math.cos(phase) * (0.5 + 0.7 * noise.fbm(X * 0.12, Z * 0.1 + 20, 3));
    // Waves too far off to be told apart leave streaks of light and dark, longer than they are high.
    const streak = noise.fbm(x * 0.16 + 9, (y - view.horizon) * 1.1 + 0.02 * x, 4, 0.7) * 1.5;
    const chop =
      noise.fbm(X * 0.9 + 0.3 * Z, Z * 2.1, 4, 0.62) * 1.5 * seen +
      (streak + 0.35 * (random() - 0.5)) * (1 - 0.6 * seen);
    const slope = slope0 * (0.4 + 0.6 * seen) + look.chop * chop;
    const aside = look.chop * noise.fbm(X * 1.3, Z * 1.7 + 50, 3);
    const up = Math.abs(elevation + 2 * slope) * view.focal;
    const mirror = mirrored(x + aside * 160, Math.min(up, 140)),
      share = fresnel(Math.sin(Math.atan(elevation)) * 0.9 + Math.max(0, slope) * 0.9 + 0.04);
    const thin = Math.exp(-Math.max(0, off) / 1.1);
    const body = mix(
      mix(look.deep, look.face, clampTo(0.25 + slope * 3.2 + 0.25 * crest)),
      lit(beach.sand.dark, light, 0.5, 0.5),
      thin * 0.8,
    );
    let c = mix(body, mirror, clampTo(share, 0, 0.92));
    // Foam: a lace on the crests that break, denser towards the shore, and the rim of the last wave.
    const lace = 1 - Math.abs(noise.warped(X * 1.1, Z * 1.9, 5, 0.8, 0.62)) * 2.4;
    const shoal = smoothstep(40 + 30 * noise.fbm(X * 0.02, Z * 0.015, 2), 3, off);
    const breaking = smoothstep(0.4, 1.15, crest + 1.15 * noise.fbm(X * 0.16, Z * 0.09 + 70, 3)) * shoal * 0.88;
    const rim = smoothstep(0.5, 0.08, Math.abs(off - 0.12 - 0.25 * noise.fbm(X * 0.6, 3, 3))) * 0.95;
    const froth = clampTo(
      smoothstep(1.06 - 0.9 * Math.max(breaking, rim), 1.36 - 0.9 * Math.max(breaking, rim), lace + 0.1 * random()),
    );
    c = mix(
      c,
      lit(look.foam, light, clampTo(0.42 + 0.5 * noise.fbm(X * 2.2, Z * 3.4, 3) - 0.8 * slope0), 0.8),
      froth * 0.88,
    );
    return c;
  });
}

/** Paints the beach below the sea's edge: wet sand mirrors the sky, then dries up. */
export function paintBeach(
  canvas: Canvas,
  label: number,
  view: GroundView,
  beach: Beach,
  light: Light,
  around: Pick<SeaSurroundings, 'sunAt' | 'mirrored'>,
  seed: number,
): void {
  const { sunAt, mirrored } = around;
  const noise = new NoiseField(seed);
  canvas.fill(view.horizon + 2, canvas.height, label, (x, y) => {
    const edge = beach.edge(x);
    if (y <= edge) return null;
    const Z = distanceAt(view, y),
      X = acrossAt(view, x, y),
      inland = distanceAt(view, edge) - Z;
    const wet = smoothstep(2.6, 0.5, inland + 0.9 * noise.fbm(X * 0.25, Z * 0.2, 3));
    const ripple = noise.fbm(X * 1.1 + 3, Z * 4.5 + noise.fbm(X * 0.5, Z * 0.5, 2), 3);
    const wrack =
      smoothstep(0.5, 0.1, Math.abs(inland - 3.1 - 1.2 * noise.fbm(X * 0.3, 7, 3))) *
      smoothstep(0.1, 0.4, noise.fbm(X * 4, Z * 5, 3));
    const dry = scaleColor(
      soilColor(noise, beach.sand, light, X, Z, 0.95 * sunAt(x, y)),
      (1 + 0.42 * ripple) * (1 - 0.55 * wrack),
    );
    const elevation = (y - view.horizon) / view.focal;
    const mirror = mirrored(x + 14 * ripple, elevation * view.focal * 0.9 + 6 * ripple);
    return mix(dry, mix(scaleColor(dry, 0.5), mirror, fresnel(elevation * 0.8) * 0.85), wet);
  });
}
