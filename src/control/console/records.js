// What a vendor keeps, as its own staff sees and changes it.

import { call } from './api.js';
import { button, chip, complain, dialog, facts, field, h, pretty, quiet, say, sure, time } from './dom.js';

const PAGE = 100;

const nameOf = ({ attributes: of }) => of.userName ?? of.displayName ?? of.name ?? '';
const calledOf = ({ attributes: of }) => of.name?.formatted ?? (of.userName ? of.displayName : '') ?? '';

const isMap = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** What turns `before` into `after` (RFC 7396): `null` takes a member away. */
export function mergePatch(before, after) {
  const patch = {};
  for (const name of Object.keys(before)) if (!(name in after)) patch[name] = null;
  for (const [name, value] of Object.entries(after)) {
    if (isMap(value) && isMap(before[name])) {
      const inner = mergePatch(before[name], value);
      if (Object.keys(inner).length) patch[name] = inner;
    } else if (JSON.stringify(value) !== JSON.stringify(before[name])) {
      patch[name] = value;
    }
  }
  return patch;
}

/** A dialog over JSON; `run` gets the value. */
function edit(title, hint, value, action, run) {
  const area = h('textarea', { name: 'json', rows: 22, spellcheck: 'false', 'aria-label': 'JSON' }, JSON.stringify(value, null, 2));
  return dialog(title, {
    body: [quiet(hint), field('JSON', area)],
    action,
    isWide: true,
    run: async ({ json }) => {
      let read;
      try { read = JSON.parse(json); } catch (error) { throw new Error(`This is no JSON: ${error.message}`); }
      return run(read);
    },
  });
}

export const records = {
  name: 'records',
  title: 'Records',
  async show({ sandbox, vendor, rest }, app) {
    const { organization } = app;
    const places = { sandbox, vendor };
    const { types } = await call('list_record_types', places, { query: { organization } });
    const type = types.find((one) => one.type === rest[0])?.type ?? types[0].type;
    const typed = { ...places, type };
    const body = h('tbody', {});
    const detail = h('aside', { class: 'detail', 'aria-label': 'The record', hidden: true });
    const count = h('span', { class: 'quiet' });
    const search = h('input', { type: 'search', placeholder: 'search among the loaded', 'aria-label': 'Search among the loaded records', autocomplete: 'off', oninput: draw });
    const more = button('More', load, { hidden: true });
    let [loaded, total, open] = [[], 0, rest[1]];

    async function load() {
      const came = await call('list_records', typed, { signal: app.signal, query: { organization, skip: loaded.length, limit: PAGE } });
      loaded.push(...came.records);
      ({ total } = came);
      draw();
    }

    async function loadAnew() {
      loaded = [];
      await load();
    }

    function draw() {
      const text = search.value.trim().toLowerCase();
      const shown = text ? loaded.filter((one) => JSON.stringify(one).toLowerCase().includes(text)) : loaded;
      body.replaceChildren(...shown.map(row));
      count.textContent = `${shown.length} of ${total}${loaded.length < total ? `, ${loaded.length} loaded` : ''}`;
      more.hidden = loaded.length >= total;
    }

    const row = (one) => h('tr', { 'aria-current': one.id === open && 'true', class: one.gone ? 'dead' : '' },
      h('td', {}, h('a', { href: app.at('v', vendor, 'records', type, one.id) }, nameOf(one) || one.id)),
      h('td', {}, calledOf(one)),
      h('td', {}, h('code', {}, one.id)),
      h('td', {}, one.gone ? chip('gone', 'bad') : one.active ? '' : chip('not active'), one.login === 'suspended' && chip('suspended')),
      h('td', { class: 'number' }, String((one.members ?? one.groups).length)),
      h('td', { class: 'quiet' }, time(one.updated_at)));

    async function move(place) {
      // Another type is another list.
      if (place.rest[0] !== undefined && place.rest[0] !== type) return app.again();
      [, open] = place.rest;
      for (const link of body.querySelectorAll('a')) {
        const isHere = link.getAttribute('href') === app.at('v', vendor, 'records', type, open ?? '');
        link.closest('tr').toggleAttribute('aria-current', isHere);
      }
      detail.hidden = !open;
      element.classList.toggle('has-detail', Boolean(open));
      if (!open) return;
      try {
        tell(await call('get_record', { ...typed, record: open }, { signal: app.signal, query: { organization } }));
      } catch (error) {
        if (error.name !== 'AbortError') detail.replaceChildren(quiet(error.message));
      }
    }

    function tell(one) {
      const link = (kind) => (id) => h('a', { href: app.at('v', vendor, 'records', kind, id) }, id);
      const links = (kind, ids) => ids.length > 0 && types.some((some) => some.type === kind) && ids.flatMap((id) => [link(kind)(id), ' ']);
      const change = async () => {
        const { attributes, groups, members } = one;
        const changed = await edit(`Change ${nameOf(one) || one.id}`, 'What is taken out here is taken away.', { attributes, groups, ...(members && { members }) }, 'Save', async (read) => {
          const lists = Object.fromEntries(['groups', 'members'].filter((name) => name in read && JSON.stringify(read[name]) !== JSON.stringify(one[name])).map((name) => [name, read[name]]));
          return call('change_record', { ...typed, record: one.id }, { body: { organization, attributes: mergePatch(attributes, read.attributes ?? {}), ...lists } });
        });
        if (!changed) return;
        say('Saved.');
        tell(changed);
        await loadAnew();
      };
      const remove = async () => {
        if (!await sure(`Delete ${nameOf(one) || one.id}?`, 'As the vendor’s own staff would.', 'Delete')) return;
        await call('delete_record', { ...typed, record: one.id }, { query: { organization } });
        app.go('v', vendor, 'records', type);
        await app.again();
      };
      const { id, attributes, groups, members, ...beside } = one;
      detail.replaceChildren(
        h('div', { class: 'title' }, h('h2', {}, nameOf(one) || id), h('span', { class: 'buttons' },
          !one.gone && [button('Edit …', change), button('Delete', remove)],
          h('a', { class: 'button', href: app.at('v', vendor, 'records', type), 'aria-label': 'Close the record' }, 'Close'))),
        facts([
          ['Ids', Object.entries(one.ids).map(([api, some]) => `${api} ${some}`).join(' · ')],
          ['Groups', links('group', groups)],
          ['Members', links('user', members ?? [])],
          ['Made', time(one.created_at)],
          ['Changed', time(one.updated_at)],
          ['Removed', time(one.removed_at)],
        ].map(([name, value]) => [name, value || null])),
        h('h3', {}, 'Attributes'), pretty(attributes),
        h('h3', {}, 'Beside them'), pretty(beside));
    }

    const create = async () => {
      const template = type === 'group'
        ? { attributes: { displayName: '' }, members: [] }
        : { attributes: { userName: 'ada@example.com', name: { givenName: 'Ada', familyName: 'Byron' }, emails: [{ value: 'ada@example.com', type: 'work', primary: true }] }, groups: [] };
      const made = await edit(`New ${type}`, 'As the vendor’s own staff would make it.', template, 'Make', (read) => call('create_record', typed, { body: { organization, ...read } }));
      if (!made) return;
      app.go('v', vendor, 'records', type, made.id);
      await app.again();
    };

    const element = h('div', { class: 'records' },
      h('div', { class: 'filter' },
        h('ul', { class: 'tabs small' }, types.map((one) => h('li', {}, h('a', { href: app.at('v', vendor, 'records', one.type), 'aria-current': one.type === type && 'true' }, `${one.type} ${one.total}`)))),
        search, count, button(`New ${type} …`, create)),
      h('div', { class: 'panes' },
        h('div', { class: 'list scroll' }, h('table', { class: 'rows' },
          h('thead', {}, h('tr', {}, ['Name', 'Called', 'Id', '', type === 'group' ? 'Members' : 'Groups', 'Changed'].map((text) => h('th', { scope: 'col' }, text)))), body), more),
        detail));
    await load();
    move({ rest: [type, open] }).catch(complain);
    return { element, move };
  },
};
