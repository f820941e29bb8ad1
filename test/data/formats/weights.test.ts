/** Weight files: safetensors out and in, PyTorch's .pth in; every kind of file that is refused, and in which words. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { test } from '../../support/suite.ts';
import * as assert from 'uvu/assert';
import { halfToFloat } from '../../../src/data/formats/dtypes.ts';
import { isUserError } from '../../../src/data/errors.ts';
import { readPth } from '../../../src/data/formats/pth.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../src/data/formats/safetensors.ts';
import { hashUniform } from '../../../src/engine/random.ts';
import { root } from '../../support/root.ts';

const fixture = (name: string): Uint8Array => {
  return new Uint8Array(readFileSync(join(root, 'test/fixtures', name)));
};

/** Runs and expects a UserError of one line that names the file and matches. */
function refused(body: () => unknown, file: string, pattern: RegExp): void {
  let error: unknown;
  try {
    body();
  } catch (e) {
    error = e;
  }
  if (!isUserError(error))
    throw new Error(`${file}: ${error ? `no UserError: ${(error as Error).stack}` : 'was taken'}`);
  assert.match(error.message, pattern);
  assert.ok(error.message.startsWith(`${file}: `), error.message);
  assert.ok(!error.message.includes('\n'));
}
const equal = (t: NamedTensor | undefined, shape: number[], data: ArrayLike<number>, what: string): void => {
  assert.ok(t, `${what} is missing`);
  assert.equal([...t!.shape], shape, what);
  assert.equal([...t!.data], [...Float32Array.from(data)], what);
};

// ---- safetensors

const example = (): Map<string, NamedTensor> =>
  new Map([
    ['b.weight', { shape: [2, 3], data: hashUniform('b', 6) }],
    ['a', { shape: [], data: Float32Array.of(-0) }],
    ['10', { shape: [0, 4], data: new Float32Array(0) }],
    ['2', { shape: [4], data: Float32Array.of(NaN, Infinity, 1e-45, 3.4e38) }],
    ['Ωmega "quoted"', { shape: [1], data: Float32Array.of(1) }],
  ]);

test('safetensors: what is written is read, the same bytes in any order', () => {
  const bytes = encodeSafetensors(example(), { step: '12', 'a note': 'two\nlines' });
  const { tensors, metadata } = decodeSafetensors(bytes, 'x.safetensors');
  assert.equal([...metadata].sort(), [
    ['a note', 'two\nlines'],
    ['step', '12'],
  ]);
  for (const [name, t] of example()) {
    equal(tensors.get(name), [...t.shape], t.data, name);
    assert.ok(Buffer.from(tensors.get(name)!.data.buffer).equals(Buffer.from(t.data.buffer)), `${name}: bits`);
  }
  assert.is(tensors.size, example().size);
  const turned = encodeSafetensors(new Map([...example()].reverse()), { 'a note': 'two\nlines', step: '12' });
  assert.ok(Buffer.from(turned).equals(Buffer.from(bytes)));
  assert.is(new DataView(bytes.buffer).getUint32(0, true) % 8, 0);
  const shifted = new Uint8Array(bytes.length + 1); // a file that does not start on a word
  shifted.set(bytes, 1);
  equal(decodeSafetensors(shifted.subarray(1)).tensors.get('b.weight'), [2, 3], hashUniform('b', 6), 'shifted');
  assert.equal([...decodeSafetensors(bytes, 'x', (n) => n === 'a').tensors.keys()], ['a']);
  assert.is(decodeSafetensors(encodeSafetensors(new Map())).tensors.size, 0);
  assert.throws(
    () => encodeSafetensors(new Map([['w', { shape: [2], data: new Float32Array(3) }]])),
    /w has 3 values for the shape \[2\]/,
  );
});

/** A file from a header as text (or a table) and the values' bytes. */
function raw(header: unknown, values: Uint8Array | number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const data = typeof values === 'number' ? new Uint8Array(values) : values;
  const out = new Uint8Array(8 + json.length + data.length);
  new DataView(out.buffer).setUint32(0, json.length, true);
  out.set(json, 8);
  out.set(data, 8 + json.length);
  return out;
}
const bytesOf = (a: ArrayBufferView): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);

test('safetensors: every type becomes float32', () => {
  const types: [string, ArrayBufferView, number[]][] = [
    ['F64', Float64Array.of(0.1, -2), [Math.fround(0.1), -2]],
    ['F16', Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00), [1, -2, 2 ** -24, 65504, -Infinity]],
    ['BF16', Uint16Array.of(0x3f80, 0xc040), [1, -3]],
    ['I64', BigInt64Array.of(-5n, 2n ** 40n), [-5, 2 ** 40]],
    ['I32', Int32Array.of(-7, 9), [-7, 9]],
    ['U8', Uint8Array.of(0, 255), [0, 255]],
  ];
  for (const [dtype, data, want] of types)
    equal(
      decodeSafetensors(
        raw({ w: { dtype, shape: [want.length], data_offsets: [0, data.byteLength] } }, bytesOf(data)),
      ).tensors.get('w'),
      [want.length],
      want,
      dtype,
    );
  assert.ok(Number.isNaN(halfToFloat(0x7e00)));
});

test('safetensors: what is refused', () => {
  const f = 'w.safetensors';
  const w = (change: object = {}): unknown => ({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change } });
  const good = raw(w(), 8);
  assert.is(decodeSafetensors(good, f).tensors.size, 1);
  const cases: [string, Uint8Array, RegExp][] = [
    ['empty', new Uint8Array(0), /not a safetensors file: it has 0 bytes/],
    [
      'huge header',
      Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 123),
      /not a safetensors file: its header would have 1099511627776 bytes/,
    ],
    ['no header', new Uint8Array(20), /its header would have 0 bytes/],
    ['cut in the header', good.subarray(0, 30), /cut off: its header has/],
    ['cut in the values', good.subarray(0, good.length - 1), /tensor 'w' ends at byte 8 .* only 7/],
    ['no JSON', raw('{"w": ', 8), /it is not JSON/],
    ['not UTF-8', raw('{"w":1}', 0).fill(0xff, 8), /it is not JSON/],
    ['a list', raw([1], 8), /no table of tensors/],
    ['type', raw(w({ dtype: 'F8_E4M3' }), 8), /tensor 'w' has the type "F8_E4M3"/],
    ['no type', raw(w({ dtype: 'constructor' }), 8), /tensor 'w' has the type "constructor"/],
    ['shape', raw(w({ shape: [-2] }), 8), /tensor 'w' has the shape \[-2\]/],
    ['shape too large', raw(w({ shape: [2 ** 40, 2 ** 40] }), 8), /tensor 'w' is F32/],
    ['size', raw(w({ shape: [3] }), 8), /tensor 'w' is F32 \[3\], 12 bytes, but its offsets 0 to 8/],
    ['offsets', raw(w({ data_offsets: [8, 0] }), 8), /tensor 'w' has the offsets \[8,0\]/],
    ['offset outside', raw(w({ data_offsets: [8, 16] }), 8), /tensor 'w' ends at byte 16/],
    ['null', raw({ w: null }, 0), /tensor 'w' is not described/],
    [
      'overlap',
      raw(
        {
          a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
          b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
        },
        12,
      ),
      /tensor 'b' overlaps/,
    ],
    ['hole', raw(w({ data_offsets: [4, 12] }), 12), /bytes 0 to 4 before tensor 'w'/],
    ['rest', raw(w(), 9), /1 bytes after the last tensor/],
    ['metadata', raw({ __metadata__: { step: 1 } }, 0), /'step' is not a text/],
  ];
  for (const [, bytes, pattern] of cases) refused(() => decodeSafetensors(bytes, f), f, pattern);
});

// ---- PyTorch

for (const form of ['', '.legacy']) {
  test(`pth${form}: a module's state_dict`, () => {
    const t = readPth(fixture(`module${form}.pth`), 'module.pth');
    assert.equal(
      [...t.keys()],
      ['0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var', '1.num_batches_tracked'],
    );
    equal(t.get('0.weight'), [2, 3, 3, 3], hashUniform('0.weight', 54), 'weight');
    equal(t.get('1.num_batches_tracked'), [], [7], 'int64 scalar');
    assert.equal([...readPth(fixture(`module${form}.pth`), 'm', (n) => n === '0.bias').keys()], ['0.bias']);
  });

  test(`pth${form}: every type`, () => {
    const t = readPth(fixture(`kinds${form}.pth`), 'kinds.pth');
    const x = hashUniform('kinds', 6);
    for (const name of ['double', 'float', 'parameter']) equal(t.get(name), [2, 3], x, name);
    const whole = x.map((v) => Math.round(v * 64));
    for (const name of ['int64', 'int32', 'int16', 'int8'])
      equal(
        t.get(name),
        [2, 3],
        whole.map((v) => v + 0),
        name,
      );
    equal(t.get('uint8'), [2, 3], whole.map(Math.abs), 'uint8');
    equal(
      t.get('bool'),
      [2, 3],
      x.map((v) => (v > 0 ? 1 : 0)),
      'bool',
    );
    equal(t.get('empty'), [0, 3], [], 'empty');
    for (const [name, digits] of [
      ['half', 11],
      ['bfloat16', 8],
    ] as const) {
      for (const [i, v] of t.get(name)!.data.entries())
        assert.ok(Math.abs(v - x[i]) <= 2 ** -digits * Math.abs(x[i]), `${name} ${v} ${x[i]}`);
    }
  });

  test(`pth${form}: views, nested in a checkpoint`, () => {
    const t = readPth(fixture(`views${form}.pth`), 'views.pth');
    const base = hashUniform('base', 120);
    const at = (i: number, j: number, k: number): number => base[(i * 6 + j) * 4 + k];
    assert.equal(
      [...t.keys()],
      ['features.whole', 'features.transposed', 'features.slice', 'features.row', 'features.one', 'other.weight'],
    );
    equal(t.get('features.whole'), [5, 6, 4], base, 'whole');
    equal(
      t.get('features.transposed'),
      [4, 5, 6],
      Array.from({ length: 120 }, (_, n) => at(Math.floor(n / 6) % 5, n % 6, Math.floor(n / 30))),
      'transposed',
    );
    equal(
      t.get('features.slice'),
      [3, 3, 3],
      Array.from({ length: 27 }, (_, n) => at(1 + Math.floor(n / 9), 2 * (Math.floor(n / 3) % 3), 1 + (n % 3))),
      'slice',
    );
    equal(t.get('features.row'), [4], base.subarray(80, 84), 'row');
    equal(t.get('features.one'), [], [base[119]], 'one');
  });

  test(`pth${form}: a hostile file is refused by name, and nothing is run`, () => {
    refused(
      () => readPth(fixture(`hostile${form}.pth`), 'bad.pth'),
      'bad.pth',
      /refused: it asks for 'posix\.system'.* nothing was run/,
    );
    assert.not(existsSync('/tmp/semia-hostile-pth-was-run'));
  });

  test(`pth${form}: a file cut anywhere is refused`, () => {
    const whole = fixture(`module${form}.pth`);
    for (let n = 0; n < whole.length; n += n < 1400 ? 1 : 7)
      refused(
        () => readPth(whole.subarray(0, n), 'cut.pth'),
        'cut.pth',
        /cut off|damaged|is not a PyTorch weights file/,
      );
  });

  test(`pth${form}: a changed byte gives a UserError or a sound result, never another error`, () => {
    const whole = fixture(`views${form}.pth`);
    for (let i = 0; i < whole.length; i++) {
      for (const flip of [1, 0x80, 0xff]) {
        const copy = whole.slice();
        copy[i] ^= flip;
        try {
          readPth(copy, 'x.pth');
        } catch (e) {
          if (!isUserError(e)) throw new Error(`byte ${i} ^ ${flip}: ${(e as Error).stack}`);
        }
      }
    }
  });
}

test('pth: a deflated archive', () => {
  equal(readPth(fixture('deflated.pth'), 'd.pth').get('0.weight'), [2, 3, 3, 3], hashUniform('0.weight', 54), 'weight');
});

test('pth: what is refused', () => {
  const f = 'w.pth';
  refused(
    () => readPth(fixture('expanded.pth'), f),
    f,
    /refused: a tensor \[1000000000000\] wants 1000000000000 values .* has 1$/,
  );
  refused(
    () => readPth(fixture('pickled-module.pth'), f),
    f,
    /refused: it asks for 'torch\.nn\.modules\.linear\.Linear'/,
  );
  refused(() => readPth(new TextEncoder().encode('hello, this is text'), f), f, /is not a PyTorch weights file/);
  refused(() => readPth(zipSync({ 'a.txt': new Uint8Array(3) }), f), f, /is a zip archive, but not a PyTorch file/);
  const parts = unzipSync(fixture('module.pth'));
  const changed = (change: Record<string, Uint8Array | null>, level: 0 | 1 = 0): Uint8Array =>
    zipSync(
      Object.fromEntries(
        Object.entries({ ...parts, ...change }).filter((e): e is [string, Uint8Array] => e[1] !== null),
      ),
      { level },
    );
  assert.is(readPth(changed({}), f).size, 7);
  refused(() => readPth(changed({ 'module/data/0': null }), f), f, /storage '0' is missing/);
  refused(
    () => readPth(changed({ 'module/data/0': new Uint8Array(8) }), f),
    f,
    /storage '0' should have 216 bytes and has 8/,
  );
  refused(
    () => readPth(changed({ 'module/data/9': new Uint8Array(80 * 2 ** 20) }, 1), f),
    f,
    /refused: it would unpack to \d+ bytes from \d+/,
  );
  const wrong = fixture('module.pth');
  wrong[Buffer.from(wrong).indexOf(Buffer.from(hashUniform('0.weight', 54).buffer))] ^= 1;
  refused(() => readPth(wrong, f), f, /the checksum of 'module\/data\/0' is wrong/);
});

/** A zip file around a pickle written by hand. */
const pickled = (...code: (number | string)[]): Uint8Array =>
  zipSync({
    'x/data.pkl': Uint8Array.from(
      code.flatMap((c) => (typeof c === 'string' ? [...c].map((s) => s.charCodeAt(0)) : [c])),
    ),
  });

test('pth: pickles by hand', () => {
  const f = 'h.pth';
  refused(() => readPth(pickled(0x80, 2, 'cbuiltins\neval\nU\x011\x85R.'), f), f, /asks for 'builtins\.eval'/);
  refused(() => readPth(pickled(0x80, 4, 0x8c, 2, 'os', 0x8c, 6, 'system', 0x93, '.'), f), f, /asks for 'os\.system'/);
  refused(
    () => readPth(pickled(0x80, 2, 'ctorch.storage\n_load_from_bytes\n.'), f),
    f,
    /asks for 'torch\.storage\._load_from_bytes'/,
  );
  refused(() => readPth(pickled(0x80, 2, 'ctorch\nconstructor\n.'), f), f, /asks for 'torch\.constructor'/);
  refused(
    () => readPth(pickled(0x80, 2, 'ctorch\nFloatStorage\n)R.'), f),
    f,
    /asks for 'torch\.FloatStorage\(\.\.\.\)'/,
  );
  refused(() => readPth(pickled(0x80, 2, '(ios\nsystem\n.'), f), f, /uses INST/);
  refused(() => readPth(pickled(0x80, 2, 'ccollections\nOrderedDict\n)', 0x81, '.'), f), f, /uses NEWOBJ/);
  refused(() => readPth(pickled(0x80, 2, 'ccollections\nOrderedDict\n}b.'), f), f, /asks for 'the state of an object'/);
  refused(() => readPth(pickled(0x80, 2, '}.'), f), f, /no tensors in it/);
  // a dict inside itself
  refused(() => readPth(pickled(0x80, 2, '}q', 0, 'X', 1, 0, 0, 0, 'ah', 0, 's.'), f), f, /no tensors in it/);
  refused(() => readPth(pickled(0x80, 2, 'X', 255, 255, 255, 255, '.'), f), f, /cut off inside its pickle/);
  refused(() => readPth(pickled(0x80, 9, '.'), f), f, /protocol is newer/);
  refused(() => readPth(pickled(0x80, 2, 'R.'), f), f, /empty stack/);
  // Doubling dicts: 2 ** 60 paths to one tensor, walked once each.
  const doubled = [
    0x80,
    2,
    '}',
    ...Array.from({ length: 60 }, () => ['q', 0, '0}X', 1, 0, 0, 0, 'ah', 0, 'sX', 1, 0, 0, 0, 'bh', 0, 's']).flat(),
    '.',
  ];
  refused(() => readPth(pickled(...doubled), f), f, /no tensors in it/);
});

test.run();
