// Which facts of the vendors the client has met, and which not.

import { call } from './api.js';
import { button, chip, h, mark, meter, quiet } from './dom.js';

export const coverage = {
  name: 'coverage',
  title: 'Coverage',
  async show({ sandbox, rest }, app) {
    const { vendors } = await call('cover_facts', { sandbox });
    const [only] = rest;
    return h('div', {},
      h('div', { class: 'title' }, h('h1', {}, 'Coverage'), button('Look again', app.again)),
      quiet('Facts behind the answers since the journal was cleared: what the client has met of each vendor, and what it has not.'),
      vendors.map(({ vendor, facts, met, not_met: not }) => {
        const title = app.vendors.find((one) => one.vendor === vendor)?.title ?? vendor;
        const line = (fact) => h('li', { class: 'fact' },
          h('span', { class: 'facthead' }, h('code', {}, fact.id), mark(fact.mark), fact.count && chip(`${fact.count} ×`)), h('p', {}, fact.says));
        const list = (text, some, isOpen) => some.length > 0 && h('details', { open: isOpen }, h('summary', {}, `${text}: ${some.length}`), h('ul', { class: 'plain' }, some.map(line)));
        return h('section', {},
          h('h2', {}, title, ' ', h('small', {}, `${met.length} of ${facts} met`)),
          meter(met.length, facts, `Facts of ${title} that were met`, 'neutral'),
          list('Met', met, only === vendor),
          list('Not met', not, only === vendor));
      }));
  },
};
