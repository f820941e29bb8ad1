/** The library for Node: everything of the browser's, and files, devices and run folders. */
export * from './index.ts';
export { openNodeDevice } from './node/gpu.ts';
export { cacheFolder, fileStore } from './node/choiceStore.ts';
export { decodeImage, readPicture, type DecodeOptions } from './node/decode.ts';
export { encodePng } from './node/encode.ts';
export { readInput, writeFileAtomic } from './node/files.ts';
export { RunFolder } from './node/runFolder.ts';
export type { RunRecord } from './model/run/runRecord.ts';
export { writeRunPage } from './node/runPage.ts';
