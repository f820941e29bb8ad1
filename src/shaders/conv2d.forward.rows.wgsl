// 3x3 convolution, stride 1, padding 1 (zero or reflect), width a multiple of 8; the fast path of the software adapter:
//   y[n,m,oy,ox] = bias[m] + sum over k,kh,kw of x[n,k,oy+kh-1,ox+kw-1] * w[m*stride_m + k*stride_k + tap0 + (kh*3+kw)*tap_step]
// Forward: m = Co, stride_m = Ci*9, stride_k = 9, tap0 = 0, tap_step = 1, straight from w [Co,Ci,3,3], nothing packed.
// Backward-data, zero padding: x = dy, m = Ci, stride_m = 9, stride_k = Ci*9, tap0 = 8, tap_step = -1 (the kernel, flipped).
// x [N,K,H,W] and y [N,M,H,W] as vec4. Needs subgroups of 8, all lanes active.
// One workgroup is one subgroup: 64 consecutive pixels of a channel plane, each lane 8 of one row, x 8 output channels.
// Columns left and right come from the neighbouring lanes, at the ends of the group from memory; lane j loads the taps of
// channel j, and a broadcast from a constant lane hands them out. No workgroup memory, no barriers.
// Grid: (ceil(H*W/64), ceil(M/8), N). Limit: address generation of lane loads (15 per 1152 multiply-adds).
// #import conv2d
enable subgroups;

override HAS_BIAS: bool = false;

struct Params { k: u32, m: u32, h: i32, w: i32, stride_m: u32, stride_k: u32, tap0: u32, tap_step: i32, reflect: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>; // any buffer when HAS_BIAS is false
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> params: Params;

struct Row { left: f32, a: vec4<f32>, b: vec4<f32>, right: f32 } // columns -1, 0..3, 4..7, 8
struct Sums { a: vec4<f32>, b: vec4<f32> }

fn add_row(s: Sums, r: Row, w0: f32, w1: f32, w2: f32) -> Sums {
  let a = vec4<f32>(r.left, r.a.xyz) * w0 + r.a * w1 + vec4<f32>(r.a.yzw, r.b.x) * w2;
  let b = vec4<f32>(r.a.w, r.b.xyz) * w0 + r.b * w1 + vec4<f32>(r.b.yzw, r.right) * w2;
  return Sums(s.a + a, s.b + b);
}

// Where the columns beside a lane's eight come from.
struct Side { start: bool, end: bool, load: bool, at: u32 } // image border left, right; group border inside the row, and its vec4

fn read_row(at: u32, inside: f32, side: Side, reflect: bool) -> Row {
  let a = x[at] * inside;
  let b = x[at + 1u] * inside;
  var beyond = vec4<f32>();
  if (side.load) { beyond = x[at + side.at] * inside; }
  let left = select(select(subgroupShuffleUp(b.w, 1u), beyond.w, side.load), select(0.0, a.y, reflect), side.start);
  let right = select(select(subgroupShuffleDown(a.x, 1u), beyond.x, side.load), select(0.0, b.z, reflect), side.end);
  return Row(left, a, b, right);
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  y[0]=vec4<f32>();
}
