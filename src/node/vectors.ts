/**
 * The vector width of lavapipe (Mesa's software Vulkan). Its default is 256 bits, also on processors with AVX-512,
 * where 512 bits give subgroups of 16 and up to twice the multiply-adds (docs/experiments/convolution/wide-vectors.md).
 * It reads an environment variable when it is loaded, so the width is chosen before. Only for drivers on which it was
 * measured: with 512 bits Mesa 25.0 on LLVM 15 compiles for minutes.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const variable = 'LP_NATIVE_VECTOR_WIDTH';
/** The Vulkan version in the manifest of Mesa 26.1; 25.0 has 1.4.305. */
const since = [1, 4, 350];
const folders = ['/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/usr/share/vulkan/icd.d'];

/** The text of a file, or '' where there is none. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** A manifest, or all of a folder. */
function manifests(path: string): string[] {
  try {
    return statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((f) => f.endsWith('.json'))
          .map((f) => join(path, f))
      : [path];
  } catch {
    return [];
  }
}

/**
 * Whether a driver's manifest (the JSON text that the Vulkan loader reads) is a lavapipe's that is better with 512
 * bits; null: it is no lavapipe's.
 */
export function wideManifest(text: string): boolean | null {
  const [, library = ''] = /"library_path"\s*:\s*"([^"]*)"/.exec(text) ?? [];
  if (!/vulkan_lvp/.test(library)) return null;
  const version = (/"api_version"\s*:\s*"([\d.]+)"/.exec(text)?.[1] ?? '').split('.').map(Number);
  const differs = since.findIndex((v, i) => version[i] !== v);
  return differs < 0 || version[differs] > since[differs];
}

/** Whether a processor (the text of /proc/cpuinfo) has the AVX-512 that 512 bits are compiled to. */
export const wideProcessor = (cpuinfo: string): boolean => {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1].trim().split(/\s+/));
  return ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'].every((f) => flags.has(f));
};

/**
 * Sets a width of 512 bits for lavapipe where the processor and every lavapipe that may be loaded support it. Call it
 * before the driver is loaded, and in the main thread: drivers do not see the environment of worker threads. A width
 * that the user has set stays.
 */
export function chooseVectors(env: NodeJS.ProcessEnv = process.env): void {
  if (process.platform !== 'linux' || env[variable] !== undefined || !wideProcessor(read('/proc/cpuinfo'))) return;
  const chosen = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES;
  const places = [
    ...(chosen ? chosen.split(':') : folders),
    ...(chosen ? [] : (env.VK_ADD_DRIVER_FILES?.split(':') ?? [])),
  ];
  const found = places
    .flatMap(manifests)
    .map((file) => wideManifest(read(file)))
    .filter((wide) => wide !== null);
  if (found.length && found.every(Boolean)) env[variable] = '512';
}
