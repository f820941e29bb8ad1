// npm start: from a fresh clone to the main job, in one command. Arguments after `--` go to the job.
import './node-version.mjs';

const mainJob = ['dist/node/cli.js', 'start'];

const { attached, entry, root } = await import('./process.mjs');
await entry(async () => {
  const { prepare } = await import('./prepare.mjs');
  const { withExtra } = await import('./environment.mjs');
  const { env } = await prepare();
  return attached(process.execPath, [...mainJob, ...process.argv.slice(2)], { cwd: root, env: withExtra(env) });
});
