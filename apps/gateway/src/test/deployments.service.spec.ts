import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aGateway, type Gateway } from './a-gateway.js';
import { someCallers, statusesOf, type PermissionRow, type Tokens } from './callers.js';
import { inventoryWorld } from './certificate-stand-in.js';
import { deployStandIn } from './deploy-stand-in.js';
import { aDeploymentRecord, deployWorld } from './deployment-stand-in.js';
import { aCertificateRecord, aDestinationRecord } from './records.js';

jest.setTimeout(60_000);

let gateway: Gateway;
let tokens: Tokens;
beforeAll(async () => {
  gateway = await aGateway({ services: [deployStandIn] });
  tokens = await someCallers(gateway);
  inventoryWorld.certificates.set(1, aCertificateRecord({ id: 1 }));
  deployWorld.destinations.set(7, aDestinationRecord({ id: 7 }));
  const other = await gateway.aUser('stranger');
  const rows = [
    aDeploymentRecord({ id: 51, certificateId: 1, destinationId: 7, state: 'failed', lastError: 'the host refuses connections' }),
    aDeploymentRecord({ id: 52, certificateId: 2, destinationId: 7, note: `not of user ${other.id}` }),
    aDeploymentRecord({ id: 53, certificateId: 1, destinationId: 8, wanted: 'removed' }),
  ];
  for (const row of rows) deployWorld.deployments.set(row.id, row);
  strangerToken = other.token;
});
let strangerToken: string;
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown) => gateway.send(method, path, { token: gateway.admin, body });
const ids = (body: { items: { id: number }[] }) => body.items.map(({ id }) => id);

describe('deployments over REST', () => {
  it('are listed of the platform, of a certificate and of a destination', async () => {
    const { status, body } = await asAdmin('GET', '/deployments');
    expect([status, ids(body), body.total]).toEqual([200, [51, 52, 53], 3]);
    expect(body.items[0]).toEqual(deployWorld.deployments.get(51));
    expect(ids((await asAdmin('GET', '/certificates/1/deployments')).body)).toEqual([51, 53]);
    expect(ids((await asAdmin('GET', '/destinations/7/deployments')).body)).toEqual([51, 52]);
  });

  it('are narrowed to a state, paged and sorted', async () => {
    expect(ids((await asAdmin('GET', '/certificates/1/deployments?state=failed')).body)).toEqual([51]);
    await asAdmin('GET', '/deployments?count=5&page=3&sortBy=id&sortDir=desc&id=51,52');
    expect(deployWorld.inputs.at(-1)).toMatchObject({ ids: [51, 52], window: { offset: 10, limit: 5, sortBy: 'id', sortDir: 'desc' } });
    expect(await asAdmin('GET', '/deployments?state=lost')).toMatchObject({ status: 400, body: { reasons: { state: expect.stringContaining('must be one of pending') } } });
  });

  it('are not found below what is not there', async () => {
    for (const path of ['/certificates/404/deployments', '/destinations/404/deployments', '/deployments/404']) expect((await asAdmin('GET', path)).status).toBe(404);
  });

  it('show their history', async () => {
    expect(await asAdmin('GET', '/deployments/51')).toMatchObject({ status: 200, body: { id: 51, lastError: 'the host refuses connections', history: [{ what: 'requested' }] } });
  });

  it('are tried again, also below their certificate and their destination', async () => {
    for (const path of ['/deployments/51/retry', '/certificates/1/deployments/51/retry', '/destinations/7/deployments/51/retry'])
      expect(await asAdmin('POST', path)).toMatchObject({ status: 200, body: { id: 51, state: 'pending' } });
  });

  it('are not tried again below another certificate or destination, or when nobody wants them', async () => {
    for (const path of ['/deployments/404/retry', '/certificates/2/deployments/51/retry', '/destinations/8/deployments/51/retry', '/certificates/1/deployments/404/retry'])
      expect((await asAdmin('POST', path)).status).toBe(404);
    expect((await asAdmin('POST', '/deployments/53/retry')).status).toBe(400);
    expect((await gateway.send('POST', '/deployments/52/retry', { token: strangerToken })).status).toBe(403);
  });
});

describe('rotations over REST', () => {
  const target = { endpointIds: null, certificateId: null, allDue: false, region: null, sourceId: null };
  const asked = (body: unknown) => ({ ...defaults, ...(body as object) });
  const defaults = { newCertificate: null, removesOld: false, isDryRun: false, verifies: true };

  it.each([
    ['of an endpoint', '/endpoints/5/rotate', {}, { target: { ...target, endpointIds: [5] } }],
    ['of an endpoint, to a certificate that is named', '/endpoints/5/rotate', { certificate: { id: 2 }, removeOld: true, verify: false }, { target: { ...target, endpointIds: [5] }, newCertificate: { id: 2 }, removesOld: true, verifies: false }],
    ['of all endpoints of a certificate', '/certificates/1/rotate', { certificate: { name: 'new' }, region: 'eu-west-1' }, { target: { ...target, certificateId: 1, region: 'eu-west-1' }, newCertificate: { name: 'new' } }],
    ['of all that are due', '/rotations', { region: 'eu', sourceId: 3 }, { target: { ...target, allDue: true, region: 'eu', sourceId: 3 } }],
  ])('begin %s', async (_title, path, body, expected) => {
    const { status, body: answer } = await asAdmin('POST', path, body);
    expect(status).toBe(200);
    expect(deployWorld.inputs.at(-1)).toEqual(asked(expected));
    expect(answer).toMatchObject({ rotations: [{ id: 4, state: 'pending', user: { username: 'admin' } }], refused: [{ endpointId: 6, reason: 'nothing can change it' }] });
    expect(answer.rotations[0]).not.toHaveProperty('userId');
  });

  it('are planned only, when asked', async () => {
    const { body } = await asAdmin('POST', '/endpoints/5/rotate', { dryRun: true });
    expect(body.rotations).toMatchObject([{ id: null, state: 'planned', user: null }]);
  });

  it('are refused for what is not there, and for what is not the caller’s', async () => {
    expect((await asAdmin('POST', '/endpoints/404/rotate', {})).status).toBe(404);
    expect((await asAdmin('POST', '/endpoints/403/rotate', {})).status).toBe(403);
    expect((await asAdmin('POST', '/endpoints/5/rotate', { certificate: {} })).status).toBe(400);
  });

  it('are listed, shown and taken up again', async () => {
    expect(await asAdmin('GET', '/rotations?endpointId=5&certificateId=1&state=failed')).toMatchObject({ status: 200, body: { total: 1, items: [{ id: 4, user: null }] } });
    expect(deployWorld.inputs.at(-1)).toMatchObject({ endpointId: 5, certificateId: 1, state: 'failed', ids: null });
    expect(await asAdmin('GET', '/rotations/4')).toMatchObject({ status: 200, body: { id: 4 } });
    expect(await asAdmin('POST', '/rotations/4/retry')).toMatchObject({ status: 200, body: { user: { username: 'admin' } } });
    for (const [method, path] of [['GET', '/rotations/404'], ['POST', '/rotations/404/retry']] as const) expect((await asAdmin(method, path)).status).toBe(404);
  });
});

const at = (path: string) => async () => path;
const everybody = [401, 200, 200, 200, 200];
const rows: PermissionRow[] = [
  ['list deployments', 'GET', at('/deployments'), undefined, everybody],
  ['list those of a certificate', 'GET', at('/certificates/1/deployments'), undefined, everybody],
  ['list those of a destination', 'GET', at('/destinations/7/deployments'), undefined, everybody],
  ['see one', 'GET', at('/deployments/51'), undefined, everybody],
  // Who may is for deploy-svc to say, which knows the certificate.
  ['try one again', 'POST', at('/deployments/51/retry'), undefined, everybody],
  ['rotate an endpoint', 'POST', at('/endpoints/5/rotate'), {}, everybody],
  ['rotate a certificate', 'POST', at('/certificates/1/rotate'), {}, everybody],
  ['rotate all that is due', 'POST', at('/rotations'), {}, [401, 403, 403, 403, 200]],
  ['list rotations', 'GET', at('/rotations'), undefined, everybody],
  ['take one up again', 'POST', at('/rotations/4/retry'), undefined, everybody],
];

describe('who may do what with deployments and rotations', () => {
  it.each(rows)('%s', async (...row) => {
    expect(await statusesOf(gateway, tokens, row)).toEqual(row[4]);
  });
});
