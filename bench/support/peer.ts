/**
 * Other libraries beside ours: each runs in a process of its own and answers one JSON line for each request (the
 * protocol is in bench/peers/serve.py). Between its turns it sleeps, so that runs can alternate.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../src/node/version.ts';
import type { Runner, Sample } from './timing.ts';

const folder = join(packageRoot, 'bench/peers');

/**
 * Debian's OpenBLAS takes CPUs that are newer than itself for a Pentium 4 ("Prescott") and is then five times slower:
 * told what the CPU can do, it is a fair peer. A user's own setting stays.
 */
function blasEnvironment(): Record<string, string> {
  const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  const type = flags.includes('avx512vl') ? 'SkylakeX' : flags.includes('avx2') ? 'Haswell' : undefined;
  return { ...(type ? { OPENBLAS_CORETYPE: type } : {}), ...(process.env as Record<string, string>) };
}

interface Answer {
  error?: string;
  names?: string[];
  versions?: Record<string, string>;
  missing?: Record<string, string>;
  wall?: number;
  cpu?: number;
  files?: { path: string; type: string }[];
}

export class Peer {
  readonly names: string[] = [];
  versions: Record<string, string> = {};
  private waiting: ((a: Answer) => void) | null = null;
  private ended: string | null = null;
  private constructor(
    private readonly child: ChildProcess,
    readonly label: string,
  ) {
    createInterface({ input: child.stdout! }).on('line', (text) => this.waiting?.(JSON.parse(text) as Answer));
    const end = (why: string): void => {
      this.ended = why;
      this.waiting?.({ error: why });
    };
    child.on('error', (e) => end(e.message));
    child.on('exit', (code, signal) => end(`ended with ${signal ?? code}`));
  }

  /** Starts bench/peers/`script` and lets it prepare `job`; null, with a line that says why, if it cannot. */
  static async start(
    script: string,
    job: Record<string, unknown>,
    environment: Record<string, string> = {},
  ): Promise<Peer | null> {
    const python = script.endsWith('.py');
    const command = python ? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3') : process.execPath;
    const child = spawn(command, [join(folder, script)], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...blasEnvironment(), ...environment },
    });
    const peer = new Peer(child, script);
    const answer = await peer.ask({ do: 'setup', threads: cpus().length, ...job });
    for (const [what, how] of Object.entries(answer.missing ?? {})) console.log(`  no ${what} here: ${how}`);
    if (answer.error || !answer.names?.length) {
      if (answer.error) console.log(`  ${script} left out: ${answer.error}`);
      peer.close();
      return null;
    }
    peer.names.push(...answer.names);
    peer.versions = answer.versions ?? {};
    return peer;
  }

  private async ask(request: Record<string, unknown>): Promise<Answer> {
    if (this.ended) return { error: this.ended };
    return new Promise((resolve) => {
      this.waiting = (a) => {
        this.waiting = null;
        resolve(a);
      };
      this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** One run of the named implementation, timed in its own process. Throws what the peer says went wrong. */
  async run(name: string): Promise<Sample> {
    const { error, wall, cpu } = await this.ask({ do: 'run', name });
    if (error) throw new Error(`${this.label}, ${name}: ${error}`);
    return { wall: wall!, cpu: cpu! };
  }

  /** What the last run computed. */
  async result(name: string): Promise<(Float32Array | Uint32Array)[]> {
    const { error, files } = await this.ask({ do: 'result', name });
    if (error) throw new Error(`${this.label}, ${name}: ${error}`);
    return files!.map(({ path, type }) => {
      const bytes = readFileSync(path);
      rmSync(path);
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
      return type === 'float32' ? new Float32Array(buffer) : new Uint32Array(buffer);
    });
  }

  /** Those of the peer's implementations whose first run agrees with ours; the others are named and not timed. */
  async checked(agrees: (result: (Float32Array | Uint32Array)[], name: string) => string | null): Promise<Runner[]> {
    const good: Runner[] = [];
    for (const name of this.names) {
      try {
        await this.run(name);
        const wrong = agrees(await this.result(name), name);
        if (wrong) {
          console.log(`  ${name} is not timed, its result is wrong: ${wrong}`);
          continue;
        }
        good.push({ name, run: () => this.run(name) });
      } catch (error) {
        console.log(`  ${name} left out: ${(error as Error).message}`);
      }
    }
    return good;
  }

  close(): void {
    this.child.stdin!.end();
    this.child.kill();
  }
}

/** Values on disk for a peer: the path of a file of little-endian float32. */
export function shared(name: string, data: Float32Array): string {
  const path = join(mkdtempSync(join(tmpdir(), 'semia-bench-')), name);
  process.on('exit', () => rmSync(dirname(path), { recursive: true, force: true }));
  writeFileSync(path, data);
  return path;
}

/** Installs the JavaScript peers from their lock file, into bench/peers/node_modules, if they are not there. */
export function installPeers(): boolean {
  if (existsSync(join(folder, 'node_modules/@tensorflow')) && existsSync(join(folder, 'node_modules/@jax-js')))
    return true;
  console.log('  installing tfjs and jax-js into bench/peers (once)');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) console.log('  they could not be installed: left out');
  return status === 0;
}
