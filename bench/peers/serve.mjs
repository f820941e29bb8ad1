// The JavaScript side of bench/support/peer.ts; the protocol is in serve.py. Defines navigator.gpu first: both
// libraries look for it when they are imported, so a job imports them inside its setup.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const webgpu = await import('webgpu');
Object.assign(globalThis, webgpu.globals);
const gpu = webgpu.create([]);
Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });

export const floats = (file) => {
  const b = readFileSync(file);
  return new Float32Array(b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength));
};
export const version = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

/** job(request) -> { versions, runs: {name: async function}, result: async (name) => arrays }. */
export async function serve(job) {
  const say = process.stdout.write.bind(process.stdout);
  console.log = console.warn = console.info = () => {};
  let now = { runs: {} };
  for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
      const request = JSON.parse(line);
      if (request.do === 'setup') {
        now = await job(request);
        answer = { names: Object.keys(now.runs), versions: now.versions };
      } else if (request.do === 'run') {
        const used = process.cpuUsage();
        const start = performance.now();
        await now.runs[request.name]();
        const wall = performance.now() - start;
        const { user, system } = process.cpuUsage(used);
        answer = { wall, cpu: (user + system) / 1000 };
      } else {
        const folder = mkdtempSync(join(tmpdir(), 'semia-peer-'));
        answer = {
          files: (await now.result(request.name)).map((values, i) => {
            const path = join(folder, String(i));
            writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
            return { path, type: values instanceof Float32Array ? 'float32' : 'uint32' };
          }),
        };
      }
    } catch (error) {
      answer = { error: String(error?.message ?? error).split('\n')[0] };
    }
    say(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0);
}
