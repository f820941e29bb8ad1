/**
 * Semantic Image Analogy for browsers, and all of it that needs no files: the method, patch synthesis without training,
 * inpainting, evaluation, pictures and layouts. `semia-webgpu/engine` has the compute engine underneath.
 *
 *     const session = new Session(await openDevice(navigator.gpu));
 *     const [picture] = await analogy({ session, photo, layout, targets: [drawn], preset: 'fast' });
 * @module
 */
export { DeviceError, openDevice, type Device, type DeviceInfo, type OpenOptions } from './engine/device.ts';
export { Session } from './autograd/session.ts';
export type { ChoiceStore, TuneOptions } from './autograd/kernels/tune.ts';
export { indexedDbStore } from './web/choiceStore.ts';
export { analogy, type AnalogyOptions } from './model/analogy.ts';
export { configure, type Choices } from './model/configure.ts';
export { PreparedSource } from './model/preparedSource.ts';
export { Painter, type PaintOptions } from './model/rendering/painter.ts';
export {
  TrainingSession,
  type DeviceSharing,
  type IterateOptions,
  type SavedTraining,
  type TrainingProgress,
  type TrainingSetup,
} from './model/training/session.ts';
export { imageAnalogies, imageFilter, textureByNumbers } from './model/baselines/imageAnalogies/imageAnalogies.ts';
export type { Config } from './model/config.ts';
export { preset, presetNames, presets, type Preset, type PresetName } from './model/presets.ts';
export type { ClassTable, LayoutData, PairData } from './model/pair.ts';
export { inpaint } from './model/synthesis/inpainting/inpaint.ts';
export {
  defaultInpainting,
  unguidedInpainting,
  type HoleLayout,
  type InpaintOptions,
  type InpaintSettings,
} from './model/synthesis/inpainting/options.ts';
export {
  preview,
  Previewer,
  type Preview,
  type PreviewOptions,
  type PreviewRequest,
  type PreviewSource,
} from './model/synthesis/preview.ts';
export type { NearestNeighborField, LevelPicture } from './model/synthesis/level.ts';
export type { SynthesisOptions } from './model/synthesis/options.ts';
export type { TensorState } from './model/networks/networks.ts';
export type { HostState, TrainingInput } from './model/training/training.ts';
export { isUserError, UserError } from './data/errors.ts';
export { fitSize, flatten, fromFloatCHW, resize, resizeLabels, toFloatCHW, type Picture } from './data/image/image.ts';
export { buildPalette, readLayout, renderLayout, type Layout } from './data/layout/layout.ts';
export { readPaletteFile, type Palette, type PaletteClass, type RGB } from './data/layout/palette.ts';
export { paletteReport, type PaletteReport } from './data/layout/paletteReport.ts';
export { ownLayout, prepareSource, prepareTarget, type Source, type Target } from './data/prepare.ts';
export { readText, withText } from './data/formats/png.ts';
export {
  allSceneNames,
  paintScene,
  sceneNames,
  type Scene,
  type SceneClass,
  type SceneOptions,
  type ScenePicture,
} from './data/scenes/index.ts';
export { sceneLayout, scenePhoto } from './data/scenes/pictures.ts';
export {
  evaluate,
  layoutClassifierOf,
  type EvaluateInput,
  type EvaluationSource,
  type Report,
} from './evaluate/evaluate.ts';
export { inceptionFromWeights, isInceptionWeight, type Inception } from './evaluate/metrics/inception.ts';
export { LayoutClassifier } from './evaluate/layoutClassifier/layoutClassifier.ts';
export { metrics, metricsOf, type Metric } from './evaluate/metrics/metrics.ts';
