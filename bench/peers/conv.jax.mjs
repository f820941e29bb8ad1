// A convolution and its two gradients by @jax-js/jax on WebGPU. Arrays are consumed where they are used: .ref keeps
// them.
import { floats, serve, version } from './serve.mjs';

await serve(async ({ ci, co, k, size, out, stride, pad, repeat, x, w, dy }) => {
  const { blockUntilReady, defaultDevice, init, jit, lax, numpy: np, vjp } = await import('@jax-js/jax');
  if (!(await init('webgpu')).includes('webgpu')) throw new Error('jax-js finds no WebGPU adapter');
  defaultDevice('webgpu');
  const keep = (file, shape) => np.array(floats(file), { shape });
  const [tx, tw, tdy] = [keep(x, [1, ci, size, size]), keep(w, [co, ci, k, k]), keep(dy, [1, co, out, out])];
  const conv = (a, b) =>
    lax.convGeneralDilated(
      a,
      b,
      [stride, stride],
      [
        [pad, pad],
        [pad, pad],
      ],
    );
  const forward = jit(conv);
  const both = jit((a, b, d) => {
    const [y, back] = vjp(conv, [a, b]);
    return [y, ...back(d)];
  });
  let last = [];
  const times = (work) => async () => {
    for (let i = 0; i < repeat; i++) {
      for (const t of last) t.dispose();
      last = work();
    }
    await blockUntilReady(last);
  };
  return {
    versions: { 'jax-js': version('@jax-js/jax') },
    runs: {
      'jax-js forward': times(() => [forward(tx.ref, tw.ref)]),
      'jax-js both': times(() => both(tx.ref, tw.ref, tdy.ref)),
    },
    result: async (name) => Promise.all((name.endsWith('forward') ? last : last.slice(1)).map((t) => t.ref.data())),
  };
});
