import type { Canvas } from './painting/canvas.ts';
import { colorFromHex, type Light, type LinearColor, lit, mix, scaleColor, unitVector } from './painting/color.ts';
import { type FoliageLook, lightPlant, paintPlant } from './painting/foliage.ts';
import { type GrassLook, type GroundView, paintGrass } from './painting/ground.ts';
import { clampTo, lerp, NoiseField, randomStream, smoothstep, through } from './painting/noise.ts';
import { paintSky, type SkyLook } from './painting/sky.ts';
import { facing, type Peak, paintRange, peak, type RangeLook, type TerrainPoint } from './painting/terrain.ts';
import { growConifer } from './painting/trees.ts';
import { paintLake, type WaterLook } from './painting/water.ts';
import type { SceneRecipe } from './scene.ts';

/** A mountain lake. Reference pixels; rows count down from the top. */
interface Lake {
  /** Row of the far shore. */
  shore: number;
  peaks: readonly Peak[];
  /** Heights of the forest on the far shore at its left end, middle and right end. */
  forest: readonly [number, number, number];
  /** Row of the near bank at the left end, middle and right end. */
  bank: readonly [number, number, number];
  trees: readonly { x: number; y: number; height: number; seed: number }[];
}

const SKY = 0,
  MOUNTAIN = 1,
  TREES = 2,
  WATER = 3,
  GRASS = 4;

const light: Light = { sun: unitVector([-0.76, 0.47, 0.34]), direct: [1.62, 1.44, 1.16], ambient: [0.22, 0.29, 0.41] };
const sky: SkyLook = {
  zenith: colorFromHex(0x2f62a0),
  horizon: colorFromHex(0xbcd3e4),
  fade: 46,
  streaks: { cover: 0.12, size: 70, opacity: 0.35, sunlit: [0.95, 0.96, 0.98], shaded: colorFromHex(0xb4c6d8) },
  cumulus: { count: 14, size: 120, sun: light.sun, sunlit: [1.16, 1.12, 1.06], shaded: colorFromHex(0x6f829c) },
};
const air = colorFromHex(0x9dbad6);
const spruce: FoliageLook = {
  dark: colorFromHex(0x283a24),
  bright: colorFromHex(0x56683a),
  through: colorFromHex(0x34461c),
  bark: colorFromHex(0x5b4a3c),
  density: 0.9,
};
const alps: RangeLook = { rib: 46, relief: 0.85, round: 1, ledge: 0, sink: 0.5, floor: 7 };
const water: WaterLook = { deep: colorFromHex(0x123f4a), shallow: colorFromHex(0x5a8577), chop: 0.03, ripple: 0.55 };
const grass: GrassLook = {
  lush: colorFromHex(0x56702f),
  dry: colorFromHex(0x9a8f55),
  soil: colorFromHex(0x2c2b1a),
  through: colorFromHex(0x54691f),
  blade: 0.24,
  flowers: [
    { petal: colorFromHex(0xf4efe4), heart: colorFromHex(0xe2b52a), size: 0.05, share: 0.4, perSquareMeter: 14 },
    { petal: colorFromHex(0xf0c92c), heart: colorFromHex(0xc98a12), size: 0.045, share: 0.35, perSquareMeter: 12 },
  ],
};

function rock(noise: NoiseField): (s: TerrainPoint) => LinearColor {
  const gray = colorFromHex(0x6f6b69),
    warm = colorFromHex(0x7a6b5c),
    scree = colorFromHex(0x8f877c),
    snow: LinearColor = [0.86, 0.89, 0.95],
    heath = colorFromHex(0x5a6338);
  return (s) => {
    const slope = Math.hypot(s.sx, s.sz),
      n = noise.fbm(s.x * 0.11, s.z * 0.11, 4),
      fine = noise.fbm(s.x * 0.5, s.height * 0.55 + s.z * 0.35, 4, 0.65);
    const strata = noise.at(s.x * 0.015 + n, s.height * 0.33 + n * 2.2);
    let albedo = mix(mix(gray, warm, smoothstep(-0.3, 0.4, n)), scree, smoothstep(1.0, 0.45, slope) * 0.7);
    albedo = scaleColor(albedo, 1 + 0.2 * strata + 0.55 * fine);
    albedo = mix(
      albedo,
      scaleColor(heath, 1 + 0.4 * fine),
      smoothstep(34, 16, s.height + 14 * n) * smoothstep(1.5, 0.7, slope),
    );
    // Snow lies where it is high, not too steep, and longer in hollows and on the side away from the sun.
    const line = s.height + 18 * n + 10 * fine - 11 * (slope - 1.3) + 26 * (0.74 - s.open);
    albedo = mix(albedo, snow, smoothstep(34, 41, line) * smoothstep(2.6, 1.5, slope + 0.7 * fine - s.height * 0.016));
    const c = lit(albedo, light, facing(s, light.sun) * s.sunlit, s.open);
    const haze = 1 - Math.exp(-(s.distance - 0.72) * 0.36 - Math.max(0, 18 - s.height) * 0.006);
    return mix(c, air, clampTo(haze));
  };
}

function paintForest(canvas: Canvas, g: Lake, noise: NoiseField, seed: number): void {
  const random = randomStream(seed);
  // Shrubs and shade fill the gaps between the trunks.
  canvas.fill(g.shore - 4, g.shore + 1, TREES, (x, y) => {
    const n = noise.fbm(x * 0.5, y * 0.6, 3);
    return y < g.shore - 1.6 - 0.07 * through(g.forest, x) + 1.6 * n
      ? null
      : lit(mix(spruce.dark, spruce.bright, clampTo(0.3 + n)), light, 0.2 + 0.3 * n, 0.5);
  });
  const grown = Array.from({ length: 14 }, () =>
    lightPlant(growConifer(13, lerp(1.7, 2.7, random()), random, 0.8), spruce, light, random),
  );
  for (let row = 0; row < 5; row++)
    for (let x = -3; x < 259; x += 1.0 + random() * 2.2) {
      const most = through(g.forest, x),
        gap = noise.fbm(x * 0.03, row * 3, 2);
      const height = most * lerp(0.35, 1.05, random() ** 1.4) * (1 + 0.7 * gap) * (1 - row * 0.08);
      const plant = grown[Math.floor(random() * grown.length)];
      paintPlant(canvas, TREES, x, g.shore + 0.5 - (4 - row) * 0.1 * most, plant, Math.max(2.5, height) / 13, {
        color: air,
        amount: 0.12 - row * 0.028,
      });
    }
}

function paint(canvas: Canvas, g: Lake, seed: number): void {
  const view: GroundView = { horizon: g.shore - 2.5, eye: 2.6, focal: 256 };
  const noise = new NoiseField(seed + 1);
  paintSky(canvas, SKY, sky, g.shore, g.shore, seed + 2);
  paintRange(
    canvas,
    MOUNTAIN,
    { look: alps, peaks: g.peaks, foot: g.shore + 0.5, horizon: g.shore - 2, depth: 190, seed: seed + 3 },
    light.sun,
    rock(noise),
  );
  paintForest(canvas, g, noise, seed + 4);
  const bank = (x: number): number => through(g.bank, x) + 3.2 * noise.fbm(x * 0.035, 4, 4);
  paintLake(
    canvas,
    WATER,
    view,
    {
      top: g.shore + 0.4,
      covers: (x, y) => y < bank(x) + 1.5,
      shallowAt: (x, y) => Math.exp(-Math.max(0, bank(x) - y) / 9),
    },
    water,
    seed + 5,
  );
  const shadow = (x: number, y: number): number => {
    let sun = 1;
    for (const t of g.trees) {
      // The sun stands to the left, so shadows lie to the right, a little away from the viewer.
      const along = (x - t.x) / (t.height * 0.75),
        across = (y - t.y + along * t.height * 0.05) / (t.height * 0.06);
      sun *=
        1 - 0.85 * smoothstep(1.25, 0.5, Math.abs(across)) * smoothstep(-0.12, 0.02, along) * smoothstep(1, 0.6, along);
    }
    return sun;
  };
  paintGrass(
    canvas,
    GRASS,
    view,
    { top: Math.min(...g.bank) - 6, grows: (x, y) => y >= bank(x), sunAt: shadow },
    grass,
    light,
    air,
    seed + 6,
  );
  for (const t of [...g.trees].sort((a, b) => a.y - b.y)) {
    const own = randomStream(seed + t.seed);
    paintPlant(canvas, TREES, t.x, t.y, lightPlant(growConifer(t.height, t.height * 0.2, own), spruce, light, own));
  }
}

const source: Lake = {
  shore: 132,
  forest: [22, 8, 15],
  bank: [188, 206, 214],
  peaks: [peak(84, 98, 108, 92), peak(176, 74, 84, 60), peak(250, 88, 96, 110), peak(8, 62, 74, 50)],
  trees: [
    { x: 40, y: 206, height: 128, seed: 11 },
    { x: 66, y: 214, height: 92, seed: 12 },
    { x: 226, y: 226, height: 104, seed: 13 },
  ],
};

/** Snow mountains, spruces and a lake that mirrors them. */
export const lake: SceneRecipe<Lake> = {
  name: 'lake',
  title: 'Mountain lake',
  aspect: 1,
  exposure: 0.72,
  start: 1000,
  classes: [
    { name: 'sky', color: [0, 170, 255] },
    { name: 'mountain', color: [150, 75, 200] },
    { name: 'trees', color: [0, 150, 60] },
    { name: 'water', color: [0, 60, 200] },
    { name: 'grass', color: [190, 230, 30] },
  ],
  source,
  targets: [
    {
      name: 'trees moved',
      geometry: {
        ...source,
        trees: [
          { x: 118, y: 216, height: 128, seed: 11 },
          { x: 204, y: 220, height: 92, seed: 12 },
          { x: 24, y: 224, height: 104, seed: 13 },
        ],
      },
    },
    {
      name: 'other ridge',
      geometry: {
        ...source,
        forest: [7, 20, 10],
        peaks: [peak(190, 104, 112, 92), peak(70, 70, 90, 60), peak(0, 84, 92, 110), peak(256, 56, 70, 50)],
      },
    },
    {
      name: 'high water',
      geometry: { ...source, bank: [226, 232, 216], trees: [{ x: 222, y: 232, height: 120, seed: 13 }] },
    },
    {
      name: 'low horizon',
      geometry: {
        ...source,
        shore: 158,
        bank: [222, 214, 206],
        trees: [
          { x: 206, y: 222, height: 116, seed: 11 },
          { x: 236, y: 230, height: 96, seed: 12 },
        ],
      },
    },
  ],
  paint,
};
