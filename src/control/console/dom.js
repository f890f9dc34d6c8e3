// What the panels are made of. Whatever comes from the server becomes text, never markup: `h` alone makes elements.

/** An element: attributes, `on…` listeners, properties of forms; children are nodes, texts or lists of them. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (['value', 'checked', 'disabled', 'selected'].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const said = document.getElementById('said');
let saidTimer;

/** Says something in passing, and to screen readers. */
export function say(text, isBad = false) {
  said.replaceChildren(h('p', { class: isBad ? 'bad' : '' }, text));
  clearTimeout(saidTimer);
  saidTimer = setTimeout(() => said.replaceChildren(), isBad ? 9000 : 3000);
}

/** Says why something was not done. */
export function complain(error) {
  if (error.name === 'AbortError') return;
  const lines = (error.problems ?? []).map((one) => `line ${one.line}: ${one.message}`);
  say([error.message, ...lines].join('\n'), true);
}

/** A button that does something, once at a time, and says why if it was not done. */
export function button(text, run, attributes = {}) {
  const it = h('button', {
    type: 'button',
    ...attributes,
    onclick: async () => {
      it.disabled = true;
      try { await run(); } catch (error) { complain(error); } finally { it.disabled = false; }
    },
  }, text);
  return it;
}

/** A form that does something with its values when sent. */
export function form(attributes, run, ...children) {
  return h('form', {
    ...attributes,
    onsubmit: async (event) => {
      event.preventDefault();
      const it = event.currentTarget;
      try { await run(Object.fromEntries(new FormData(it)), it); } catch (error) { complain(error); }
    },
  }, ...children);
}

/** A label around an input. */
export const field = (label, input, hint) => h('label', { class: 'field' }, h('span', {}, label), input, hint && h('small', {}, hint));

export function select(name, values, chosen, attributes = {}) {
  const options = values.map((value) => (typeof value === 'string' ? [value, value] : value));
  return h('select', { name, ...attributes }, options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)));
}

/** Puts a text on the clipboard. Without HTTPS or localhost there is none, but there is the selection. */
async function toClipboard(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    say('Copied.');
  } catch {
    getSelection().selectAllChildren(element);
    say('Selected; press Ctrl+C or ⌘C.');
  }
}

/** A text to copy. `what` says to screen readers what the button copies. */
export function copyable(text, what, attributes = {}) {
  const code = h('code', {}, text);
  const copy = h('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${what}`, onclick: () => toClipboard(text, code) }, 'Copy');
  return h('span', { class: 'copyable', ...attributes }, code, copy);
}

export const chip = (text, kind = '') => h('span', { class: `chip ${kind}` }, text);

export const quiet = (...text) => h('p', { class: 'quiet' }, ...text);

/** A part of a panel under a heading. */
export const part = (title, ...children) => h('section', {}, h('h2', {}, title), ...children);

/** Names and what they are; those without a value are left out. */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return h('dl', {}, shown.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

/** `2026-01-01 00:00:00` of a time as the server writes it. */
export const time = (at) => (at ? at.replace('T', ' ').replace(/(\.\d+)?Z$/, '') : '');

/** The mark of a fact. */
export const mark = (name) => chip(name, `mark-${name}`);

/** Up to here JSON is coloured: a page of a thousand users need not be. */
const COLOURED_CHARS_MAX = 100_000;

/** A value as indented JSON, or a text as it is. */
export function pretty(value) {
  if (typeof value === 'string') return h('pre', { tabindex: 0 }, value);
  const text = JSON.stringify(value, null, 2);
  if (text.length > COLOURED_CHARS_MAX) return h('pre', { tabindex: 0 }, text);
  const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(token)) {
    const [all, string, colon] = found;
    nodes.push(text.slice(from, found.index));
    nodes.push(h('span', { class: colon ? 'key' : string ? 'string' : 'word' }, colon ? string : all), colon ?? '');
    from = found.index + all.length;
  }
  return h('pre', { tabindex: 0 }, nodes, text.slice(from));
}

/** How much there is of something; little of it is a warning, unless `kind` says otherwise. */
export function meter(left, of, label, kind) {
  const level = h('i');
  const share = of ? Math.max(0, Math.min(1, left / of)) : 0;
  level.style.inlineSize = `${share * 100}%`;
  kind ??= share === 0 ? 'none' : share < 0.25 ? 'low' : '';
  return h('span', { class: `meter ${kind}`, role: 'meter', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': of, 'aria-valuenow': left }, level);
}

/**
 * A dialog. `run` gets the values when it is sent, and may throw: then it stays open and says why. Gives what `run` gave,
 * or `null` if it was closed.
 */
export function dialog(title, { body = [], action = 'OK', isDanger = false, run = async () => true, isWide = false } = {}) {
  return new Promise((done) => {
    const wrong = h('p', { class: 'wrong', role: 'alert' });
    let given = null;
    const send = h('button', { class: isDanger ? 'danger' : 'primary' }, action);
    const it = h('dialog', { class: isWide ? 'wide' : '', 'aria-labelledby': 'dialog-title', onclose: () => { it.remove(); done(given); } },
      h('form', {
        onsubmit: async (event) => {
          event.preventDefault();
          send.disabled = true;
          try {
            given = await run(Object.fromEntries(new FormData(event.target)));
            it.close();
          } catch (error) {
            wrong.textContent = error.message;
          } finally {
            send.disabled = false;
          }
        },
      },
      h('h2', { id: 'dialog-title' }, title), body, wrong,
      h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => it.close() }, run === null ? 'Close' : 'Cancel'), run && send)));
    document.body.append(it);
    it.showModal();
    if (!it.querySelector('input, select, textarea')) (run ? send : it.querySelector('.buttons button')).focus();
  });
}

/** Saves a file. */
export function save(blob, name) {
  const href = URL.createObjectURL(blob);
  h('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** Asks before something is lost. */
export const sure = (title, text, action) => dialog(title, { body: h('p', {}, text), action, isDanger: true });

/** Shows what is shown once. */
export function showOnce(title, given) {
  const shown = Object.entries(given).filter(([, value]) => typeof value === 'string');
  return dialog(title, {
    body: [quiet('Take them now: the server does not show secrets again.'), facts(shown.map(([name, value]) => [name, copyable(value, name)]))],
    run: null,
  });
}
