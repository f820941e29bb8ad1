/** The thin-plate spline by its defining properties, and warps on the device against it. */
import { test } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { warpMap, warpPosition, type ControlPoint } from '../../src/autograd/kernels/warpMap.ts';
import { warp, warpLabels } from '../../src/autograd/ops/spatial/warp.ts';
import type { Tensor } from '../../src/autograd/tensor.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { scoped } from '../support/device.ts';

const [W, H] = [23, 9];
const points: ControlPoint[] = [0, 1, 2].flatMap((j) =>
  [0, 1, 2].map((i): ControlPoint => [(i * (W - 1)) / 2, (j * (H - 1)) / 2]),
);
const moves: ControlPoint[] = [...hashUniform('moves', 18)].flatMap((u, i, m): ControlPoint[] =>
  i % 2 ? [] : [[u, m[i + 1]]],
);

test('a spline passes through its control points, and stands still without moves', () => {
  const map = warpMap({ points, moves });
  for (const [i, [x, y]] of points.entries()) {
    const [px, py] = warpPosition(map, 9, x, y);
    assert.ok(Math.abs(px - x - moves[i][0]) < 1e-12 && Math.abs(py - y - moves[i][1]) < 1e-12);
  }
  const still = warpMap({ points, moves: moves.map(() => [0, 0]) });
  for (let x = 0; x < W; x++) assert.equal(warpPosition(still, 9, x, 3), [x, 3]);
  // Moves that are an affine function of the point bend nothing: the weights vanish and the function continues outside.
  const affine = warpMap({ points, moves: points.map(([x, y]) => [0.1 * x - 0.2 * y + 1, 0.05 * y]) });
  const [px, py] = warpPosition(affine, 9, -40, 77);
  assert.ok(Math.abs(px - (-40 - 4 - 15.4 + 1)) < 1e-9 && Math.abs(py - (77 + 3.85)) < 1e-9);
  assert.throws(
    () =>
      warpMap({
        points: [
          [0, 0],
          [1, 1],
          [2, 2],
        ],
        moves: [
          [0, 0],
          [0, 0],
          [1, 0],
        ],
      }),
    /one line/,
  );
});

test('a spline turned by a quarter is the spline of the turned points: no axis is special', () => {
  const map = warpMap({ points, moves });
  const turned = warpMap({ points: points.map(([x, y]) => [y, x]), moves: moves.map(([x, y]) => [y, x]) });
  const [px, py] = warpPosition(map, 9, 7, 2);
  const [qy, qx] = warpPosition(turned, 9, 2, 7);
  assert.ok(Math.abs(px - qx) < 1e-12 && Math.abs(py - qy) < 1e-12);
});

test('warp reads where the spline says, on a wide image, and follows a new map on replay', () =>
  scoped(async (s) => {
    const coordinates = Float32Array.from({ length: 2 * H * W }, (_, i) =>
      i < H * W ? i % W : Math.floor((i - H * W) / W),
    );
    const x = s.lasting([1, 2, H, W], 'x', coordinates);
    const labels = s.lasting(
      [1, H, W],
      'labels',
      Array.from({ length: H * W }, (_, i) => i),
      'u32',
    );
    const map = s.lasting([warpMap({ points, moves }).length], 'map');
    let results: Tensor[] = [];
    const program = await s.record(() => {
      results = [warp(x, map), warpLabels(labels, map)].map((t) => s.keep(t));
    });
    for (const k of [0, 1, 0.5]) {
      const numbers = warpMap({ points, moves: moves.map(([u, v]) => [k * u, k * v]) });
      s.write(map, numbers);
      program.run();
      const [image, layout] = await s.read(results);
      for (let y = 0; y < H; y++)
        for (let c = 0; c < W; c++) {
          const [px, py] = warpPosition(numbers, 9, c, y);
          if (px < 0 || py < 0 || px > W - 1 || py > H - 1) continue;
          const at = y * W + c;
          assert.ok(
            Math.abs(image[at] - px) < 1e-4 && Math.abs(image[H * W + at] - py) < 1e-4,
            `(${c}, ${y}) reads (${image[at]}, ${image[H * W + at]}), not (${px}, ${py})`,
          );
          assert.ok(Math.abs((layout[at] % W) - px) < 0.5001 && Math.abs(Math.floor(layout[at] / W) - py) < 0.5001);
        }
    }
    program.destroy();
  }));
test.run();
