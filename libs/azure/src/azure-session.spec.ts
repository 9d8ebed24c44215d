import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeChecks, loopbackOutbound, outageChecks, startStandIn, testContext, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { AzureSession } from './azure-session.js';
import { EntraToken } from './entra-token.js';

const prepared: { token: StandInAnswer | null; api: StandInAnswer } = { token: null, api: { body: {} } };
let tokens = 0;
const standIn = await startStandIn(({ path }) => {
  if (path.endsWith('/token')) return prepared.token ?? { body: { access_token: `token-${(tokens += 1)}-0123456789`, expires_in: 3_599 } };
  return prepared.api;
});
afterAll(() => standIn.stop());
beforeEach(() => {
  tokens = 0;
  standIn.requests.length = 0;
  Object.assign(prepared, { token: null, api: { body: {} } });
});

const login = { authorityUrl: standIn.url, tenant: 'tenant.example.test', clientId: 'client', clientSecret: 'client-secret-4711', scope: 'https://api.example.test/.default' };
const session = () => new AzureSession({ name: 'Azure', url: standIn.url, apiVersion: '1.2', login, explain: () => undefined, context: testContext({ outbound: loopbackOutbound() }) });

describe('a session at Azure', () => {
  it('logs in once, with the scope and the tenant that it was given, and names the version of the API', async () => {
    const azure = session();
    await azure.send('/one');
    await azure.send('/two', { query: { more: 1 } });
    expect(standIn.requests.map(({ url }) => url)).toEqual(['/tenant.example.test/oauth2/v2.0/token', '/one?api-version=1.2', '/two?api-version=1.2&more=1']);
    expect(Object.fromEntries(new URLSearchParams(standIn.requests[0]?.text))).toEqual({ grant_type: 'client_credentials', client_id: 'client', client_secret: 'client-secret-4711', scope: 'https://api.example.test/.default' });
  });

  it('says that credentials are refused in the words of Microsoft, without showing them', async () => {
    prepared.token = { status: 400, body: { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided: client-secret-4711.' } };
    await expect(session().send('/')).rejects.toMatchObject({ code: 'permission_denied', message: 'Microsoft Entra ID answered POST /tenant.example.test/oauth2/v2.0/token with 400: AADSTS7000215: Invalid client secret provided: ***.' });
  });

  it('shows neither token nor client secret when the API repeats them', async () => {
    prepared.api = { status: 400, body: 'client-secret-4711 token-1-0123456789' };
    await expect(session().send('/')).rejects.toMatchObject({ code: 'failed_precondition', message: 'Azure answered GET / with 400: *** ***' });
  });
});

describeChecks('a session whose login fails', outageChecks, { run: (url, canary) => new EntraToken({ ...login, authorityUrl: url, clientSecret: canary }, testContext({ outbound: loopbackOutbound() })).grant() });
