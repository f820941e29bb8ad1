/**
 * Patterns of file names (`layouts/*.png`, in quotes or from shells that leave them as they are): * and ? within a
 * name, in any part of the path.
 */
import { promises as fs } from 'node:fs';
import { join, parse } from 'node:path';
import { UserError } from '../../data/errors.ts';

const special = /[*?]/;
const expression = (name: string): RegExp =>
  new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'u',
  );

/**
 * The files that a path stands for: itself, or where it is a pattern and no file has that very name, all that match,
 * sorted. As in shells, hidden files match only patterns that begin with a dot. Throws UserError where nothing matches.
 */
export async function expandGlob(path: string): Promise<string[]> {
  if (!special.test(path) || (await fs.stat(path).catch(() => null))) return [path];
  const { root } = parse(path);
  let found = [root];
  // Backslashes separate on Windows only; elsewhere they may be part of a name.
  for (const name of path
    .slice(root.length)
    .split(process.platform === 'win32' ? /[\\/]+/ : /\/+/)
    .filter(Boolean)) {
    const next = await Promise.all(
      found.map(async (folder) => {
        if (!special.test(name))
          return (await fs.stat(join(folder, name)).catch(() => null)) ? [join(folder, name)] : [];
        const names = await fs.readdir(folder || '.').catch(() => [] as string[]);
        return names
          .filter((n) => (name.startsWith('.') || !n.startsWith('.')) && expression(name).test(n))
          .map((n) => join(folder, n));
      }),
    );
    found = next.flat();
  }
  if (!found.length) throw new UserError(`${path}: no file has such a name`);
  return found.sort();
}
