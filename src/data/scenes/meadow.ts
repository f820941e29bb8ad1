import type { Canvas } from './painting/canvas.ts';
import { colorFromHex, type Light, type LinearColor, lit, mix, scaleColor, unitVector } from './painting/color.ts';
import { type FoliageLook, lightPlant, paintPlant } from './painting/foliage.ts';
import { type GrassLook, type GroundView, paintGrass } from './painting/ground.ts';
import { clampTo, NoiseField, randomStream, smoothstep } from './painting/noise.ts';
import { paintSky, type SkyLook } from './painting/sky.ts';
import { facing, type Peak, paintRange, peak, type RangeLook, type TerrainPoint } from './painting/terrain.ts';
import { growBroadleaf } from './painting/trees.ts';
import type { SceneRecipe } from './scene.ts';

/** A flower meadow under a tree. Reference pixels; rows count down from the top. */
interface Meadow {
  horizon: number;
  hills: readonly Peak[];
  /** Crown width and whole height. */
  trees: readonly { x: number; y: number; width: number; height: number; seed: number }[];
}

const SKY = 0,
  HILLS = 1,
  TREE = 2,
  MEADOW = 3;

const light: Light = { sun: unitVector([-0.6, 0.68, 0.42]), direct: [1.5, 1.38, 1.15], ambient: [0.26, 0.33, 0.44] };
const sky: SkyLook = {
  zenith: colorFromHex(0x2d66ae),
  horizon: colorFromHex(0xc4dcec),
  fade: 58,
  cumulus: { count: 16, size: 135, sun: light.sun, sunlit: [1.16, 1.12, 1.07], shaded: colorFromHex(0x73869f) },
};
const air = colorFromHex(0xa6c2da);
const downs: RangeLook = { rib: 60, relief: 0.4, round: 1, ledge: 0, sink: 0.5, floor: 6 };
const oak: FoliageLook = {
  dark: colorFromHex(0x35481f),
  bright: colorFromHex(0x6d803c),
  through: colorFromHex(0x566a1a),
  bark: colorFromHex(0x5d4c3e),
  density: 0.62,
};
const grass: GrassLook = {
  lush: colorFromHex(0x526a31),
  dry: colorFromHex(0x8a8850),
  soil: colorFromHex(0x2a2c18),
  through: colorFromHex(0x4e6222),
  blade: 0.3,
  flowers: [
    { petal: colorFromHex(0xe8b80c), heart: colorFromHex(0xa8700c), size: 0.07, share: 0.62, perSquareMeter: 42 },
    { petal: colorFromHex(0xf6f2ea), heart: colorFromHex(0xe2b52a), size: 0.06, share: 0.3, perSquareMeter: 16 },
    { petal: colorFromHex(0xc4301c), heart: colorFromHex(0x2a0c10), size: 0.085, share: 0.36, perSquareMeter: 10 },
  ],
};

function fields(noise: NoiseField): (s: TerrainPoint) => LinearColor {
  const pasture = colorFromHex(0x6f8440),
    stubble = colorFromHex(0xa59c5e),
    wood = colorFromHex(0x2c4026);
  return (s) => {
    const patch = noise.fbm(s.x * 0.03 + 8, s.z * 0.06, 3),
      trees = noise.fbm(s.x * 0.035, s.z * 0.05 + 30, 4);
    const crowns = noise.fbm(s.x * 0.55, (s.z * 0.4 - s.height) * 0.7, 3, 0.7);
    const forest = smoothstep(-0.02, 0.05, trees + 0.16 * crowns);
    let albedo = mix(pasture, stubble, smoothstep(0.05, 0.25, patch));
    albedo = mix(scaleColor(albedo, 1 + 0.15 * crowns), scaleColor(wood, 1 + 1.3 * crowns), forest);
    const c = lit(
      albedo,
      light,
      facing(s, light.sun) * s.sunlit * (1 - forest * 0.3 * (1 - crowns)),
      s.open * (1 - 0.3 * forest),
    );
    return mix(c, air, clampTo(1 - Math.exp(-(s.distance - 0.82) * 1.15)));
  };
}

function paint(canvas: Canvas, g: Meadow, seed: number): void {
  const view: GroundView = { horizon: g.horizon - 1, eye: 1.5, focal: 256 };
  paintSky(canvas, SKY, sky, g.horizon, g.horizon + 1, seed + 2);
  const range = {
    look: downs,
    peaks: g.hills,
    foot: g.horizon + 2,
    horizon: g.horizon - 4,
    depth: 230,
    seed: seed + 3,
  };
  paintRange(canvas, HILLS, range, light.sun, fields(new NoiseField(seed + 1)));
  const noise = new NoiseField(seed + 7),
    edge = (x: number): number => g.horizon + 1 + 2 * noise.fbm(x * 0.012, 1, 3);
  const sunAt = (x: number, y: number): number => {
    let sun = 1;
    for (const t of g.trees) {
      // The crown's shadow: an ellipse on the ground to the right of the foot, its rim broken by gaps between the
      // leaves.
      const dx = (x - t.x - t.width * 0.3) / (t.width * 0.56),
        dy = (y - t.y + t.width * 0.01) / (t.width * 0.085);
      const r = Math.hypot(dx, dy) + 0.22 * noise.fbm(x * 0.14, y * 0.5, 3);
      sun *= 1 - 0.86 * smoothstep(1.08, 0.8, r);
    }
    return sun;
  };
  paintGrass(
    canvas,
    MEADOW,
    view,
    { top: g.horizon - 2, grows: (x, y) => y >= edge(x), sunAt },
    grass,
    light,
    air,
    seed + 6,
  );
  for (const t of [...g.trees].sort((a, b) => a.y - b.y)) {
    const own = randomStream(seed + t.seed);
    paintPlant(canvas, TREE, t.x, t.y, lightPlant(growBroadleaf(t.width, t.height, own, 1.15), oak, light, own));
  }
}

const source: Meadow = {
  horizon: 176,
  hills: [peak(40, 34, 140, 100), peak(226, 46, 170, 150), peak(140, 18, 100, 50)],
  trees: [{ x: 158, y: 196, width: 132, height: 138, seed: 11 }],
};

/** A broad tree in a flower meadow before distant hills. */
export const meadow: SceneRecipe<Meadow> = {
  name: 'meadow',
  title: 'Flower meadow',
  aspect: 1,
  exposure: 0.74,
  start: 2000,
  classes: [
    { name: 'sky', color: [0, 190, 255] },
    { name: 'hills', color: [140, 90, 210] },
    { name: 'tree', color: [0, 160, 40] },
    { name: 'meadow', color: [255, 170, 0] },
  ],
  source,
  targets: [
    { name: 'tree moved', geometry: { ...source, trees: [{ x: 86, y: 200, width: 132, height: 138, seed: 11 }] } },
    {
      name: 'two trees',
      geometry: {
        ...source,
        trees: [
          { x: 72, y: 194, width: 104, height: 112, seed: 12 },
          { x: 190, y: 198, width: 112, height: 124, seed: 13 },
        ],
      },
    },
    {
      name: 'high horizon',
      geometry: { ...source, horizon: 148, trees: [{ x: 150, y: 176, width: 132, height: 130, seed: 11 }] },
    },
    {
      name: 'wide crown',
      geometry: {
        ...source,
        hills: [peak(120, 50, 170, 140), peak(20, 24, 110, 60)],
        trees: [{ x: 132, y: 200, width: 196, height: 128, seed: 14 }],
      },
    },
  ],
  paint,
};
