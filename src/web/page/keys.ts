/** Keys, in one table: what they do and what the help dialog says. Letters count only while no text is being typed. */
import { $, h } from './dom.ts';

export interface Key {
  keys: string[];
  text: string;
  act: (e: KeyboardEvent) => void;
  /** Held with Ctrl or Command. */
  ctrl?: boolean;
  shift?: boolean;
  show?: string;
}

const typing = (e: KeyboardEvent): boolean => {
  const t = e.target as HTMLElement;
  return (
    t instanceof HTMLTextAreaElement ||
    t instanceof HTMLSelectElement ||
    t.isContentEditable ||
    (t instanceof HTMLInputElement && !['range', 'button', 'checkbox', 'color'].includes(t.type))
  );
};

export function listenToKeys(keys: readonly Key[], more: readonly (readonly [string, string])[]): void {
  document.addEventListener('keydown', (e) => {
    if (typing(e) || e.altKey || document.querySelector('dialog[open]')) return;
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
