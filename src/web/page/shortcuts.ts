/** The keys of the page. */
import { $ } from './dom.ts';
import type { Key } from './keys.ts';
import type { ToolName } from './paint/tools.ts';
import { editClass } from './panels/classes.ts';
import { nextTarget } from './panels/targets.ts';
import { tools } from './panels/toolbar.ts';
import { nextSize, type PaintPane } from './panes/paintPane.ts';
import type { PageState } from './state.ts';

export interface ShortcutActions {
  chooseTool: (tool: ToolName) => void;
  nextMode: () => void;
  step: (back: boolean) => void;
  choosePicture: () => void;
  renameTarget: () => void;
  showHelp: () => void;
}

export const shortcuts = (state: PageState, paint: PaintPane, act: ShortcutActions): Key[] => [
  ...tools.map(({ name, key, title }): Key => ({ keys: [key], text: title, act: () => act.chooseTool(name) })),
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    show: '1 – 9',
    text: 'Class to paint',
    act: (e) => {
      const k = Number(e.key) - 1;
      if (k < (state.doc?.classes.length ?? 0)) state.set({ label: k });
    },
  },
  {
    keys: ['[', 'ü'],
    show: '[',
    text: 'Smaller brush',
    act: () => state.set({ size: nextSize(state.settings.size, -1) }),
  },
  {
    keys: [']', '*'],
    show: ']',
    text: 'Larger brush',
    act: () => state.set({ size: nextSize(state.settings.size, 1) }),
  },
  {
    keys: ['x'],
    text: 'Source or target layer',
    act: () => state.set({ layer: state.settings.layer === 'source' ? 'target' : 'source' }),
  },
  { keys: ['v'], text: 'Auto, patches or network', act: act.nextMode },
  { keys: ['z'], ctrl: true, shift: false, text: 'Undo', act: () => act.step(true) },
  { keys: ['z'], ctrl: true, shift: true, text: 'Redo', act: () => act.step(false) },
  { keys: ['y'], ctrl: true, text: '', act: () => act.step(false) },
  { keys: ['0'], text: 'Whole picture', act: () => paint.fit() },
  { keys: ['+', '='], show: '+', text: 'Closer', act: () => paint.zoomBy(1.25) },
  { keys: ['-'], text: 'Farther', act: () => paint.zoomBy(0.8) },
  { keys: ['o'], text: 'Choose a picture', act: act.choosePicture },
  { keys: ['t'], text: 'Start, pause or go on with training', act: () => $('train').click() },
  { keys: ['d'], text: 'Download the result', act: () => $('download').click() },
  {
    keys: ['F2'],
    shift: false,
    text: 'Rename or recolor the chosen class',
    act: () => editClass(state, state.settings.label),
  },
  { keys: ['F2'], shift: true, text: 'Rename the target', act: act.renameTarget },
  { keys: ['PageDown'], show: 'Page ↓', text: 'Next target', act: () => nextTarget(state, 1) },
  { keys: ['PageUp'], show: 'Page ↑', text: 'Target before', act: () => nextTarget(state, -1) },
  { keys: ['?'], text: 'These keys', act: act.showHelp },
];

/** Keys that the panes read themselves, for the help. */
export const paneKeys: readonly (readonly [string, string])[] = [
  ['arrows', 'On the layout: move the pen (Shift far, Alt one pixel)'],
  ['space', 'On the layout: press and lift the pen'],
  ['Enter', 'On the layout: one click'],
  ['Esc', 'Give up what is being drawn'],
  ['wheel', 'Closer and farther'],
  ['Shift wheel', 'Brush size'],
  ['space drag', 'Move the view (or middle button, two fingers)'],
  ['Alt click', 'Pick the class under the pointer'],
  ['arrows', 'On the result: where it comes from'],
];
