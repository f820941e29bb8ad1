/**
 * Patch nearest neighbors: the exact variants by size, patch and channels; what labels cost; PatchMatch's error; other
 * libraries.
 */
import { patchGrid, planPatchNearest, type PatchPlan, type PatchShape } from '../src/autograd/ops/patch/nearestPlan.ts';
import { referencePatchNearest, referencePatchScore } from '../src/autograd/ops/patch/nearestReference.ts';
import { fieldSource, improveField, packPixels, searchField } from '../src/autograd/nnf/patchField.ts';
import { adapterOf } from '../src/autograd/kernels/plan.ts';
import { runPlan } from '../src/autograd/kernels/run.ts';
import type { Tensor } from '../src/autograd/tensor.ts';
import { resize, toFloatCHW } from '../src/data/image/image.ts';
import { paintScene } from '../src/data/scenes/index.ts';
import { hashUniform } from '../src/engine/random.ts';
import { installPeers, Peer, shared } from './support/peer.ts';
import { openBench } from './support/stamp.ts';
import { interleave, sample, type Runner, type Timing } from './support/timing.ts';

const bench = await openBench('patch');
const { session } = bench;
const onDevice = !bench.machine.software;
/** A run predicted to take longer is left out: the other columns say enough. */
const longest = 9000;
const control: PatchShape = {
  c: 3,
  ht: 128,
  wt: 128,
  hs: 128,
  ws: 128,
  patch: 7,
  k: 1,
  metric: 'l1',
  labels: false,
  scaled: false,
  border: 'valid',
};
const pairs = (s: PatchShape): number => patchGrid(s.ht, s.wt, s).count * patchGrid(s.hs, s.ws, s).count;
const title = (s: PatchShape): string => {
  const target = s.ht === s.hs ? '' : `${s.ht}x${s.wt} in `;
  const options = `${s.labels ? ', labels' : ''}${s.scaled ? ', scaled' : ''}`;
  const channels = s.c === 3 ? 'RGB' : `${s.c} channels`;
  return `${s.patch}x${s.patch}, ${channels}, ${target}${s.hs}x${s.ws} ${s.metric}${options}`;
};
/**
 * Smallest count known: a pixel's difference over the channels once a displacement, and the box sum and minimum by
 * running sums.
 */
const operations = (s: PatchShape): number => pairs(s) * ((s.metric === 'l1' ? 2 : 3) * s.c + 6);

/**
 * Two pictures of the lake scene, a target with its trees elsewhere and the source, as [c,n,n]; noise in further
 * channels.
 */
function pictures(n: number, c: number): [Float32Array, Float32Array] {
  const scene = paintScene('lake', { size: 256 });
  const [target, source] = [scene.targets[0], scene.source].map(({ width, height, photo }, i) => {
    const data = new Uint8Array(4 * width * height).fill(255);
    for (let k = 0; k < width * height; k++) data.set(photo.subarray(3 * k, 3 * k + 3), 4 * k);
    const all = hashUniform(`patch${i}`, c * n * n);
    all.set(toFloatCHW(resize({ width, height, data, hasAlpha: false, source: 'lake' }, n, n)));
    return all;
  });
  return [target, source];
}

interface Prepared {
  run: () => Promise<void>;
  indices: Tensor;
  distances: Tensor;
  release: () => void;
}
async function prepare(s: PatchShape, plan: PatchPlan, target: Float32Array, source: Float32Array): Promise<Prepared> {
  const [t, u] = [patchGrid(s.ht, s.wt, s).count, patchGrid(s.hs, s.ws, s).count];
  const lasting = (name: string, shape: number[], data?: ArrayLike<number>, type: 'f32' | 'u32' = 'f32'): Tensor =>
    session.lasting(shape, name, data, type);
  const classes = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.floor((3 * i) / n));
  const [indices, distances] = [lasting('indices', [t], undefined, 'u32'), lasting('distances', [t])];
  const tensors = {
    target: lasting('target', [1, s.c, s.ht, s.wt], target),
    source: lasting('source', [1, s.c, s.hs, s.ws], source),
    targetLabels: lasting('tl', [t], classes(t), 'u32'),
    sourceLabels: lasting('sl', [u], classes(u), 'u32'),
    scale: lasting(
      'scale',
      [u],
      hashUniform('scale', u).map((v) => v + 1.5),
    ),
    indices,
    distances,
  };
  const program = await session.record(() => runPlan(session, plan, tensors));
  return {
    indices,
    distances,
    run: async () => {
      program.run();
      await session.idle();
    },
    release: () => {
      program.destroy();
      for (const x of Object.values(tensors)) session.memory.release(x.storage.buffer!);
    },
  };
}

/**
 * A small odd shape against float64 scores: the score of what was found is the least there is, within the rounding
 * bound.
 */
async function validate(s: PatchShape, plan: number): Promise<void> {
  const small: PatchShape = { ...s, ht: 19, wt: 22, hs: 21, ws: 18, c: Math.min(s.c, 8) };
  const found = planPatchNearest(small, adapterOf(session))[plan];
  const [target, source] = [hashUniform('vt', small.c * 19 * 22), hashUniform('vs', small.c * 21 * 18)];
  const p = await prepare(small, found, target, source);
  await p.run();
  const [indices, distances] = await session.read([p.indices, p.distances]);
  const classes = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.floor((3 * i) / n));
  const sources = patchGrid(21, 18, small).count;
  const inputs = {
    target,
    source,
    targetLabels: classes(indices.length),
    sourceLabels: classes(sources),
    scale: hashUniform('scale', sources).map((v) => v + 1.5),
  };
  const want = referencePatchNearest(small, inputs);
  for (let t = 0; t < indices.length; t++) {
    const { score, magnitude } = referencePatchScore(small, inputs, t, indices[t]);
    const bound = 6 * Math.sqrt(small.c * small.patch ** 2 + 4) * 2 ** -24 * magnitude;
    if (Math.abs(distances[t] - want.distances[t]) > bound || Math.abs(score - want.distances[t]) > 2 * bound)
      throw new Error(`${found.name}, ${title(small)}: patch ${t}: ${distances[t]}, float64 ${want.distances[t]}`);
  }
  p.release();
}

function report(s: PatchShape, who: string, t: Timing, ours?: Timing, more?: Record<string, number | string>): void {
  const rate = operations(s) / t.least / 1e6;
  const own = who.startsWith('semia');
  bench.row({
    what: title(s),
    who,
    ...t,
    ...(own ? { rate, unit: 'GFLOP/s', share: (rate * 1e9) / bench.flops } : {}),
    ...(ours ? { ratio: t.least / ours.least } : {}),
    more: { 'G pairs/s': pairs(s) / t.least / 1e6, ...more },
  });
}

/** All variants of a shape, validated and timed in turn. Returns the time of the first. */
async function variants(s: PatchShape, expected: Map<string, number>): Promise<Timing | null> {
  const plans = planPatchNearest(s, adapterOf(session));
  const [target, source] = pictures(s.ht, s.c);
  const runners: Runner[] = [];
  const ready: Prepared[] = [];
  for (const [i, plan] of plans.entries()) {
    if (plan.name === 'generic' && s.c > 4) continue; // 20 times slower than the matrix; seconds even at 32 pixels
    const rate = expected.get(`${plan.name} ${s.c} ${s.patch}`);
    if (rate && pairs(s) / rate > (i ? 1000 : longest)) {
      console.log(`  ${title(s)}, ${plan.name}: left out, about ${(pairs(s) / rate / 1000).toFixed(0)} s a run`);
      continue;
    }
    await validate(s, i);
    const p = await prepare(s, plan, target, source);
    ready.push(p);
    runners.push({ name: `semia ${plan.name}`, run: () => sample(p.run), onDevice });
  }
  if (!ready.length) return null;
  const times = await interleave(runners, { samples: 5, warm: 2, patience: 1500 });
  for (const [name, t] of times) {
    report(s, name, t);
    expected.set(`${name.slice(6)} ${s.c} ${s.patch}`, pairs(s) / t.least);
  }
  for (const p of ready) p.release();
  return times.get(runners[0].name)!;
}

for (const c of [3, 64]) {
  const expected = new Map<string, number>();
  for (const n of c > 4 ? [32, 64, 128] : [32, 64, 128, 256]) {
    for (const patch of [3, 5, 7]) {
      const s = { ...control, c, patch, ht: n, wt: n, hs: n, ws: n };
      if (bench.wants(`sizes ${title(s)}`)) await variants(s, expected);
    }
  }
}
if (bench.wants('labels')) await labels();
for (const n of [128, 256]) if (bench.wants(`PatchMatch ${n}`)) await patchMatch(n);
if (bench.wants('others')) await others(128, ['patch.py']);
// a strip: the whole takes them half a minute or more
if (bench.wants('other engines')) await others(14, ['patch.py', 'patch.tfjs.mjs', 'patch.jax.mjs']);
await bench.finish();

/** Labels, scaling and L2 against the plain search, in turn. */
async function labels(): Promise<void> {
  const [target, source] = pictures(128, 3);
  const shapes = [{}, { metric: 'l2' }, { labels: true }, { scaled: true }, { labels: true, scaled: true }].map(
    (change) => ({ ...control, ...change }) as PatchShape,
  );
  for (const s of shapes) await validate(s, 0);
  const ready = await Promise.all(
    shapes.map((s) => prepare(s, planPatchNearest(s, adapterOf(session))[0], target, source)),
  );
  const times = await interleave(shapes.map((s, i) => ({ name: title(s), run: () => sample(ready[i].run), onDevice })));
  const plain = times.get(title(control))!;
  for (const s of shapes)
    report(s, 'semia', times.get(title(s))!, undefined, {
      'times the plain search': times.get(title(s))!.least / plain.least,
    });
  for (const p of ready) p.release();
}

/**
 * PatchMatch (on packed bytes) from random matches, and from the matches of a slightly different picture, as from step
 * to step.
 */
async function patchMatch(n: number): Promise<void> {
  const s: PatchShape = { ...control, metric: 'l2', ht: n, wt: n, hs: n, ws: n };
  const [target, source] = pictures(n, 3);
  const count = patchGrid(n, n, s).count;
  const noise = hashUniform('step', target.length);
  const [plan] = planPatchNearest(s, adapterOf(session));
  const earlier = await prepare(
    s,
    plan,
    target.map((v, i) => v + 0.02 * noise[i]),
    source,
  );
  await earlier.run();
  const [matches] = await session.read([earlier.indices]);
  earlier.release();
  const exact = await prepare(s, plan, target, source);
  const size = { width: n, height: n };
  const classes = new Uint8Array(n * n);
  const from = fieldSource(session, size, s.patch, packPixels(source, classes), new Float32Array(4 * n * n));
  const to = { ...size, guides: from.guides };
  const map = session.lasting([n * n], 'map', packPixels(target, classes), 'u32');
  const field = (name: string, match: (i: number) => number): Tensor =>
    session.lasting(
      [count, 2],
      name,
      Array.from({ length: 2 * count }, (_, i) => (i % 2 ? 0 : match(i / 2))),
      'u32',
    );
  const guesses = hashUniform('start', count);
  const [random, before] = [
    field('random', (i) => Math.floor(((guesses[i] + 1) / 2) * count)),
    field('before', (i) => matches[i]),
  ];
  const round = [8, 4, 2, 1].map((jump) => ({ jump, radius: (jump * n) / 16 }));
  const ways: [string, () => Tensor][] = [
    ['3 rounds from random', () => improveField(from, to, map, random, [...round, ...round, ...round], 1, { near: 0 })],
    ['1 round from before', () => improveField(from, to, map, before, round, 2, { near: 0 })],
    ['1 pass from before', () => improveField(from, to, map, before, [{ jump: 1, radius: 4 }], 3, { near: 0 })],
    ...(n <= 128
      ? [['full search of packed pixels', () => searchField(from, to, map, { near: 0 })] as [string, () => Tensor]]
      : []),
  ];
  const fields: Tensor[] = [];
  const runners: Runner[] = [{ name: 'exact', run: () => sample(exact.run), onDevice }];
  for (const [name, way] of ways) {
    const program = await session.record(() => {
      fields.push(session.keep(way()));
    });
    runners.push({
      name,
      run: () =>
        sample(async () => {
          program.run();
          await session.idle();
        }),
      onDevice,
    });
  }
  const times = await interleave(runners, { samples: 5, warm: 2, patience: 1500 });
  const [best, ...found] = await session.read([exact.distances, ...fields]);
  const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
  for (const [i, { name }] of runners.entries()) {
    const distances = i === 0 ? best : new Float32Array(found[i - 1].slice().buffer).filter((_, k) => k % 2 === 1);
    for (let k = 0; k < count; k++)
      if (distances[k] < best[k] * (1 - 1e-4) - 1e-4)
        throw new Error(`${name}: patch ${k} at ${distances[k]}, the exact distance is ${best[k]}`);
    const time = times.get(name)!;
    bench.row({
      what: `PatchMatch, ${title(s)}`,
      who: `semia ${name}`,
      ...time,
      more: {
        'mean distance above exact, %': 100 * (mean(distances) / mean(best) - 1),
        'times faster than exact': times.get('exact')!.least / time.least,
      },
    });
  }
  exact.release();
}

/**
 * Other libraries on 7x7 RGB, `rows` x 128 against 128x128. L2, since that is what most of them can; ours in both
 * norms.
 */
async function others(rows: number, scripts: string[]): Promise<void> {
  const [whole, source] = pictures(128, 3);
  const target = Float32Array.from(
    { length: 3 * rows * 128 },
    (_, i) => whole[Math.floor(i / (rows * 128)) * 128 * 128 + (i % (rows * 128))],
  );
  const runners: Runner[] = [];
  const shape = (metric: 'l1' | 'l2'): PatchShape => ({ ...control, ht: rows, metric });
  let mine!: Prepared;
  for (const metric of ['l1', 'l2'] as const) {
    await validate(shape(metric), 0);
    const p = (mine = await prepare(
      shape(metric),
      planPatchNearest(shape(metric), adapterOf(session))[0],
      target,
      source,
    ));
    runners.push({ name: `semia ${metric}`, run: () => sample(p.run), onDevice });
  }
  await mine.run();
  const [indices] = await session.read([mine.indices]);
  const disagree = ([found]: (Float32Array | Uint32Array)[]): string | null => {
    for (let t = 0; t < indices.length; t++) {
      if (found[t] === indices[t]) continue;
      const [a, b] = [found[t], indices[t]].map((i) => referencePatchScore(shape('l2'), { target, source }, t, i));
      // GEMM forms subtract large sums, so near ties may fall otherwise: 1e-3 of the summed squares is wrong by any
      // measure.
      if (!(a.score <= b.score + 1e-3 * b.magnitude))
        return `patch ${t}: ${found[t]} at ${a.score}, ours ${indices[t]} at ${b.score}`;
    }
    return null;
  };
  const job = {
    c: 3,
    rows,
    h: 128,
    w: 128,
    patch: 7,
    target: shared('target', target),
    source: shared('source', source),
  };
  const peers: Peer[] = [];
  if (!bench.peers) console.log('  --peers adds other libraries to this table');
  for (const script of bench.peers ? scripts : []) {
    if (script.endsWith('.mjs') && !installPeers()) break;
    const peer = await Peer.start(script, job, { OPENBLAS_NUM_THREADS: String(bench.machine.cores) });
    if (!peer) continue;
    peers.push(peer);
    runners.push(...(await peer.checked(disagree)));
  }
  // the peers' checks were their warm-up
  for (const r of runners) if (r.name.startsWith('semia')) for (let i = 0; i < 2; i++) await r.run();
  const times = await interleave(runners, { samples: 4, warm: 0, patience: 1500 });
  for (const [name, t] of times) {
    const versions = Object.entries(peers.find((p) => p.names.includes(name))?.versions ?? {})
      .map((v) => v.join(' '))
      .join(', ');
    report(
      shape(name === 'semia l1' ? 'l1' : 'l2'),
      name,
      t,
      name.startsWith('semia') ? undefined : times.get('semia l2'),
      versions ? { versions } : {},
    );
  }
  for (const p of peers) p.close();
}
