/** Messages to the visitor: short lines that go after a while, or stay where something has to be decided. */
import { $, h, icon } from './dom.ts';

export interface Action {
  label: string;
  act: () => void;
}
interface Options {
  /** It reports an error. */
  bad?: boolean;
  /** As buttons; a message with buttons stays until one is pressed. */
  actions?: Action[];
  /** Milliseconds until it goes by itself; 0: it stays. */
  lasts?: number;
  /** A newer message of the same kind takes its place. */
  kind?: string;
}

/** Shows a message. Returns the function that takes it away. */
export function notify(
  text: string,
  { bad = false, actions = [], kind = text, lasts = actions.length ? 0 : bad ? 14_000 : 7000 }: Options = {},
): () => void {
  const box = $('messages');
  for (const old of box.querySelectorAll<HTMLElement>('.message')) if (old.dataset.kind === kind) old.remove();
  const close = (): void => message.remove();
  const message = h(
    'div',
    { class: bad ? 'message bad' : 'message', role: bad ? 'alert' : undefined },
    h('p', {}, text),
    ...actions.map((a) =>
      h(
        'button',
        {
          onclick: () => {
            close();
            a.act();
          },
        },
        a.label,
      ),
    ),
    h('button', { class: 'icon-button quiet', 'aria-label': 'Dismiss this message', onclick: close }, icon('close')),
  );
  message.dataset.kind = kind;
  box.append(message);
  showAbove(box);
  if (lasts) setTimeout(close, lasts);
  return close;
}

/** A modal dialog covers the page and takes its clicks: while one is open, messages are shown inside it. */
function showAbove(box: HTMLElement): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog[open]');
  if (!dialog || dialog.contains(box)) return;
  dialog.append(box);
  dialog.addEventListener('close', () => document.querySelector('main')!.before(box), { once: true });
}

/** Shows an error's message. */
export const notifyError = (error: unknown, actions: Action[] = []): void => {
  notify(error instanceof Error ? error.message : String(error), { bad: true, actions });
};

type Browser = 'Chrome or Edge' | 'Firefox' | 'Safari' | 'this browser';

/** The browser by its user agent. */
export function browserOf(agent: string): Browser {
  if (/Firefox\//.test(agent)) return 'Firefox';
  if (/Chrome\/|Chromium\/|Edg\//.test(agent)) return 'Chrome or Edge';
  return /Safari\//.test(agent) ? 'Safari' : 'this browser';
}

/** Steps that switch WebGPU on. `found`: the browser has it, but no adapter. */
export function stepsFor(browser: Browser, found: boolean): string[] {
  const secure =
    'WebGPU works on https:// pages and on this computer (localhost, 127.0.0.1) only: open the page that way.';
  switch (browser) {
    case 'Chrome or Edge':
      return found
        ? [
            'Open chrome://gpu (or edge://gpu) and look at the line “WebGPU”.',
            'In the settings, under System, switch on “Use graphics acceleration when available”, ' +
              'and restart the browser.',
            'On Linux: open chrome://flags/#enable-unsafe-webgpu and #enable-vulkan, choose Enabled, ' +
              'and restart the browser.',
            'Update the graphics driver.',
          ]
        : [
            'Update the browser: WebGPU came with version 113.',
            'On Linux: open chrome://flags/#enable-unsafe-webgpu, choose Enabled, and restart the browser.',
            secure,
          ];
    case 'Firefox':
      return [
        'Update the browser: WebGPU came with version 141 on Windows and 145 on Macs.',
        'Elsewhere: open about:config, set dom.webgpu.enabled to true, ' +
          'and restart the browser (Firefox Nightly has it on Linux).',
        secure,
      ];
    case 'Safari':
      return [
        'Update to Safari 26 (macOS 26, iOS 26, iPadOS 26).',
        'Before that: Settings › Apps › Safari › Advanced › Feature Flags, switch on WebGPU.',
        secure,
      ];
    default:
      return ['Use a newer Chrome, Edge, Firefox or Safari.', secure];
  }
}

/** Shows a notice in place of the result where nothing can be computed. Painting still works. */
export function showNotice(title: string, why: string, steps: readonly string[], actions: Action[] = []): void {
  const box = $('notice');
  box.replaceChildren(
    h('h2', {}, title),
    h('p', {}, why),
    steps.length ? h('ol', {}, ...steps.map((s) => h('li', {}, ...withCode(s)))) : h('p', {}),
    h(
      'p',
      { class: 'soft' },
      'Until then you can open a photograph, paint its layouts and export them; ' +
        'the command line (semia train) takes them.',
    ),
    h('div', { class: 'row' }, ...actions.map((a) => h('button', { onclick: () => a.act() }, a.label))),
  );
  box.hidden = false;
}
export const hideNotice = (): void => {
  $('notice').hidden = true;
};

/** Marks addresses and settings to be copied as code. */
const withCode = (text: string): (string | Node)[] =>
  text
    .split(/((?:chrome|edge):\/\/[\w/#-]*\w|#enable-\w+|about:config|dom\.webgpu\.enabled)/)
    .map((part, i) => (i % 2 ? h('code', {}, part) : part));
