/** Patch synthesis on pictures whose answer is known. */

import * as assert from 'uvu/assert';
import { toFloatCHW } from '../../../src/data/image/image.ts';
import { hashUniform } from '../../../src/engine/random.ts';
import type { PairData } from '../../../src/model/pair.ts';
import { preset } from '../../../src/model/presets.ts';
import type { Draft } from '../../../src/model/synthesis/level.ts';
import { defaultSynthesis } from '../../../src/model/synthesis/options.ts';
import { Previewer, preview } from '../../../src/model/synthesis/preview.ts';
import { shrinkImage } from '../../../src/model/synthesis/pyramid.ts';
import { refine, synthesize, synthesizeTargets } from '../../../src/model/synthesis/synthesis.ts';
import { photoPair } from '../../../src/model/synthesis/upsampling/photoSynthesizer.ts';
import { scoped } from '../../support/device.ts';
import { psnr, scene } from '../../support/halves.ts';
import { test } from '../../support/suite.ts';

test("synthesis follows a moved boundary with the source's textures, and leaves no memory behind", () =>
  scoped(async (session) => {
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

/** A pair's picture at a quarter of its size, [3,h,w]. */
const shrunk = ({ width, height, image }: PairData): Draft => ({
  width: width / 4,
  height: height / 4,
  image: shrinkImage(image, width, height, width / 4, height / 4),
});

test("refinement brings a blurred draft to the source's sharpness", () =>
  scoped(async (session) => {
    const source = scene(24);
    const target = scene(32);
    const small = 12;
    const draft = shrunk(target).image;
    const bytes = await refine(
      session,
      { ...preset('fixed'), refine: 2 },
      photoPair(source),
      { draft: { width: small, height: small, image: draft }, own: shrunk(source) },
      target,
    );
    const made = toFloatCHW({ width: target.width, height: target.height, data: bytes });
    const enlarged = Float32Array.from(
      { length: made.length },
      (_, i) =>
        draft[
          (Math.floor(i / 48 / 48) * small + Math.floor((Math.floor(i / 48) % 48) / 4)) * small +
            Math.floor((i % 48) / 4)
        ],
    );
    assert.ok(
      psnr(made, target.image) > psnr(enlarged, target.image) + 3,
      `${psnr(made, target.image)} against ${psnr(enlarged, target.image)}`,
    );
  }));

test('where the layout is silent the draft decides, beyond its own size; what drafts have in common is free', () =>
  scoped(async (session) => {
    // One class; two textures of one mean color, whose halves the target exchanges: nothing but a draft can know, and
    // it knows them as two hues of its own.
    const n = 64;
    const labels = new Uint8Array(n * n);
    const pair = (fine: (x: number) => boolean): PairData => ({
      width: n,
      height: n,
      labels,
      image: Float32Array.from({ length: 3 * n * n }, (_, i) => {
        const [x, y] = [i % n, Math.floor(i / n) % n];
        return (fine(x) ? x >> 1 : y >> 2) & 1 ? 0.6 : -0.6;
      }),
    });
    const drawn = (fine: (x: number) => boolean): Draft => ({
      width: 16,
      height: 16,
      image: Float32Array.from({ length: 768 }, (_, i) => (fine(4 * (i % 16)) === i < 256 ? 0.5 : -0.5)),
    });
    const [before, after] = [(x: number) => x < n / 2, (x: number) => x >= n / 2];
    const [source, target] = [pair(before), pair(after)];
    const finish = async (own: Draft, draft: number): Promise<Float32Array> =>
      toFloatCHW({
        width: n,
        height: n,
        data: await refine(
          session,
          { ...preset('fixed'), refine: 2 },
          photoPair(source),
          { draft: drawn(after), own },
          { width: n, height: n, labels },
          { options: { ...defaultSynthesis, draft } },
        ),
      });
    const right = (x: Float32Array): number => {
      // Share of the pixels whose column (fine) or row (coarse) neighbor differs as the target's does.
      let same = 0;
      for (let y = 8; y < n - 8; y++)
        for (let x_ = 8; x_ < n - 8; x_++) {
          const at = y * n + x_;
          const across = (image: Float32Array): number =>
            Math.abs(image[at + 2] - image[at]) - Math.abs(image[at + 4 * n] - image[at]);
          if (Math.sign(across(x)) === Math.sign(across(target.image))) same++;
        }
      return same / (n - 16) ** 2;
    };
    const [compared, free] = [right(await finish(drawn(before), 1)), right(await finish(drawn(before), 0))];
    assert.ok(compared > 0.85 && compared > free + 0.2, `${compared} with the drafts compared, ${free} without`);
  }));

test('what a generator learns of a target is the mean of several syntheses', () =>
  scoped(async (session) => {
    const plain = scene(24);
    const grain = hashUniform('learned grain', plain.image.length);
    const [source, target] = [{ ...plain, image: plain.image.map((v, i) => v + 0.1 * grain[i]) }, scene(32)];
    const [learned] = await synthesizeTargets(session, source, [target]);
    assert.equal(learned.labels, target.labels);
    const ones: Float32Array[] = [];
    for (const within of [0, 1, 2])
      ones.push(
        await synthesize(session, source, target, 2, {
          ...defaultSynthesis,
          guides: { ...defaultSynthesis.guides, within },
        }),
      );
    assert.ok(
      ones[0].some((v, i) => v !== ones[2][i]),
      'they are not all one',
    );
    for (const [i, v] of learned.image.entries())
      assert.ok(Math.abs(v - (ones[0][i] + ones[1][i] + ones[2][i]) / 3) < 1e-6);
  }));

test('a preview shows its levels, says where every pixel is from, and repeats by its seed; other seeds differ', () =>
  scoped(async (session) => {
    const source = scene(24),
      target = scene(30);
    const photo = {
      width: 48,
      height: 48,
      data: Uint8Array.from({ length: 4 * 48 * 48 }, (_, i) =>
        i % 4 === 3 ? 255 : Math.round((source.image[(i % 4) * 48 * 48 + (i >> 2)] + 1) * 127.5),
      ),
    };
    const given = {
      target,
      options: { ...defaultSynthesis, fullPixels: 24 * 24, noise: 0.5 },
    };
    const levels: number[] = [];
    const before = session.memory.bytes;
    const previewer = new Previewer(session, { photo, layout: source.labels, classes: 2 });
    const first = await previewer.run({
      ...given,
      onLevel: ({ level, of, width, height, data }) => {
        levels.push(width);
        assert.is(data.length, 4 * width * height);
        assert.is(level < of, true);
      },
    });
    assert.equal(levels, [24, 48]);
    assert.ok(
      psnr(
        Float32Array.from(
          { length: 3 * 48 * 48 },
          (_, i) => first.image.data[4 * (i % (48 * 48)) + Math.floor(i / 48 / 48)] / 127.5 - 1,
        ),
        target.image,
      ) > 20,
    );
    const { indices, distances } = first.field!;
    for (let i = 0; i < 48 * 48; i++) {
      assert.ok(distances[i] >= 0 && indices[i] < 48 * 48);
      const [x, y] = [i % 48, Math.floor(i / 48)];
      if (x >= 2 && x < 46 && y >= 2 && y < 46)
        assert.is(source.labels[indices[i]], target.labels[i], `pixel ${x}, ${y} comes from its class`);
    }
    const kept = session.memory.bytes;
    const again = await previewer.run(given);
    assert.equal(again.image.data, first.image.data);
    assert.is(session.memory.bytes, kept, 'the second of a size allocates nothing');
    // Grain, so that there is more than one way to fill an area.
    const grain = hashUniform('preview grain', photo.data.length);
    const grainy = {
      session,
      layout: source.labels,
      classes: 2,
      ...given,
      photo: {
        ...photo,
        data: photo.data.map((v, i) => (i % 4 === 3 ? 255 : Math.min(255, Math.max(0, v + 40 * grain[i])))),
      },
    };
    const [one, other] = await Promise.all([preview(grainy), preview({ ...grainy, seed: 7 })]);
    assert.is.not(other.field!.indices.join(), one.field!.indices.join());
    const stop = new AbortController();
    stop.abort(new Error('overtaken'));
    try {
      await previewer.run({ ...given, signal: stop.signal });
      assert.unreachable();
    } catch (e) {
      assert.match((e as Error).message, /overtaken/);
    }
    assert.equal((await previewer.run(given)).image.data, first.image.data, 'after an abort as before');
    await previewer.close();
    assert.ok(session.memory.bytes <= before + 2 ** 20, `${session.memory.bytes - before} bytes left`);
  }));
test.run();
