import { describe, expect, it } from '@jest/globals';
import { expectOk, type Json } from '../harness/index.js';
import { createRole, unique, useWorld } from './world.js';

const world = useWorld();

const post = (input: Json) => world().admin.post('/certificates', { owner: 'team@corp.test', authority: { id: world().authority.id }, ...input });
const fieldsOf = (answer: Json) => Object.keys(answer.body.reasons ?? {});

describe('authorities', () => {
  const make = (input: Json) => world().admin.post('/authorities', { name: unique('CA'), owner: 'pki@corp.test', commonName: unique('CA'), keyType: 'ECCPRIME256V1', validityYears: 5, plugin: { slug: 'cryptography-issuer' }, ...input });

  it.each([
    ['no name', { name: undefined }, 'name'],
    ['no owner', { owner: undefined }, 'owner'],
    ['no common name', { commonName: undefined }, 'commonName'],
    ['an empty common name', { commonName: '' }, 'commonName'],
    ['no plugin', { plugin: undefined }, 'plugin'],
    ['an unknown plugin', { plugin: { slug: 'nope' } }, 'plugin'],
    ['an export plugin', { plugin: { slug: 'openssl-export' } }, 'plugin'],
    ['a plugin without slug', { plugin: {} }, 'plugin'],
    ['another type', { type: 'leaf' }, 'type'],
    ['subca without parent', { type: 'subca' }, 'Schema'],
    ['an unknown parent', { type: 'subca', parent: { id: 99_999 } }, 'parent'],
    ['another algorithm', { signingAlgorithm: 'md5WithRSA' }, 'signingAlgorithm'],
    ['another key type', { keyType: 'DSA' }, 'keyType'],
    ['a start alone', { validityYears: undefined, validityStart: '2027-01-01T00:00:00' }, 'Schema'],
    ['a bad sensitivity', { sensitivity: 'low' }, 'sensitivity'],
    ['null as country', { country: null }, 'country'],
    ['an unknown role', { roles: [{ name: 'none such' }] }, 'roles'],
    ['serial as word', { serialNumber: 'x' }, 'serialNumber'],
  ])('are refused with %s', async (_title, input, field) => {
    const answer = await make(input);
    expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 400, fields: [field] });
  });

  it('have names of their own, also towards roles', async () => {
    const name = unique('CA');
    const made = expectOk(await make({ name }));
    expect(made.roles.map((r: Json) => r.name)).toEqual([`${name}_admin`, `${name}_operator`, 'pki@corp.test']);
    expect((await make({ name })).status).toBe(409);
    const taken = unique('CA');
    await createRole(world().admin, { name: `${taken}_operator` });
    expect((await make({ name: taken })).status).toBe(409);
    expect(expectOk(await world().admin.get(`/roles?filter=name;${taken}_admin`)).total).toBe(0);
    expect(expectOk(await world().admin.get('/auth/me')).roles).toHaveLength(1);
  });

  it('are made without serial, with the words of all algorithms', async () => {
    for (const signingAlgorithm of ['sha256WithRSA', 'SHA384withECDSA', 'SHA512withECDSA', 'sha384WithECDSA', 'sha512WithECDSA', 'sha256WithECDSA']) {
      const answer = await make({ signingAlgorithm, serialNumber: undefined });
      expect({ signingAlgorithm, status: answer.status }).toEqual({ signingAlgorithm, status: 200 });
    }
  });

  it('below a parent respect its path length and validity', async () => {
    const root = expectOk(await make({ extensions: { basicConstraints: { ca: true, path_length: 0 } } }));
    const sub = await make({ type: 'subca', parent: { id: root.id } });
    if (sub.status === 200) expect((await make({ type: 'subca', parent: { id: sub.body.id } })).status).toBe(400);
    const wide = expectOk(await make({ validityYears: 2 }));
    expect((await make({ type: 'subca', parent: { id: wide.id }, validityYears: 20 })).status).toBe(400);
  });

  it('are updated in owner, description, state, roles and options', async () => {
    const made = expectOk(await make({ description: 'before' }));
    const put = (input: Json) => world().admin.put(`/authorities/${made.id}`, { owner: 'new@corp.test', description: 'after', roles: [{ name: 'operator' }], ...input });
    const updated = expectOk(await put({ name: 'ignored', options: '[{"name": "cab_compliant", "value": true}]' }));
    expect(updated).toMatchObject({ name: made.name, owner: 'new@corp.test', description: 'after', active: true, maxIssuanceDays: 397 });
    expect(updated.roles).toEqual([{ id: 2, name: 'operator' }]);
    expect(JSON.parse(updated.options)).toEqual([{ name: 'cab_compliant', value: true }]);
    expect(updated.authorityCertificate.owner).toBe('pki@corp.test');
    expect(expectOk(await put({ options: '' })).options).toBe(updated.options);
    for (const bad of [{ owner: undefined }, { description: undefined }, { roles: undefined }, { options: 'no json' }, { options: 5 }, { options: '{' }, { active: 'maybe' }]) {
      const answer = await put(bad);
      expect({ bad, status: answer.status }).toEqual({ bad, status: 400 });
    }
    expect((await world().admin.put('/authorities/99999', { owner: 'a@corp.test', description: 'x', roles: [] })).status).toBe(404);
    expect((await world().admin.get('/authorities/99999/visualize')).status).toBe(404);
    // Its new owner has no role yet; issuing makes one instead of failing.
    expect((await post({ authority: { id: made.id }, commonName: 'after.corp.test' })).status).toBe(200);
  });
});
