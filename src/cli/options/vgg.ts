/** --vgg FILE: VGG-19 features in place of color patches in the coherence loss. */
import type { Session } from '../../autograd/session.ts';
import { UserError } from '../../data/errors.ts';
import { readPth } from '../../data/formats/pth.ts';
import { decodeSafetensors, type NamedTensor } from '../../data/formats/safetensors.ts';
import { isVggWeight, type Vgg, type VggLayer, vggFromWeights } from '../../model/networks/vgg.ts';
import type { FileRecord } from '../../model/run/runRecord.ts';
import { type Maps, vggMaps } from '../../model/training/coherence.ts';
import { readInput } from '../../node/files.ts';
import { sha256Sync } from '../../node/version.ts';

/** The deepest layer that the loss looks at [C]. */
const last = 'relu2_1';

export interface VggFile {
  record: FileRecord;
  open: (session: Session) => Maps;
}

/** The wanted tensors of a weights file, safetensors or .pth. */
export async function readWeights(
  path: string,
  wanted: (name: string) => boolean,
): Promise<{ bytes: Uint8Array; weights: Map<string, NamedTensor> }> {
  const bytes = await readInput(path);
  // A safetensors file has its JSON header at byte 8; a zip or a pickle never has a brace there.
  return {
    bytes,
    weights: bytes[8] === 0x7b ? decodeSafetensors(bytes, path, wanted).tensors : readPth(bytes, path, wanted),
  };
}

async function vggWeights(path: string, deepest: VggLayer): ReturnType<typeof readWeights> {
  const read = await readWeights(path, (name) => isVggWeight(name, deepest));
  if (!read.weights.size)
    throw new UserError(
      `${path}: has no tensor of VGG-19 (features.0.weight and so on): give torchvision's vgg19-dcbb9e9d.pth`,
    );
  return read;
}

/** All features up to relu5_1, opened on a session. */
export async function readVggWhole(path: string): Promise<{ record: FileRecord; open: (session: Session) => Vgg }> {
  const { bytes, weights } = await vggWeights(path, 'relu5_1');
  return {
    record: { name: path, sha256: sha256Sync(bytes) },
    open: (session) => vggFromWeights(session, weights, path),
  };
}

/** Reads the weights; only those needed are kept. */
export async function readVgg(path: string): Promise<VggFile> {
  const { bytes, weights } = await vggWeights(path, last);
  return {
    record: { name: path, sha256: sha256Sync(bytes) },
    open: (session) => vggMaps(vggFromWeights(session, weights, path, last)),
  };
}
