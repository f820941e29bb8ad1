/** Undo and redo, as buttons and for the keys. */
import { $, icon, on } from '../dom.ts';
import { notify } from '../messages.ts';
import type { PageState } from '../state.ts';

/** Makes the buttons. `cancel`: ends the stroke under way. Returns the function that undoes (true) or redoes a step. */
export function showUndo(state: PageState, cancel: () => void): (back: boolean) => void {
  const draw = (): void => {
    for (const [id, verb, key, step] of [
      ['undo', 'Undo', 'Ctrl Z', state.doc?.history.undoStep],
      ['redo', 'Redo', 'Ctrl Shift Z', state.doc?.history.redoStep],
    ] as const) {
      const button = $<HTMLButtonElement>(id);
      const text = `${verb}${step ? ` ${step.name}` : ''}`;
      button.disabled = !step;
      button.title = `${text} (${key})`;
      button.setAttribute('aria-label', text);
    }
  };
  const step = (back: boolean): void => {
    const { doc } = state;
    const next = back ? doc?.history.undoStep : doc?.history.redoStep;
    if (!next) return;
    // A run has learned the source layout and the classes: the history stops where they would change.
    if (state.hasRun && next.affectsRun) {
      const verb = back ? 'undo' : 'redo';
      notify(`The run has learnt the source layout and the classes. Reset it to ${verb} “${next.name}”.`, {
        kind: 'learnt',
      });
      return;
    }
    const version = (): number => doc.version.source + doc.version.classes;
    const before = version();
    cancel(); // such as a lasso around a region that goes away
    if (back) doc.undo();
    else doc.redo();
    state.emit('painted', { layer: version() === before ? 'target' : 'source', live: false });
  };
  for (const event of ['document', 'classes', 'targets'] as const) state.on(event, draw);
  state.on('painted', ({ live }) => {
    if (!live) draw();
  });
  for (const id of ['undo', 'redo']) $(id).append(icon(id));
  on('undo', 'click', () => step(true));
  on('redo', 'click', () => step(false));
  draw();
  return step;
}
