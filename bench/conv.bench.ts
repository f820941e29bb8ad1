/**
 * The convolutions of the networks at 64 x 64 (preset fixed), in three directions: checked against float64, then timed.
 */
import { hashUniform } from '../src/engine/random.ts';
import { conv2dOp, convInput, convWeight } from '../src/autograd/ops/conv2d/conv2d.ts';
import { geometry, type ConvAttrs } from '../src/autograd/ops/conv2d/shape.ts';
import {
  forwardReference,
  inputReference,
  magnitudeBy,
  weightReference,
} from '../src/autograd/ops/conv2d/reference.ts';
import type { Ref } from '../src/autograd/op.ts';
import type { Tensor } from '../src/autograd/tensor.ts';
import { convPeers } from './support/convPeers.ts';
import { openBench, perRun, time } from './support/stamp.ts';

interface Layer {
  name: string;
  ci: number;
  co: number;
  k: number;
  size: number;
  a: ConvAttrs;
}
const at = (a: Partial<ConvAttrs>): ConvAttrs => ({ stride: 1, dilation: 1, pad: 0, padMode: 'zero', ...a });
const layers: Layer[] = [
  { name: 'head 7x7', ci: 3, co: 32, k: 7, size: 64, a: at({ pad: 3, padMode: 'reflect' }) },
  ...[32, 64, 128].flatMap((c, l): Layer[] => [
    { name: `3x3 ${c}`, ci: c, co: c, k: 3, size: 64 >> l, a: at({ pad: 1 }) },
    { name: `1x1 ${c}->${c / 4}`, ci: c, co: c / 4, k: 1, size: 64 >> l, a: at({}) },
    { name: `4x4 stride 2 ${c}->${2 * c}`, ci: c, co: 2 * c, k: 4, size: 64 >> l, a: at({ stride: 2, pad: 1 }) },
  ]),
  { name: '3x3 reflect 256', ci: 256, co: 256, k: 3, size: 8, a: at({ pad: 1, padMode: 'reflect' }) },
  ...[
    [3, 64, 64],
    [64, 128, 32],
    [128, 256, 16],
  ].map(
    ([ci, co, size]): Layer => ({
      name: `D 3x3 stride 2 ${ci}->${co}`,
      ci,
      co,
      k: 3,
      size,
      a: at({ stride: 2, pad: 1 }),
    }),
  ),
  { name: 'SFT 3x3 256->128', ci: 256, co: 128, k: 3, size: 8, a: at({ pad: 1 }) },
  { name: 'D 3x3 256->128', ci: 256, co: 128, k: 3, size: 16, a: at({ pad: 1 }) },
  { name: 'D predict 128->1', ci: 128, co: 1, k: 1, size: 16, a: at({}) },
  { name: 'S dilation 8', ci: 3, co: 64, k: 3, size: 64, a: at({ dilation: 8, pad: 8 }) },
  { name: 'S dilation 16', ci: 3, co: 64, k: 3, size: 64, a: at({ dilation: 16, pad: 16 }) },
  { name: 'S 1x1 3->64', ci: 3, co: 64, k: 1, size: 64, a: at({}) },
  { name: 'S 1x1 256->64', ci: 256, co: 64, k: 1, size: 64, a: at({}) },
  { name: 'S out 64->4', ci: 64, co: 4, k: 1, size: 64, a: at({}) },
  { name: '3x3 64 at 64x64', ci: 64, co: 64, k: 3, size: 64, a: at({ pad: 1 }) },
  { name: '3x3 128 at 64x64', ci: 128, co: 128, k: 3, size: 64, a: at({ pad: 1 }) },
];

const bench = await openBench('conv');
const { session, flops: ceiling } = bench;
const data = (name: string, shape: number[]): Tensor =>
  session.lasting(
    shape,
    name,
    hashUniform(
      name,
      shape.reduce((a, b) => a * b),
    ),
  );

/** All three directions on a corner of the layer against float64, so that no wrong kernel is timed. */
async function validate({ ci, co, k, a }: Layer): Promise<void> {
  // As many channels as it takes to get the same kernels, as many pixels as the widest dilation needs.
  const edge = a.dilation > 1 ? 32 : 16;
  const shape = [1, Math.min(ci, 32), edge, edge];
  const weight = [Math.min(co, 32), shape[1], k, k];
  const g = geometry('bench', shape, weight, a);
  const out = [1, weight[0], g.ho, g.wo];
  const [x, w, dy] = [shape, weight, out].map(
    (dims, i): Ref => ({
      shape: dims,
      data: Float64Array.from(
        hashUniform(
          `validate ${i}`,
          dims.reduce((m, n) => m * n),
        ),
      ),
    }),
  );
  const [input, taps] = [
    { ...a, h: edge, w: edge },
    { ...a, kh: k, kw: k },
  ];
  const put = (r: Ref): Tensor => session.lasting(r.shape, 'validate', r.data);
  const [tx, tw, tdy] = [x, w, dy].map(put);
  const got = await session.compute(() => [
    conv2dOp([tx, tw], a),
    convInput([tdy, tw], input),
    convWeight([tx, tdy], taps),
  ]);
  const wanted = [forwardReference([x, w], a), inputReference([dy, w], input), weightReference([x, dy], taps)];
  const sizes = [
    magnitudeBy(forwardReference)([x, w], a),
    magnitudeBy(inputReference)([dy, w], input),
    magnitudeBy(weightReference)([x, dy], taps),
  ];
  const terms = [shape[1] * k * k, out[1] * k * k, g.ho * g.wo];
  for (const [d, values] of got.entries()) {
    const bound = 6 * Math.sqrt(terms[d] + 4) * 2 ** -24;
    for (const [i, v] of values.entries()) {
      if (!(Math.abs(v - wanted[d].data[i]) <= bound * sizes[d].data[i] + 1e-30))
        throw new Error(`${directions[d]}: wrong at ${i}: ${v}, float64 ${wanted[d].data[i]}`);
    }
  }
}

const directions = ['forward', 'to input', 'to weight'];
console.log(
  `${'layer'.padEnd(26)}${directions.map((n) => n.padStart(22)).join('')}` +
    '   GFLOPS by least wall, (by CPU time / 2), share of the ceiling',
);
for (const layer of layers.filter((l) => bench.wants(`layers ${l.name}`))) {
  await validate(layer);
  const { ci, co, k, size, a } = layer;
  const x = data('x', [1, ci, size, size]);
  const w = data('w', [co, ci, k, k]);
  const g = geometry('bench', x.shape, w.shape, a);
  const dy = data('dy', [1, co, g.ho, g.wo]);
  const work = 2 * co * ci * k * k * g.ho * g.wo;
  const repeat = Math.max(1, Math.ceil(4e8 / work)); // 20 ms or more of work a sample
  const cells: string[] = [];
  for (const run of [
    () => conv2dOp([x, w], a),
    () => convInput([dy, w], { ...a, h: size, w: size }),
    () => convWeight([x, dy], { ...a, kh: k, kw: k }),
  ]) {
    const program = await session.record(() => {
      for (let i = 0; i < repeat; i++) run();
    });
    const t = await time(async () => {
      program.run();
      await session.idle();
    });
    const rate = (ms: number): number => (work * repeat) / ms / 1e6;
    bench.record({
      what: `${layer.name}, ${directions[cells.length]}`,
      who: 'semia',
      ...perRun(t, repeat),
      rate: rate(t.least),
      unit: 'GFLOP/s',
      share: (1e9 * rate(t.least)) / ceiling,
    });
    const percent = ((100e9 * rate(t.least)) / ceiling).toFixed(0);
    cells.push(`${rate(t.least).toFixed(1)} (${rate(t.cpu / 2).toFixed(1)}) ${percent} %`.padStart(22));
    program.destroy();
  }
  console.log(layer.name.padEnd(26) + cells.join(''));
}
await convPeers(bench);
await bench.finish();
