/** The tools as buttons, and the words that depend on what is painted, a layout or a drawing. */
import { $, icon } from '../dom.ts';
import type { PaintDocument } from '../paint/document.ts';
import { suits, type ToolName } from '../paint/tools.ts';
import type { PageState } from '../state.ts';
import { arrowKeys } from './classes.ts';

export interface ToolInfo {
  name: ToolName;
  key: string;
  title: string;
  /** The title for a drawing, where it differs. */
  drawingTitle?: string;
}

export const tools: readonly ToolInfo[] = [
  { name: 'brush', key: 'b', title: 'Brush' },
  {
    name: 'eraser',
    key: 'e',
    title: 'Eraser: back to the source layout',
    drawingTitle: 'Eraser: takes lines away',
  },
  { name: 'fill', key: 'f', title: 'Fill (Shift: the class everywhere)' },
  { name: 'superpixel', key: 's', title: 'Superpixels: click or drag over them' },
  { name: 'rectangle', key: 'r', title: 'Rectangle', drawingTitle: 'Rectangle (of paper: clears it)' },
  { name: 'move', key: 'm', title: 'Lasso and move a region (Alt: copy)' },
  { name: 'pick', key: 'p', title: 'Pick a class from the picture' },
  { name: 'pan', key: 'h', title: 'Move the view' },
];

/** Makes the buttons. `choose`: called with the tool of a pressed button. */
export function showToolbar(state: PageState, choose: (tool: ToolName) => void): void {
  const buttons = new Map(
    tools.map(({ name, key, title }) => {
      const button = document.createElement('button');
      Object.assign(button, {
        type: 'button',
        title: `${title} (${key.toUpperCase()})`,
        className: 'icon-button quiet',
      });
      button.setAttribute('aria-label', title);
      button.dataset.tool = name;
      button.append(icon(name));
      button.addEventListener('click', () => choose(name));
      return [name, button];
    }),
  );
  $('tools').append(...buttons.values());
  arrowKeys($('tools'));
  state.on('settings', ({ tool }) => {
    for (const [name, button] of buttons) {
      button.setAttribute('aria-pressed', String(name === tool));
      button.tabIndex = name === tool ? 0 : -1;
    }
  });
  state.on('document', (doc) => {
    for (const tool of tools) {
      const button = buttons.get(tool.name)!;
      const text = (doc.lines && tool.drawingTitle) || tool.title;
      button.hidden = !suits(tool.name, doc);
      button.title = `${text} (${tool.key.toUpperCase()})`;
      button.setAttribute('aria-label', text);
    }
    nameFor(doc);
  });
}

/** Names import, export, canvas and classes for a layout or a drawing. */
function nameFor({ lines }: PaintDocument): void {
  const what = lines ? 'drawing' : 'layout';
  for (const [id, text] of [
    ['import', `Import a ${what}`],
    ['export', `Export this ${what}`],
  ]) {
    $(id).title = `${text} (PNG)`;
    $(id).setAttribute('aria-label', `${text} as PNG`);
  }
  $('paint-canvas').setAttribute(
    'aria-label',
    `${lines ? 'Drawing to draw' : 'Layout to paint'} on. ` +
      'Arrow keys move the brush, space presses and releases it, question mark shows all keys.',
  );
  $('classes').setAttribute('aria-label', lines ? 'Line or paper to draw' : 'Class to paint');
}
