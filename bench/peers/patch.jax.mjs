// Nearest patches by @jax-js/jax on WebGPU: patches as rows, |s|^2 - 2 t s in bands of target rows, argmin.
import { floats, serve, version } from './serve.mjs';
import { columns } from './columns.mjs';

await serve(async (request) => {
  const { blockUntilReady, defaultDevice, init, jit, numpy: np } = await import('@jax-js/jax');
  if (!(await init('webgpu')).includes('webgpu')) throw new Error('jax-js finds no WebGPU adapter');
  defaultDevice('webgpu');
  const [t, s] = [
    ['target', request.rows],
    ['source', request.h],
  ].map(([name, h]) => columns(floats(request[name]), request, h));
  const source = np.array(s.data, { shape: [s.n, s.k] });
  const bands = [];
  for (let i = 0; i < t.n; i += 1024)
    bands.push(
      np.array(t.data.slice(i * t.k, Math.min(t.n, i + 1024) * t.k), { shape: [Math.min(1024, t.n - i), t.k] }),
    );
  const nearest = jit((band, all) =>
    np.argmin(np.subtract(np.sum(np.square(all.ref), 1), np.multiply(2, np.matmul(band, np.transpose(all)))), 1),
  );
  let last = [];
  return {
    versions: { 'jax-js': version('@jax-js/jax') },
    runs: {
      'jax-js GEMM': async () => {
        for (const b of last) b.dispose();
        last = bands.map((b) => nearest(b.ref, source.ref));
        await blockUntilReady(last);
      },
    },
    result: async () => [Uint32Array.from((await Promise.all(last.map((b) => b.ref.data()))).flatMap((b) => [...b]))],
  };
});
