// Nearest patches by tfjs-backend-webgpu: patches as rows, |s|^2 - 2 t s in bands of target rows, argmin.
import { floats, serve } from './serve.mjs';
import { finished, tf, versions } from './tfjs.mjs';
import { columns } from './columns.mjs';

await serve(async (request) => {
  const [t, s] = [
    ['target', request.rows],
    ['source', request.h],
  ].map(([name, h]) => columns(floats(request[name]), request, h));
  const [tt, ts] = [tf.tensor(t.data, [t.n, t.k]), tf.tensor(s.data, [s.n, s.k])];
  let last = [];
  return {
    versions,
    runs: {
      'tfjs-webgpu GEMM': async () => {
        tf.dispose(last);
        last = [];
        const norms = tf.tidy(() => tf.sum(tf.square(ts), 1));
        for (let i = 0; i < t.n; i += 1024) {
          const rows = Math.min(1024, t.n - i);
          last.push(
            tf.tidy(() =>
              tf.argMin(tf.sub(norms, tf.mul(2, tf.matMul(tf.slice(tt, [i, 0], [rows, t.k]), ts, false, true))), 1),
            ),
          );
        }
        await finished();
        norms.dispose();
      },
    },
    result: async () => [Uint32Array.from((await Promise.all(last.map((b) => b.data()))).flatMap((b) => [...b]))],
  };
});
