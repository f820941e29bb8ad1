/**
 * The library for browsers, and all of it that needs no files: engine, autograd, ops, the method, images and layouts.
 */
export { DeviceError, openDevice, type Device, type DeviceInfo, type OpenOptions } from './engine/device.ts';
export { Profile, type ProfileRow } from './engine/profile.ts';
export { Tensor, type DType, type KernelLaunch, type Shape } from './autograd/tensor.ts';
export { Session } from './autograd/session.ts';
export type { KernelRecord } from './autograd/kernels/choices.ts';
export { measuring, Tuner, type ChoiceStore, type TuneOptions } from './autograd/kernels/tune.ts';
export { indexedDbStore } from './web/choiceStore.ts';
export { gradients, detach } from './autograd/tape.ts';
export { op, type Op } from './autograd/op.ts';
export type { AdamOptions } from './autograd/optimizer/adam.ts';
export { Parameters, type ParameterSpec } from './autograd/parameters.ts';
export * as ops from './autograd/ops/index.ts';
export { analogy, type AnalogyOptions } from './model/analogy.ts';
export { configure, type Choices } from './model/configure.ts';
export { PreparedSource } from './model/preparedSource.ts';
export { Painter, type PaintOptions } from './model/rendering/painter.ts';
export {
  TrainingSession,
  type DeviceSharing,
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
export { Renderer } from './model/rendering/renderer.ts';
export type { NearestNeighborField, LevelPicture } from './model/synthesis/level.ts';
export type { SynthesisOptions } from './model/synthesis/options.ts';
export type { TensorState } from './model/networks/networks.ts';
export { Training, type HostState, type TrainingInput } from './model/training/training.ts';
export { isUserError, UserError } from './data/errors.ts';
export { fitSize, flatten, fromFloatCHW, resize, resizeLabels, toFloatCHW, type Picture } from './data/image/image.ts';
export { buildPalette, readLayout, renderLayout, type Layout } from './data/layout/layout.ts';
export { readPaletteFile, type Palette, type PaletteClass, type RGB } from './data/layout/palette.ts';
export { paletteReport, type PaletteReport } from './data/layout/paletteReport.ts';
export { ownLayout, prepareSource, prepareTarget, type Source, type Target } from './data/prepare.ts';
export { readText, withText } from './data/formats/png.ts';
export { allSceneNames, paintScene, sceneNames, type Scene } from './data/scenes/index.ts';
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
