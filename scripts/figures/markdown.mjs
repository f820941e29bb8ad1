// What the generated pages of docs/experiments share: where they lie, their head, and lines of at most 120 characters.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pictures.mjs';

/** A file of docs/experiments/quality. */
export const page = (name) => join(root, 'docs/experiments/quality', name);

/** The day of the newest of some files, as 2026-11-22: when a record was measured. */
export const dateOf = (files) =>
  new Date(Math.max(...files.map((file) => statSync(file).mtimeMs))).toISOString().slice(0, 10);

/** One paragraph or list item with line breaks at spaces; `indent` begins every line but the first. */
export function wrap(text, indent = '') {
  const lines = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > 120) {
      lines.push(line);
      line = indent + word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].join('\n');
}
