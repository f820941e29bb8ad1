/**
 * The table of commands: all that the program knows of a command outside its own file. A new command is one row here
 * and one file.
 */
import type { CommandRow } from '../commandRow.ts';

const file = ['--quality'];
const seed = ['--seed', ...file];
const task = ['--output-size', '--palette', ...file];
const hole = [...seed, '--mask', '--sample-mask', '--grow'];
const start = [...seed, '--start'];

/** In the order of `semia --help`. */
export const commands: readonly CommandRow[] = [
  { name: 'analogy', device: true, load: async () => (await import('./analogy.ts')).addAnalogy },
  {
    name: 'preview',
    device: true,
    rerun: [...task, ...seed, '--condition', '--drawing', '--tile', '--target-size'],
    load: async () => (await import('./preview.ts')).addPreview,
  },
  {
    name: 'analogies',
    device: true,
    rerun: [...task, '--kappa', '--guide-weight', '--filter'],
    load: async () => (await import('./baselines/analogies.ts')).addAnalogies,
  },
  { name: 'train', device: true, load: async () => (await import('./train.ts')).addTrain },
  { name: 'render', device: true, load: async () => (await import('./render.ts')).addRender },
  { name: 'palette', device: false, load: async () => (await import('./layout/palette.ts')).addPalette },
  { name: 'doctor', device: true, load: async () => (await import('./doctor.ts')).addDoctor },
  { name: 'example', device: false, load: async () => (await import('./example.ts')).addExample },
  { name: 'rerun', device: true, load: async () => (await import('./rerun.ts')).addRerun },
  {
    name: 'segment',
    device: false,
    rerun: ['-k', '--superpixels', '--compactness'],
    load: async () => (await import('./layout/segment.ts')).addSegment,
  },
  { name: 'edges', device: false, load: async () => (await import('./layout/edges.ts')).addEdges },
  { name: 'serve', device: false, load: async () => (await import('./serve.ts')).addServe },
  { name: 'start', device: true, load: async () => (await import('./start.ts')).addStart },
  { name: 'evaluate', device: true, load: async () => (await import('./research/evaluate.ts')).addEvaluate },
  { name: 'compare', device: true, load: async () => (await import('./research/compare.ts')).addCompare },
  { name: 'study', device: false, load: async () => (await import('./research/study.ts')).addStudy },
  { name: 'ablate', device: true, load: async () => (await import('./research/ablate.ts')).addAblate },
  {
    name: 'spade',
    device: true,
    rerun: [...task, ...seed, '--size', '--width', '--iterations', '--rate', '--weights', '--channels', '--vgg'],
    load: async () => (await import('./baselines/spade.ts')).addSpade,
  },
  {
    name: 'deepanalogy',
    device: true,
    rerun: [...seed, '--format', '--vgg', '--size', '--iterations', '--steps'],
    load: async () => (await import('./baselines/deepAnalogy.ts')).addDeepAnalogy,
  },
  {
    name: 'singan',
    device: true,
    rerunSubcommands: {
      sample: [...start, '--size', '--tile'],
      retarget: [...start, '--size'],
      superres: [...seed, '--factor'],
      edit: [...start, '--mask'],
      harmonize: [...start, '--mask'],
      paint: [...start, '--colors'],
      animate: ['--seed', '--start', '--frames', '--fps', '--alpha', '--beta'],
    },
    load: async () => (await import('./baselines/singan.ts')).addSingan,
  },
  { name: 'import', device: true, load: async () => (await import('./released/import.ts')).addImport },
  { name: 'export', device: false, load: async () => (await import('./released/export.ts')).addExport },
  {
    name: 'remove',
    device: true,
    rerun: [...hole, '--layout', '--class', '--palette', '--run'],
    load: async () => (await import('./inpaint.ts')).addRemove,
  },
  {
    name: 'inpaint',
    device: true,
    rerun: [...hole, '--from'],
    load: async () => (await import('./inpaint.ts')).addInpaint,
  },
];
