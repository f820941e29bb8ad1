import type { Canvas } from './canvas.ts';
import { hex, lit, mix, scale, unit, type Colour, type Light } from './colour.ts';
import type { SoilLook, View } from './ground.ts';
import { clamp, lerp, Noise, smoothstep } from './noise.ts';
import type { Recipe } from './scene.ts';
import { paintBeach, paintSea, type SeaLook } from './sea.ts';
import { paintSky, type SkyLook } from './sky.ts';
import { facing, paintRange, type Peak, type Surface } from './terrain.ts';

/** A rocky shore in the evening. Reference pixels; rows count down from the top. */
interface Coast {
  horizon: number;
  /** Groups of rocks, far ones first: the row of their foot and their summits. */
  rocks: readonly { foot: number; depth: number; peaks: readonly Peak[] }[];
  /** Row of the water's edge at the left end, middle and right end. */
  edge: readonly [number, number, number];
}

const SKY = 0, ROCK = 1, SEA = 2, SAND = 3;

const light: Light = { sun: unit([-0.8, 0.3, 0.36]), direct: [2.05, 1.36, 0.86], ambient: [0.27, 0.32, 0.45] };
const sky: SkyLook = {
  zenith: hex(0x3d6299), horizon: hex(0xf2b98a), fade: 30, glow: { x: 24, up: 5, radius: 95, colour: [0.85, 0.36, 0.08] },
  streaks: { cover: 0.42, size: 62, opacity: 0.95, sunlit: [1.5, 0.74, 0.42], shaded: hex(0x6d6684) },
};
const sea: SeaLook = { deep: hex(0x12404f), face: hex(0x3f8f8c), foam: hex(0xf2efea), chop: 0.05, swell: 0.1 };
const sand: SoilLook = { pale: hex(0xe2cdae), dark: hex(0xc0a684), pebble: 0.09, pebbles: 0.02, bump: 1.1 };

function cliff(noise: Noise): (s: Surface) => Colour {
  const ochre = hex(0x8a7460), grey = hex(0x5c5856), wetRock = hex(0x2e2a28), turf = hex(0x6a7236);
  return (s) => {
    const slope = Math.hypot(s.sx, s.sz), n = noise.fbm(s.x * 0.09, s.z * 0.09, 4), fine = noise.fbm(s.x * 0.45, s.height * 0.6 + s.z * 0.35, 4, 0.7), cracks = Math.abs(noise.fbm(s.x * 0.3 + 50, s.height * 0.16 + s.z * 0.2, 4));
    const strata = noise.fbm(s.x * 0.02 + n, s.height * 0.42 + n * 1.5 + s.x * 0.05, 3);
    let albedo = scale(mix(grey, ochre, smoothstep(-0.35, 0.35, strata + 0.5 * n)), (1 + 0.85 * fine) * lerp(0.5, 1, smoothstep(0.0, 0.07, cracks)));
    albedo = mix(albedo, scale(turf, 1 + 0.5 * fine), smoothstep(0.9, 0.45, slope) * smoothstep(16, 24, s.height + 8 * n));
    albedo = mix(albedo, wetRock, smoothstep(4.5, 1.2, s.height + 2 * fine) * 0.85);
    const c = lit(albedo, light, facing(s, light.sun) * s.sunlit, s.open);
    return mix(c, hex(0xd9b79c), clamp(1 - Math.exp(-(s.distance - 0.93) * 0.9)));
  };
}

function paint(canvas: Canvas, g: Coast, seed: number): void {
  const view: View = { horizon: g.horizon, eye: 3.2, focal: 256 }, noise = new Noise(seed + 1);
  paintSky(canvas, SKY, sky, g.horizon, g.horizon + 1, seed + 2);
  const edge = (x: number): number => {
    const [a, b, c] = g.edge, t = x / 256;
    return a * (1 - t) * (1 - 2 * t) + b * 4 * t * (1 - t) + c * t * (2 * t - 1) + 5 * noise.fbm(x * 0.017, 3, 4);
  };
  const beach = { edge, sand }, material = cliff(noise);
  const paintRocks = (i: number): void => {
    const { foot, depth, peaks } = g.rocks[i];
    paintRange(canvas, ROCK, { peaks, foot, horizon: g.horizon, depth, rib: 24, relief: 0.8, round: 1.6, ledge: 4.5, sink: 1.6, floor: 0, seed: seed + 30 + i }, light.sun, material);
  };
  // Rocks in the sea come first, so that it mirrors them; those on the beach stand on finished sand.
  const afloat = g.rocks.map((r) => r.foot < Math.min(...g.edge) - 4);
  g.rocks.forEach((_, i) => afloat[i] && paintRocks(i));
  const before = canvas.light.slice(), k = canvas.density;
  const mirrored = (x: number, up: number): Colour => {
    const column = Math.round(clamp(x * k, 0, canvas.columns - 1)), row = Math.round(clamp((g.horizon - up) * k, 0, canvas.rows - 1)), at = (row * canvas.columns + column) * 3;
    return [before[at], before[at + 1], before[at + 2]];
  };
  const free = (x: number, y: number): boolean => canvas.label[Math.floor(y * k) * canvas.columns + Math.floor(x * k)] !== ROCK;
  paintSea(canvas, SEA, view, beach, sea, light, free, mirrored, seed + 5);
  // The sun stands low on the left: every summit on the beach throws its shadow to the right, three times its height.
  const sunAt = (x: number, y: number): number => {
    let sun = 1;
    g.rocks.forEach(({ foot, peaks }, i) => !afloat[i] && peaks.forEach((peak) => {
      const along = (x - peak.x) / (peak.height * 2.6 + peak.width), across = (y - foot + peak.depth * 0.22) / (peak.width * 0.26);
      sun = Math.min(sun, 1 - 0.9 * smoothstep(1.2, 0.6, Math.hypot(across, along < 0 ? along * 2.5 : along * along) + 0.15 * noise.fbm(x * 0.1, y * 0.3, 2)));
    }));
    return sun;
  };
  paintBeach(canvas, SAND, view, beach, light, sunAt, mirrored, seed + 6);
  g.rocks.forEach((_, i) => afloat[i] || paintRocks(i));
}

const source: Coast = {
  horizon: 66, edge: [128, 120, 134],
  rocks: [
    { foot: 78, depth: 110, peaks: [{ x: 236, height: 58, width: 70, depth: 40 }, { x: 196, height: 34, width: 44, depth: 24 }, { x: 286, height: 62, width: 80, depth: 60 }] },
    { foot: 92, depth: 40, peaks: [{ x: 128, height: 32, width: 22, depth: 26 }, { x: 146, height: 19, width: 18, depth: 20 }, { x: 112, height: 9, width: 12, depth: 16 }] },
    { foot: 142, depth: 60, peaks: [{ x: 226, height: 26, width: 30, depth: 34 }, { x: 190, height: 12, width: 18, depth: 20 }, { x: 252, height: 16, width: 20, depth: 22 }] },
  ],
};

/** Sea, rocks and sand at sunset. */
export const coast: Recipe<Coast> = {
  name: 'coast', title: 'Evening coast', aspect: 2 / 3, exposure: 0.78, start: 4000,
  classes: [{ name: 'sky', color: [255, 150, 90] }, { name: 'rock', color: [150, 60, 160] }, { name: 'sea', color: [0, 90, 220] }, { name: 'sand', color: [250, 220, 80] }],
  source,
  targets: [
    { name: 'cliff left', geometry: { ...source, rocks: [{ foot: 78, depth: 110, peaks: [{ x: 20, height: 58, width: 70, depth: 40 }, { x: 62, height: 34, width: 44, depth: 24 }, { x: -30, height: 62, width: 80, depth: 60 }] }, source.rocks[2]] } },
    { name: 'stacks', geometry: { ...source, rocks: [{ foot: 88, depth: 70, peaks: [{ x: 50, height: 42, width: 30, depth: 34 }, { x: 118, height: 30, width: 24, depth: 28 }, { x: 196, height: 50, width: 36, depth: 40 }] }] } },
    { name: 'wide beach', geometry: { ...source, edge: [108, 112, 98] } },
    { name: 'low horizon', geometry: { ...source, horizon: 88, edge: [146, 140, 150], rocks: [{ ...source.rocks[0], foot: 100 }, { ...source.rocks[1], foot: 112 }] } },
  ],
  paint,
};
