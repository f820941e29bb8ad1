// The adjoint of patch/unfoldAt/gather, itself a gather: y[c, v, u] = sum of x over the places (dy, dx) of the patches
// that read pixel (v, u). Sums run by growing i, then dy, then dx, so the result has the same bits every time.
//   x [C*p*p, n], indices u32 [n] (ALL: i itself, not read) -> y [C,h,w]. Indices and CLAMP as in
//   patch/unfoldAt/gather.
// Grid: x and z = tiles of 8 x 8 pixels, y = four planes. A tile sifts the n indices 64 at a time: each lane tests one
// patch against the whole tile, and only those that touch it (bits of `hits`) are looked at pixel by pixel.
// #import planes
override ALL: bool = false;
override CLAMP: bool = false;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Params { c: u32, h: i32, w: i32, side: i32, n: u32, across: i32, down: i32, tiles_across: u32, tiles: u32 }
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> hits: array<atomic<u32>, 2>;
var<workgroup> chunk: array<u32, 64>;

fn shift() -> i32 { return select(0, (params.side - 1) / 2, CLAMP); }
fn start_of(index: i32) -> vec2i { return vec2i(index % params.across, index / params.across) - shift(); }

// First and last place inside a patch from `start` on that reads pixel `at` along one axis; none if first > last.
fn places(at: i32, start: i32, size: i32) -> vec2i {
  var first = at - start;
  var last = first;
  if (CLAMP && at == 0) { first = 0; }
  if (CLAMP && at == size - 1) { last = params.side - 1; }
  return vec2i(max(first, 0), min(last, params.side - 1));
}

// What column i of x, the patch `index`, adds to a pixel in four planes.
fn collect(i: u32, index: i32, pixel: vec2i, planes: vec4u) -> vec4f {
  let start = start_of(index);
  let columns = places(pixel.x, start.x, params.w);
  let rows = places(pixel.y, start.y, params.h);
  var sum = vec4f();
  for (var dy = rows.x; dy <= rows.y; dy++) {
    for (var dx = columns.x; dx <= columns.y; dx++) {
      let at = planes + u32(dy * params.side + dx) * params.n + i;
      sum += vec4f(x[at.x], x[at.y], x[at.z], x[at.w]);
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = group.z * groups.x + group.x;
  if (tile >= params.tiles) { return; }
  let size = vec2i(params.w, params.h);
  let corner = vec2i(i32(tile % params.tiles_across), i32(tile / params.tiles_across)) * 8;
  let pixel = corner + vec2i(i32(lane % 8u), i32(lane / 8u));
  let inside = all(pixel < size);
  let planes = four_planes(group.y * 4u, params.c, u32(params.side * params.side) * params.n);
  var sum = vec4f();
  if (ALL) {
    // The patches that can read the pixel start at most p - 1 before it.
    let low = max(pixel - (params.side - 1) + shift(), vec2i());
    let high = min(pixel + shift(), vec2i(params.across, params.down) - 1);
    for (var v = low.y; v <= high.y && inside; v++) {
      for (var u = low.x; u <= high.x; u++) {
        let index = v * params.across + u;
        sum += collect(u32(index), index, pixel, planes);
      }
    }
  } else {
    for (var base = 0u; base < params.n; base += 64u) {
      if (lane < 2u) { atomicStore(&hits[lane], 0u); }
      workgroupBarrier();
      let i = base + lane;
      if (i < params.n) {
        let index = indices[i];
        chunk[lane] = index;
        if (index < u32(params.across * params.down)) {
          let start = start_of(i32(index));
          if (all(start < corner + 8) && all(start + params.side > corner)) {
            atomicOr(&hits[lane / 32u], 1u << (lane % 32u));
          }
        }
      }
      workgroupBarrier();
      for (var word = 0u; word < 2u; word++) {
        var bits = atomicLoad(&hits[word]);
        while (bits != 0u) {
          let k = word * 32u + firstTrailingBit(bits);
          bits &= bits - 1u;
          if (inside) { sum += collect(base + k, i32(chunk[k]), pixel, planes); }
        }
      }
      workgroupBarrier();
    }
  }
  if (!inside) { return; }
  let at = four_planes(group.y * 4u, params.c, u32(params.h * params.w)) + u32(pixel.y * params.w + pixel.x);
  y[at.x] = sum.x;
  y[at.y] = sum.y;
  y[at.z] = sum.z;
  y[at.w] = sum.w;
}
