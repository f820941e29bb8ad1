/**
 * Semantic Image Analogy for Node: everything of the browser's, and files, devices and run folders.
 * @module semia-webgpu
 */

export type { KernelRecord } from './autograd/kernels/choices.ts';
export * from './index.ts';
export type { NewRecord, SavableTraining } from './model/run/runFiles.ts';
export type { FileRecord, PictureRecord, RunRecord, Versions } from './model/run/runRecord.ts';
export type { SavedRun } from './model/run/runZip.ts';
export type { LossRow } from './model/training/lossRows.ts';
export { cacheFolder, fileStore } from './node/choiceStore.ts';
export { type DecodeOptions, decodeImage, readPicture } from './node/decode.ts';
export { encodePng } from './node/encode.ts';
export { readInput, writeFileAtomic } from './node/files.ts';
export { openNodeDevice } from './node/gpu.ts';
export type { Figure } from './node/page.ts';
export { RunFolder } from './node/runFolder.ts';
export type { LossLog } from './node/runs/lossLog.ts';
export { writeRunPage } from './node/runs/runPage.ts';
