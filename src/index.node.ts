/**
 * Semantic Image Analogy for Node: everything of the browser's, and files, devices and run folders.
 * @module semia-webgpu
 */
export * from './index.ts';
export { openNodeDevice } from './node/gpu.ts';
export { cacheFolder, fileStore } from './node/choiceStore.ts';
export { decodeImage, readPicture, type DecodeOptions } from './node/decode.ts';
export { encodePng } from './node/encode.ts';
export { readInput, writeFileAtomic } from './node/files.ts';
export { RunFolder } from './node/runFolder.ts';
export type { NewRecord, SavableTraining } from './model/run/runFiles.ts';
export type { LossRow } from './model/training/lossRows.ts';
export type { FileRecord, PictureRecord, RunRecord, Versions } from './model/run/runRecord.ts';
export type { SavedRun } from './model/run/runZip.ts';
export type { LossLog } from './node/lossLog.ts';
export type { Figure } from './node/page.ts';
export type { KernelRecord } from './autograd/kernels/choices.ts';
export { writeRunPage } from './node/runPage.ts';
