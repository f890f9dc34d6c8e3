// The console: which panel of which sandbox is shown. The place is in the address, behind the `#`: `/default/calls`,
// `/default/v/VENDOR/records/user`. To add a panel, write `{ name, title, show }` in a file and put it into PANELS.
//
// `show(place, app)` gives the panel's element, or `{ element, move }` where it can go from one place below it to another by
// itself (`move(place)`). `place` is `{ sandbox, vendor, rest }`; `app.signal` aborts when the panel is left.

import { call, hasToken, onToken } from './api.js';
import { chaos } from './chaos.js';
import { coverage } from './coverage.js';
import { calls } from './calls.js';
import { complain, dialog, field, h, quiet } from './dom.js';
import { records } from './records.js';
import { rehearsal } from './rehearsal.js';
import { vendorPanels } from './vendor.js';
import { forgetSecrets, world } from './world.js';

const PANELS = [calls, chaos, rehearsal, coverage];
const VENDOR_PANELS = [...vendorPanels, records];

const main = document.getElementById('main');
const nav = document.getElementById('nav');

const app = {
  /** The sandboxes, the vendors, and the sandbox that is looked at, as the control API gives them. */
  sandboxes: [],
  vendors: [],
  sandbox: null,
  /** The organization that is looked at, where a panel shows one. */
  organization: null,
  signal: null,
  at: (...segments) => `#/${[app.sandbox.name, ...segments].map(encodeURIComponent).join('/')}`,
  go: (...segments) => { location.hash = app.at(...segments); },
  /** Shows the panel anew: something under it has changed. */
  again: () => show(true),
  /** Reads the sandboxes anew, and goes to one. */
  enter: async (name) => {
    app.sandbox = null;
    location.hash = `#/${encodeURIComponent(name)}/calls`;
    await show(true);
  },
};

const title = (vendor) => app.vendors.find((one) => one.vendor === vendor)?.title ?? vendor;

function read() {
  const segments = location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map((one) => {
    try { return decodeURIComponent(one); } catch { return one; }
  });
  const [sandbox = 'default', kind = 'calls', ...rest] = segments;
  if (kind !== 'v') return { sandbox, panel: kind, vendor: null, rest };
  const [vendor, panel = 'connect', ...below] = rest;
  return { sandbox, panel, vendor, rest: below };
}

async function enterSandbox(name) {
  const [{ sandboxes }, { vendors }] = await Promise.all([call('list_sandboxes'), call('list_vendors')]);
  app.sandbox = await call('get_sandbox', { sandbox: name });
  Object.assign(app, { sandboxes: sandboxes.map((one) => one.name), vendors });
  if (!app.sandbox.organizations.includes(app.organization)) [app.organization] = app.sandbox.organizations;
}

/** The panel that is shown, and where. */
let shown = { key: '', move: null };
let left = new AbortController();
let isFirst = true;

async function show(isAnew = false) {
  const place = read();
  const key = [place.sandbox, place.vendor, place.panel].join('/');
  if (!isAnew && key === shown.key && shown.move) return shown.move(place);
  left.abort();
  left = new AbortController();
  const { signal } = left;
  shown = { key, move: null };
  try {
    if (isAnew || app.sandbox?.name !== place.sandbox) {
      await enterSandbox(place.sandbox);
      if (signal.aborted) return;
      world(app);
    }
    const panels = place.vendor ? VENDOR_PANELS : PANELS;
    const panel = panels.find((one) => one.name === place.panel) ?? panels[0];
    navigate(place, panel);
    document.title = `${place.vendor ? `${title(place.vendor)}: ` : ''}${panel.title} – ${place.sandbox} – Standin`;
    const given = await panel.show(place, { ...app, signal });
    if (signal.aborted) return;
    const { element, move } = given.element ? given : { element: given };
    shown.move = move;
    main.replaceChildren(...(place.vendor ? [head(place, panel)] : []), element);
    if (!isFirst && !isAnew) main.focus({ preventScroll: true });
    isFirst = false;
  } catch (error) {
    if (signal.aborted) return;
    complain(error);
    const isGone = error.status === 404 && place.sandbox !== 'default' && !app.sandbox;
    main.replaceChildren(quiet(error.message), h('p', {}, h('a', { href: '#/default/calls' }, isGone ? 'Go to the sandbox default' : 'Go to the calls'), ' ',
      h('button', { type: 'button', onclick: () => show(true) }, 'Try again')));
  }
}

function navigate(place, panel) {
  const link = (text, isHere, ...to) => h('li', {}, h('a', { href: app.at(...to), 'aria-current': isHere && 'page' }, text));
  nav.replaceChildren(
    h('ul', {}, PANELS.map((one) => link(one.title, !place.vendor && one === panel, one.name))),
    h('h2', { id: 'nav-vendors' }, 'Vendors'),
    h('ul', { 'aria-labelledby': 'nav-vendors' }, Object.keys(app.sandbox.vendors).map((vendor) => {
      const tab = place.vendor && place.panel !== 'records' ? place.panel : 'connect';
      return link(title(vendor), place.vendor === vendor, 'v', vendor, tab);
    })),
  );
}

/** The head of a vendor's panels: its name, its tabs, whose side is looked at. */
function head(place, panel) {
  const { organizations } = app.sandbox;
  const pick = h('select', { onchange: (event) => { app.organization = event.target.value; app.again(); } },
    organizations.map((one) => h('option', { value: one, selected: one === app.organization }, one)));
  const about = app.vendors.find((one) => one.vendor === place.vendor)?.about;
  return h('div', { class: 'vendor' },
    h('div', { class: 'title' }, h('h1', {}, title(place.vendor)), h('label', { class: 'inline' }, 'Organization ', pick)),
    h('p', { class: 'quiet' }, about),
    h('ul', { class: 'tabs' }, VENDOR_PANELS.map((one) =>
      h('li', {}, h('a', { href: app.at('v', place.vendor, one.name), 'aria-current': one === panel && 'page' }, one.title)))));
}

onToken((detail) => dialog('Token', {
  body: [
    h('p', {}, 'This server was started with ', h('code', {}, '--control-token'), '. The token stays in this tab until it is closed.'),
    hasToken() && h('p', { class: 'wrong' }, detail),
    field('Token', h('input', { name: 'token', type: 'password', autocomplete: 'off', required: true })),
  ],
  action: 'Go on',
  run: async ({ token }) => token.trim(),
}));

addEventListener('hashchange', () => show());
addEventListener('pagehide', forgetSecrets);
show();
