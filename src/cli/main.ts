/**
 * The entry point of `semia`: hands commands that use a device to a child with a quiet stderr (cli/stderrFilter.ts),
 * runs the others.
 */
import { followParent, runInChild, wantsChild } from './stderrFilter.ts';

const withDevice = [
  'train',
  'render',
  'analogy',
  'preview',
  'analogies',
  'doctor',
  'start',
  'rerun',
  'evaluate',
  'compare',
  'ablate',
  'spade',
  'deepanalogy',
  'import',
  'singan',
  'remove',
  'inpaint',
];
const args = process.argv.slice(2);
const child = withDevice.includes(args[0]) && !args.some((a) => a === '-h' || a === '--help') && wantsChild();

followParent();
// Only one of the two processes loads the program. An open device keeps Node alive: the process is ended, not left to
// end.
process.exit(child ? await runInChild() : await (await import('./program.ts')).main(args));
