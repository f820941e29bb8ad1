/**
 * Semantic Image Analogy for browsers, and all of it that needs no files: the method, patch synthesis without training,
 * inpainting, evaluation, pictures and layouts. `semia-webgpu/engine` has the compute engine underneath.
 *
 *     const session = new Session(await openDevice(navigator.gpu));
 *     const [picture] = await analogy({ session, photo, layout, targets: [drawn], preset: 'fast' });
 * @module semia-webgpu
 */
export { DeviceError, openDevice, type Device, type DeviceInfo, type OpenOptions } from './engine/device.ts';
export { Session } from './autograd/session.ts';
export type { ChoiceStore, TuneOptions } from './autograd/kernels/tune.ts';
export { indexedDbStore } from './web/choiceStore.ts';
export { analogy, type AnalogyOptions } from './model/analogy.ts';
export { configure, type Choices } from './model/configure.ts';
export { PreparedSource, type FittedLayout } from './model/preparedSource.ts';
export type { Inside, ValueMap } from './model/rendering/inspect.ts';
export { Painter, type PaintOptions } from './model/rendering/painter.ts';
export {
  TrainingSession,
  type DeviceSharing,
  type IterateOptions,
  type SavedTraining,
  type TrainingProgress,
  type TrainingSetup,
} from './model/training/session.ts';
export {
  imageFilter,
  textureByNumbers,
  type AnalogyRun,
  type ByNumbers,
  type Filter,
} from './model/baselines/imageAnalogies/imageAnalogies.ts';
export type { Condition, Config, ConfigDraft, DeepReadonly } from './model/config.ts';
export { preset, presetNames, type PresetName } from './model/presets.ts';
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
export type { GuideWeights } from './model/synthesis/guides.ts';
export type { Draft, LevelPicture, NearestNeighborField } from './model/synthesis/level.ts';
export type { Tile } from './model/synthesis/tile.ts';
export type { SynthesisOptions } from './model/synthesis/options.ts';
export type { TensorState } from './model/networks/networks.ts';
export type { HostState, TrainingInput } from './model/training/training.ts';
export { isUserError, UserError } from './data/errors.ts';
export { fitSize, flatten, fromFloatCHW, resize, resizeLabels, toFloatCHW } from './data/image/image.ts';
export type { Padding } from './data/image/pad.ts';
export type { Indexed, Picture } from './data/image/picture.ts';
export type { ReadableFormat } from './data/formats/imageFormats.ts';
export type { ClassShare } from './data/layout/failureCases.ts';
export type { NearPair } from './data/layout/classes.ts';
export type { As } from './data/layout/indices.ts';
export { buildPalette, readLayout, renderLayout, type BuildOptions, type Layout } from './data/layout/layout.ts';
export type { LayoutReport, Stray } from './data/layout/layoutReport.ts';
export { readPaletteFile, type Palette, type PaletteClass, type RGB } from './data/layout/palette.ts';
export { paletteReport, type ClassUse, type PaletteReport, type TargetUse } from './data/layout/paletteReport.ts';
export {
  ownLayout,
  prepareSource,
  prepareTarget,
  type Size,
  type Source,
  type SourceOptions,
  type Target,
} from './data/prepare.ts';
export type { TrainingGrid } from './data/trainingScale.ts';
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
export {
  inceptionFromWeights,
  isInceptionWeight,
  type Inception,
  type InceptionFeatures,
} from './evaluate/metrics/inception.ts';
export { LayoutClassifier, type LayoutClassifierOptions } from './evaluate/layoutClassifier/layoutClassifier.ts';
export type { PictureAndLabels } from './evaluate/layoutClassifier/warps.ts';
export type { CopyShare } from './evaluate/metrics/copyCheck.ts';
export type { LayoutScore } from './evaluate/metrics/labels.ts';
export type { PatchSimilarity } from './evaluate/metrics/patches.ts';
export type { Sifid } from './evaluate/metrics/sifid.ts';
export { metrics, metricsOf, type Metric } from './evaluate/metrics/metrics.ts';
