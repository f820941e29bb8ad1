/** The row of classes: chooses the one to paint, renames, recolors, adds and removes. */
import { hex, parseHex } from '../../../data/layout/palette.ts';
import { $, h, icon, on } from '../dom.ts';
import { notify } from '../messages.ts';
import type { PageState } from '../state.ts';

/** Arrow keys move the focus within a group of buttons, and choose radio buttons. */
export function arrowKeys(box: HTMLElement): void {
  box.addEventListener('keydown', (e) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[e.key];
    const all = [...box.querySelectorAll<HTMLButtonElement>('button:not(:disabled, [hidden])')],
      at = all.indexOf(document.activeElement as HTMLButtonElement);
    if (!step || at < 0) return;
    e.preventDefault();
    e.stopPropagation();
    const next = all[(at + step + all.length) % all.length];
    next.focus();
    if (next.getAttribute('role') === 'radio') next.click();
  });
}

/** A choice of several, as radio buttons in #id. Returns the function that shows another value as chosen. */
export function segmented<T extends string>(
  id: string,
  choices: readonly (readonly [T, string, string?])[],
  chosen: (value: T) => void,
): (value: T) => void {
  const box = $(id);
  const buttons = choices.map(([value, text, title]) =>
    h(
      'button',
      {
        type: 'button',
        role: 'radio',
        title,
        'data-value': value,
        onclick: () => {
          show(value);
          chosen(value);
        },
      },
      text,
    ),
  );
  const show = (value: T): void => {
    for (const b of buttons) {
      const is = b.dataset.value === value;
      b.setAttribute('aria-checked', String(is));
      b.tabIndex = is ? 0 : -1;
    }
  };
  box.replaceChildren(...buttons);
  arrowKeys(box);
  show(choices[0][0]);
  return show;
}

/** Fills the row of classes and draws it anew when they change. */
export function showClasses(state: PageState): void {
  const box = $('classes');
  arrowKeys(box);
  let drawn = '';
  const draw = (): void => {
    const { doc, settings } = state;
    if (!doc) return;
    const here = new Set(doc.missing());
    const key = JSON.stringify([doc.classes, settings.label, [...here], state.hasRun]);
    if (key === drawn) return;
    drawn = key;
    const focused = box.contains(document.activeElement);
    box.replaceChildren(
      ...doc.classes.map((c, k) => {
        const swatch = h('span', { class: 'swatch' });
        swatch.style.background = hex(c.color);
        const on = settings.label === k;
        return h(
          'button',
          {
            type: 'button',
            role: 'radio',
            'aria-checked': String(on),
            tabindex: on ? 0 : -1,
            class: here.has(c.name) ? 'absent' : undefined,
            title: [
              k < 9 ? `${k + 1} · ` : '',
              doc.lines ? '' : 'double-click to rename',
              here.has(c.name) ? ' · not on the source layout' : '',
            ].join(''),
            onclick: () => state.set({ label: k }),
            ondblclick: () => editClass(state, k),
          },
          swatch,
          c.name,
        );
      }),
    );
    if (focused) box.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
    box.querySelector('[aria-checked="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  for (const event of ['document', 'settings', 'classes', 'status'] as const) state.on(event, draw);
  state.on('painted', ({ live }) => {
    if (!live) draw();
  }); // counts pixels, so not during a stroke
  const tools = h(
    'span',
    { class: 'row class-tools' },
    h(
      'button',
      {
        class: 'icon-button quiet',
        title: 'Rename or recolor the class (F2)',
        'aria-label': 'Rename or recolor the class',
        onclick: () => editClass(state, state.settings.label),
      },
      '…',
    ),
    h(
      'button',
      { class: 'icon-button quiet', title: 'New class', 'aria-label': 'New class', onclick: () => addClass(state) },
      icon('plus'),
    ),
  );
  box.after(tools);
  state.on('document', ({ lines }) => {
    tools.hidden = lines;
  });
}

function addClass(state: PageState): void {
  if (state.hasRun) {
    notify('The run has learnt these classes. Reset it to add another.', { kind: 'learnt' });
    return;
  }
  const label = state.doc.addClass();
  if (label === null) {
    notify('There are as many classes as can be told apart.', { bad: true });
    return;
  }
  state.set({ label });
  editClass(state, label);
}

/** Opens the dialog for a class's name and color. */
export function editClass(state: PageState, label: number): void {
  const dialog = $<HTMLDialogElement>('class-edit'),
    name = $<HTMLInputElement>('class-name'),
    color = $<HTMLInputElement>('class-color');
  if (state.doc.lines) {
    notify('Paper and line are all that a drawing has.', { kind: 'drawing' });
    return;
  }
  const c = state.doc.classes[label];
  name.value = c.name;
  color.value = hex(c.color);
  $('class-error').textContent = '';
  $<HTMLButtonElement>('class-remove').disabled = state.doc.classes.length <= 2 || state.hasRun;
  $('class-remove').onclick = () => {
    state.doc.removeClass(label);
    dialog.close();
    state.emit('painted', { layer: 'target', live: false });
  };
  $('class-ok').onclick = (e) => {
    const change = {
      ...(name.value.trim() !== c.name && { name: name.value }),
      ...(color.value !== hex(c.color) && { color: parseHex(color.value)! }),
    };
    if (Object.keys(change).length && !state.doc.changeClass(label, change)) {
      e.preventDefault();
      $('class-error').textContent = 'Give it a name and a color that no other class has.';
    }
  };
  dialog.showModal();
  name.select();
}

/** Joins the controls of brush size and layer to the settings. */
export function showSettings(state: PageState): void {
  const size = $<HTMLInputElement>('brush-size');
  on('brush-size', 'input', () => state.set({ size: Math.max(1, Math.round((Number(size.value) / 100) ** 2 * 400)) }));
  const layer = segmented(
    'layer',
    [
      ['target', 'Target', 'What the result shall show (X)'],
      ['source', 'Source', 'What the photograph shows (X)'],
    ] as const,
    (value) => state.set({ layer: value }),
  );
  state.on('settings', (s) => {
    size.value = String(Math.round(Math.sqrt(s.size / 400) * 100));
    $('brush-size-text').textContent = `${s.size} px`;
    layer(s.layer);
  });
}
