/** Each network against PyTorch: outputs, modulations, the gradient of every parameter and input, and moved states. */

import { add, mul } from '../../src/autograd/ops/pointwise/pointwise.ts';
import { sumAll } from '../../src/autograd/ops/reduce/sum.ts';
import { Parameters } from '../../src/autograd/parameters.ts';
import type { Session } from '../../src/autograd/session.ts';
import { gradients } from '../../src/autograd/tape.ts';
import type { Tensor } from '../../src/autograd/tensor.ts';
import { hashUniform } from '../../src/engine/random.ts';
import { declareDiscriminator } from '../../src/model/networks/discriminator.ts';
import { declareGenerator } from '../../src/model/networks/generator.ts';
import { Declare, type ForwardPass } from '../../src/model/networks/layers.ts';
import { declareSegmenter } from '../../src/model/networks/segmenter.ts';
import { scoped } from '../support/device.ts';
import { checkSummary, golden, goldenInit, summary } from '../support/golden.ts';
import { test } from '../support/suite.ts';

interface GoldenCase {
  name: string;
  network: 'generator' | 'discriminator' | 'segmenter';
  height: number;
  width: number;
  salt: number;
  options: {
    width: number;
    classes: number;
    levels: number;
    sft: 'residual' | 'linear';
    bounded: boolean;
    spectral: boolean;
    outputTanh: boolean;
    batch: number;
  };
  lift: { prefix: string; suffix: string; add: number } | null;
  loss: number;
  lossError32: number;
  outputs: Record<string, { shape: number[]; base64: string; error32: number }>;
  modulation: Record<string, number[]>;
  inputs: Record<string, number[]>;
  parameters: Record<string, number[]>;
  states: Record<string, number[]>;
}

type Built = {
  pass: ForwardPass;
  inputs: Record<string, Tensor>;
  forward: () => { outputs: Record<string, Tensor>; extra: Record<string, Tensor> };
};

function build(session: Session, c: GoldenCase): Built {
  const lift = c.lift;
  const init = goldenInit((name, v) =>
    lift && name.startsWith(lift.prefix) && name.endsWith(lift.suffix) ? v.map((x) => x + lift.add) : v,
  );
  const given = (name: string, channels: number, batch = 1): Tensor => {
    const t = session.lasting(
      [batch, channels, c.height, c.width],
      name,
      hashUniform(`input/${c.salt}/${name}`, batch * channels * c.height * c.width),
    );
    t.requiresGrad = true;
    return t;
  };
  const o = c.options;
  const parameters = (d: Declare): ForwardPass => ({
    p: new Parameters(session, c.name, d.specs, { beta1: 0, beta2: 0.9, eps: 1e-8 }),
    training: true,
    running: null,
  });
  if (c.network === 'generator') {
    const d = new Declare(init, o.spectral);
    const g = declareGenerator(d, {
      width: o.width,
      levels: o.levels,
      layoutChannels: o.classes,
      sft: o.sft,
      ratio: o.bounded ? 'bounded' : 'raw',
      output: o.outputTanh ? 'tanh' : 'linear',
    });
    const pass = parameters(d);
    const inputs = { image: given('image', 3), source: given('source', o.classes), target: given('target', o.classes) };
    return {
      pass,
      inputs,
      forward: () => {
        const { image, modulations } = g(pass, inputs.image, inputs.source, inputs.target);
        return {
          outputs: { image },
          extra: Object.fromEntries(
            modulations.flatMap((m, l) => [
              [`gamma.${l}`, m.gamma],
              [`beta.${l}`, m.beta],
            ]),
          ),
        };
      },
    };
  }
  const d = new Declare(init, c.network === 'discriminator');
  const inputs = { image: given('image', 3, o.batch ?? 1) };
  if (c.network === 'discriminator') {
    const net = declareDiscriminator(d, o.width);
    const pass = parameters(d);
    return {
      pass,
      inputs,
      forward: () => {
        const { maps, taps } = net(pass, inputs.image);
        return { outputs: { 'map.0': maps[0], 'map.1': maps[1], 'tap.0': taps[0], 'tap.1': taps[1] }, extra: {} };
      },
    };
  }
  const net = declareSegmenter(d, o.width, o.classes);
  const pass = parameters(d);
  return { pass, inputs, forward: () => ({ outputs: { logits: net(pass, inputs.image) }, extra: {} }) };
}

async function check(c: GoldenCase): Promise<void> {
  await scoped(async (session) => {
    const { pass, inputs, forward } = build(session, c);
    let made: ReturnType<typeof forward>;
    let inputGrads: Tensor[] = [];
    const extraNames = Object.keys(c.modulation);
    const names = Object.keys(inputs);
    const read = await session.compute(() => {
      pass.p.prepare();
      made = forward();
      const loss = Object.entries(made.outputs)
        .map(([k, y]) => sumAll(mul(y, session.lasting(y.shape, k, hashUniform(`loss/${k}`, y.size)))))
        .reduce((a, b) => add(a, b));
      pass.p.backward(loss);
      inputGrads = gradients(
        loss,
        names.map((n) => inputs[n]),
      );
      return [loss, ...Object.values(made.outputs), ...extraNames.map((k) => made.extra[k]), ...inputGrads];
    });
    const outputs = Object.keys(made!.outputs);
    if (!(Math.abs(read[0][0] - c.loss) <= 8 * c.lossError32 + 1e-6 * Math.abs(c.loss)))
      throw new Error(`loss ${read[0][0]}, PyTorch ${c.loss}`);
    for (const [i, k] of outputs.entries()) {
      const want = new Float32Array(new Uint8Array(Buffer.from(c.outputs[k].base64, 'base64')).buffer);
      const limit = 8 * c.outputs[k].error32;
      for (const [j, v] of read[1 + i].entries())
        if (!(Math.abs(v - want[j]) <= limit)) throw new Error(`${k}[${j}]: ${v}, PyTorch ${want[j]} (limit ${limit})`);
    }
    for (const [i, k] of extraNames.entries())
      checkSummary(k, summary(k, read[1 + outputs.length + i]), c.modulation[k]);
    for (const [i, k] of names.entries())
      checkSummary(`d/d ${k}`, summary(`input/${k}`, read[1 + outputs.length + extraNames.length + i]), c.inputs[k]);
    const grads = await pass.p.readGradients();
    const wanted = Object.keys(c.parameters);
    if (wanted.length !== grads.size)
      throw new Error(
        `${grads.size} parameters, PyTorch has ${wanted.length}: ` +
          `${[...grads.keys()].filter((k) => !c.parameters[k])} ` +
          `/ ${wanted.filter((k) => !grads.has(k))}`,
      );
    for (const k of wanted) checkSummary(`gradient of ${k}`, summary(k, grads.get(k)!), c.parameters[k]);
    const state = await pass.p.state();
    for (const k of Object.keys(c.states)) checkSummary(k, summary(k, state.get(k)!.data), c.states[k]);
  });
}

const only = process.env.SEMIA_CASE;
for (const c of golden<{ cases: GoldenCase[] }>('networks.json').cases)
  if (!only || c.name === only) test(c.name, () => check(c));
test.run();
