/** Levels too large to be searched: carried on in bands from those that are. */

import * as assert from 'uvu/assert';
import type { Session } from '../../../src/autograd/session.ts';
import { fromFloatCHW } from '../../../src/data/image/image.ts';
import { hashUniform } from '../../../src/engine/random.ts';
import { defaultSynthesis } from '../../../src/model/synthesis/options.ts';
import { Synthesizer } from '../../../src/model/synthesis/synthesizer.ts';
import {
  type PhotoPair,
  type PhotoSynthesis,
  PhotoSynthesizer,
  type PhotoSynthesizerOptions,
} from '../../../src/model/synthesis/upsampling/photoSynthesizer.ts';
import { scoped } from '../../support/device.ts';
import { test } from '../../support/suite.ts';

const [W, H] = [160, 120];

/** Two textures, the second one right of `at`; a mean color of its own for each. */
function halves(at: number, width = W, height = H): PhotoPair {
  const grain = hashUniform('upsampling.grain', width * height);
  const labels = Uint8Array.from({ length: width * height }, (_, i) => Number(i % width >= at));
  const image = Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const p = i % (width * height);
    const [x, y] = [p % width, Math.floor(p / width)];
    return (labels[p] ? 0.5 : -0.5) + 0.2 * grain[p] + (((labels[p] ? x : y) >> 2) & 1 ? 0.2 : -0.2);
  });
  return { width, height, labels, data: fromFloatCHW(image, width, height).data };
}

async function synthesis(
  session: Session,
  source: PhotoPair,
  target: PhotoPair,
  o: Partial<PhotoSynthesizerOptions> = {},
): Promise<PhotoSynthesis> {
  const made = await PhotoSynthesizer.create(session, source, target, { classes: 2, searched: 6000, ...o });
  try {
    return await made.run(target.labels);
  } finally {
    made.destroy();
  }
}

/** Mean absolute difference of horizontal neighbors: how sharp a picture is. */
function sharpness({ data }: { data: Uint8Array }): number {
  let sum = 0;
  for (let i = 0; i + 4 < data.length; i += 4) sum += Math.abs(data[i] - data[i + 4]);
  return sum / (data.length / 4);
}

test('the height of the bands changes no byte, and the same is made twice', () =>
  scoped(async (session) => {
    const [source, target] = [halves(60), halves(100)];
    const whole = await synthesis(session, source, target);
    const before = session.memory.bytes;
    const cut = await synthesis(session, source, target, { bandPixels: 1 });
    assert.equal(cut.data, whole.data);
    assert.equal(cut.field!.indices, whole.field!.indices);
    assert.equal(cut.field!.distances, whole.field!.distances);
    assert.ok(session.memory.bytes <= before, `${session.memory.bytes - before} bytes more than before`);
  }));

test('the result has the new layout, the sharpness of the photograph, and copies its pixels', () =>
  scoped(async (session) => {
    const [source, target] = [halves(60), halves(100)];
    const { data, field } = await synthesis(session, source, target);
    const ratio = sharpness({ data }) / sharpness(target);
    assert.ok(ratio > 0.85 && ratio < 1.15, `sharpness ${ratio} of the truth's`);
    let [copied, right] = [0, 0];
    for (let i = 0; i < W * H; i++) {
      const from = field!.indices[i];
      if (source.labels[from] === target.labels[i]) right++;
      if ([0, 1, 2].every((c) => Math.abs(data[4 * i + c] - source.data[4 * from + c]) <= 2)) copied++;
    }
    assert.ok(right > 0.99 * W * H, `${right} of ${W * H} pixels are of their class`);
    assert.ok(copied > 0.7 * W * H, `${copied} of ${W * H} pixels are copies`);
  }));

test('of its own layout it makes the photograph, whatever was searched', () =>
  scoped(async (session) => {
    const source = halves(60);
    const { data } = await synthesis(session, source, source);
    let sum = 0;
    for (const [i, v] of data.entries()) sum += Math.abs(v - source.data[i]);
    assert.ok(sum / data.length < 1, `mean difference ${sum / data.length}`);
  }));

test('a tile fits itself, for any height of the bands', () =>
  scoped(async (session) => {
    const one = halves(W);
    const tile = { across: true, down: true };
    const [a, b] = [
      await synthesis(session, one, one, { tile }),
      await synthesis(session, one, one, { tile, bandPixels: 1 }),
    ];
    assert.equal(b.data, a.data);
    assert.equal(b.field!.indices, a.field!.indices);
    const step = (p: number, q: number): number => Math.abs(a.data[4 * p] - a.data[4 * q]);
    let [seam, inside] = [0, 0];
    for (let y = 0; y < H; y++) {
      seam += step(y * W, y * W + W - 1);
      for (const x of [20, 80, 140]) inside += step(y * W + x, y * W + x + 1) / 3;
    }
    assert.ok(seam < 2.5 * inside, `${seam / H} a pixel at the seam, ${inside / H} elsewhere`);
  }));

test('a picture that is searched as a whole has the bytes of the synthesizer for small pictures', () =>
  scoped(async (session) => {
    const [source, target] = [halves(30, 64, 48), halves(40, 64, 48)];
    const { data } = await synthesis(session, source, target);
    const image = Float32Array.from({ length: 3 * 64 * 48 }, (_, i) => {
      const [c, p] = [Math.floor(i / (64 * 48)), i % (64 * 48)];
      return source.data[4 * p + c] / 127.5 - 1;
    });
    const small = await Synthesizer.create(session, { ...source, image }, target, {
      classes: 2,
      options: defaultSynthesis,
    });
    assert.equal(data, (await small.run(target.labels)).data);
    small.destroy();
  }));

test('onLevel counts all levels, and the last has the size asked for', () =>
  scoped(async (session) => {
    const [source, target] = [halves(60), halves(100)];
    const made = await PhotoSynthesizer.create(session, source, target, { classes: 2, searched: 6000 });
    const seen: string[] = [];
    await made.run(target.labels, {
      field: false,
      onLevel: ({ level, of, width, height, data }) => {
        assert.is(data.length, 4 * width * height);
        seen.push(`${level}/${of} ${width}x${height}`);
      },
    });
    made.destroy();
    assert.equal(seen, ['0/3 40x30', '1/3 80x60', '2/3 160x120']);
  }));
test.run();
