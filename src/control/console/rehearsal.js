// A rehearsal: the scenario of a sandbox and where it stands, and how the clients behaved.

import { bytes, call, hasToken, link } from './api.js';
import { button, chip, field, form, h, part, quiet, save, say, select, sure, time } from './dom.js';

/** Where the scenario stands; `null` when none is under way. */
async function standing(sandbox) {
  try {
    return await call('get_scenario', { sandbox });
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

export const rehearsal = {
  name: 'rehearsal',
  title: 'Rehearsal',
  async show({ sandbox }, app) {
    const [{ scenarios }, now, report] = await Promise.all([call('list_scenarios'), standing(sandbox), call('get_report', { sandbox })]);
    const start = form({ class: 'row' }, async ({ scenario }) => {
      await call('start_scenario', { sandbox }, { body: { scenario } });
      say(`${scenario} has begun.`);
      await app.again();
    }, field('Scenario', select('scenario', scenarios.map((one) => [one.name, `${one.name}: ${one.about}`]))), h('button', {}, 'Start'));
    const end = async () => {
      if (!await sure(`End ${now.scenario}?`, 'What it did stays, the chaos rules in force too.', 'End')) return;
      await call('end_scenario', { sandbox });
      await app.again();
    };
    const line = (one) => h('tr', {},
      h('td', {}, String(one.step)),
      h('td', {}, one.at ? time(one.at) : `after ${one.after} calls`),
      h('td', {}, one.did ?? (one.failed ? h('span', { class: 'lacks' }, one.failed) : h('span', { class: 'quiet' }, 'to come'))));
    return h('div', {},
      h('div', { class: 'title' }, h('h1', {}, 'Rehearsal'), button('Look again', app.again)),
      now
        ? part(now.scenario, quiet(`${now.about} It began at ${time(now.began)}; ${now.done.length} of ${now.steps} steps are done.`),
          h('div', { class: 'scroll' }, h('table', {}, h('tbody', {}, [...now.done, ...now.to_come].map(line)))), button('End …', end))
        : part('Start one', quiet('A timeline of chaos, of what vendors do and of limits, in the time of the sandbox. It runs while your client does.'), start),
      reported(report, sandbox, app));
  },
};

/** How each client behaved; what it has not met is not shown. */
function reported(report, sandbox, app) {
  const file = { format: 'html' };
  const page = hasToken()
    ? button('Save the report', async () => save(await bytes('get_report', { sandbox }, { query: file }), `${sandbox}.html`))
    : h('a', { class: 'button', href: link('get_report', { sandbox }, file), target: '_blank', rel: 'noopener' }, 'The whole report');
  const verdict = (one) => h('li', { class: 'fact' },
    h('span', { class: 'facthead' }, chip(one.verdict, one.verdict === 'pass' ? 'live' : 'bad'), h('code', {}, one.conduct)),
    h('p', {}, one.says), one.advice && h('p', { class: 'quiet' }, one.advice),
    one.evidence.length > 0 && h('p', {}, one.evidence.map((id) => [h('a', { href: app.at('calls', id) }, h('code', {}, id)), ' '])));
  const met = (verdicts) => verdicts.filter((one) => one.verdict !== 'not met').sort((a, b) => a.verdict.localeCompare(b.verdict));
  const client = ({ vendor, credential, organization, calls, verdicts }) => [
    h('h3', {}, `${[vendor, credential ?? 'no credential', organization].filter(Boolean).join(', ')}: ${calls} calls`),
    met(verdicts).length ? h('ul', { class: 'plain' }, met(verdicts).map(verdict)) : quiet('It has met nothing yet that would show how it behaves.')];
  return part('How the clients behaved', h('p', { class: 'row' }, chip(report.passed ? 'nothing failed' : 'failed', report.passed ? 'live' : 'bad'), page),
    report.clients.map(client),
    report.expected.length > 0 && [h('h3', {}, 'Expected at the end'), h('ul', { class: 'plain' }, report.expected.map(verdict))]);
}
