import type { Canvas } from '../canvas.ts';
import { colorFromHex, type Light, type LinearColor, lit, mix, scaleColor, type Vector } from '../color.ts';
import type { GroundView } from '../ground.ts';
import { clampTo, hash, lerp, NoiseField, smoothstep } from '../noise.ts';

/** A log cabin. Meters; X to the right, Z ahead; `turn` (radians) swings its right end away from the viewer. */
export interface House {
  X: number;
  Z: number;
  turn: number;
  length: number;
  width: number;
  wall: number;
  rise: number;
}

/** Classes that a house paints. */
export interface HouseLabels {
  wall: number;
  roof: number;
}

/** A point of the house's own frame (p along the ridge, q across, h up) in the world: right, up, ahead. */
const place = (house: House, p: number, q: number, h: number): Vector => [
  house.X + p * Math.cos(house.turn) - q * Math.sin(house.turn),
  h,
  house.Z + p * Math.sin(house.turn) + q * Math.cos(house.turn),
];

const sub = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/**
 * Paints a plane patch seen in perspective: corner O and two edges U, V in world meters. `shade(u, v)` gets meters
 * along the edges and returns null outside the patch's shape.
 */
function paintPatch(
  canvas: Canvas,
  view: GroundView,
  label: number,
  O: Vector,
  U: Vector,
  V: Vector,
  shade: (u: number, v: number) => LinearColor | null,
): void {
  const lu = Math.hypot(...U),
    lv = Math.hypot(...V),
    n = cross(U, V),
    eye: Vector = [0, view.eye, 0];
  const reach = dot(n, sub(O, eye)),
    rows: number[] = [];
  // The edges need not be at right angles: solve for both coordinates at once.
  const oblique = dot(U, V) / (lu * lv),
    square = 1 - oblique * oblique;
  for (const [a, b] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]) {
    const y = O[1] + a * U[1] + b * V[1],
      z = O[2] + a * U[2] + b * V[2];
    rows.push(view.horizon + (view.focal * (view.eye - y)) / z);
  }
  canvas.fill(Math.min(...rows) - 1, Math.max(...rows) + 1, label, (x, y) => {
    const ray: Vector = [(x - 128) / view.focal, (view.horizon - y) / view.focal, 1],
      t = reach / dot(n, ray);
    if (!(t > 0)) return null;
    const at = sub([ray[0] * t, view.eye + ray[1] * t, t], O),
      a = dot(at, U) / lu,
      b = dot(at, V) / lv;
    const u = (a - b * oblique) / square,
      v = (b - a * oblique) / square;
    return u < 0 || v < 0 || u > lu || v > lv ? null : shade(u, v);
  });
}

const LOG = 0.24;

/** Round logs with grain, knots and weather, `u` along them and `v` up (meters). */
function logColor(
  noise: NoiseField,
  light: Light,
  facingSun: number,
  u: number,
  v: number,
  shadow: number,
): LinearColor {
  const row = Math.floor(v / LOG),
    t = v / LOG - row - 0.5,
    tone = hash(row, 3, 9);
  const grain = noise.fbm(u * 1.6 + row * 7.3, v * 26 + row, 4, 0.6),
    streak = noise.fbm(u * 5 + row * 3, v * 3, 3);
  const old = mix(colorFromHex(0x7d6650), colorFromHex(0x5f5143), tone),
    honey = colorFromHex(0x92724e);
  let albedo = scaleColor(mix(old, honey, clampTo(0.4 + 0.6 * streak)), 0.92 + 0.42 * grain);
  const seam = smoothstep(0.36, 0.5, Math.abs(t));
  albedo = mix(albedo, colorFromHex(0x2b2018), seam * 0.85);
  const round = clampTo(facingSun * (1 - 1.4 * t * t) + 0.62 * t * light.sun[1]);
  return lit(albedo, light, round * shadow, (0.55 + 0.4 * t) * (1 - 0.5 * seam));
}

/** A window or door on a wall, meters from its left and from the ground. */
interface Opening {
  u: number;
  v: number;
  wide: number;
  high: number;
  door: boolean;
}

function openingColor(
  o: Opening,
  light: Light,
  noise: NoiseField,
  facingSun: number,
  u: number,
  v: number,
  shadow: number,
): LinearColor | null {
  const a = u - o.u,
    b = v - o.v,
    rim = 0.1;
  if (a < -rim || b < (o.door ? 0 : -rim) || a > o.wide + rim || b > o.high + rim) return null;
  const wood = lit(
    scaleColor(colorFromHex(0xd8cbb4), 0.9 + 0.2 * noise.fbm(u * 6, v * 6, 3)),
    light,
    facingSun * shadow,
    0.6,
  );
  if (a < 0 || b < 0 || a > o.wide || b > o.high) return wood;
  if (o.door) {
    const plank = Math.abs(((a / 0.16) % 1) - 0.5) > 0.46 ? 0.45 : 1;
    return lit(
      scaleColor(colorFromHex(0x4a4f40), plank * (0.9 + 0.3 * noise.fbm(u * 9, v * 1.5, 3))),
      light,
      facingSun * shadow,
      0.55,
    );
  }
  if (Math.abs(a - o.wide / 2) < 0.03 || Math.abs(b - o.high / 2) < 0.03) return wood;
  // Panes mirror the sky above and the dark wood opposite below, broken by uneven glass.
  const seen = b / o.high + 0.25 * noise.fbm(u * 2.2, v * 2.2, 3);
  return mix([0.03, 0.035, 0.035], [0.22, 0.28, 0.34], smoothstep(0.45, 0.95, seen));
}

/** Wooden shingles, `u` along the eave and `v` up the slope (meters). */
function shingleColor(noise: NoiseField, light: Light, facingSun: number, u: number, v: number): LinearColor {
  const course = Math.floor(v / 0.26),
    t = v / 0.26 - course,
    shift = hash(course, 1, 4);
  const column = Math.floor(u / 0.24 + shift),
    s = u / 0.24 + shift - column,
    tone = hash(course, column, 7);
  const weather = noise.fbm(u * 0.5, v * 0.35, 4),
    grain = noise.fbm(u * 14, v * 2.5, 3);
  let albedo = scaleColor(mix(colorFromHex(0x7a6a5c), colorFromHex(0x5c5652), tone), 0.78 + 0.45 * tone + 0.3 * grain);
  albedo = mix(albedo, colorFromHex(0x66702f), smoothstep(0.12, 0.5, weather + 0.25 * grain) * 0.75);
  const edge = Math.min(smoothstep(0, 0.2, t), smoothstep(0, 0.09, Math.min(s, 1 - s)) * 0.5 + 0.5);
  return lit(albedo, light, facingSun * (0.35 + 0.65 * edge), 0.55 + 0.45 * edge);
}

/** Paints the sides that the viewer sees, walls first and the roof over them. */
export function paintHouse(
  canvas: Canvas,
  labels: HouseLabels,
  view: GroundView,
  house: House,
  light: Light,
  seed: number,
): void {
  const noise = new NoiseField(seed),
    { length: L, width: W, wall, rise } = house,
    over = 0.55;
  const axis = (p: number, q: number, h: number): Vector => sub(place(house, p, q, h), place(house, 0, 0, 0));
  const towards = (p: number, q: number, h: number): number => {
    const n = axis(p, q, h),
      m = Math.hypot(...n);
    return Math.max(0, (n[0] * light.sun[0] + n[1] * light.sun[1] - n[2] * light.sun[2]) / m);
  };
  const end = Math.sign(dot(sub([0, 0, 0], place(house, 0, 0, 0)), axis(1, 0, 0))) || -1;
  // The gable end on the viewer's side: up to the slope of the roof.
  const gable = towards(end, 0, 0),
    loft: Opening = { u: W / 2 - 0.4, v: wall + 0.15, wide: 0.8, high: 0.75, door: false };
  const pane: Opening = { u: W / 2 - 0.65, v: 1.0, wide: 1.3, high: 1.05, door: false };
  paintPatch(
    canvas,
    view,
    labels.wall,
    place(house, (end * L) / 2, -W / 2, 0),
    axis(0, W, 0),
    axis(0, 0, wall + rise),
    (u, v) => {
      const slope = wall + rise * (1 - Math.abs(u - W / 2) / (W / 2));
      if (v > slope) return null;
      const shadow = 1 - 0.75 * smoothstep(0.42, 0.22, slope - v);
      const opening =
        openingColor(loft, light, noise, gable, u, v, shadow) ?? openingColor(pane, light, noise, gable, u, v, shadow);
      return opening ?? logColor(noise, light, gable, u, v, shadow);
    },
  );
  const front = towards(0, -1, 0);
  const openings: Opening[] = [
    { u: L * 0.44, v: 0, wide: 1.0, high: 2.0, door: true },
    { u: L * 0.12, v: 0.95, wide: 1.15, high: 1.05, door: false },
    { u: L * 0.7, v: 0.95, wide: 1.15, high: 1.05, door: false },
  ];
  paintPatch(canvas, view, labels.wall, place(house, -L / 2, -W / 2, 0), axis(L, 0, 0), axis(0, 0, wall), (u, v) => {
    const shadow = 1 - 0.8 * smoothstep(wall - 0.75, wall - 0.6, v + 0.03 * noise.at(u * 3, 2));
    for (const o of openings) {
      const c = openingColor(o, light, noise, front, u, v, shadow);
      if (c) return c;
    }
    return logColor(noise, light, front, u, v, shadow);
  });
  const drop = (over * rise) / (W / 2),
    eave = wall - drop,
    slope = Math.hypot(W / 2 + over, rise + drop),
    top = wall + rise;
  const stone =
    (sunny: number) =>
    (u: number, v: number): LinearColor => {
      const course = Math.floor(v / 0.22),
        column = Math.floor(u / 0.34 + 0.5 * (course & 1)),
        tone = hash(column, course, 2);
      const joint = Math.min(1, 6 * Math.min(v / 0.22 - course, u / 0.34 + 0.5 * (course & 1) - column));
      return lit(
        scaleColor(
          mix(colorFromHex(0x8d8478), colorFromHex(0x6b6560), tone),
          (0.6 + 0.4 * joint) * (0.9 + 0.3 * noise.fbm(u * 9, v * 9, 3)),
        ),
        light,
        sunny,
        0.8,
      );
    };
  const stack = L * 0.22 * -end;
  paintPatch(
    canvas,
    view,
    labels.wall,
    place(house, stack + end * 0.4, -0.4, top - 0.7),
    axis(0, 0.8, 0),
    axis(0, 0, 1.5),
    stone(gable),
  );
  paintPatch(
    canvas,
    view,
    labels.wall,
    place(house, stack - 0.4, -0.4, top - 0.7),
    axis(0.8, 0, 0),
    axis(0, 0, 1.5),
    stone(front),
  );
  const roof = towards(0, -(rise + drop), W / 2 + over);
  const corner = place(house, -L / 2 - over, -W / 2 - over, eave);
  paintPatch(canvas, view, labels.roof, corner, axis(L + 2 * over, 0, 0), axis(0, W / 2 + over, rise + drop), (u, v) =>
    v < 0.07 ? lit(colorFromHex(0x4d3d30), light, front, 0.6) : shingleColor(noise, light, roof, u, Math.min(v, slope)),
  );
  // The underside of the far slope shows beyond the gable.
  const behind = place(house, (end * L) / 2, W / 2 + over, eave - 0.05);
  paintPatch(canvas, view, labels.roof, behind, axis(end * over, 0, 0), axis(0, -W / 2 - over, rise + drop), (u, v) =>
    lit(
      scaleColor(colorFromHex(0x5a4836), Math.abs(((v / 0.18) % 1) - 0.5) > 0.44 ? 0.5 : 1),
      light,
      0.05,
      0.35 + 0.1 * u,
    ),
  );
  // Barge boards close the roof's edge above the gable.
  for (const side of [-1, 1]) {
    const tip = place(house, end * (L / 2 + over), side * (W / 2 + over), eave - 0.18);
    paintPatch(canvas, view, labels.roof, tip, axis(0, -side * (W / 2 + over), rise + drop), axis(0, 0, 0.24), (u, v) =>
      lit(
        scaleColor(colorFromHex(0x6b5340), lerp(0.8, 1.1, noise.fbm(u * 4, v * 12, 3) * 0.5 + 0.5)),
        light,
        gable,
        0.7,
      ),
    );
  }
}

/** Sunlight at ground point (X, Z): 0 in the house's shadow, 1 outside it. Tests heights along the way to the sun. */
export function sunPastHouse(house: House, light: Light, X: number, Z: number): number {
  const { length: L, width: W, wall, rise } = house;
  let clear = 1;
  for (let s = 0.2; s < 9; s += 0.35) {
    const dx = X + light.sun[0] * s - house.X,
      dz = Z - light.sun[2] * s - house.Z,
      h = light.sun[1] * s;
    const p = dx * Math.cos(house.turn) + dz * Math.sin(house.turn),
      q = dz * Math.cos(house.turn) - dx * Math.sin(house.turn);
    if (Math.abs(p) > L / 2 + 0.5 || Math.abs(q) > W / 2 + 0.5) continue;
    const roof = wall + rise * (1 - Math.abs(q) / (W / 2));
    clear = Math.min(clear, smoothstep(-0.15, 0.15, h - roof));
  }
  return clear;
}
