/** Reads keys by a table, which the help dialog shows, too. Letters count only while no text is being typed. */
import { $, h } from './dom.ts';

export interface Key {
  /** Values of `KeyboardEvent.key`, letters in lower case. */
  keys: string[];
  /** What it does, for the help; empty: not shown there. */
  text: string;
  act: (e: KeyboardEvent) => void;
  /** With Ctrl or Command. */
  ctrl?: boolean;
  /** With or without Shift; either without. */
  shift?: boolean;
  /** How the help names the key; the first of `keys` without. */
  show?: string;
}

const isTyping = (e: KeyboardEvent): boolean => {
  const t = e.target as HTMLElement;
  return (
    t instanceof HTMLTextAreaElement ||
    t instanceof HTMLSelectElement ||
    t.isContentEditable ||
    (t instanceof HTMLInputElement && !['range', 'button', 'checkbox', 'color'].includes(t.type))
  );
};

/** Acts on keys, and lists them in the help dialog. `more`: keys that are read elsewhere, for the help only. */
export function listenToKeys(keys: readonly Key[], more: readonly (readonly [string, string])[]): void {
  document.addEventListener('keydown', (e) => {
    if (isTyping(e) || e.altKey || document.querySelector('dialog[open]')) return;
    const ctrl = e.ctrlKey || e.metaKey;
    const key = keys.find(
      (k) =>
        Boolean(k.ctrl) === ctrl &&
        (k.shift === undefined || k.shift === e.shiftKey) &&
        k.keys.includes(e.key.length === 1 ? e.key.toLowerCase() : e.key),
    );
    if (!key) return;
    e.preventDefault();
    key.act(e);
  });
  const row = (name: string, text: string): HTMLElement => h('div', {}, h('span', {}, text), h('kbd', {}, name));
  $('keys').replaceChildren(
    ...keys
      .filter((k) => k.text)
      .map((k) =>
        row(k.show ?? `${k.ctrl ? 'Ctrl ' : ''}${k.shift ? 'Shift ' : ''}${k.keys[0].toUpperCase()}`, k.text),
      ),
    ...more.map(([k, t]) => row(k, t)),
  );
}
