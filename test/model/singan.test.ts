/** SinGAN's networks, losses and training against PyTorch (test/goldens/make/make_singan.py), and its pyramid. */

import * as assert from 'uvu/assert';
import type { Session } from '../../src/autograd/session.ts';
import type { Tensor } from '../../src/autograd/tensor.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { decay, published, scalesOf, sizesFor } from '../../src/model/baselines/singan/config.ts';
import { createSingan, freeze, generate, pad, type SinganNetworks } from '../../src/model/baselines/singan/networks.ts';
import { type Draw, discriminatorLoss, generatorLoss } from '../../src/model/baselines/singan/steps.ts';
import { scoped } from '../support/device.ts';
import { checkSummary, golden, goldenInit, summary } from '../support/golden.ts';
import { test } from '../support/suite.ts';

interface Golden {
  height: number;
  width: number;
  channels: number;
  gradients: Record<string, number[]>;
  steps: Record<string, number>[];
  error: Record<string, number>;
  tensors: Record<string, number[]>;
}
const g = golden<Golden>('singan.json');

interface Setup {
  n: SinganNetworks;
  real: Tensor;
  draw: Draw;
  fixed: Draw;
  mix: Tensor;
  write: (k: number) => void;
}
/** The goldens' networks and data; `write` puts a step's draws into them. */
function setup(session: Session): Setup {
  const wide = [1, 3, g.height + 10, g.width + 10];
  const field = (name: string, size: number): Float32Array => hashUniform(`singan/${name}`, size);
  const lasting = (name: string, shape: number[]): Tensor =>
    session.lasting(
      shape,
      name,
      field(
        name,
        shape.reduce((a, b) => a * b),
      ),
    );
  const draw = { noisy: lasting('noisy/0', wide), prev: lasting('prev/0', wide) };
  const [fixed, mix] = [lasting('fixed', wide), session.lasting([1], 'mix')];
  const write = (k: number): void => {
    for (const [name, t] of Object.entries(draw)) session.write(t, field(`${name}/${k}`, t.size));
    session.write(mix, [(field(`mix/${k}`, 1)[0] + 1) / 2]);
  };
  write(0);
  const n = createSingan(
    session,
    g.channels,
    (network) =>
      (name, ...rest) =>
        goldenInit()(`${network}.${name}`, ...rest),
  );
  return {
    n,
    real: lasting('real', [1, 3, g.height, g.width]),
    draw,
    fixed: { noisy: fixed, prev: fixed },
    mix,
    write,
  };
}
const losses = ({ n, real, draw, fixed, mix }: Setup) => ({
  D: () => discriminatorLoss(n, real, draw, mix, 0.1),
  G: () => generatorLoss(n, real, draw, fixed, 10),
});

test("both networks' gradients, the penalty's included", () =>
  scoped(async (session) => {
    const s = setup(session);
    for (const which of ['D', 'G'] as const) {
      const { p } = which === 'D' ? s.n.dPass : s.n.gPass;
      await session.compute(() => {
        const { loss } = losses(s)[which]();
        p.backward(loss);
        return [loss];
      });
      const grads = await p.readGradients();
      assert.equal(
        [...grads.keys()].map((k) => `${which}.${k}`).sort(),
        Object.keys(g.gradients)
          .filter((k) => k.startsWith(which))
          .sort(),
      );
      for (const [name, values] of grads)
        checkSummary(`${which}.${name}`, summary(`${which}.${name}`, values), g.gradients[`${which}.${name}`]);
    }
  }));

test('six steps of each, the running statistics, and the generator in use after them', () =>
  scoped(async (session) => {
    const s = setup(session);
    for (const [k, want] of g.steps.entries()) {
      s.write(k);
      for (const which of ['D', 'G'] as const) {
        const { p } = which === 'D' ? s.n.dPass : s.n.gPass;
        p.advance(5e-4 * (k < 5 ? 1 : 0.1));
        let names: string[] = [];
        const values = await session.compute(() => {
          const made = losses(s)[which]();
          names = Object.keys(made.losses);
          p.descend(made.loss);
          return Object.values(made.losses);
        });
        for (const [i, name] of names.entries()) {
          // Eight times what PyTorch's own float32 runs miss float64 by (goldens/README.md).
          const limit = 8 * g.error[name] + 1e-6 * Math.abs(want[name]);
          assert.ok(
            Math.abs(values[i][0] - want[name]) <= limit,
            `step ${k}: ${name} is ${values[i][0]}, PyTorch ${want[name]} (limit ${limit})`,
          );
        }
      }
    }
    const state = await s.n.gPass.p.state();
    for (const [name, t] of s.n.gPass.running!) {
      const [data] = (await session.read([t])) as Float32Array[];
      state.set(`${name}.running`, { shape: t.shape, data });
      const key = `running.${name.split('.')[1]}`;
      checkSummary(key, summary(key, data), g.tensors[key]);
    }
    s.write(0);
    const frozen = freeze(session, state);
    const [made] = await session.compute(() => [generate(frozen, s.draw.noisy, s.draw.prev)]);
    checkSummary('evaluated', summary('evaluated', made), g.tensors.evaluated);
  }));

test('the published pyramid', () => {
  const scales = scalesOf(250, 188, published);
  assert.is(scales.length, 8);
  assert.equal(
    [scales[0], scales[7]],
    [
      { width: 33, height: 25, channels: 32 },
      { width: 250, height: 188, channels: 64 },
    ],
  );
  for (const [k, s] of scales.slice(1).entries())
    assert.ok(Math.abs(scales[k].width / s.width - 0.75) < 0.02, `factor ${scales[k].width / s.width}`);
  assert.is(scalesOf(1000, 752, published)[7].width, 250, 'larger photographs are shrunk');
  assert.is(scalesOf(30, 26, published).length, 1);
  assert.equal(
    scalesOf(4000, 4000, { ...published, finest: 1024 }).map((s) => s.channels),
    [32, 32, 32, 32, 64, 64, 64, 64, 128, 128, 128, 128, 128, 128],
  );
  assert.throws(() => scalesOf(400, 6, published), /too small for SinGAN/);
  assert.equal(sizesFor(scales, 500, 188).map((s) => [s.width, s.height])[0], [66, 25]);
  assert.equal(
    [0, 1599, 1600, 1999].map((i) => decay(i, 2000, published)),
    [1, 1, 0.1, 0.1],
  );
});

test('borders of zeros, or of the other side', () =>
  scoped(async (session) => {
    const [w, h] = [7, 6];
    const x = session.lasting(
      [1, 1, h, w],
      'x',
      Float32Array.from({ length: w * h }, (_, i) => i + 1),
    );
    const [zeros, wrapped] = await session.compute(() => [pad(x), pad(x, true)]);
    const at = (data: ArrayLike<number>, y: number, u: number): number => data[(y + 5) * (w + 10) + u + 5];
    for (let y = -5; y < h + 5; y++)
      for (let u = -5; u < w + 5; u++) {
        assert.is(at(wrapped, y, u), ((y + h) % h) * w + ((u + w) % w) + 1, `wrapped ${u}, ${y}`);
        assert.is(at(zeros, y, u), y >= 0 && y < h && u >= 0 && u < w ? y * w + u + 1 : 0, `zeros ${u}, ${y}`);
      }
  }));
test.run();
