// esbuild plugin: a .wgsl file imports as { name, source, origin }, with `// #import piece` lines replaced by
// src/shaders/lib/piece.wgsl (each piece once). `origin` lets a compile error name the file and line it came from.
import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

/** A kernel's name is its place: `conv2d/forward/k3.wgsl` is `conv2d.forward.k3`. */
export const kernelName = (shaderDir, path) =>
  relative(shaderDir, path)
    .replace(/\.wgsl$/, '')
    .replace(/[\\/]/g, '.');

/** Expands the imports of one kernel file. Returns its text and, for every output line, where that line came from. */
export async function expandWgsl(path, libDir) {
  const lines = [];
  const origin = []; // [first output line, file, first line in that file], 1-based
  const files = [path];
  const seen = new Set();
  async function add(file) {
    const label = basename(file);
    let open = false;
    const text = (await readFile(file, 'utf8')).split('\n');
    for (const [i, line] of text.entries()) {
      const match = /^\s*\/\/\s*#import\s+([\w.-]+)\s*$/.exec(line);
      if (match) {
        if (!seen.has(match[1])) {
          seen.add(match[1]);
          const piece = join(libDir, `${match[1]}.wgsl`);
          files.push(piece);
          await add(piece);
        }
        open = false;
        continue;
      }
      if (!open) {
        origin.push([lines.length + 1, label, i + 1]);
        open = true;
      }
      lines.push(line);
    }
  }
  await add(path);
  return { source: lines.join('\n'), origin, files };
}

/** Without comments and indentation; lines stay, so that `origin` still tells where an error is. */
const smaller = (source) =>
  source
    .replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, ''))
    .replace(/\/\/.*$/gm, '')
    .replace(/^[ \t]+|[ \t]+$/gm, '');

export const wgslPlugin = (shaderDir, { minify = false } = {}) => ({
  name: 'wgsl',
  setup(build) {
    build.onLoad({ filter: /\.wgsl$/ }, async ({ path }) => {
      try {
        const { source, origin, files } = await expandWgsl(path, join(shaderDir, 'lib'));
        const value = { name: kernelName(shaderDir, path), source: minify ? smaller(source) : source, origin };
        return { contents: `export default ${JSON.stringify(value)}`, loader: 'js', watchFiles: files };
      } catch (error) {
        return { errors: [{ text: `${path}: ${error.message}` }] };
      }
    });
  },
});
