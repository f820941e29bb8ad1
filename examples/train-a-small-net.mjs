// Trains a small network on the GPU: two layers learn when a point lies inside a circle.
// Run it: node examples/train-a-small-net.mjs (in a clone: npm run example -- train-a-small-net)
import { openNodeDevice, ops, Parameters, Session } from 'semia-webgpu/engine';

const session = new Session(await openNodeDevice());

// The data: points of a square, and 1 for those inside a circle.
const side = 16;
const points = [];
const inside = [];
for (let y = 0; y < side; y++)
  for (let x = 0; x < side; x++) {
    const [u, v] = [(2 * x) / (side - 1) - 1, (2 * y) / (side - 1) - 1];
    points.push(u, v);
    inside.push(Math.hypot(u, v) < 0.7 ? 1 : 0);
  }
const x = session.lasting([side * side, 2], 'points', points);
const truth = session.lasting([side * side, 1], 'inside', inside);

// The parameters, with their starting values. Adam keeps its moments beside them.
const hidden = 32;
let seed = 1;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; // a small generator, so that every run is the same
  return seed / 2 ** 31 - 1;
};
const start = (count, scale) => Float32Array.from({ length: count }, () => scale * random());
const net = new Parameters(
  session,
  'net',
  [
    { name: 'w1', shape: [2, hidden], init: start(2 * hidden, 1.5) },
    { name: 'b1', shape: [1, hidden], init: start(hidden, 1.5) },
    { name: 'w2', shape: [hidden, 1], init: start(hidden, 0.3) },
    { name: 'b2', shape: [1, 1], init: new Float32Array(1) },
  ],
  { beta1: 0.9, beta2: 0.999, eps: 1e-8 },
);

// One step is recorded: forward, loss, backward over the tape, Adam's update. Then it is replayed as often as needed.
let loss;
const step = await session.record(() => {
  const activity = ops.tanh(ops.add(ops.matmul(x, net.get('w1')), net.get('b1')));
  const guess = ops.sigmoid(ops.add(ops.matmul(activity, net.get('w2')), net.get('b2')));
  loss = session.keep(ops.mse(guess, truth)); // kept, to be read after a run
  net.backward(loss);
  net.update();
});

const losses = [];
for (let i = 0; i <= 400; i++) {
  net.advance(0.02); // the learning rate of this step
  step.run();
  if (i % 50 === 0) {
    losses.push((await session.read([loss]))[0][0]);
    console.log(`step ${i}: mean squared error ${losses.at(-1).toFixed(4)}`);
  }
}
process.exit(losses.at(-1) < losses[0] / 10 ? 0 : 1); // an open device keeps Node alive
