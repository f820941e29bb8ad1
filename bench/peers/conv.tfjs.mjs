// A convolution and its two gradients by tfjs-backend-webgpu, in its own layout (NHWC, HWIO). Results go back as NCHW,
// OIHW.
import { floats, serve } from './serve.mjs';
import { finished, tf, versions } from './tfjs.mjs';

await serve(async ({ ci, co, k, size, out, stride, pad, repeat, x, w, dy }) => {
  const keep = (file, shape, order) => tf.tidy(() => tf.transpose(tf.tensor(floats(file), shape), order));
  const [tx, tw, tdy] = [
    keep(x, [1, ci, size, size], [0, 2, 3, 1]),
    keep(w, [co, ci, k, k], [2, 3, 1, 0]),
    keep(dy, [1, co, out, out], [0, 2, 3, 1]),
  ];
  const forward = (a, b) => tf.conv2d(a, b, stride, pad);
  // Its gradient registry is not part of the bundle that Node gets, so the two kernels are run as its Conv2D gradient
  // runs them.
  const how = { strides: stride, pad, dataFormat: 'NHWC', dimRoundingMode: undefined };
  const both = () => {
    forward(tx, tw).dispose();
    return [
      tf.engine().runKernel('Conv2DBackpropInput', { dy: tdy, filter: tw }, { ...how, inputShape: tx.shape }),
      tf.engine().runKernel('Conv2DBackpropFilter', { x: tx, dy: tdy }, { ...how, filterShape: tw.shape }),
    ];
  };
  let last = [];
  const times = (work) => async () => {
    for (let i = 0; i < repeat; i++) {
      tf.dispose(last);
      last = work();
    }
    await finished();
  };
  return {
    versions,
    runs: { 'tfjs-webgpu forward': times(() => [forward(tx, tw)]), 'tfjs-webgpu both': times(both) },
    result: async (name) => {
      const orders = name.endsWith('forward')
        ? [[0, 3, 1, 2]]
        : [
            [0, 3, 1, 2],
            [3, 2, 0, 1],
          ];
      return Promise.all(last.map((t, i) => tf.transpose(t, orders[i]).data()));
    },
  };
});
