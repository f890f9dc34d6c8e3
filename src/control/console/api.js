// The control API as the console calls it: its rows, one function that calls them, and one that follows the journal.

/** Every row that is called here, by its name in the server's table. A test of the server reads these lines. */
export const ROWS = {
  list_vendors: 'GET /v1/vendors',
  get_vendor: 'GET /v1/vendors/{vendor}',
  list_sandboxes: 'GET /v1/sandboxes',
  create_sandbox: 'POST /v1/sandboxes',
  get_sandbox: 'GET /v1/sandboxes/{sandbox}',
  delete_sandbox: 'DELETE /v1/sandboxes/{sandbox}',
  reset_sandbox: 'POST /v1/sandboxes/{sandbox}/reset',
  get_clock: 'GET /v1/sandboxes/{sandbox}/clock',
  move_clock: 'PATCH /v1/sandboxes/{sandbox}/clock',
  list_calls: 'GET /v1/sandboxes/{sandbox}/journal',
  clear_journal: 'DELETE /v1/sandboxes/{sandbox}/journal',
  explain_call: 'GET /v1/sandboxes/{sandbox}/journal/{request}',
  follow_calls: 'GET /v1/sandboxes/{sandbox}/journal/stream',
  export_calls: 'GET /v1/sandboxes/{sandbox}/journal.har',
  cover_facts: 'GET /v1/sandboxes/{sandbox}/coverage',
  list_ready_made: 'GET /v1/chaos',
  list_chaos: 'GET /v1/sandboxes/{sandbox}/chaos',
  add_chaos: 'POST /v1/sandboxes/{sandbox}/chaos',
  clear_chaos: 'DELETE /v1/sandboxes/{sandbox}/chaos',
  remove_chaos: 'DELETE /v1/sandboxes/{sandbox}/chaos/{rule}',
  get_report: 'GET /v1/sandboxes/{sandbox}/report',
  list_scenarios: 'GET /v1/scenarios',
  get_scenario: 'GET /v1/sandboxes/{sandbox}/scenario',
  start_scenario: 'POST /v1/sandboxes/{sandbox}/scenario',
  end_scenario: 'DELETE /v1/sandboxes/{sandbox}/scenario',
  list_credentials: 'GET /v1/sandboxes/{sandbox}/vendors/{vendor}/credentials',
  issue_credential: 'POST /v1/sandboxes/{sandbox}/vendors/{vendor}/credentials',
  rotate_credential: 'POST /v1/sandboxes/{sandbox}/vendors/{vendor}/credentials/{id}/rotate',
  revoke_credential: 'POST /v1/sandboxes/{sandbox}/vendors/{vendor}/credentials/{id}/revoke',
  expire_credential: 'POST /v1/sandboxes/{sandbox}/vendors/{vendor}/credentials/{id}/expire',
  get_settings: 'GET /v1/sandboxes/{sandbox}/vendors/{vendor}/settings',
  change_settings: 'PATCH /v1/sandboxes/{sandbox}/vendors/{vendor}/settings',
  get_limits: 'GET /v1/sandboxes/{sandbox}/vendors/{vendor}/limits',
  change_limits: 'PATCH /v1/sandboxes/{sandbox}/vendors/{vendor}/limits',
  list_actions: 'GET /v1/sandboxes/{sandbox}/vendors/{vendor}/actions',
  act: 'POST /v1/sandboxes/{sandbox}/vendors/{vendor}/actions/{action}',
  list_record_types: 'GET /v1/sandboxes/{sandbox}/vendors/{vendor}/records',
  list_records: 'GET /v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}',
  create_record: 'POST /v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}',
  get_record: 'GET /v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}/{record}',
  change_record: 'PATCH /v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}/{record}',
  delete_record: 'DELETE /v1/sandboxes/{sandbox}/vendors/{vendor}/records/{type}/{record}',
};

/** Where the control API begins: one above this file's folder. */
const ROOT = new URL('..', import.meta.url).pathname.replace(/\/$/, '');

/** Where the token of `--control-token` is kept: it goes with the tab. */
const TOKEN = 'standin-token';

/** How long until a stream that broke off is asked for again. */
const AGAIN_MS = 1000;

/** Why a call was not done: the sentence of its problem details. */
export class Refused extends Error {
  constructor(status, detail, problems = []) {
    super(detail);
    this.status = status;
    this.problems = problems;
  }
}

let token = sessionStorage.getItem(TOKEN);
/** Asks the person for the token; set by whoever can. */
let askToken = async () => null;
let asking = null;

export const hasToken = () => Boolean(token);
export const onToken = (ask) => { askToken = ask; };

/** Asks once, however many calls are refused at a time. */
async function wantToken(detail, refused) {
  if (token !== refused) return;
  asking ??= askToken(detail).finally(() => { asking = null; });
  token = await asking;
  if (token) sessionStorage.setItem(TOKEN, token);
  else sessionStorage.removeItem(TOKEN);
}

/** The method and the address of a row. */
function address(name, places, query = {}) {
  const [method, path] = ROWS[name].split(' ');
  const filled = path.replace(/\{(\w+)\}/g, (_, place) => encodeURIComponent(places[place]));
  const said = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(said).toString();
  return [method, ROOT + filled + (text && `?${text}`)];
}

async function send(name, places, { query, body, signal, headers = {} } = {}) {
  const [method, url] = address(name, places, query);
  for (;;) {
    const sent = token;
    let reply;
    try {
      reply = await fetch(url, {
        method,
        signal,
        cache: 'no-store',
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }), ...(sent && { authorization: `Bearer ${sent}` }) },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Refused(0, 'Standin does not answer; is it still running?');
    }
    if (reply.ok) return reply;
    const problem = await reply.json().catch(() => ({}));
    const detail = problem.detail ?? `${reply.status} ${reply.statusText}`;
    if (reply.status !== 401) throw new Refused(reply.status, detail, problem.problems);
    await wantToken(detail, sent);
    if (!token) throw new Refused(401, detail);
  }
}

/** Calls a row: JSON, or `null` where it gives none. */
export async function call(name, places = {}, options = {}) {
  const reply = await send(name, places, options);
  return reply.status === 204 ? null : reply.json();
}

/** The address of a row, for a link: a browser that follows it bears no token. */
export const link = (name, places, query) => address(name, places, query)[1];

/** Calls a row for its bytes. */
export async function bytes(name, places, options) {
  return (await send(name, places, options)).blob();
}

/**
 * Follows the journal until `signal`: `came` gets each call, `state` hears `live` or `lost`. Not by EventSource, which
 * cannot send a token.
 */
export async function follow(sandbox, { came, state, signal }) {
  let seen;
  while (!signal.aborted) {
    try {
      const headers = seen === undefined ? {} : { 'last-event-id': seen };
      const reply = await send('follow_calls', { sandbox }, { signal, headers });
      await state('live');
      let text = '';
      for await (const part of parts(reply.body)) {
        const events = (text + part).split('\n\n');
        text = events.pop();
        for (const event of events) {
          const lines = event.split('\n');
          const value = (field) => lines.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2);
          if (value('event') !== 'call') continue;
          seen = value('id');
          came(JSON.parse(value('data')));
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && [401, 404].includes(error.status)) return state('lost');
    }
    if (signal.aborted) return;
    await state('lost');
    // A sandbox that was reset begins a new journal, with numbers of its own.
    seen = undefined;
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

async function* parts(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
