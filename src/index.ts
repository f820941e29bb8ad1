/**
 * Semantic Image Analogy for browsers, and all of it that needs no files: the method, patch synthesis without training,
 * inpainting, evaluation, pictures and layouts. `semia-webgpu/engine` has the compute engine underneath.
 *
 *     const session = new Session(await openDevice(navigator.gpu));
 *     const [picture] = await analogy({ session, photo, layout, targets: [drawn], preset: 'fast' });
 * @module semia-webgpu
 */

export type { ChoiceStore, TuneOptions } from './autograd/kernels/tune.ts';
export { Session } from './autograd/session.ts';
export { isUserError, UserError } from './data/errors.ts';
export type { ReadableFormat } from './data/formats/imageFormats.ts';
export { readText, withText } from './data/formats/png.ts';
export { fitSize, flatten, fromFloatCHW, resize, resizeLabels, toFloatCHW } from './data/image/image.ts';
export type { Padding } from './data/image/pad.ts';
export type { Indexed, Picture } from './data/image/picture.ts';
export type { NearPair } from './data/layout/classes.ts';
export type { ClassShare } from './data/layout/failureCases.ts';
export type { As } from './data/layout/indices.ts';
export { type BuildOptions, buildPalette, type Layout, readLayout, renderLayout } from './data/layout/layout.ts';
export type { LayoutReport, Stray } from './data/layout/layoutReport.ts';
export { type Palette, type PaletteClass, type RGB, readPaletteFile } from './data/layout/palette.ts';
export { type ClassUse, type PaletteReport, paletteReport, type TargetUse } from './data/layout/paletteReport.ts';
export {
  ownLayout,
  prepareSource,
  prepareTarget,
  type Size,
  type Source,
  type SourceOptions,
  type Target,
} from './data/prepare.ts';
export {
  allSceneNames,
  paintScene,
  type Scene,
  type SceneClass,
  type SceneOptions,
  type ScenePicture,
  sceneNames,
} from './data/scenes/index.ts';
export { sceneLayout, scenePhoto } from './data/scenes/pictures.ts';
export type { TrainingGrid } from './data/trainingScale.ts';
export { type Device, DeviceError, type DeviceInfo, type OpenOptions, openDevice } from './engine/device.ts';
export {
  type EvaluateInput,
  type EvaluationSource,
  evaluate,
  layoutClassifierOf,
  type Report,
} from './evaluate/evaluate.ts';
export { LayoutClassifier, type LayoutClassifierOptions } from './evaluate/layoutClassifier/layoutClassifier.ts';
export type { PictureAndLabels } from './evaluate/layoutClassifier/warps.ts';
export type { CopyShare } from './evaluate/metrics/copyCheck.ts';
export {
  type Inception,
  type InceptionFeatures,
  inceptionFromWeights,
  isInceptionWeight,
} from './evaluate/metrics/inception.ts';
export type { LayoutScore } from './evaluate/metrics/labels.ts';
export { type Metric, metrics, metricsOf } from './evaluate/metrics/metrics.ts';
export type { PatchSimilarity } from './evaluate/metrics/patches.ts';
export type { Sifid } from './evaluate/metrics/sifid.ts';
export { type AnalogyOptions, analogy } from './model/analogy.ts';
export {
  type AnalogyRun,
  type ByNumbers,
  type Filter,
  imageFilter,
  textureByNumbers,
} from './model/baselines/imageAnalogies/imageAnalogies.ts';
export type { Condition, Config, ConfigDraft, DeepReadonly } from './model/config.ts';
export { type Choices, configure } from './model/configure.ts';
export type { TensorState } from './model/networks/networks.ts';
export type { ClassTable, LayoutData, PairData } from './model/pair.ts';
export { type FittedLayout, PreparedSource } from './model/preparedSource.ts';
export { type PresetName, preset, presetNames } from './model/presets.ts';
export type { Inside, ValueMap } from './model/rendering/inspect.ts';
export { Painter, type PaintOptions } from './model/rendering/painter.ts';
export type { GuideWeights } from './model/synthesis/guides.ts';
export { inpaint } from './model/synthesis/inpainting/inpaint.ts';
export {
  defaultInpainting,
  type HoleLayout,
  type InpaintOptions,
  type InpaintSettings,
  unguidedInpainting,
} from './model/synthesis/inpainting/options.ts';
export type { Draft, LevelPicture } from './model/synthesis/level.ts';
export type { NearestNeighborField } from './model/synthesis/matches.ts';
export type { SynthesisOptions, ToneOptions } from './model/synthesis/options.ts';
export {
  type Preview,
  Previewer,
  type PreviewOptions,
  type PreviewRequest,
  type PreviewSource,
  preview,
} from './model/synthesis/preview.ts';
export type { Tile } from './model/synthesis/tile.ts';
export type { PhotoPair } from './model/synthesis/upsampling/photoSynthesizer.ts';
export {
  type DeviceSharing,
  type IterateOptions,
  type SavedTraining,
  type TrainingProgress,
  TrainingSession,
  type TrainingSetup,
} from './model/training/session.ts';
export type { HostState, TrainingInput } from './model/training/training.ts';
export { indexedDbStore } from './web/choiceStore.ts';
