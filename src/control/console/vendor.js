// The panels of a vendor: how to reach it, its credentials, what is set of it, its limits, its admin console.

import { call } from './api.js';
import { button, chip, copyable, dialog, facts, field, form, h, meter, part, quiet, say, select, showOnce, time } from './dom.js';
import { remember, remembered } from './world.js';

/** A panel under a vendor's tabs. `show` gets the places of its calls, the place, and the app. */
const panel = (name, title, show) => ({
  name,
  title,
  show: (place, app) => show({ sandbox: place.sandbox, vendor: place.vendor }, app),
});

// --- Connect ---

/** What is to be sent as a credential, as far as this page may know it. */
function secret(places, profile, issued, kind, organization) {
  const known = remembered(places.sandbox, places.vendor).filter((one) => one.credential === kind && one.organization === organization);
  const mine = issued.filter((one) => one.credential === kind && one.organization === organization);
  const isAlive = (id) => mine.some((one) => one.id === id && one.state === 'alive');
  const later = known.findLast((one) => one.id !== undefined && isAlive(one.id));
  if (later) return later.given;
  if (mine[0]?.state !== 'alive') return null;
  const first = known.find((one) => one.id === undefined);
  if (first) return first.given;
  const fixed = profile.credentials.find((one) => one.name === kind)?.default;
  return (places.sandbox === 'default' && fixed?.find((one) => one.organization === organization)) || null;
}

/** A line for a shell. */
function curl(api, base, profile, given) {
  const kind = profile.credentials.find((one) => one.name === api.credential);
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const endpoint = api.endpoints.find((one) => one.method === 'GET' && !one.refused && !/\{(?!organization\})/.test(one.path))
    ?? api.endpoints.find((one) => one.method === 'POST' && !one.refused && !/\{(?!organization\})/.test(one.path));
  if (!endpoint) return null;
  const url = base + endpoint.path.slice(api.path.length);
  if (endpoint.method === 'POST') {
    const sent = `grant_type=client_credentials&client_id=${given?.client_id ?? 'ID'}&client_secret=${given?.client_secret ?? 'SECRET'}`;
    return `curl -s -d ${quoted(sent)} ${quoted(url)}`;
  }
  const token = given?.token ?? 'TOKEN';
  switch (kind?.kind) {
    case 'header': return `curl -s -H ${quoted(`${kind.header}: ${token}`)} ${quoted(url)}`;
    case 'query': return `curl -s ${quoted(`${url}?${kind.query}=${encodeURIComponent(token)}`)}`;
    default: return `curl -s -H ${quoted(`Authorization: Bearer ${token}`)} ${quoted(url)}`;
  }
}

async function connect(places, app) {
  const [profile, { credentials }] = await Promise.all([call('get_vendor', places), call('list_credentials', places)]);
  const mine = app.sandbox.vendors[places.vendor];
  const { base_urls: urls } = mine.organizations?.[app.organization] ?? mine;
  return h('div', {}, profile.apis.map((api) => {
    const base = urls[api.name];
    const kind = profile.credentials.find((one) => one.name === api.credential);
    const given = kind && secret(places, profile, credentials, kind.name, app.organization);
    const line = base && curl(api, base, profile, given);
    return part(api.name,
      quiet(api.about),
      facts([
        ['Base URL', base && copyable(base, `the base URL of ${api.name}`)],
        ['Token', given?.token && copyable(given.token, `the token of ${api.name}`)],
        ['Client id', given?.client_id && !given.token && copyable(given.client_id, `the client id of ${api.name}`)],
        ['Client secret', given?.client_secret && copyable(given.client_secret, `the client secret of ${api.name}`)],
        ['Try', line && copyable(line, `a curl line for ${api.name}`, { class: 'copyable block' })],
      ]),
      line && !given && quiet('The secret was shown when it was issued and is not known to this page; ', h('a', { href: app.at('v', places.vendor, 'credentials') }, 'issue another'), '.'),
      h('details', {}, h('summary', {}, `Endpoints: ${api.endpoints.length}`), h('table', {}, h('tbody', {}, api.endpoints.map((one) =>
        h('tr', {}, h('td', { class: 'method' }, one.method), h('td', {}, h('code', {}, one.path)), h('td', {}, one.does), h('td', {}, one.scope && h('code', {}, one.scope))))))));
  }));
}

// --- Credentials ---

async function credentials(places, app) {
  const [profile, { credentials: issued }] = await Promise.all([call('get_vendor', places), call('list_credentials', places)]);
  const mine = issued.filter((one) => one.organization === app.organization);
  const keep = async (given, title) => {
    remember(places.sandbox, places.vendor, given, given);
    const { token, client_id, client_secret, token_url } = given;
    await showOnce(title, { token, client_id, client_secret, token_url });
    await app.again();
  };
  const end = (name, one, text) => button(text, async () => {
    await call(name, { ...places, id: one.id });
    await app.again();
  }, { 'aria-label': `${text} credential ${one.id}` });
  const isClient = (one) => profile.credentials.find((kind) => kind.name === one.credential)?.kind === 'client_credentials';
  const row = (one) => h('tr', { class: one.state === 'alive' ? '' : 'dead' },
    h('td', {}, String(one.id)),
    h('td', {}, one.credential, one.name && h('span', { class: 'quiet' }, ` ${one.name}`)),
    h('td', {}, h('code', {}, one.token ?? one.client_id)),
    h('td', {}, chip(one.state, one.state === 'alive' ? 'live' : 'bad')),
    h('td', {}, h('span', { class: 'quiet' }, [one.expires_at && `expires ${time(one.expires_at)}`, one.ends_at && `ends ${time(one.ends_at)}`, one.uses_left !== undefined && `${one.uses_left} uses left`, !one.expires_at && !one.ends_at && one.issued_at && `issued ${time(one.issued_at)}`].filter(Boolean).join(', '))),
    h('td', {}, h('span', { class: 'quiet' }, one.scopes.join(' '))),
    h('td', { class: 'buttons' }, one.state === 'alive' && [
      button('Rotate', async () => keep(await call('rotate_credential', { ...places, id: one.id }), `In place of credential ${one.id}`), { 'aria-label': `Rotate credential ${one.id}` }),
      end('revoke_credential', one, 'Revoke'),
      !isClient(one) && end('expire_credential', one, 'Expire'),
    ]));
  const issue = async () => {
    const given = await dialog('Issue a credential', {
      body: [
        field('Kind', select('credential', profile.credentials.map((one) => one.name))),
        field('Name', h('input', { name: 'name', autocomplete: 'off' })),
        field('Scopes', h('input', { name: 'scopes', autocomplete: 'off', placeholder: 'all of its kind' })),
        field('Expires in', h('input', { name: 'expires_in', autocomplete: 'off', placeholder: 'as its kind does; 90s, 1h' })),
      ],
      action: 'Issue',
      run: ({ credential, name, scopes, expires_in }) => call('issue_credential', places, { body: {
        credential,
        organization: app.organization,
        name: name || undefined,
        scopes: scopes.trim() ? scopes.trim().split(/[\s,]+/) : undefined,
        expires_in: expires_in || undefined,
      } }),
    });
    if (given) await keep(given, 'A new credential');
  };
  return h('div', {},
    h('div', { class: 'scroll' }, h('table', {},
      h('thead', {}, h('tr', {}, ['Id', 'Kind', 'Begins with', 'State', 'Times', 'Scopes', ''].map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, mine.map(row)))),
    h('p', {}, button('Issue …', issue)));
}

// --- Settings ---

async function settings(places, app) {
  const { organization } = app;
  const [profile, now] = await Promise.all([call('get_vendor', places), call('get_settings', places, { query: { organization } })]);
  const change = async (body, text) => {
    try {
      await call('change_settings', places, { body });
      say(text);
    } finally {
      await app.again();
    }
  };
  const plan = profile.plans.length > 0 && part('Plan', form({ onchange: (event) => event.currentTarget.requestSubmit() },
    (said) => change({ organization, plan: said.plan }, `The plan is ${said.plan}.`),
    select('plan', profile.plans, now.plan, { 'aria-label': 'Plan' })));
  const done = profile.prerequisites.length > 0 && part('Prerequisites', profile.prerequisites.map((one) =>
    form({ onchange: (event) => event.currentTarget.requestSubmit() },
      (said) => change({ organization, prerequisites: { [one.name]: said.done === 'on' } }, `${one.name} is ${said.done === 'on' ? 'done' : 'not done'}.`),
      h('label', {}, h('input', { type: 'checkbox', name: 'done', checked: now.prerequisites[one.name] }), ' ', h('code', {}, one.name), ' ', h('span', { class: 'quiet' }, one.about)))));
  const variant = (one) => {
    const value = now.variants[one.name];
    const values = [...new Set([...one.values, value])];
    const input = one.accepts
      ? [h('input', { name: 'value', value, 'aria-label': one.name, list: `values-${one.name}`, size: 12 }), h('datalist', { id: `values-${one.name}` }, values.map((some) => h('option', { value: some })))]
      : select('value', values, value, { 'aria-label': one.name });
    return h('tr', {},
      h('td', {}, h('code', {}, one.name)),
      h('td', {}, form({ onchange: (event) => event.currentTarget.requestSubmit() }, (said) => change({ variants: { [one.name]: said.value } }, `${one.name} is ${said.value}.`), input)),
      h('td', {}, one.about, one.accepts && h('span', { class: 'quiet' }, ` (any ${one.accepts})`)),
      h('td', {}, h('code', {}, one.fact)));
  };
  return h('div', {}, plan, done, part('Variants', quiet('Behaviours that the sources leave open; they hold for all organizations, from the next call on.'),
    profile.variants.length ? h('div', { class: 'scroll' }, h('table', {}, h('tbody', {}, profile.variants.map(variant)))) : quiet('This vendor has none.')));
}

// --- Limits ---

async function limits(places, app) {
  const [profile, now] = await Promise.all([call('get_vendor', places), call('get_limits', places)]);
  const change = async (body, text) => {
    await call('change_limits', places, { body });
    say(text);
    await app.again();
  };
  const bucket = (name) => (one) => h('tr', {},
    h('td', {}, h('code', {}, one.key)),
    h('td', {}, meter(one.remaining, one.limit, `Left for ${one.key}`)),
    h('td', {}, `${one.remaining} of ${one.limit}`),
    h('td', { class: 'quiet' }, [one.resets_at && `full at ${time(one.resets_at)}`, one.barred_until && `barred until ${time(one.barred_until)}`].filter(Boolean).join(', ')),
    h('td', {}, left(name, one.key, one.remaining)));
  const left = (limit, key, remaining = 0) => form({ class: 'inline' },
    (said) => change({ limit, key, remaining: Number(said.remaining) }, `${said.remaining} are left.`),
    h('input', { name: 'remaining', type: 'number', min: 0, required: true, value: String(remaining), 'aria-label': `What is left of ${limit}${key ? ` for ${key}` : ' for everyone'}` }), h('button', {}, 'Set left'));
  const limit = (one) => {
    const declared = profile.limits.rates.find((rate) => rate.name === one.name);
    const per = (ms) => (ms ? `${ms / 1000}s` : '');
    const rate = one.rate ?? { limit: declared?.limit, per: per(declared?.per_ms) };
    return h('section', {}, h('h2', {}, one.name, ' ', chip(one.enabled ? 'counts' : 'off', one.enabled ? 'live' : '')),
      quiet(declared && `By ${declared.by.join(' and ')}, ${declared.algorithm.replaceAll('_', ' ')}, declared as ${declared.limit} per ${per(declared.per_ms)}.`),
      h('div', { class: 'row' },
        form({ class: 'inline' }, (said) => change({ limit: one.name, rate: { limit: Number(said.limit), per: said.per || undefined } }, 'The rate is set.'),
          h('input', { name: 'limit', type: 'number', min: 0, required: true, value: String(rate.limit ?? ''), 'aria-label': `Calls of ${one.name}` }), ' per ',
          h('input', { name: 'per', size: 6, value: rate.per ?? '', 'aria-label': `Time of ${one.name}` }), h('button', {}, 'Set rate')),
        left(one.name),
        button(one.enabled ? 'Do not count' : 'Count', () => change({ limit: one.name, enabled: !one.enabled }, one.enabled ? 'It does not count.' : 'It counts.'))),
      one.buckets.length ? h('div', { class: 'scroll' }, h('table', {}, h('tbody', {}, one.buckets.map(bucket(one.name))))) : quiet('Nobody has called yet while it counted.'));
  };
  return h('div', {},
    h('p', { class: 'row' }, chip(now.enabled ? 'in force' : 'not in force', now.enabled ? 'live' : ''),
      button(now.enabled ? 'Lift all limits' : 'Put limits in force', () => change({ enabled: !now.enabled }, now.enabled ? 'Limits are lifted.' : 'Limits are in force.')),
      button('Look again', app.again)),
    now.limits.length ? now.limits.map(limit) : quiet('This vendor declares no limits.'));
}

// --- Actions ---

async function actions(places, app) {
  const { organization } = app;
  const { actions: all } = await call('list_actions', places, { query: { organization } });
  const act = async (one) => {
    const run = async (said) => {
      const answers = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ''));
      return call('act', { ...places, action: one.action }, { body: { organization, answers } });
    };
    const given = one.asks.length
      ? await dialog(one.action, {
        body: [quiet(one.about), one.asks.map((ask) => field(ask.name, h('input', { name: ask.name, required: ask.required, autocomplete: 'off' }), ask.about))],
        action: 'Do it',
        run,
      })
      : await run({});
    if (!given) return;
    say('Done.');
    const { record, ...shown } = given;
    if (given.credential !== undefined) {
      const { credentials: issued } = await call('list_credentials', places);
      const made = issued.find((some) => some.id === given.credential);
      if (made && !given.token?.includes('…')) remember(places.sandbox, places.vendor, made, given);
    }
    if (Object.keys(shown).length) await showOnce(one.action, shown);
    else if (record) app.go('v', places.vendor, 'records', record.type, record.id);
    await app.again();
  };
  if (!all.length) return quiet('This vendor’s admin console has nothing to do.');
  return h('ul', { class: 'plain actions' }, all.map((one) => h('li', {},
    button(one.action, () => act(one)),
    h('span', {}, one.about, one.lacks && h('span', { class: 'lacks' }, ` Needs first: ${one.lacks}.`)))));
}

export const vendorPanels = [
  panel('connect', 'Connect', connect),
  panel('credentials', 'Credentials', credentials),
  panel('settings', 'Settings', settings),
  panel('limits', 'Limits', limits),
  panel('actions', 'Actions', actions),
];
