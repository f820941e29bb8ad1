/**
 * The compute engine by itself, for Node: all that the browser's has, a device, and a store for measured kernels.
 *
 *     const session = new Session(await openNodeDevice());
 *     const x = session.lasting([2, 3], 'x', [1, 2, 3, 4, 5, 6]);
 *     const [y] = await session.compute(() => [ops.matmul(x, x, { tb: true })]); // [2,2]
 *     process.exit(0); // an open device keeps Node alive
 * @module semia-webgpu/engine
 */
export * from './index.engine.ts';
export { cacheFolder, fileStore } from './node/choiceStore.ts';
export { openNodeDevice } from './node/gpu.ts';
