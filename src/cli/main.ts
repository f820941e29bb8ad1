/**
 * The entry point of `semia`. Commands that open a device run in a child process whose stderr is filtered
 * (stderrFilter.ts); all others run in this process.
 */
import { opensDevice } from './commandRow.ts';
import { commands } from './commands/index.ts';
import { followParent, runInChild, wantsChild } from './stderrFilter.ts';

const args = process.argv.slice(2);
const child = opensDevice(commands, args) && wantsChild();

followParent();
// Only one of the two processes loads the program. An open device keeps Node alive, so the process is ended explicitly.
process.exit(child ? await runInChild() : await (await import('./program.ts')).main(args));
