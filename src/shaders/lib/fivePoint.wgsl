// A linear system on a grid [h,w], each cell with its four neighbors: weights x, y = of the right and the lower
// neighbor, z = of the cell itself. A kernel that imports this declares weights, unknowns, and Params with h and w.

/// x, y, z: sum of weight times neighbor; w: sum of the weights, the cell's own among them.
fn neighbors_of(i: u32) -> vec4f {
  let x = i % params.w;
  let own = weights[i];
  var sum = vec3f(0.0);
  var total = own.z;
  if (x + 1u < params.w) {
    sum += own.x * unknowns[i + 1u].xyz;
    total += own.x;
  }
  if (i + params.w < params.h * params.w) {
    sum += own.y * unknowns[i + params.w].xyz;
    total += own.y;
  }
  if (x > 0u) {
    let w = weights[i - 1u].x;
    sum += w * unknowns[i - 1u].xyz;
    total += w;
  }
  if (i >= params.w) {
    let w = weights[i - params.w].y;
    sum += w * unknowns[i - params.w].xyz;
    total += w;
  }
  return vec4f(sum, total);
}
