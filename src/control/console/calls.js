// The journal as it grows, and one call of it explained.

import { bytes, call, follow } from './api.js';
import { button, chip, complain, facts, h, mark, meter, part, pretty, quiet, save, select, sure, time } from './dom.js';

/** How many calls stand in the list; older ones are found by the filter. */
const SHOWN_MAX = 500;
const PAGE = 100;

/** With a filter the server is asked what matches, this long after something came. */
const AFTER_MS = 120;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const CLASSES = ['2xx', '3xx', '4xx', '5xx'];

/** What is looked for, kept while the page is: one comes back to it from other panels. */
const wanted = { vendor: '', method: '', status: '', operation: '', path: '' };

const url = ({ path, query }) => (query === null ? path : `${path}?${query}`);
/** A status; a call that chaos left without a reply has none. */
const status = (one) => h('span', { class: `status s${Math.floor((one.status ?? 500) / 100)}` }, one.status === null ? 'none' : String(one.status));

export const calls = {
  name: 'calls',
  title: 'Calls',
  async show(place, app) {
    const { sandbox } = place;
    const list = h('ol', { class: 'calls', 'aria-label': 'Calls, the newest first', onkeydown: walk });
    const detail = h('aside', { class: 'detail', 'aria-label': 'The call, explained' });
    const live = h('span', { class: 'chip' }, 'connecting');
    const more = button('Older', older, { hidden: true });
    const empty = quiet('No calls yet. Each vendor’s panel has a line to paste.');
    let [open] = place.rest;
    let [isPaused, waiting, next] = [false, 0, null];
    let [timer, typing, asked] = [null, null, 0];
    // What came while the list was asked for: the answer may be older. And whether rows were let go at the end.
    let [meanwhile, isCut] = [null, false];
    const isFiltered = () => Object.values(wanted).some(Boolean);

    const pause = button('Pause', async () => {
      isPaused = !isPaused;
      pause.setAttribute('aria-pressed', isPaused);
      if (!isPaused) await load();
      tell();
    }, { 'aria-pressed': 'false' });

    function tell() {
      pause.textContent = isPaused ? (waiting ? `Resume (${waiting} new)` : 'Resume') : 'Pause';
      empty.hidden = list.childElementCount > 0;
      empty.textContent = isFiltered() ? 'No call matches.' : 'No calls yet. Each vendor’s panel has a line to paste.';
      more.hidden = next === null && !isCut;
    }

    function row(one) {
      const why = one.fault ? one.why ?? one.fault : one.operation;
      return h('li', { 'data-id': one.id },
        h('a', { href: app.at('calls', one.id), 'aria-current': one.id === open && 'true', title: one.why ?? '' },
          h('time', { datetime: one.at }, time(one.at).slice(11)),
          h('span', { class: 'method' }, one.method),
          status(one),
          h('span', { class: 'path' }, url(one)),
          h('span', { class: 'why' }, why ?? ''),
          h('span', { class: 'marks' }, one.chaos ? chip('chaos', 'bad') : one.advisories.length > 0 ? chip('advisory', 'mark-varies') : one.dropped.length > 0 && chip('dropped'))));
    }

    async function page(from) {
      const operation = wanted.operation.trim();
      const path = wanted.path.trim();
      const glob = !path || path.startsWith('/') || path.includes('*') ? path : `**${path}**`;
      return call('list_calls', { sandbox }, { signal: app.signal, query: { ...wanted, operation, path: glob, limit: PAGE, next: from } });
    }

    async function load() {
      const mine = ++asked;
      meanwhile = [];
      const found = await page();
      if (mine !== asked) return;
      const since = meanwhile;
      [meanwhile, isCut, waiting] = [null, false, 0];
      ({ next } = found);
      list.replaceChildren(...found.calls.map(row));
      if (!isFiltered()) since.forEach(came);
      tell();
    }

    async function older() {
      if (isCut) return load();
      const found = await page(next);
      ({ next } = found);
      list.append(...found.calls.map(row));
      tell();
    }

    function came(one) {
      meanwhile?.push(one);
      if (isPaused) {
        waiting += 1;
      } else if (isFiltered()) {
        timer ??= setTimeout(() => { timer = null; load().catch(complain); }, AFTER_MS);
      } else if (!list.querySelector(`[data-id="${CSS.escape(one.id)}"]`)) {
        list.prepend(row(one));
        for (; list.childElementCount > SHOWN_MAX; isCut = true) list.lastElementChild.remove();
      }
      tell();
    }

    async function move({ rest }) {
      [open] = rest;
      for (const link of list.querySelectorAll('a')) {
        if (link.parentElement.dataset.id === open) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
      detail.hidden = !open;
      element.classList.toggle('has-detail', Boolean(open));
      if (!open) return;
      try {
        const told = await call('explain_call', { sandbox, request: open }, { signal: app.signal });
        if (open === told.id) detail.replaceChildren(...explained(told, app));
        detail.scrollTop = 0;
      } catch (error) {
        if (error.name !== 'AbortError') detail.replaceChildren(quiet(error.message), h('a', { href: app.at('calls') }, 'Close'));
      }
    }

    const change = (event) => {
      wanted[event.target.name] = event.target.value;
      clearTimeout(typing);
      typing = setTimeout(() => load().catch(complain), event.target.tagName === 'SELECT' ? 0 : 2 * AFTER_MS);
    };
    const text = (name, label, placeholder) => h('input', { name, type: 'search', value: wanted[name], placeholder, 'aria-label': label, autocomplete: 'off', spellcheck: 'false' });
    if (!(wanted.vendor in app.sandbox.vendors)) wanted.vendor = '';
    const filter = h('form', { class: 'filter', role: 'search', 'aria-label': 'Filter calls', oninput: change, onsubmit: (event) => event.preventDefault() },
      select('vendor', [['', 'all vendors'], ...Object.keys(app.sandbox.vendors)], wanted.vendor, { 'aria-label': 'Vendor' }),
      select('method', [['', 'any method'], ...METHODS], wanted.method, { 'aria-label': 'Method' }),
      select('status', [['', 'any status'], ...CLASSES, '400', '401', '403', '404', '409', '429'], wanted.status, { 'aria-label': 'Status' }),
      text('operation', 'Operation, whole or its last part', 'operation'),
      text('path', 'Path; * stands for a part between slashes, ** for anything', 'path, * and **'));
    const element = h('div', { class: 'journal' },
      h('div', { class: 'title' }, h('h1', {}, 'Calls'), live,
        h('span', { class: 'buttons' }, pause,
          button('Clear', async () => {
            if (!await sure('Clear the journal?', 'All calls are forgotten, and which facts they met.', 'Clear')) return;
            await call('clear_journal', { sandbox });
            await load();
            if (open) app.go('calls');
          }),
          button('HAR', async () => save(await bytes('export_calls', { sandbox }), `${sandbox}.har`), { title: 'All calls as an HTTP archive, for the developer tools of browsers' }))),
      filter,
      h('div', { class: 'panes' }, h('div', { class: 'list' }, list, empty, more), detail));

    await load();
    follow(sandbox, {
      came,
      signal: app.signal,
      // What came between the list and the stream is in the list that is loaded now.
      state: async (state) => {
        live.textContent = state;
        live.className = `chip ${state}`;
        if (state === 'live' && !isPaused) await load();
      },
    });
    await move(place);
    return { element, move };
  },
};

/** The arrow keys go from call to call. */
function walk(event) {
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
  const link = step && event.target.closest('li')?.[step]?.querySelector('a');
  if (!link) return;
  event.preventDefault();
  link.focus();
  link.click();
}

const line = (written) => written && h('code', { class: 'line', title: 'Where it is written: file:line:column' }, written);

/** A call, from its verdict to its bytes. */
function explained(one, app) {
  const shown = one.credential;
  return [
    h('div', { class: 'title' },
      h('h2', {}, status(one), ' ', one.method, ' ', h('span', { class: 'path' }, url(one))),
      h('a', { class: 'button', href: app.at('calls'), 'aria-label': 'Close the explanation' }, 'Close')),
    one.why && h('p', { class: 'verdict' }, one.why),
    one.hint && h('p', { class: 'verdict hint' }, one.hint),
    facts([
      ['Operation', one.operation && h('code', {}, one.operation)],
      ['Fault', one.fault && h('code', {}, one.fault)],
      ['Vendor', one.vendor && h('a', { href: app.at('v', one.vendor) }, one.vendor)],
      ['Credential', shown && [shown.name, shown.shown, shown.organization].filter(Boolean).join(' · ')],
      ['At', time(one.at)],
      ['Request id', h('code', {}, one.id)],
      ['Dropped fields', one.dropped.length > 0 && h('code', {}, one.dropped.join(', '))],
    ].map(([name, value]) => [name, value || null])),
    one.advisories.length > 0 && part('Watch out', h('ul', { class: 'plain' }, one.advisories.map((advisory) =>
      h('li', { class: 'advisory' }, advisory.says ?? advisory, ' ', advisory.fact && h('code', {}, advisory.fact))))),
    one.chaos && part('Chaos', struck(one.chaos)),
    part('Stages', h('ol', { class: 'stages' }, (one.stages ?? []).map(stage))),
    part('Facts', one.facts.length ? h('ul', { class: 'plain' }, one.facts.map(fact)) : quiet('No fact stands behind this answer.')),
    one.variants?.length > 0 && part('Variants', h('ul', { class: 'plain' }, one.variants.map((variant) =>
      h('li', {}, h('code', {}, `${variant.name} = ${variant.in_force}`), ' ', h('span', { class: 'quiet' }, `${variant.about}; can be ${variant.values.join(', ')} (${variant.fact})`))))),
    part('Request', message(one.request, `${one.method} ${url(one)}`, [{ name: 'host', value: one.request.host }])),
    part('Reply', message(one.reply, one.status === null ? 'none was sent' : String(one.status), [])),
  ].filter(Boolean);
}

/** What chaos rules did to a call. */
function struck({ rules, delayed, ...did }) {
  Object.assign(did, did.delay_ms ? { delayed } : { delay_ms: null });
  return h('div', {},
    h('ul', { class: 'plain' }, rules.map((rule) => h('li', {}, h('b', {}, rule.name), ` met it, number ${rule.nth} of its kind `, line(rule.written)))),
    facts(Object.entries(did).map(([name, value]) => [name.replaceAll('_', ' '), value === null ? null : typeof value === 'object' ? JSON.stringify(value) : String(value)])));
}

function stage({ stage: name, about, verdict, fault, why, written, found }) {
  const { written: at, levels, dropped, ...rest } = found ?? {};
  const pairs = Object.entries(rest).filter(([, value]) => value !== null).map(([key, value]) => `${key} ${value}`);
  return h('li', { class: verdict },
    h('span', { class: 'verdict-mark', 'aria-label': verdict }, verdict === 'passed' ? '✓' : '✕'),
    h('div', {},
      h('b', {}, name), ' ', h('span', { class: 'quiet' }, about), ' ', pairs.length > 0 && h('code', {}, pairs.join(' · ')), ' ', line(at),
      why && h('p', {}, fault && h('code', {}, fault), ' ', why, ' ', line(written)),
      levels?.map((level) => h('p', { class: 'level' }, h('code', {}, level.limit), meter(level.after, level.of, `Left of ${level.limit}`),
        `${level.before} → ${level.after} of ${level.of}`, level.has_refused && chip('refused', 'bad'), ' ', line(level.written)))));
}

function fact({ id, mark: name, says, assumed, sources, written, settings }) {
  return h('li', { class: 'fact' },
    h('span', { class: 'facthead' }, h('code', {}, id), mark(name), line(written)),
    h('p', {}, says),
    assumed && h('p', { class: 'assumed' }, h('b', {}, 'Assumed: '), assumed),
    (sources.length > 0 || settings.length > 0) && h('details', {}, h('summary', {}, sources.map((source) => source.title ?? source.name).join('; ') || 'Where it is written'),
      sources.map((source) => h('p', { class: 'quiet' }, [source.name, source.file, source.url].filter(Boolean).join(' · '))),
      h('ul', { class: 'plain' }, settings.map((setting) => h('li', {}, h('code', {}, setting.setting), ' ', line(setting.written))))));
}

function message({ headers, body, lacks }, first, more) {
  return h('div', {},
    h('pre', { class: 'head', tabindex: 0 }, `${first}\n`, [...more, ...headers].flatMap(({ name, value }) => [h('span', { class: 'key' }, name), `: ${value}\n`])),
    body !== null && pretty(body),
    lacks && quiet(`The body is ${lacks}.`));
}
