/**
 * Numbers as weight files store them (little-endian), converted to float32. Bytes in, numbers out; runs in browsers
 * too.
 */

export type StoredType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

/** Bytes of one value. The names are those of safetensors. */
export const typeBytes: Readonly<Record<StoredType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};
export const isStoredType = (t: unknown): t is StoredType => typeof t === 'string' && Object.hasOwn(typeBytes, t);

/** An IEEE 754 half as a number: 1 sign, 5 exponent, 10 fraction bits; subnormals, infinities and NaN too. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Reads value i of the bytes; what lies outside float32 is rounded to it by the caller's array. */
function reader(type: StoredType, bytes: Uint8Array): (i: number) => number {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = new Float32Array(1);
  const bits = new Uint32Array(word.buffer);
  switch (type) {
    case 'F64':
      return (i) => v.getFloat64(i * 8, true);
    case 'F32':
      return (i) => v.getFloat32(i * 4, true);
    case 'F16':
      return (i) => halfToFloat(v.getUint16(i * 2, true));
    case 'BF16':
      return (i) => {
        bits[0] = v.getUint16(i * 2, true) << 16;
        return word[0];
      }; // the upper half of a float32
    case 'I64':
      return (i) => Number(v.getBigInt64(i * 8, true));
    case 'I32':
      return (i) => v.getInt32(i * 4, true);
    case 'I16':
      return (i) => v.getInt16(i * 2, true);
    case 'I8':
      return (i) => v.getInt8(i);
    case 'U8':
      return (i) => v.getUint8(i);
    case 'BOOL':
      return (i) => (v.getUint8(i) ? 1 : 0);
  }
}

export const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** `count` values from value `start` on. The bytes must hold them. */
export function decodeValues(type: StoredType, bytes: Uint8Array, start: number, count: number): Float32Array {
  const size = typeBytes[type];
  const out = new Float32Array(count);
  if (type === 'F32' && littleEndian) {
    // copied as bytes, so that every bit stays as it is
    new Uint8Array(out.buffer).set(bytes.subarray(start * size, (start + count) * size));
    return out;
  }
  const at = reader(type, bytes);
  for (let i = 0; i < count; i++) out[i] = at(start + i);
  return out;
}

/**
 * Values at offset + sum(p * strides) for all positions p of `shape`, last axis fastest. The bytes must hold them all.
 */
export function gatherValues(
  type: StoredType,
  bytes: Uint8Array,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Float32Array {
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const at = reader(type, bytes);
  const position = shape.map(() => 0);
  let from = offset;
  for (let i = 0; i < out.length; i++) {
    out[i] = at(from);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      // counts up like an odometer
      from += strides[axis];
      if (++position[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      position[axis] = 0;
    }
  }
  return out;
}
