/**
 * Every variant of the convolution and matrix product families on layers of the networks: milliseconds each, what the
 * fixed order takes and what measuring would. On software adapters without the variants for GPUs, unless
 * SEMIA_ALL_VARIANTS=1 (minutes).
 */
import { backwardDataFamily, backwardWeightFamily, forwardFamily } from '../src/autograd/ops/conv2d/families.ts';
import { geometry, type ConvShape } from '../src/autograd/ops/conv2d/shape.ts';
import { productFamily } from '../src/autograd/ops/matmul/families.ts';
import { adapterOf, candidates, preferred, type Family } from '../src/autograd/kernels/plan.ts';
import { Tuner } from '../src/autograd/kernels/tune.ts';
import { openBench } from './support/stamp.ts';

const bench = await openBench('variants');
const { session, flops: ceiling } = bench;
const adapter = adapterOf(session);
const gpu = !adapter.software || Boolean(process.env.SEMIA_ALL_VARIANTS);
const tuner = new Tuner(session);

async function row<S>(name: string, family: Family<S>, shape: S, work: number): Promise<void> {
  const what = `${name}, ${family.name.replace('conv2d.', '')}`;
  if (!bench.wants(what)) return;
  const fixed = preferred(family, shape, adapter).name;
  const times: { name: string; ms: number }[] = [];
  for (const v of candidates(family, shape, adapter))
    if (gpu || !v.workgroup) times.push({ name: v.name, ms: await tuner.time(family, shape, v) });
  times.sort((a, b) => a.ms - b.ms);
  const rate = work / times[0].ms / 1e6;
  bench.row({
    what,
    who: times[0].name,
    rate,
    unit: 'GFLOP/s',
    share: (1e9 * rate) / ceiling,
    more: { 'fixed order': fixed, ...Object.fromEntries(times.map(({ name: n, ms }) => [`ms ${n}`, ms])) },
  });
}

const conv = (x: number[], w: number[], a: Partial<ConvShape> = {}): ConvShape =>
  geometry('bench', x, w, { stride: 1, dilation: 1, pad: 1, padMode: 'zero', ...a });
const layers: [string, ConvShape][] = [
  ['head 7x7 3->32, 64', conv([1, 3, 64, 64], [32, 3, 7, 7], { pad: 3, padMode: 'reflect' })],
  ['3x3 32, 64', conv([1, 32, 64, 64], [32, 32, 3, 3], { padMode: 'reflect' })],
  ['3x3 64, 64', conv([1, 64, 64, 64], [64, 64, 3, 3])],
  ['3x3 128, 16', conv([1, 128, 16, 16], [128, 128, 3, 3])],
  ['3x3 256, 8', conv([1, 256, 8, 8], [256, 256, 3, 3], { padMode: 'reflect' })],
  ['1x1 128->32, 32', conv([1, 128, 32, 32], [32, 128, 1, 1], { pad: 0 })],
  ['4x4 stride 2 64->128, 32', conv([1, 64, 32, 32], [128, 64, 4, 4], { stride: 2 })],
  ...(adapter.software ? [] : [['3x3 128, 256', conv([1, 128, 256, 256], [128, 128, 3, 3])] as [string, ConvShape]]),
];
for (const [name, s] of layers) {
  const work = 2 * s.n * s.co * s.ci * s.kh * s.kw * s.ho * s.wo;
  for (const family of [forwardFamily, backwardDataFamily, backwardWeightFamily]) await row(name, family, s, work);
}
for (const n of adapter.software ? [512] : [512, 4096]) {
  await row(
    `matmul ${n}`,
    productFamily,
    { m: n, n, k: n, batch: 1, aShared: false, bShared: false, transposed: false },
    2 * n ** 3,
  );
}
await bench.finish();
