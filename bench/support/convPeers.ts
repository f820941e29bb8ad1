/**
 * Other libraries on three of the networks' convolutions, forward and forward with both gradients, in turn with ours.
 */
import { hashUniform } from '../../src/engine/random.ts';
import { conv2dOp, convInput, convWeight } from '../../src/autograd/ops/conv2d/conv2d.ts';
import type { ConvAttrs } from '../../src/autograd/ops/conv2d/shape.ts';
import type { Tensor } from '../../src/autograd/tensor.ts';
import { installPeers, Peer, shared } from './peer.ts';
import { perRun, type Bench } from './stamp.ts';
import { interleave, sample, type Runner } from './timing.ts';

interface Layer {
  name: string;
  ci: number;
  co: number;
  k: number;
  size: number;
  stride: number;
  pad: number;
}
const layers: Layer[] = [
  { name: '3x3 64 at 64x64', ci: 64, co: 64, k: 3, size: 64, stride: 1, pad: 1 },
  { name: '3x3 128 at 64x64', ci: 128, co: 128, k: 3, size: 64, stride: 1, pad: 1 },
  { name: '4x4 stride 2 32->64 at 64x64', ci: 32, co: 64, k: 4, size: 64, stride: 2, pad: 1 },
];
/**
 * Largest difference from ours, over our largest value: rounding of the longest sums is far below, a wrong result far
 * above.
 */
const agreement = 1e-4;

/**
 * Times the layers; the results of ours are those that conv.bench.ts checks against float64, the peers' are compared
 * with them.
 */
export async function convPeers(bench: Bench): Promise<void> {
  if (!bench.peers) {
    console.log('--peers compares with other libraries');
    return;
  }
  const { session } = bench;
  const wanted = layers.filter((l) => bench.wants(`others ${l.name}`));
  const javascript = wanted.length > 0 && installPeers();
  for (const layer of wanted) {
    const { name, ci, co, k, size, stride, pad } = layer;
    const a: ConvAttrs = { stride, pad, dilation: 1, padMode: 'zero' };
    const out = (size + 2 * pad - k) / stride + 1;
    const values = {
      x: hashUniform('x', ci * size * size),
      w: hashUniform('w', co * ci * k * k),
      dy: hashUniform('dy', co * out * out),
    };
    const [x, w, dy] = [
      session.lasting([1, ci, size, size], 'x', values.x),
      session.lasting([co, ci, k, k], 'w', values.w),
      session.lasting([1, co, out, out], 'dy', values.dy),
    ];
    const work = 2 * co * ci * k * k * out * out;
    const repeat = Math.max(1, Math.ceil(3e8 / work));
    const ours: Record<string, () => Tensor[]> = {
      forward: () => [conv2dOp([x, w], a)],
      both: () => [
        conv2dOp([x, w], a),
        convInput([dy, w], { ...a, h: size, w: size }),
        convWeight([x, dy], { ...a, kh: k, kw: k }),
      ],
    };
    const want: Record<string, (Float32Array | Uint32Array)[]> = {
      forward: await session.compute(ours.forward),
      both: (await session.compute(ours.both)).slice(1),
    };
    const job = {
      ...layer,
      out,
      repeat,
      ...Object.fromEntries(Object.entries(values).map(([n, v]) => [n, shared(n, v)])),
    };
    const direction = (runner: string): string => runner.split(' ').pop()!;
    const wrong = (got: (Float32Array | Uint32Array)[], runner: string): string | null => {
      for (const [i, expected] of want[direction(runner)].entries()) {
        let [most, error] = [0, 0];
        for (let n = 0; n < expected.length; n++) {
          most = Math.max(most, Math.abs(expected[n]));
          error = Math.max(error, Math.abs(expected[n] - got[i][n]));
        }
        if (!(error <= agreement * most)) return `${name}, result ${i}: off by ${error}, the largest value is ${most}`;
      }
      return null;
    };
    const peers = (
      await Promise.all(
        ['conv.py', ...(javascript ? ['conv.tfjs.mjs', 'conv.jax.mjs'] : [])].map((s) =>
          Peer.start(s, job, { OPENBLAS_NUM_THREADS: '1' }),
        ),
      )
    ).filter((p) => p !== null);
    const runners: Runner[] = [];
    for (const p of peers) runners.push(...(await p.checked(wrong)));
    for (const d of ['forward', 'both']) {
      const program = await session.record(() => {
        for (let i = 0; i < repeat; i++) ours[d]();
      });
      const mine: Runner = {
        name: `semia ${d}`,
        run: () =>
          sample(async () => {
            program.run();
            await session.idle();
          }),
        onDevice: !bench.machine.software,
      };
      const times = await interleave([mine, ...runners.filter((r) => direction(r.name) === d)], {
        samples: 7,
        warm: 2,
        patience: 1500,
      });
      const own = times.get(mine.name)!.least;
      for (const [runner, t] of times) {
        const rate = (work * (d === 'both' ? 3 : 1) * repeat) / t.least / 1e6;
        const isOurs = runner === mine.name;
        const versions = Object.entries(peers.find((p) => p.names.includes(runner))?.versions ?? {})
          .map((v) => v.join(' '))
          .join(', ');
        bench.row({
          what: `${name}, ${d === 'both' ? 'forward and both gradients' : d}`,
          who: runner.slice(0, -d.length - 1),
          ...perRun(t, repeat),
          rate,
          unit: 'GFLOP/s',
          ...(isOurs ? { share: (1e9 * rate) / bench.flops } : { ratio: t.least / own, more: { versions } }),
        });
      }
      program.destroy();
    }
    for (const p of peers) p.close();
  }
}
