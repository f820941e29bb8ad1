// The packed pixels of a source that may be larger than one binding: those from SPLIT on lie in `sourceRest`. SPLIT 0:
// all lie in `sourceMap`. A kernel that imports this declares both bindings.
override SPLIT: u32 = 0u;

fn source_pixel(i: u32) -> u32 {
  if (SPLIT > 0u && i >= SPLIT) { return sourceRest[i - SPLIT]; }
  return sourceMap[i];
}
