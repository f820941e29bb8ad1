// The compute engine alone, in Node: a matrix product and a convolution on the GPU, checked against plain loops.
// Run it: node examples/engine-only.mjs (in a clone: npm run example -- engine-only)
import { openNodeDevice, ops, Session } from 'semia-webgpu/engine';

const device = await openNodeDevice();
console.log(`computing on ${device.info.description || device.info.vendor}`);
const session = new Session(device); // owns the memory, the compiled kernels and the recorded steps on the device

// Some numbers. Tensors are dense and row-major; images are [samples, channels, height, width].
const values = (count) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7));
const [rows, inner, columns] = [5, 7, 6];
const [channels, filters, height, width, kernel] = [3, 4, 9, 8, 3];

// `lasting` tensors stay on the device until the session ends.
const a = session.lasting([rows, inner], 'a', values(rows * inner));
const b = session.lasting([inner, columns], 'b', values(inner * columns));
const image = session.lasting([1, channels, height, width], 'image', values(channels * height * width));
const weights = session.lasting(
  [filters, channels, kernel, kernel],
  'weights',
  values(filters * channels * kernel ** 2),
);

// `compute` records the ops of its callback, runs them once and reads the results back.
const [product, convolved] = await session.compute(() => [
  ops.matmul(a, b), // [5,6]
  ops.conv2d(image, weights, null, { pad: 1 }), // [1,4,9,8]: padding 1 keeps the size under a 3x3 kernel
]);

// The same as plain loops, in double precision.
const at = (data, shape, ...index) => data[index.reduce((offset, i, axis) => offset * shape[axis] + i, 0)];
const [da, db, dx, dw] = [rows * inner, inner * columns, image.size, weights.size].map(values);
const expectedProduct = [];
for (let r = 0; r < rows; r++)
  for (let c = 0; c < columns; c++) {
    let sum = 0;
    for (let i = 0; i < inner; i++) sum += at(da, a.shape, r, i) * at(db, b.shape, i, c);
    expectedProduct.push(sum);
  }

const expectedConvolution = [];
for (let f = 0; f < filters; f++)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let c = 0; c < channels; c++)
        for (let ky = 0; ky < kernel; ky++)
          for (let kx = 0; kx < kernel; kx++) {
            const [row, column] = [y + ky - 1, x + kx - 1];
            if (row < 0 || column < 0 || row >= height || column >= width) continue; // zero padding
            sum += at(dx, image.shape, 0, c, row, column) * at(dw, weights.shape, f, c, ky, kx);
          }
      expectedConvolution.push(sum);
    }

const largestError = (got, expected) => Math.max(...expected.map((v, i) => Math.abs(v - got[i])));
const errors = { matmul: largestError(product, expectedProduct), conv2d: largestError(convolved, expectedConvolution) };
for (const [name, error] of Object.entries(errors)) console.log(`${name}: largest error ${error.toExponential(1)}`);
process.exit(Object.values(errors).every((error) => error < 1e-4) ? 0 : 1); // an open device keeps Node alive
