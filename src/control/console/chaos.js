// The chaos rules of a sandbox: put into force by name or as written, and taken out again.

import { call } from './api.js';
import { button, dialog, field, form, h, part, quiet, say, select, time } from './dom.js';

/** What a rule written by hand begins as. */
const RULE = { name: 'mine', where: { method: 'POST' }, when: { nth: [2] }, respond: 503 };

export const chaos = {
  name: 'chaos',
  title: 'Chaos',
  async show({ sandbox }, app) {
    const [{ ready_made: ready }, { rules }, { delays }] = await Promise.all([
      call('list_ready_made'), call('list_chaos', { sandbox }), call('get_clock', { sandbox }),
    ]);
    const add = async (body) => {
      await call('add_chaos', { sandbox }, { body });
      say('In force.');
    };
    const about = quiet(ready[0]?.about);
    const use = form({ class: 'row', onchange: ({ currentTarget: { elements } }) => { about.textContent = ready.find((one) => one.name === elements.use.value)?.about; } },
      async ({ use: name, vendor }) => {
        await add({ use: name, ...(vendor && { where: { vendor } }) });
        await app.again();
      },
      select('use', ready.map((one) => one.name), undefined, { 'aria-label': 'Ready-made rules' }),
      select('vendor', [['', 'all vendors'], ...Object.keys(app.sandbox.vendors)], '', { 'aria-label': 'Vendor' }),
      h('button', {}, 'Put into force'),
      button('Write one …', async () => {
        const area = h('textarea', { name: 'rule', rows: 14, spellcheck: 'false' }, JSON.stringify(RULE, null, 2));
        const done = await dialog('A chaos rule', {
          body: field('JSON', area),
          action: 'Put into force',
          isWide: true,
          run: async ({ rule }) => {
            let read;
            try { read = JSON.parse(rule); } catch (error) { throw new Error(`This is no JSON: ${error.message}`); }
            await add(read);
            return true;
          },
        });
        if (done) await app.again();
      }));
    const row = (one) => h('tr', {},
      h('td', {}, h('b', {}, one.name), h('p', { class: 'quiet' }, `since ${time(one.since)}`)),
      h('td', {}, `${one.struck} of ${one.met} struck`),
      h('td', {}, h('code', {}, JSON.stringify({ ...one.rule, name: undefined }))),
      h('td', { class: 'buttons' }, button('Remove', async () => {
        await call('remove_chaos', { sandbox, rule: one.number });
        await app.again();
      }, { 'aria-label': `Remove ${one.name}` })));
    return h('div', {},
      h('div', { class: 'title' }, h('h1', {}, 'Chaos'), h('span', { class: 'buttons' }, button('Look again', app.again),
        rules.length > 0 && button('Remove all', async () => {
          await call('clear_chaos', { sandbox });
          await app.again();
        }))),
      use, about,
      form({ class: 'row', onchange: (event) => event.currentTarget.requestSubmit() }, async (said) => {
        await call('move_clock', { sandbox }, { body: { delays: said.delays } });
        say(`Delays are ${said.delays}.`);
      }, h('label', {}, 'Delays ', select('delays', [['real', 'are waited out'], ['virtual', 'are only noted in the journal']], delays))),
      part('In force', rules.length
        ? h('div', { class: 'scroll' }, h('table', {}, h('tbody', {}, rules.map(row))))
        : quiet('Nothing: every call is answered as the vendor would.')));
  },
};
