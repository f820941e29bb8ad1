/** The repository's folder, for tests that read its files: found by walking up from the bundle, wherever that lies. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = ((): string => {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'tsconfig.json'))) dir = dirname(dir);
  return dir;
})();
