// Tries the program on other versions of Node: npm run try:node [-- 20 22 24]. Each version is downloaded as the npm
// package `node-PLATFORM-ARCH` into a temporary folder; there an example and `semia preview` run with it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapterEnvironment } from '../../setup/environment.mjs';
import { prepareBuild } from '../../setup/prepare.mjs';
import { capture, entry, lastLines, root } from '../../setup/process.mjs';

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24'];
const system = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const executable = process.platform === 'win32' ? 'node.exe' : 'node';

async function run(what, command, args, options) {
  const result = await capture(command, args, { timeout: 540_000, ...options });
  console.log(`${result.code === 0 ? 'ok  ' : 'FAIL'}  ${what}`);
  if (result.code !== 0) console.log(`  ended with ${result.code ?? result.signal}\n${lastLines(result.all)}`);
  return result;
}

await entry(async () => {
  await prepareBuild();
  const folder = mkdtempSync(join(tmpdir(), 'semia-node-'));
  const env = adapterEnvironment();
  let failures = 0;
  try {
    const semia = [join(root, 'bin/semia.mjs')];
    await run('painting the example', process.execPath, [...semia, 'example', 'scenes', '--size', '64'], {
      cwd: folder,
    });
    const scene = join(folder, 'scenes/lake');
    for (const version of versions) {
      const at = join(folder, version);
      const install = ['install', '--prefix', at, '--no-save', '--no-audit', '--no-fund', `node-${system}@${version}`];
      const installed = await capture('npm', install, { shell: process.platform === 'win32' });
      if (installed.code !== 0) throw new Error(`npm ${install.join(' ')}:\n${installed.all}`);
      const node = join(at, 'node_modules', `node-${system}`, 'bin', executable);
      const { stdout } = await capture(node, ['--version']);
      const name = stdout.trim();
      const preview = ['preview', join(scene, 'photo.png'), join(scene, 'layout.png'), join(scene, 'targets')];
      const results = [
        await run(`${name} engine-only`, node, [join(root, 'examples/engine-only.mjs')], { env }),
        await run(`${name} semia preview`, node, [...semia, ...preview, '-o', join(at, 'results')], { env }),
      ];
      failures += results.filter((r) => r.code !== 0).length;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return failures ? 1 : 0;
});
