/**
 * SPADE against PyTorch: the picture of a trained file, both losses and all gradients; weights that do not fit;
 * training on a pair.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Session } from '../../src/autograd/session.ts';
import { sizeOf } from '../../src/autograd/tensor.ts';
import { isUserError } from '../../src/data/errors.ts';
import { encodeSafetensors, type NamedTensor } from '../../src/data/formats/safetensors.ts';
import { ownLayout, prepareSource } from '../../src/data/prepare.ts';
import { hashUniform } from '../../src/engine/random.ts';
import {
  type SpadeNetworks,
  spadeDiscriminatorLoss,
  spadeGeneratorLoss,
} from '../../src/model/baselines/spade/losses.ts';
import { spadeLevels } from '../../src/model/baselines/spade/networks.ts';
import { createSpade, SpadeTraining } from '../../src/model/baselines/spade/training.ts';
import { readSpadeWeights, statisticsOf } from '../../src/model/baselines/spade/weights.ts';
import { oneHotLayout } from '../../src/model/pair.ts';
import { PreparedSource } from '../../src/model/preparedSource.ts';
import { untaped } from '../../src/model/training/steps.ts';
import { readPicture } from '../../src/node/decode.ts';
import { encodePng } from '../../src/node/encode.ts';
import { folder, run } from '../support/child.ts';
import { scoped } from '../support/device.ts';
import { checkSummary, golden, summary } from '../support/golden.ts';
import { layout, photo } from '../support/runs.ts';
import { test } from '../support/suite.ts';

interface Golden {
  width: number;
  classes: number;
  hidden: number;
  height: number;
  imageWidth: number;
  ndf: number;
  shapes: Record<string, number[]>;
  vectors: Record<string, string>;
  inference: string;
  inferenceError: number;
  training: number[];
  losses: Record<string, [number, number]>;
  gradients: Record<string, number[]>;
}
const g = golden<Golden>('spade.json');
const floats = (base64: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);

/** The values of make_spade.py under the published names, of one network ('G.' or 'D.'). */
const file = (prefix: string): Map<string, NamedTensor> =>
  new Map(
    Object.entries(g.shapes)
      .filter(([k]) => k.startsWith(prefix))
      .map(([key, shape]) => {
        const name = key.slice(2);
        const h = hashUniform(name, sizeOf(shape));
        const data = g.vectors[key]
          ? floats(g.vectors[key])
          : Float32Array.from(
              h,
              /weight(_orig)?$/.test(name)
                ? (v) => v * Math.sqrt(3 / sizeOf(shape.slice(1)))
                : name.endsWith('running_var')
                  ? (v) => 0.5 + Math.abs(v)
                  : (v) => 0.1 * v,
            );
        return [name, { shape, data }];
      }),
  );
const labels = ((): Uint8Array => {
  const h = hashUniform('spade/labels', (g.height * g.imageWidth) / 64);
  return Uint8Array.from({ length: g.height * g.imageWidth }, (_, i) =>
    Math.floor(
      h[Math.floor(i / g.imageWidth / 8) * (g.imageWidth / 8) + Math.floor((i % g.imageWidth) / 8)] * 1.5 + 1.5,
    ),
  );
})();

function networks(session: Session): { n: SpadeNetworks; weights: ReturnType<typeof readSpadeWeights> } {
  const weights = readSpadeWeights(file('G.'), 'spade.pth');
  assert.equal(weights.size, { width: g.width, classes: g.classes, hidden: g.hidden });
  const d = file('D.');
  // D's width is G's own but in this golden.
  const n = createSpade(
    session,
    weights.size,
    (name, shape, kind) =>
      (kind === 'unit'
        ? d.get(name.replace(/\.u$/, '_u'))?.data
        : (d.get(`${name}_orig`)?.data ?? d.get(name)?.data)) ?? new Float32Array(sizeOf(shape)),
    g.ndf,
  );
  n.gPass.p.restore(weights.state, 0);
  return { n, weights };
}
const inputs = (session: Session) => ({
  layout: session.lasting([1, g.classes, g.height, g.imageWidth], 'layout', oneHotLayout(labels, g.classes)),
  image: session.lasting(
    [1, 3, g.height, g.imageWidth],
    'image',
    hashUniform('spade/image', 3 * g.height * g.imageWidth),
  ),
});

test("a trained file's picture, by its running statistics", () =>
  scoped(async (session) => {
    const { n, weights } = networks(session);
    n.gPass.statistics = statisticsOf(session, weights.running!);
    const pair = inputs(session);
    const [y] = await session.compute(() =>
      untaped(session, () => {
        n.gPass.p.prepare({ freeze: true });
        return [n.g(n.gPass, pair.layout)];
      }),
    );
    const want = floats(g.inference);
    const furthest = want.reduce((m, v, i) => Math.max(m, Math.abs(v - y[i])), 0);
    assert.ok(
      furthest <= 8 * g.inferenceError + 1e-6,
      `furthest value ${furthest}, PyTorch's own float32 loses ${g.inferenceError}`,
    );
  }));

test('losses and gradients of both networks', () =>
  scoped(async (session) => {
    const { n } = networks(session);
    const pair = inputs(session);
    const prepared = (): void => {
      n.gPass.p.prepare();
      n.dPass.p.prepare();
    };
    const check = (losses: Record<string, number>): void => {
      for (const [k, v] of Object.entries(losses))
        assert.ok(
          Math.abs(v - g.losses[k][0]) <= 8 * g.losses[k][1] + 2e-5,
          `${k} is ${v}, PyTorch has ${g.losses[k][0]}`,
        );
    };
    const compare = (prefix: string, got: ReadonlyMap<string, Float32Array>): void => {
      let checked = 0;
      for (const [name, data] of got) {
        const want = g.gradients[prefix + name] ?? g.gradients[`${prefix}${name}_orig`];
        assert.ok(want, `${name} is none of PyTorch's`);
        const key = g.gradients[prefix + name] ? prefix + name : `${prefix}${name}_orig`;
        // A bias in front of a normalization has no gradient but rounding.
        if (want[0] > 1e-9) {
          checkSummary(key, summary(key, data), want, 2e-5);
          checked++;
        }
      }
      assert.ok(checked > 10);
    };
    // PyTorch's D step and G step begin from the same u.
    const start = await n.dPass.p.state();
    const gStart = await n.gPass.p.state();
    const forG = await session.compute(() => {
      prepared();
      const { loss, losses } = spadeGeneratorLoss(n, pair);
      n.gPass.p.backward(loss);
      return [losses.adversarial, losses.features];
    });
    check({ adversarial: forG[0][0], features: forG[1][0] });
    compare('G.', await n.gPass.p.readGradients());
    n.dPass.p.restore(start, 0);
    n.gPass.p.restore(gStart, 0);
    const forD = await session.compute(() => {
      prepared();
      const { loss, losses } = spadeDiscriminatorLoss(n, pair);
      n.dPass.p.backward(loss);
      return [losses.fake, losses.real, untaped(session, () => n.g(n.gPass, pair.layout))];
    });
    check({ fake: forD[0][0], real: forD[1][0] });
    checkSummary('training picture', summary('training', forD[2]), g.training, 1e-5);
    compare('D.', await n.dPass.p.readGradients());
  }));

test('weights that do not fit are refused by name', () => {
  const refused = (change: (w: Map<string, NamedTensor>) => void, says: RegExp): void => {
    const w = file('G.');
    change(w);
    let error: unknown;
    try {
      readSpadeWeights(w, 's.pth');
    } catch (e) {
      error = e;
    }
    assert.ok(isUserError(error), String(error));
    assert.match((error as Error).message, says);
  };
  refused(
    (w) => w.clear(),
    /^s\.pth: is no generator of the published SPADE: 'fc\.weight' .* are missing and missing$/,
  );
  refused((w) => w.delete('up_2.conv_s.weight_u'), /'up_2\.conv_s\.weight_u' is missing$/);
  refused(
    (w) => w.set('up_4.conv_0.bias', { shape: [1], data: new Float32Array(1) }),
    /'up_4\.conv_0\.bias' is unknown$/,
  );
  refused((w) => {
    w.get('conv_img.bias')!.data[0] = NaN;
  }, /'conv_img\.bias' has values that are no numbers/);
  refused(
    (w) => w.set('conv_img.bias', { shape: [4], data: new Float32Array(4) }),
    /'conv_img\.bias' is \[4\] and not \[3\]/,
  );
  const prefixed = new Map([...file('G.')].map(([k, v]) => [`module.${k}`, v]));
  assert.is(readSpadeWeights(prefixed, 'x').size.width, g.width);
});

test('training on a pair moves both networks, the same way every time', () =>
  scoped(async (session) => {
    const { source } = prepareSource(photo(64, 64), layout(64, 64));
    const prepared = new PreparedSource(source, 64, spadeLevels);
    const train = (): Promise<Uint8Array> =>
      session.memory.scope(async () => {
        const t = await SpadeTraining.create(session, prepared, { size: 64, width: 2, iterations: 12, seed: 3 });
        await t.secondsEach(); // a trial leaves no trace
        const state = async (): Promise<Float32Array[]> => [
          (await t.networks.gPass.p.state()).get('up_3.conv_0.weight')!.data,
          (await t.networks.dPass.p.state()).get('discriminator_1.model2.0.0.weight')!.data,
        ];
        const start = await state();
        for (let i = 0; i < 12; i++) await t.next();
        const losses = await t.losses();
        assert.equal(Object.keys(losses).sort(), ['adversarial', 'fake', 'features', 'real']);
        for (const v of Object.values(losses)) assert.ok(Number.isFinite(v), String(v));
        // Adam without momentum: no step is larger than rate / sqrt(1 - beta2).
        for (const [i, now] of (await state()).entries()) {
          const furthest = now.reduce((m, v, k) => Math.max(m, Math.abs(v - start[i][k])), 0);
          assert.ok(furthest > 1e-5 && furthest < 12 * [1e-4, 4e-4][i] * 3.17, `network ${i} moved by ${furthest}`);
        }
        return (await t.paint(ownLayout(source))).data;
      });
    const [a, b] = [await train(), await train()];
    assert.equal(a, b);
    assert.ok(new Set(a).size > 4, 'a flat picture');
  }));

test('as users run it, with weights of a file', async () => {
  writeFileSync(join(folder, 'photo.png'), encodePng(photo(64, 48)));
  writeFileSync(join(folder, 'layout.png'), encodePng(layout(64, 48)));
  writeFileSync(join(folder, 'spade.safetensors'), encodeSafetensors(file('G.')));
  const spade = (...more: string[]) =>
    run([
      'spade',
      'photo.png',
      'layout.png',
      'layout.png',
      '-o',
      'spade.png',
      '--weights',
      'spade.safetensors',
      '--iterations',
      '0',
      '--quiet',
      ...more,
    ]);
  const done = await spade('--channels', '2,0');
  assert.is(done.code, 0, done.stderr);
  const picture = await readPicture(join(folder, 'spade.png'));
  assert.is(picture.width, 64);
  assert.is(picture.height, 48);
  const again = await run(['rerun', 'spade.png']);
  assert.match(again.stdout, /^spade\.png \(spade\): equal/, again.stderr);
  for (const [channels, says] of [
    ['2,3', /take layouts of 3 channels \(0 to 2\), and a class is to be channel 3/],
    ['1', /1 channels are named for 2 classes/],
  ] as const) {
    const refused = await spade('--channels', channels);
    assert.is(refused.code, 2);
    assert.match(refused.stderr, says);
  }
});
test.run();
