import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { browse, faint, nameless, serve, tab } from './browser.mjs';

const TOKEN = 'cofense-api-token';
const HOSTILE = '<img src=x onerror="window.hit = 1">';

let browser;
let server;
before(async () => { [browser, server] = await Promise.all([browse(), serve()]); });
after(async () => { await browser.close(); await server.stop(); });

const control = async (method, path, body, { url } = server) => {
  const reply = await fetch(`${url}/_standin/v1${path}`, { method, body: body && JSON.stringify(body) });
  const text = await reply.text();
  return { status: reply.status, body: text && JSON.parse(text) };
};
const vendor = (path, { token = TOKEN, method = 'GET', body } = {}) => fetch(`${server.url}/cofense/v2${path}`, {
  method,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: body && JSON.stringify(body),
});

/** Looks until it is so; what is shown comes a moment after what is done. */
async function becomes(read, wanted) {
  let is;
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    is = await read();
    if (typeof wanted === 'function' ? wanted(is) : JSON.stringify(is) === JSON.stringify(wanted)) return is;
    await new Promise((done) => { setTimeout(done, 25); });
  }
  return assert.fail(`it is ${JSON.stringify(is)}, not ${wanted}`);
}

describe('the console', () => {
  let context;
  let page;
  let complaints;
  let called;
  const go = async (place) => { await page.goto(`${server.url}/_standin/#/default/${place}`); };
  const press = (name, within = page) => within.getByRole('button', { name, exact: true }).click();
  const dialog = () => page.getByRole('dialog');
  const said = (text) => page.getByRole('status').getByText(text).waitFor();

  beforeEach(async () => {
    await control('POST', '/sandboxes/default/reset');
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    ({ page, complaints, called } = await tab(context));
  });
  afterEach(async () => {
    assert.deepEqual(complaints, []);
    assert.deepEqual([...called], [new URL(server.url).host]);
    await context.close();
  });

  it('gives a line to paste that works', async () => {
    await page.goto(`${server.url}/_standin`);
    await page.getByRole('link', { name: 'Cofense' }).click();
    const line = await page.locator('section', { hasText: 'REST' }).locator('.block code').first().textContent();
    assert.equal(line, `curl -s -H 'Authorization: Bearer ${TOKEN}' '${server.url}/cofense/v2/users'`);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await press('Copy a curl line for rest');
    await said('Copied.');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), line);
  });

  it('shows calls as they come in, and why each was answered as it was', async () => {
    await go('calls');
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('No calls yet').waitFor();
    await vendor('/users?per_page=2');
    await vendor('/users/none');
    await vendor('/users', { method: 'POST', body: { email: 'ada@example.com', shoe: 43 } });
    const calls = page.getByRole('list', { name: 'Calls, the newest first' }).getByRole('link');
    await becomes(async () => (await calls.allTextContents()).map((text) => text.slice(8)), (rows) => rows.length === 3
      && rows[0].startsWith('POST400/cofense/v2/users') && rows[1].startsWith('GET404') && rows[2].startsWith('GET200'));

    await calls.first().click();
    const told = page.getByRole('complementary');
    for (const text of ['firstName is required; lastName is required', 'missing_field', 'cofense.16', 'shoe', 'POST /v2/users creates a user.', 'Assumed:', 'Bearer cofe…#']) {
      await told.getByText(text).first().waitFor();
    }
    assert.match(await told.textContent(), /profiles\/cofense\.yaml:\d+:\d+/);
    assert.equal(await told.locator('.stages .refused').count(), 1);
    assert.ok(await told.locator('.stages .passed').count() > 5);
    assert.ok(!(await page.content()).includes(TOKEN));

    await page.keyboard.press('ArrowDown');
    await told.getByText('no_such_record').first().waitFor();
    await told.getByRole('link', { name: 'Close the explanation' }).click();
    await told.waitFor({ state: 'hidden' });
  });

  it('shows each call once, however many come at once', async () => {
    await go('calls');
    await page.getByText('live', { exact: true }).waitFor();
    const calls = page.getByRole('list', { name: 'Calls, the newest first' }).getByRole('link');
    await Promise.all(Array.from({ length: 250 }, (_, nth) => vendor(`/users/${nth}`)));
    await becomes(() => calls.count(), 250);
    assert.equal(new Set(await calls.locator('.path').allTextContents()).size, 250);
    await page.reload();
    await becomes(() => calls.count(), 100);
    await press('Older');
    await becomes(() => calls.count(), 200);
  });

  it('looks for calls, holds them back, clears them and gives them away', async () => {
    await go('calls');
    await page.getByText('live', { exact: true }).waitFor();
    const calls = page.getByRole('list', { name: 'Calls, the newest first' }).getByRole('link');
    await vendor('/users/none');
    await vendor('/groups');
    await becomes(() => calls.count(), 2);
    await page.getByLabel('Status').selectOption('4xx');
    await becomes(() => calls.count(), 1);
    await vendor('/groups');
    await vendor('/users/nobody');
    await becomes(() => calls.count(), 2);
    await page.getByLabel('Status').selectOption('');
    await page.getByLabel(/^Path/).fill('groups');
    await becomes(() => calls.count(), 2);
    await page.getByLabel(/^Path/).fill('');
    await becomes(() => calls.count(), 4);

    await press('Pause');
    await vendor('/groups');
    await press('Resume (1 new)');
    await becomes(() => calls.count(), 5);

    const coming = page.waitForEvent('download');
    await press('HAR');
    assert.equal((await coming).suggestedFilename(), 'default.har');
    await press('Clear');
    await press('Clear', dialog());
    await becomes(() => calls.count(), 0);
    assert.equal((await control('GET', '/sandboxes/default/journal')).body.calls.length, 0);
  });

  it('resets the sandbox', async () => {
    await vendor('/users', { method: 'POST', body: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' } });
    await go('v/cofense/records/user');
    await page.getByRole('link', { name: 'user 151' }).waitFor();
    await press('Reset');
    await press('Reset', dialog());
    await page.getByRole('link', { name: 'user 150' }).waitFor();
    assert.equal((await (await vendor('/users?email=ada@example.com')).json()).total, 0);
  });

  it('moves the clock and makes it stand', async () => {
    await go('calls');
    const now = async () => Date.parse((await control('GET', '/sandboxes/default/clock')).body.now);
    const before = await now();
    await page.getByLabel(/^Advance the clock by/).fill('2h');
    await press('Advance');
    await said('It is 2h later.');
    assert.ok(await now() >= before + 7_200_000);
    await press('Freeze');
    await page.getByText('frozen', { exact: true }).waitFor();
    assert.equal((await control('GET', '/sandboxes/default/clock')).body.frozen, true);
    await press('Resume');
    await page.getByRole('button', { name: 'Freeze' }).waitFor();
    await page.getByLabel(/^Advance the clock by/).fill('soon');
    await press('Advance');
    await page.getByRole('status').getByText('advance').waitFor();
    // The answer was 400, which browsers write down.
    assert.equal(complaints.splice(0).length, 1);
  });

  it('rotates a credential and shows the new one once', async () => {
    await go('v/cofense/credentials');
    await press('Rotate credential 0');
    const token = await dialog().locator('code').first().textContent();
    assert.equal((await vendor('/users?per_page=1')).status, 401);
    assert.equal((await vendor('/users?per_page=1', { token })).status, 200);
    await press('Close', dialog());
    await page.getByText('rotated').waitFor();
    assert.ok(!(await page.content()).includes(token));
    // In the line to paste it is known until the page goes.
    await page.getByRole('link', { name: 'Connect' }).click();
    await page.locator('.block code').first().getByText(token).waitFor();
    await page.reload();
    await page.getByText('is not known to this page').waitFor();
    assert.ok(!(await page.content()).includes(token));
  });

  it('changes a record, and takes away what is taken out', async () => {
    await go('v/cofense/records/user');
    await page.getByLabel('Search among the loaded records').fill('stan.herman0');
    await page.getByRole('link', { name: /^stan\.herman0/ }).click();
    await press('Edit …');
    const area = dialog().getByLabel('JSON').last();
    await area.fill('{ no');
    await press('Save', dialog());
    await dialog().getByText('This is no JSON').waitFor();
    await area.fill('{"attributes": {"userName": "stan.herman0@acme.example.com", "name": {"givenName": "Stan", "familyName": "Laurel"}, "active": true, "emails": [{"value": "stan.herman0@acme.example.com", "type": "work", "primary": true}]}}');
    await press('Save', dialog());
    await said('Saved.');
    const { body: { attributes, groups } } = await control('GET', '/sandboxes/default/vendors/cofense/records/user/u123');
    assert.equal(attributes.name.familyName, 'Laurel');
    assert.equal(attributes.phoneNumbers, undefined);
    assert.equal(groups.length, 2);
  });

  it('makes and deletes a record', async () => {
    await go('v/cofense/records/user');
    await press('New user …');
    await press('Make', dialog());
    await page.getByRole('complementary').getByRole('heading', { name: 'ada@example.com' }).waitFor();
    await press('Delete', page.getByRole('complementary'));
    await press('Delete', dialog());
    await page.getByRole('complementary').waitFor({ state: 'hidden' });
    await page.getByText('100 of 150, 100 loaded').waitFor();
    await press('More');
    await page.getByText('150 of 150').waitFor();
  });

  it('shows markup as the text that it is, wherever it comes from', async () => {
    await vendor('/users', { method: 'POST', body: { email: 'img@example.com', firstName: HOSTILE, lastName: 'Byron', [HOSTILE]: 1 } });
    await vendor(`/users/${encodeURIComponent(HOSTILE)}?${HOSTILE}`);
    const group = { attributes: { displayName: HOSTILE } };
    assert.equal((await control('POST', '/sandboxes/default/vendors/cofense/records/group', group)).status, 201);
    await go('v/cofense/records/group');
    await page.getByRole('link', { name: HOSTILE }).click();
    await page.getByRole('heading', { name: HOSTILE }).waitFor();
    await go('v/cofense/records/user');
    await page.getByLabel('Search among the loaded records').fill('img@example.com');
    await press('More');
    await page.getByRole('link', { name: 'img@example.com' }).click();
    await page.getByRole('complementary').getByText('onerror').first().waitFor();
    await go('calls');
    for (const link of await page.getByRole('list', { name: 'Calls, the newest first' }).getByRole('link').all()) {
      await link.click();
      await page.getByRole('complementary').getByText('img src=x').or(page.getByRole('complementary').getByText('%3Cimg')).first().waitFor();
    }
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.evaluate(() => window.hit), undefined);
  });

  it('sets plan, variants and limits, and acts as the vendor’s console', async () => {
    const settings = async () => (await control('GET', '/sandboxes/default/vendors/cofense/settings')).body;
    await go('v/cofense/settings');
    await page.getByLabel('Plan').selectOption('essentials');
    await said('The plan is essentials.');
    await page.getByLabel('above_max').selectOption('400');
    await said('above_max is 400.');
    await page.getByLabel(/terms_accepted/).uncheck();
    await said('terms_accepted is not done.');
    const { plan, variants, prerequisites } = await settings();
    assert.deepEqual([plan, variants.above_max, prerequisites.terms_accepted], ['essentials', '400', false]);

    await page.getByRole('link', { name: 'Actions' }).click();
    await press('accept_terms');
    await becomes(async () => (await settings()).prerequisites.terms_accepted, true);

    await page.getByRole('link', { name: 'Limits' }).click();
    await press('Put limits in force');
    await said('Limits are in force.');
    await page.getByLabel('What is left of per_token for everyone').fill('0');
    await press('Set left');
    await said('0 are left.');
    assert.equal((await vendor('/users')).status, 429);
    await press('Look again');
    assert.equal(await page.getByRole('meter').getAttribute('aria-valuenow'), '0');
  });

  it('makes a sandbox and shows its secrets once', async () => {
    await go('calls');
    await press('New …');
    await dialog().getByLabel('Name').fill('one');
    await dialog().getByLabel('Recipients').fill('3');
    await press('Make', dialog());
    await dialog().getByText('one is made').waitFor();
    const token = await dialog().locator('dd code').first().textContent();
    assert.match(page.url(), /#\/one\/calls$/);
    assert.equal((await fetch(`${server.url}/cofense@one/v2/users`, { headers: { authorization: `Bearer ${token}` } })).status, 200);
    await press('Close', dialog());
    await press('Delete');
    await press('Delete', dialog());
    await becomes(() => page.getByLabel('Sandbox', { exact: true }).last().inputValue(), 'default');
    assert.equal((await control('GET', '/sandboxes/one')).status, 404);
  });

  it('puts chaos rules into force and takes them out', async () => {
    await go('chaos');
    await page.getByLabel('Ready-made rules').selectOption('outage');
    await page.getByLabel('Vendor', { exact: true }).selectOption('cofense');
    await press('Put into force');
    await said('In force.');
    await press('Remove all');
    await page.getByText('every call is answered as the vendor would').waitFor();
    await press('Write one …');
    await dialog().getByRole('textbox').fill('{"name": "mine", "respond": 418}');
    await press('Put into force', dialog());
    await page.getByText('0 of 0 struck').waitFor();
    assert.equal((await vendor('/users')).status, 418);
    await go('calls');
    await page.getByRole('link', { name: /418/ }).click();
    await page.getByRole('complementary').getByText('met it, number 1 of its kind').waitFor();
    await go('chaos');
    await press('Remove mine');
    await page.getByText('every call is answered as the vendor would').waitFor();
    assert.equal((await vendor('/users')).status, 200);
  });

  it('shows how the clients behaved', async () => {
    await vendor('/users?per_page=2', { token: 'wrong' });
    await vendor('/users?per_page=2');
    await go('rehearsal');
    await page.getByRole('heading', { name: 'How the clients behaved' }).waitFor();
    const coming = context.waitForEvent('page');
    await page.getByRole('link', { name: 'The whole report' }).click();
    await (await coming).getByText('Timeline').or((await coming).locator('svg')).first().waitFor();
    // That no scenario is under way is told by 404, which browsers write down.
    assert.ok(complaints.splice(0).every((text) => text.includes('404')));
  });

  it('tells which facts were met', async () => {
    await vendor('/users?per_page=2');
    await go('coverage');
    const part = page.locator('section', { hasText: 'Cofense' });
    await part.getByText(/^Met:/).click();
    await part.getByText('cofense.2', { exact: true }).waitFor();
  });

  it('can be read and used by everyone, wide and narrow, light and dark', async () => {
    await vendor('/users?per_page=2', { token: 'wrong' });
    const { body: { calls: [{ id }] } } = await control('GET', '/sandboxes/default/journal');
    await control('PATCH', '/sandboxes/default/vendors/cofense/limits', { enabled: true });
    await vendor('/users?per_page=2');
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 700]) {
        await page.setViewportSize({ width, height: 800 });
        for (const place of ['calls', `calls/${id}`, 'chaos', 'coverage', 'v/cofense/connect', 'v/cofense/credentials', 'v/cofense/settings', 'v/cofense/limits', 'v/cofense/actions', 'v/cofense/records/user/u123']) {
          await go(place);
          await page.reload();
          await page.getByRole('heading', { level: 1 }).waitFor();
          const what = `${place} at ${width}, ${colorScheme}`;
          assert.deepEqual(await page.evaluate(faint), [], what);
          assert.deepEqual(await page.evaluate(nameless), [], what);
          const wide = await page.evaluate(() => [document.documentElement, document.querySelector('main')].map((one) => one.scrollWidth - one.clientWidth));
          assert.deepEqual(wide, [0, 0], what);
          assert.equal(await page.locator('main, nav, header').count(), 3, what);
        }
      }
    }
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  });
});

describe('with --control-token', () => {
  let guarded;
  before(async () => { guarded = await serve('--control-token', 's3cret'); });
  after(() => guarded.stop());

  it('the page asks for the token and keeps it in its tab alone', async () => {
    const context = await browser.newContext();
    const { page, complaints, called } = await tab(context);
    await page.goto(`${guarded.url}/_standin/`);
    const ask = page.getByRole('dialog');
    await ask.getByText('--control-token').first().waitFor();
    await ask.getByLabel('Token').fill('wrong');
    await ask.getByRole('button', { name: 'Go on' }).click();
    await ask.getByText('this is not the token').waitFor();
    await ask.getByLabel('Token').last().fill('s3cret');
    await ask.getByRole('button', { name: 'Go on' }).last().click();
    await page.getByText('live', { exact: true }).waitFor();

    // The stream, too, bears the token.
    await fetch(`${guarded.url}/cofense/v2/users`);
    await page.getByRole('link', { name: /401/ }).waitFor();
    await page.reload();
    await page.getByText('live', { exact: true }).waitFor();
    const kept = await page.evaluate(() => [Object.keys(localStorage), Object.values(sessionStorage), document.cookie]);
    assert.deepEqual(kept, [[], ['s3cret'], '']);
    assert.ok(complaints.every((text) => text.includes('401')), String(complaints));
    assert.deepEqual([...called], [new URL(guarded.url).host]);

    const other = await context.newPage();
    await other.goto(`${guarded.url}/_standin/`);
    await other.getByRole('dialog').waitFor();
    await context.close();
  });
});

describe('a page of another origin', () => {
  it('neither calls the control API nor frames the console', async () => {
    const html = `<iframe src="${server.url}/_standin/"></iframe>`;
    const elsewhere = createServer((_, reply) => reply.setHeader('content-type', 'text/html').end(html));
    await new Promise((done) => { elsewhere.listen(0, '127.0.0.1', done); });
    const context = await browser.newContext();
    const page = await context.newPage();
    await control('POST', '/sandboxes/default/reset');
    await vendor('/users?per_page=1');
    await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
    // A browser sends it, and does not show what came.
    await page.evaluate((url) => fetch(url, { method: 'POST', mode: 'no-cors' }).catch(() => {}), `${server.url}/_standin/v1/sandboxes/default/reset`);
    assert.equal((await control('GET', '/sandboxes/default/journal')).body.calls.length, 1);
    const read = await page.evaluate((url) => fetch(url).then(() => 'read', (error) => error.name), `${server.url}/_standin/v1/sandboxes`);
    assert.equal(read, 'TypeError');
    assert.equal(await page.frames()[1]?.getByText('Calls').count() ?? 0, 0);
    await context.close();
    elsewhere.close();
  });
});
