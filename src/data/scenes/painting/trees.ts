import type { Leaf, Plant, Stem } from './foliage.ts';
import { lerp, type Random } from './noise.ts';

/**
 * A spruce or pine `height` tall and `radius` wide at its lowest boughs (reference pixels); detail follows its size.
 */
export function growConifer(height: number, radius: number, random: Random, needle = 1): Plant {
  const leaves: Leaf[] = [],
    stems: Stem[] = [{ from: [0, 0, 0], to: [0, height, 0], w0: height * 0.035, w1: 0.2 }];
  const tuft = Math.max(0.35, Math.min(1.1, height / 75)) * needle,
    bare = height * 0.07;
  const whorls = Math.max(9, Math.round(height / (tuft * 2.6)));
  for (let w = 0; w < whorls; w++) {
    const t = (w + 0.7 * random()) / whorls,
      y0 = bare + (height - bare) * t;
    const length = radius * (1 - t) ** 0.85 * lerp(0.72, 1.12, random()) + tuft * 0.8;
    const boughs = Math.max(4, Math.round(5 + 3 * (1 - t)));
    const turn = random() * 6.3;
    for (let b = 0; b < boughs; b++) {
      const a = turn + ((b + random() * 0.6) / boughs) * 2 * Math.PI,
        reach = length * lerp(0.65, 1.1, random());
      const dx = Math.cos(a),
        dz = Math.sin(a),
        droop = lerp(0.12, 0.5, random()) * (1 - 0.6 * t);
      const steps = Math.max(3, Math.round(reach / (tuft * 0.42)));
      const tint = random();
      for (let s = 0; s < steps; s++) {
        const u = (s + random()) / steps,
          r = u * reach;
        // Boughs sink and their tips turn up again; twigs hang on both sides, shorter towards the tip.
        const y = y0 - droop * r + 0.35 * droop * r * u * u,
          side = (random() - 0.5) * reach * 0.42 * (1 - u * 0.7);
        leaves.push({
          x: dx * r - dz * side,
          y: y - Math.abs(side) * 0.35 - random() * tuft * 0.9,
          z: dz * r + dx * side,
          long: tuft * lerp(0.6, 1.15, random()),
          thin: tuft * lerp(0.22, 0.4, random()),
          angle: Math.atan2(droop + 0.5 + random() * 0.9, dx >= 0 ? Math.abs(dx) + 0.15 : -Math.abs(dx) - 0.15),
          tint: 0.35 * tint + 0.35 * random() + 0.3 * u,
        });
      }
    }
  }
  leaves.push({ x: 0, y: height, z: 0, long: tuft * 1.6, thin: 0.22, angle: Math.PI / 2, tint: 0.6 });
  return { leaves, stems };
}

/** A broad crown `width` wide and `height` high (foot to top, reference pixels) on a forking trunk. */
export function growBroadleaf(width: number, height: number, random: Random, leafSize: number): Plant {
  const leaves: Leaf[] = [],
    stems: Stem[] = [],
    clumps: { x: number; y: number; z: number; r: number }[] = [];
  const trunk = height * 0.21,
    crown = height - trunk;
  const branch = (
    x: number,
    y: number,
    z: number,
    dx: number,
    dy: number,
    dz: number,
    length: number,
    w: number,
    depth: number,
  ): void => {
    const to = [x + dx * length, y + dy * length, z + dz * length] as const;
    stems.push({ from: [x, y, z], to, w0: w, w1: w * 0.66 });
    if (depth === 0) return;
    const forks = depth > 3 ? 3 : 2;
    for (let k = 0; k < forks; k++) {
      const a = random() * 6.28,
        spread = lerp(0.35, 0.85, random());
      const nx = dx + Math.cos(a) * spread,
        ny = dy * 0.8 + 0.25 + (random() - 0.4) * 0.3,
        nz = dz + Math.sin(a) * spread,
        n = Math.hypot(nx, ny, nz);
      branch(to[0], to[1], to[2], nx / n, ny / n, nz / n, length * lerp(0.62, 0.85, random()), w * 0.6, depth - 1);
    }
  };
  branch(0, 0, 0, 0.02, 1, 0, trunk * 0.9, height * 0.06, 5);
  for (const side of [-1, -0.4, 0.5, 1])
    stems.push({
      from: [side * height * 0.045, -0.6, 1],
      to: [side * height * 0.012, trunk * 0.32, 0],
      w0: height * 0.022,
      w1: height * 0.03,
    });
  // Clumps fill an uneven dome: large ones inside for mass, small ones on its skin for the outline.
  const lobes = Array.from({ length: 7 }, () => random() * 6.28);
  for (let k = 0; k < 260; k++) {
    const a = random() * 6.28,
      up = random() * 2 - 1,
      shell = k < 50 ? Math.cbrt(random()) * 0.7 : lerp(0.72, 1, Math.sqrt(random()));
    const flat = Math.sqrt(1 - up * up);
    const lobe =
      1 +
      0.13 * Math.sin(3 * a + lobes[0]) * flat +
      0.1 * Math.sin(5 * a + 4 * up + lobes[1]) +
      0.07 * Math.sin(9 * up + lobes[2]);
    const bulge = up < 0 ? 0.82 : 1,
      r = shell * lobe;
    clumps.push({
      x: Math.cos(a) * flat * r * width * 0.46,
      y: trunk * 0.95 + crown * (0.44 + 0.5 * up * r * bulge),
      z: Math.sin(a) * flat * r * width * 0.42,
      r: width * lerp(0.04, 0.095, random()) * (k < 50 ? 1.4 : 1),
    });
  }
  for (const c of clumps) {
    const count = Math.round((c.r / leafSize) ** 2 * 3.4),
      tone = random();
    for (let n = 0; n < count; n++) {
      const a = random() * 6.28,
        up = random() * 2 - 1,
        r = c.r * lerp(0.5, 1.25, random() ** 1.3),
        flat = Math.sqrt(1 - up * up);
      leaves.push({
        x: c.x + Math.cos(a) * flat * r,
        y: c.y + up * r * 0.7,
        z: c.z + Math.sin(a) * flat * r,
        long: leafSize * lerp(0.7, 1.2, random()),
        thin: leafSize * lerp(0.4, 0.75, random()),
        angle: random() * 3.14,
        tint: 0.4 * tone + 0.6 * random(),
      });
    }
  }
  return { leaves, stems };
}
