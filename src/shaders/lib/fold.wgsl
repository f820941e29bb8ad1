// Which of an image's `per` places a lane has, and of which sample. An image that takes at most half of the lanes
// shares its workgroup: LANES / per samples to one. Lanes to spare get a sample or place that is not there. `z`: the
// workgroup's number along z.
struct Seat { sample: u32, place: u32 }
fn fold(group: vec3u, lane: u32, lanes: u32, per: u32, z: u32) -> Seat {
  if (per * 2u > lanes) { return Seat(z, group.x * lanes + lane); }
  let together = lanes / per;
  let image = lane / per;
  // A lane behind the last whole image: far away, so that no batch has it.
  return Seat(select(z * together + image, 0xffffffffu, image >= together), lane - image * per);
}
