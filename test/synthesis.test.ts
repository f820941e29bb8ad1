/** PatchMatch against the exact search, and patch synthesis on a picture whose answer is known. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashUniform } from '../src/engine/hash.ts';
import { classMembers, patchField } from '../src/autograd/ops/patchField.ts';
import { patchNearest } from '../src/autograd/ops/patchNearest.ts';
import { preset } from '../src/model/config.ts';
import type { PairData } from '../src/model/pair.ts';
import { refine, synthesize } from '../src/model/synthesis.ts';
import { scoped } from './device.ts';

const size = 32;
/** Smooth blobs: what neighbours share is what PatchMatch lives on. */
function blobs(name: string): Float32Array {
  const raw = hashUniform(name, 3 * 64);
  return Float32Array.from({ length: 3 * size * size }, (_, i) => {
    const [c, y, x] = [Math.floor(i / size / size), Math.floor(i / size) % size, i % size];
    let sum = 0;
    for (let k = 0; k < 21; k++) sum += raw[c * 64 + 3 * k] * Math.cos(0.35 * (raw[3 * k + 1] * x * 2 + raw[3 * k + 2] * y * 2) + 6 * raw[63 - k]);
    return 0.3 * sum;
  });
}

test('PatchMatch from random matches comes near the exact field and keeps classes', () => scoped(async (session) => {
  const n = size - 4;
  const label = (name: string): Uint32Array => Uint32Array.from(hashUniform(name, n * n), (_u, i) => (Math.floor(i / n) < n / 2 ? 0 : 1));
  const [ls, lt] = [label('pm.ls'), label('pm.lt')];
  const start = Uint32Array.from(hashUniform('pm.start', n * n), (u) => Math.floor((u + 1) / 2 * n * n));
  const run = () => session.compute(() => {
    const t = session.lasting([1, 3, size, size], 't', blobs('pm.t'));
    const s = session.lasting([1, 3, size, size], 's', blobs('pm.s'));
    const labels = { targetLabels: session.lasting([n * n], 'lt', lt, 'u32'), sourceLabels: session.lasting([n * n], 'ls', ls, 'u32') };
    const passes = Array.from({ length: 6 }, () => [{ jump: 8, radius: 16 }, { jump: 4, radius: 8 }, { jump: 2, radius: 4 }, { jump: 1, radius: 2 }]).flat();
    const field = patchField(t, s, session.lasting([n * n], 'start', start, 'u32'), { patch: 5, ...labels, members: classMembers(session, ls), passes, seed: 3 });
    return [field.distances, field.indices, patchNearest(t, s, { patch: 5, ...labels }).distances];
  });
  const [found, indices, exact] = await run();
  const mean = (a: ArrayLike<number>): number => Array.from(a).reduce((x, y) => x + y, 0) / a.length;
  for (let i = 0; i < n * n; i++) {
    assert.ok(found[i] >= exact[i] * (1 - 1e-4) - 1e-5, `patch ${i}: ${found[i]} is below the exact ${exact[i]}`);
    assert.is(ls[indices[i]], lt[i]);
  }
  assert.ok(mean(found) < 1.1 * mean(exact), `mean ${mean(found)} against ${mean(exact)}`);
  assert.equal((await run())[1], indices, 'the same seed gives the same field');
}));

/** Left half red stripes, right half blue with a gradient; classes 0 and 1. */
function scene(split: number): PairData {
  const n = 48;
  const labels = Uint8Array.from({ length: n * n }, (_, i) => (i % n < split ? 0 : 1));
  const image = Float32Array.from({ length: 3 * n * n }, (_, i) => {
    const [c, y, x] = [Math.floor(i / n / n), Math.floor(i / n) % n, i % n];
    if (x < split) return c === 0 ? (y % 6 < 3 ? 0.9 : 0.3) : -0.8;
    return c === 2 ? 0.9 - y / n : -0.6;
  });
  return { width: n, height: n, image, labels };
}
const psnr = (a: Float32Array, b: Float32Array): number => 10 * Math.log10(4 / (a.reduce((s, v, i) => s + (v - b[i]) ** 2, 0) / a.length));

test('synthesis follows a moved boundary with the source\'s textures, and leaves no memory behind', () => scoped(async (session) => {
  const source = scene(24);
  const target = scene(32);
  await synthesize(session, source, source, 2);
  const before = session.memory.bytes;
  const made = await synthesize(session, source, { ...target }, 2);
  assert.ok(psnr(made, target.image) > 20, `PSNR ${psnr(made, target.image)}`);
  assert.ok(psnr(made, target.image) > psnr(source.image, target.image) + 6);
  assert.equal(await synthesize(session, source, { ...target }, 2), made, 'twice the same');
  assert.ok(session.memory.bytes <= before + 2 ** 20, `${session.memory.bytes - before} bytes more`);
}));

test('refinement brings a blurred draft to the source\'s sharpness', () => scoped(async (session) => {
  const source = scene(24);
  const target = scene(32);
  const small = 12;
  const draft = Float32Array.from({ length: 3 * small * small }, (_, i) => {
    const [c, y, x] = [Math.floor(i / small / small), Math.floor(i / small) % small, i % small];
    let sum = 0;
    for (let dy = 0; dy < 4; dy++) for (let dx = 0; dx < 4; dx++) sum += target.image[(c * 48 + y * 4 + dy) * 48 + x * 4 + dx];
    return sum / 16;
  });
  const made = await refine(session, { ...preset('fixed'), refine: 2 }, source, { width: small, height: small, image: draft }, target);
  const enlarged = Float32Array.from({ length: made.length }, (_, i) => draft[(Math.floor(i / 48 / 48) * small + Math.floor((Math.floor(i / 48) % 48) / 4)) * small + Math.floor((i % 48) / 4)]);
  assert.ok(psnr(made, target.image) > psnr(enlarged, target.image) + 3, `${psnr(made, target.image)} against ${psnr(enlarged, target.image)}`);
}));
test.run();
