/** The list of targets under its button: chooses, renames, adds, removes, and starts one over from another layout. */

import { $, h, icon } from '../dom.ts';
import { NAME_LENGTH, type TargetLayout } from '../paint/targets.ts';
import type { PageState } from '../state.ts';
import { arrowKeys } from './classes.ts';

/** Shows the next target (step 1) or the one before (-1). */
export function nextTarget(state: PageState, step: number): void {
  const { targets, target } = state.doc;
  if (targets.length > 1) show(state, targets[(targets.indexOf(target) + step + targets.length) % targets.length]);
}

function show(state: PageState, target: TargetLayout): void {
  if (target === state.doc.target) return;
  state.doc.choose(target);
  changed(state);
}

/** Shows the target layer, and asks for its result. */
function changed(state: PageState): void {
  state.set({ layer: 'target' });
  state.emit('painted', { layer: 'target', live: false });
}

/**
 * Joins the list to the document. `open`: reads a layout from a file, into the shown target or (`fresh`) as a new one.
 * Returns the function that opens the list to rename the shown target.
 */
export function showTargets(state: PageState, open: (fresh: boolean) => void): () => void {
  const panel = $('targets'),
    list = $('target-list');
  let naming: TargetLayout | null = null,
    shown = false;
  // A row keeps its element for as long as its target exists: a button must not vanish while it is being pressed.
  let rows = new Map<TargetLayout, { element: HTMLElement; update: () => void }>();
  const showError = (error: string): void => {
    $('target-error').textContent = error;
  };
  const focusShown = (): void => list.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();

  const rename = (target: TargetLayout): void => {
    show(state, target);
    naming = target;
    showError('');
    draw();
    const input = list.querySelector('input');
    input?.focus(); // not every browser lets select() do that
    input?.select();
  };
  const remove = (target: TargetLayout): void => {
    state.doc.choose(target);
    state.doc.removeTarget();
    changed(state);
    focusShown();
  };

  /** The name as a field: Enter and leaving it take what was typed, Escape does not. */
  const field = (target: TargetLayout): HTMLElement => {
    const input = h('input', {
      value: target.name,
      maxlength: NAME_LENGTH,
      'aria-label': `Name of ${target.name}`,
      autocomplete: 'off',
      spellcheck: 'false',
    });
    const end = (accept: boolean, left: boolean): void => {
      if (naming !== target) return;
      const typed = input.value.trim();
      if (accept && !state.doc.renameTarget(target, typed)) {
        showError(typed ? `Another target is called “${typed}”.` : 'A target needs a name.');
        input.setAttribute('aria-invalid', 'true');
        if (!left) return; // a field that is left with an unusable name gets the old one back
      } else showError('');
      naming = null;
      draw();
      if (!left) focusShown();
    };
    input.addEventListener('keydown', (e) => {
      e.stopPropagation();
      if (e.key !== 'Enter' && e.key !== 'Escape') return;
      e.preventDefault();
      end(e.key === 'Enter', false);
    });
    input.addEventListener('blur', () => end(true, true));
    return input;
  };

  const row = (t: TargetLayout): { element: HTMLElement; update: () => void } => {
    const name = h('span'),
      choice = h(
        'button',
        {
          type: 'button',
          role: 'radio',
          title: 'Double-click or F2 to rename',
          onclick: () => show(state, t),
          ondblclick: () => rename(t),
        },
        name,
      );
    const tool = (symbol: string, text: string, act: () => void): HTMLButtonElement =>
      h('button', { type: 'button', class: 'icon-button quiet', title: text, onclick: act }, icon(symbol));
    const pen = tool('pen', 'Rename', () => rename(t)),
      bin = tool('close', 'Remove', () => remove(t)),
      element = h('div', { class: 'row' }, choice, pen, bin);
    const update = (): void => {
      const on = t === state.doc.target;
      name.textContent = t.name;
      choice.setAttribute('aria-checked', String(on));
      choice.tabIndex = on ? 0 : -1;
      pen.setAttribute('aria-label', `Rename ${t.name}`);
      bin.setAttribute('aria-label', `Remove ${t.name}`);
      bin.disabled = state.doc.targets.length < 2;
      const typed = element.querySelector('input');
      if (t === naming && !typed) choice.replaceWith(field(t));
      else if (t !== naming) typed?.replaceWith(choice);
    };
    return { element, update };
  };

  /** Buttons for the layouts to start from; disabled while a scene's layout is being painted. */
  const chips = (copy: boolean, act: (labels: Uint8Array, name?: string) => void, file: () => void): HTMLElement[] => {
    const { doc, presets } = state;
    const chip = (text: string, labels: Uint8Array | null, name?: string): HTMLElement =>
      h(
        'button',
        {
          type: 'button',
          disabled: !labels,
          title: labels ? undefined : 'Being painted…',
          onclick: () => act(labels!, name),
        },
        text,
      );
    return [
      ...(copy ? [chip('a copy of this', doc.target.labels)] : []),
      chip(doc.lines ? 'the photograph’s drawing' : 'the source layout', doc.layers.source),
      ...presets.map((p) => chip(p.name, p.labels, p.name)),
      h('button', { type: 'button', onclick: file }, 'a file…'),
    ];
  };

  function draw(): void {
    const { doc } = state;
    if (!doc) return;
    $('target-name').textContent = doc.target.name;
    if (!shown) return;
    if (doc.targets.length !== rows.size || doc.targets.some((t) => !rows.has(t))) {
      rows = new Map(doc.targets.map((t) => [t, rows.get(t) ?? row(t)]));
      list.replaceChildren(...[...rows.values()].map((r) => r.element));
    }
    for (const r of rows.values()) r.update();
    $('target-add').replaceChildren(
      ...chips(
        true,
        (labels, name) => {
          doc.addTarget(labels, name);
          changed(state);
        },
        () => open(true),
      ),
    );
    $('target-again-title').textContent = `Begin “${doc.target.name}” again from`;
    $('target-again').replaceChildren(
      ...chips(
        false,
        (labels) => {
          doc.replace('target', labels, 'another target');
          changed(state);
        },
        () => open(false),
      ),
    );
  }

  arrowKeys(list);
  list.addEventListener('keydown', (e) => {
    if (e.key !== 'F2' && e.key !== 'Delete') return;
    e.preventDefault();
    e.stopPropagation();
    if (e.key === 'F2') rename(state.doc.target);
    else if (state.doc.targets.length > 1) remove(state.doc.target);
  });
  panel.addEventListener('beforetoggle', (e) => {
    shown = e.newState === 'open';
    showError('');
    draw(); // already here: the list would be empty until the event `toggle`, which comes a task later
    const { left, bottom } = $('target-open').getBoundingClientRect();
    Object.assign(panel.style, { left: `${Math.max(8, Math.min(left, innerWidth - 338))}px`, top: `${bottom + 4}px` });
  });
  panel.addEventListener('toggle', () => {
    if (!shown) naming = null;
    if (shown && !naming) focusShown();
  });
  for (const event of ['document', 'targets'] as const) state.on(event, draw);
  return () => {
    panel.showPopover();
    rename(state.doc.target);
  };
}
