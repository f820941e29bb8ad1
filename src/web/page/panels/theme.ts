/** Light or dark: the system's choice until the visitor makes one, which the browser then remembers. */
import { $, on } from '../dom.ts';

const storageKey = 'semia-theme';

function storedTheme(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null; // storage is blocked
  }
}

/** `redraw`: draws the canvases again, in the new colors. */
export function showTheme(redraw: () => void): void {
  const stored = storedTheme();
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const setTheme = (theme: string): void => {
    document.documentElement.dataset.theme = theme;
    $('theme').setAttribute('aria-label', theme === 'dark' ? 'Light colors' : 'Dark colors');
    redraw();
  };
  setTheme(stored ?? (dark.matches ? 'dark' : 'light'));
  dark.addEventListener('change', () => {
    if (!stored) setTheme(dark.matches ? 'dark' : 'light');
  });
  on('theme', 'click', () => {
    const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    setTheme(next);
    try {
      localStorage.setItem(storageKey, next);
    } catch {
      // private windows store nothing
    }
  });
}
