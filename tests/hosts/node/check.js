// The connector on Node, against a simulated Atlassian.
//
// SIMULATOR is what `jira-host simulate --json` prints.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tenant } from './connector.js';
import { mapStore } from './store.js';

const simulator = JSON.parse(process.env.SIMULATOR);
const origins = [simulator.auth_origin, simulator.api_origin];
const secrets = mapStore({ app: JSON.stringify(simulator.app) });
let connector;
let connected;

const request = (method, urlPath, more = {}) => ({
  connection: 'node',
  method,
  urlPath,
  queryParams: [],
  headers: [],
  cookies: [],
  ...more,
});
const authorize = { connection: 'node', includeServiceManagement: false, extraScopes: [] };
const json = (answer) => JSON.parse(new TextDecoder().decode(answer.body));

function failure(call) {
  try {
    call();
  } catch (thrown) {
    return thrown.payload;
  }
  assert.fail('the call succeeded');
}

before(async () => {
  connector = await tenant(secrets, origins);
  const { val: consent } = connector.oauthExchange({ tag: 'authorize', val: authorize });
  const decision = new URLSearchParams({ decision: 'allow' });
  const page = await fetch(consent.url, { method: 'POST', body: decision, redirect: 'manual' });
  const redirectUrl = page.headers.get('location');
  const callback = { connection: 'node', state: consent.state, redirectUrl };
  connected = connector.oauthExchange({ tag: 'callback', val: callback });
});

test('a consent makes a connection', () => {
  assert.equal(connected.tag, 'connected');
  const { status } = connected.val;
  assert.equal(status.state, 'ready');
  assert.equal(status.site.url, 'https://example.atlassian.net');
  assert.deepEqual(status.missingScopes, []);
});

test('a GET answers an issue', () => {
  const queryParams = [['fields', 'summary']];
  const answer = connector.apiRequest(request('get', '/issue/DEMO-1', { queryParams }));
  assert.equal(answer.status, 200);
  assert.equal(json(answer).key, 'DEMO-1');
  assert.deepEqual(Object.keys(json(answer).fields), ['summary']);
});

test('a POST adds a comment', () => {
  const path = '/rest/api/2/issue/DEMO-1/comment';
  const jsonObject = JSON.stringify({ body: 'Grüße von Node' });
  const answer = connector.apiRequest(request('post', path, { jsonObject }));
  assert.equal(answer.status, 201);
  const { comments } = json(connector.apiRequest(request('get', path)));
  assert.equal(comments.at(-1).body, 'Grüße von Node');
});

test('an expired token is refreshed on the way', async () => {
  const { version } = secrets.get('tokens/node');
  const url = `${simulator.auth_origin}/_simulator/tokens/expire`;
  assert.equal((await fetch(url, { method: 'POST' })).status, 204);
  const answer = connector.apiRequest(request('get', '/issue/DEMO-1'));
  assert.deepEqual([answer.status, answer.attempts], [200, 2]);
  assert.notEqual(secrets.get('tokens/node').version, version);
  assert.equal(secrets.get('leases/node'), undefined);
});

test('an error says what to do', () => {
  const notFound = failure(() => connector.apiRequest(request('get', '/issue/NONE-1')));
  assert.deepEqual([notFound.kind.tag, notFound.action], ['api', 'fix-request']);
  assert.equal(notFound.kind.val.status, 404);
  const unknown = failure(() => connector.oauthExchange({ tag: 'refresh', val: 'nobody' }));
  assert.equal(unknown.action, 'reauthorize');
});

test('an origin that is not allowed is denied', async () => {
  const confined = await tenant(secrets, [simulator.auth_origin]);
  const denied = failure(() => confined.apiRequest(request('get', '/issue/DEMO-1')));
  assert.deepEqual([denied.kind.tag, denied.kind.val.tag], ['transport', 'denied']);
});

test('the store compares before it writes', () => {
  const store = mapStore();
  const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)];
  const { val: first } = store.put('key', one, { tag: 'absent' });
  assert.equal(store.put('key', two, { tag: 'absent' }).val.version, first);
  const ofFirst = { tag: 'version', val: first };
  const { val: second } = store.put('key', two, ofFirst);
  assert.deepEqual(store.put('key', one, ofFirst), {
    tag: 'stale',
    val: { value: two, version: second },
  });
  assert.equal(store.delete('key', ofFirst).tag, 'stale');
  assert.equal(store.delete('key', { tag: 'any' }).tag, 'deleted');
  const { val: third } = store.put('key', one, { tag: 'absent' });
  assert.ok(![first, second].includes(third));
});
