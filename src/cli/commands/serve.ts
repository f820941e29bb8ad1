/** semia serve [RUN] */

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../data/errors.ts';
import { type SavedRun, unzipRun, zipRun } from '../../model/run/runZip.ts';
import { readInput } from '../../node/files.ts';
import { RunFolder } from '../../node/runFolder.ts';
import { serve } from '../../node/serve.ts';
import { packageRoot } from '../../node/version.ts';
import { integer } from '../options/options.ts';

const defaultPort = 8460;

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('serve the page on this machine (127.0.0.1): paint layouts and watch them become the photograph')
    .argument('[run]', 'a run to open in it: a run folder, or a zip that the page saved')
    .option('--port <n>', `the port to listen on (0: any free one; default ${defaultPort})`, integer(0, 65535))
    .addHelpText('after', '\nExample:\n  semia serve runs/beach\n')
    .action(async (path: string | undefined, o: { port?: number }) => {
      if (path) await readRun(path); // reports a run that cannot be opened now, not in the browser
      const folder = join(packageRoot, 'dist/web');
      if (!existsSync(join(folder, 'index.html')))
        throw new UserError('the page is not built here: npm run build:web builds it');
      const name =
        path &&
        `${
          basename(path)
            .replace(/\.zip$/i, '')
            .replace(/[^\w-]+/g, '-')
            .replace(/^-+/, '') || 'run'
        }.zip`;
      // Zipped anew for each visit: the run may have been trained further meanwhile.
      const extra = name ? { [name]: async () => zipRun(await readRun(path)) } : {};
      const { url, server } = await serve({ folder, port: o.port ?? defaultPort, extra });
      console.log(
        `${url}${name ? `?run=${name}` : ''}\nopen this address in a browser with WebGPU; Ctrl-C ends the server`,
      );
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      server.closeAllConnections();
      server.close();
    });
}

async function readRun(path: string): Promise<SavedRun> {
  if (/\.zip$/i.test(path)) return unzipRun(Uint8Array.from(await readInput(path)), path);
  return (await RunFolder.open(path)).saved();
}
