import type { Canvas } from './painting/canvas.ts';
import { colorFromHex, type Light, type LinearColor, lit, mix, scaleColor, unitVector } from './painting/color.ts';
import type { GroundView, SoilLook } from './painting/ground.ts';
import { clampTo, lerp, NoiseField, smoothstep, through } from './painting/noise.ts';
import { paintBeach, paintSea, type SeaLook } from './painting/sea.ts';
import { paintSky, type SkyLook } from './painting/sky.ts';
import { facing, type Peak, paintRange, peak, type RangeLook, type TerrainPoint } from './painting/terrain.ts';
import type { SceneRecipe } from './scene.ts';

/** A rocky shore in the evening. Reference pixels; rows count down from the top. */
interface Coast {
  horizon: number;
  /** Groups of rocks, far ones first: the row of their foot and their summits. */
  rocks: readonly { foot: number; depth: number; peaks: readonly Peak[] }[];
  /** Row of the water's edge at the left end, middle and right end. */
  edge: readonly [number, number, number];
}

const SKY = 0,
  ROCK = 1,
  SEA = 2,
  SAND = 3;

const light: Light = { sun: unitVector([-0.8, 0.3, 0.36]), direct: [2.05, 1.36, 0.86], ambient: [0.27, 0.32, 0.45] };
const sky: SkyLook = {
  zenith: colorFromHex(0x2f5892),
  horizon: colorFromHex(0xf4ad78),
  fade: 30,
  glow: { x: 24, up: 5, radius: 95, color: [0.9, 0.36, 0.06] },
  streaks: { cover: 0.42, size: 62, opacity: 0.95, sunlit: [1.6, 0.7, 0.36], shaded: colorFromHex(0x5f5a7c) },
};
const crags: RangeLook = { rib: 28, relief: 0.68, round: 1.6, ledge: 4.5, sink: 1.6, floor: 0 };
const sea: SeaLook = {
  deep: colorFromHex(0x12404f),
  face: colorFromHex(0x3f8f8c),
  foam: colorFromHex(0xf2efea),
  chop: 0.05,
  swell: 0.1,
};
const sand: SoilLook = {
  pale: colorFromHex(0xe0cfb6),
  dark: colorFromHex(0xb9a389),
  pebble: 0.09,
  pebbles: 0.02,
  bump: 1.1,
};

function cliff(noise: NoiseField): (s: TerrainPoint) => LinearColor {
  const ochre = colorFromHex(0x8a7460),
    gray = colorFromHex(0x5c5856),
    wetRock = colorFromHex(0x2e2a28),
    turf = colorFromHex(0x6a7236);
  return (s) => {
    const slope = Math.hypot(s.sx, s.sz),
      n = noise.fbm(s.x * 0.09, s.z * 0.09, 4);
    const fine = noise.fbm(s.x * 0.45, s.height * 0.6 + s.z * 0.35, 4, 0.7),
      cracks = Math.abs(noise.fbm(s.x * 0.3 + 50, s.height * 0.16 + s.z * 0.2, 4));
    const strata = noise.fbm(s.x * 0.02 + n, s.height * 0.42 + n * 1.5 + s.x * 0.05, 3);
    let albedo = scaleColor(
      mix(gray, ochre, smoothstep(-0.35, 0.35, strata + 0.5 * n)),
      (1 + 0.85 * fine) * lerp(0.5, 1, smoothstep(0.0, 0.07, cracks)),
    );
    albedo = mix(
      albedo,
      scaleColor(turf, 1 + 0.5 * fine),
      smoothstep(0.9, 0.45, slope) * smoothstep(16, 24, s.height + 8 * n),
    );
    albedo = mix(albedo, wetRock, smoothstep(4.5, 1.2, s.height + 2 * fine) * 0.85);
    const c = lit(albedo, light, facing(s, light.sun) * s.sunlit, s.open);
    return mix(c, colorFromHex(0xd9b79c), clampTo(1 - Math.exp(-(s.distance - 0.93) * 0.9)));
  };
}

function paint(canvas: Canvas, g: Coast, seed: number): void {
  const view: GroundView = { horizon: g.horizon, eye: 3.2, focal: 256 },
    noise = new NoiseField(seed + 1);
  paintSky(canvas, SKY, sky, g.horizon, g.horizon + 1, seed + 2);
  const edge = (x: number): number => through(g.edge, x) + 5 * noise.fbm(x * 0.017, 3, 4);
  const beach = { edge, sand },
    material = cliff(noise);
  const paintRocks = (i: number): void => {
    const { foot, depth, peaks } = g.rocks[i];
    paintRange(
      canvas,
      ROCK,
      { look: crags, peaks, foot, horizon: g.horizon, depth, seed: seed + 30 + i },
      light.sun,
      material,
    );
  };
  // Rocks in the sea come first, so that it mirrors them; those on the beach stand on finished sand.
  const afloat = g.rocks.map((r) => r.foot < Math.min(...g.edge) - 4);
  for (const i of g.rocks.keys()) if (afloat[i]) paintRocks(i);
  const before = canvas.snapshot(),
    mirrored = (x: number, up: number): LinearColor => before(x, g.horizon - up);
  const free = (x: number, y: number): boolean => canvas.labelAt(x, y) !== ROCK;
  paintSea(canvas, SEA, view, beach, sea, light, { free, mirrored }, seed + 5);
  // The sun stands low on the left: every summit on the beach throws its shadow to the right, three times its height.
  const sunAt = (x: number, y: number): number => {
    let sun = 1;
    for (const [i, { foot, peaks }] of g.rocks.entries()) {
      if (afloat[i]) continue;
      for (const peak of peaks) {
        const along = (x - peak.x) / (peak.height * 2.6 + peak.width),
          across = (y - foot + peak.depth * 0.22) / (peak.width * 0.26);
        sun = Math.min(
          sun,
          1 -
            0.9 *
              smoothstep(
                1.2,
                0.6,
                Math.hypot(across, along < 0 ? along * 2.5 : along * along) + 0.15 * noise.fbm(x * 0.1, y * 0.3, 2),
              ),
        );
      }
    }
    return sun;
  };
  paintBeach(canvas, SAND, view, beach, light, { sunAt, mirrored }, seed + 6);
  for (const i of g.rocks.keys()) if (!afloat[i]) paintRocks(i);
}

const source: Coast = {
  horizon: 66,
  edge: [128, 120, 134],
  rocks: [
    { foot: 78, depth: 110, peaks: [peak(236, 58, 70, 40), peak(196, 34, 44, 24), peak(286, 62, 80, 60)] },
    { foot: 92, depth: 40, peaks: [peak(128, 32, 22, 26), peak(146, 19, 18, 20), peak(112, 9, 12, 16)] },
    { foot: 142, depth: 60, peaks: [peak(226, 26, 30, 34), peak(190, 12, 18, 20), peak(252, 16, 20, 22)] },
  ],
};

/** Sea, rocks and sand at sunset. */
export const coast: SceneRecipe<Coast> = {
  name: 'coast',
  title: 'Evening coast',
  aspect: 2 / 3,
  exposure: 0.72,
  start: 4000,
  classes: [
    { name: 'sky', color: [255, 150, 90] },
    { name: 'rock', color: [150, 60, 160] },
    { name: 'sea', color: [0, 90, 220] },
    { name: 'sand', color: [250, 220, 80] },
  ],
  source,
  targets: [
    {
      name: 'cliff left',
      geometry: {
        ...source,
        rocks: [
          { foot: 78, depth: 110, peaks: [peak(20, 58, 70, 40), peak(62, 34, 44, 24), peak(-30, 62, 80, 60)] },
          source.rocks[2],
        ],
      },
    },
    {
      name: 'stacks',
      geometry: {
        ...source,
        rocks: [{ foot: 88, depth: 70, peaks: [peak(50, 42, 30, 34), peak(118, 30, 24, 28), peak(196, 50, 36, 40)] }],
      },
    },
    { name: 'wide beach', geometry: { ...source, edge: [108, 112, 98] } },
    {
      name: 'low horizon',
      geometry: {
        ...source,
        horizon: 88,
        edge: [146, 140, 150],
        rocks: [
          { ...source.rocks[0], foot: 100 },
          { ...source.rocks[1], foot: 112 },
        ],
      },
    },
  ],
  paint,
};
