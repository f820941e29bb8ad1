// The K smallest of every row: x [n, count] -> y u32 [K, n], their places, smallest first; equal ones by place. K 1..8,
// K <= count. Grid: one group per row. Each lane keeps the K best of every 64th value, then one lane merges the 64
// sorted lists.
override K: u32 = 1u;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
struct Params { n: u32, count: u32 }
@group(0) @binding(2) var<uniform> params: Params;

const FAR: f32 = 3.4e38;
var<workgroup> values: array<f32, 512>; // [lane, rank]
var<workgroup> places: array<u32, 512>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  var best = array<f32, 8>(FAR, FAR, FAR, FAR, FAR, FAR, FAR, FAR);
  var arg = array<u32, 8>();
  for (var j = lane; j < params.count; j += 64u) {
    var d = x[row * params.count + j];
    if (!(d < best[K - 1u])) { continue; }
    var a = j;
    var placed = false; // from there on everything moves down one, ties included
    for (var k = 0u; k < K; k++) {
      if (placed || d < best[k]) {
        placed = true;
        let pd = best[k]; let pa = arg[k];
        best[k] = d; arg[k] = a;
        d = pd; a = pa;
      }
    }
  }
  for (var k = 0u; k < K; k++) {
    values[lane * 8u + k] = best[k];
    places[lane * 8u + k] = arg[k];
  }
  workgroupBarrier();
  if (lane != 0u) { return; }
  var taken = array<u32, 64>();
  for (var k = 0u; k < K; k++) {
    var winner = 0u;
    var least = FAR;
    var place = 0xffffffffu;
    for (var l = 0u; l < 64u; l++) {
      if (taken[l] >= K) { continue; }
      let at = l * 8u + taken[l];
      if (values[at] < least || (values[at] == least && values[at] < FAR && places[at] < place)) {
        winner = l;
        least = values[at];
        place = places[at];
      }
    }
    taken[winner]++;
    y[k * params.n + row] = min(place, params.count - 1u);
  }
}
