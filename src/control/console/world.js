// The head of the page: which sandbox, what time it is in it; and the secrets that were shown since the page was loaded.

import { call } from './api.js';
import { button, complain, dialog, field, form, h, say, select, showOnce, sure, time } from './dom.js';

/** How often the clock is compared with the server's. */
const COMPARE_MS = 15_000;

/** Secrets that the server has shown to this page, for lines to paste. They are in no storage, and go with the page. */
let secrets = [];

/** Remembers what an answer has shown. `id` is the credential's number; those that a sandbox began with come without. */
export function remember(sandbox, vendor, { credential, organization, id }, given) {
  secrets.push({ sandbox, vendor, credential, organization, id, given });
}

export const remembered = (sandbox, vendor) => secrets.filter((one) => one.sandbox === sandbox && one.vendor === vendor);

export const forgetSecrets = () => { secrets = []; };

/** Shows the sandbox and its clock. */
export function world(app) {
  const { name } = app.sandbox;
  const names = [...new Set([...app.sandboxes, name])];
  const pick = select('sandbox', names, name, {
    'aria-label': 'Sandbox',
    onchange: (event) => { location.hash = `#/${encodeURIComponent(event.target.value)}/calls`; },
  });
  document.getElementById('world').replaceChildren(h('span', { class: 'row' },
    pick,
    button('New …', () => make(app)),
    button('Reset', async () => {
      const text = `Records, credentials, limits, clock, journal and settings of “${name}” become what they were at birth.`;
      if (!await sure(`Reset ${name}?`, text, 'Reset')) return;
      await call('reset_sandbox', { sandbox: name });
      secrets = secrets.filter((one) => one.sandbox !== name || one.id === undefined);
      say(`${name} is as at birth.`);
      await app.again();
    }),
    name !== 'default' && button('Delete', async () => {
      if (!await sure(`Delete ${name}?`, 'With all that is in it.', 'Delete')) return;
      await call('delete_sandbox', { sandbox: name });
      await app.enter('default');
    })));
  clock(name);
}

async function make(app) {
  const list = (text) => { const names = text.split(/[\s,]+/).filter(Boolean); return names.length ? names : undefined; };
  const number = (text) => (text === '' ? undefined : Number(text));
  const input = (attributes) => h('input', { autocomplete: 'off', ...attributes });
  const made = await dialog('New sandbox', {
    body: [
      field('Name', input({ name: 'name', placeholder: 'drawn, if left empty', pattern: '[a-z0-9\\-]*' })),
      h('div', { class: 'row' },
        field('Recipients', input({ name: 'recipients', type: 'number', min: 0, placeholder: 'as the server' })),
        field('Groups', input({ name: 'groups', type: 'number', min: 0, placeholder: 'as the server' })),
        field('Seed', input({ name: 'seed', type: 'number', min: 0, placeholder: 'as the server' }))),
      field('Organizations', input({ name: 'organizations', placeholder: 'acme, globex' })),
      field('Goes after', input({ name: 'ttl', placeholder: 'never; 10m, 2h' })),
      h('fieldset', {}, h('legend', {}, 'Vendors'), app.vendors.map((one) =>
        h('label', {}, h('input', { type: 'checkbox', name: `vendor ${one.vendor}`, checked: true }), ' ', one.title))),
    ],
    action: 'Make',
    run: async (said) => {
      const vendors = app.vendors.map((one) => one.vendor).filter((one) => said[`vendor ${one}`]);
      return call('create_sandbox', {}, { body: {
        name: said.name || undefined,
        recipients: number(said.recipients),
        groups: number(said.groups),
        seed: number(said.seed),
        organizations: list(said.organizations),
        ttl: said.ttl || undefined,
        vendors: vendors.length === app.vendors.length ? undefined : vendors,
      } });
    },
  });
  if (!made) return;
  const [first] = made.organizations;
  const shown = {};
  for (const [vendor, { credentials, organizations = {} }] of Object.entries(made.vendors)) {
    for (const [organization, theirs] of [[first, credentials], ...Object.entries(organizations).map(([one, { credentials: some }]) => [one, some])]) {
      for (const [credential, given] of Object.entries(theirs)) {
        remember(made.name, vendor, { credential, organization }, given);
        shown[`${vendor}, ${credential}, ${organization}`] = given.token ?? `${given.client_id} ${given.client_secret}`;
      }
    }
  }
  await app.enter(made.name);
  await showOnce(`${made.name} is made`, shown);
}

let ticking;

/** The clock goes on by itself between two looks at the server's. */
function clock(sandbox) {
  const now = h('time', {});
  const freeze = button('Freeze', () => move({ freeze: !state.frozen }));
  const by = h('input', { name: 'by', value: '1m', size: 5, 'aria-label': 'Advance the clock by, such as 61s, 2h, 30d', required: true, autocomplete: 'off' });
  const badge = h('span', { class: 'chip', hidden: true }, 'frozen');
  let state = { now: '', frozen: true };
  let base = 0;

  const shown = () => (state.frozen ? state.now : new Date(Date.parse(state.now) + performance.now() - base).toISOString());
  const draw = () => { if (state.now) now.textContent = time(shown()); };
  const take = (came) => {
    state = came;
    base = performance.now();
    freeze.textContent = came.frozen ? 'Resume' : 'Freeze';
    badge.hidden = !came.frozen;
    now.dateTime = came.now;
    draw();
  };
  const move = async (body) => take(await call('move_clock', { sandbox }, { body }));
  const look = async () => take(await call('get_clock', { sandbox }));

  document.getElementById('clock').replaceChildren(now, badge, freeze, form({}, async ({ by: text }) => {
    await move({ advance: text.trim() });
    say(`It is ${text.trim()} later.`);
  }, by, h('button', {}, 'Advance')));
  clearInterval(ticking);
  let ticks = 0;
  ticking = setInterval(() => {
    draw();
    ticks += 1000;
    if (ticks % COMPARE_MS === 0 && !document.hidden) look().catch(() => {});
  }, 1000);
  look().catch(complain);
}
