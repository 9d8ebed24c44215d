import { describe, expect, it } from '@jest/globals';
import { expectOk, type Answer } from '../harness/index.js';
import { issue, unique, useWorld } from './world.js';

const message = (answer: Answer) => typeof answer.body.message === 'string' && answer.body.message.length > 0;

const world = useWorld();

describe('transport', () => {
  const tokenOf = async () => expectOk(await world().anonymous.post('/auth/login', { username: 'admin', password: world().platform.administrator.password })).token;

  it.each([
    ['GET', '/users/'],
    ['GET', '/nope'],
    ['GET', '/users/abc'],
    ['GET', '/users/1.0'],
    ['GET', '/users/-1'],
    ['GET', '/users/1/'],
    ['GET', '/certificates/0x10'],
    ['GET', '/users/%31abc'],
    ['GET', '/certificates/1/updateOptions'],
    ['PUT', '/certificates/1/renew'],
    ['GET', '/authorities/1/options'],
    ['GET', '/policies'],
    ['GET', '/reports'],
    ['GET', '/ciphers'],
    ['GET', '/..%2f..%2fetc/passwd'],
    ['GET', '//users'],
    ['GET', ''],
  ])('%s %s is no route: 404 with error and message, without a token', async (method, path) => {
    const answer = await world().anonymous.api(method, path);
    expect({ status: answer.status, error: typeof answer.body.error, message: typeof answer.body.message }).toEqual({ status: 404, error: 'string', message: 'string' });
  });

  it.each([
    ['PATCH', '/users', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/users/1', 'GET, HEAD, OPTIONS, PUT'],
    ['PATCH', '/certificates/name/x', 'GET, HEAD, OPTIONS'],
    ['GET', '/auth/login', 'OPTIONS, POST'],
    ['POST', '/certificates/valid', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/domains/1', 'GET, HEAD, OPTIONS, PUT'],
    ['POST', '/logs', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/keys', 'GET, HEAD, OPTIONS, POST'],
  ])('%s %s is 405 before anybody is asked for a token', async (method, path, allow) => {
    const answer = await world().anonymous.api(method, path);
    expect({ status: answer.status, message: message(answer), allow: answer.headers.get('allow') }).toEqual({ status: 405, message: true, allow });
  });

  it('lists the methods of a path for OPTIONS, without a token', async () => {
    const answer = await world().anonymous.api('OPTIONS', '/certificates/1');
    expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({ status: 200, allow: 'DELETE, GET, HEAD, OPTIONS, POST, PUT' });
  });

  it.each(['/users', '/certificates', '/defaults', '/auth/me'])('answers HEAD %s like GET, without a body', async (path) => {
    const get = await world().admin.get(path);
    const head = await world().admin.api('HEAD', path);
    expect({ status: head.status, text: head.text, type: head.headers.get('content-type') }).toEqual({ status: get.status, text: '', type: get.headers.get('content-type') });
    expect((await world().anonymous.api('HEAD', path)).status).toBe(401);
  });

  it.each(['Bearer T', 'Basic T', 'bearer T', 'anything T', 'Bearer\tT', 'Bearer   T', 'Bearer T more'])('takes the second word of "%s" as the token', async (form) => {
    const answer = await world().anonymous.send('GET', '/api/1/auth/me', { headers: { authorization: form.replace('T', await tokenOf()) } });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['Bearer', 403],
    ['T', 403],
    ['Bearer not.a.token', 403],
    ['Bearer null', 403],
    ['Basic dXNlcjpwYXNz', 403],
    ['', 401],
  ])('answers the header "%s" with %d', async (form, status) => {
    const authorization = form === 'T' ? await tokenOf() : form;
    const answer = await world().anonymous.send('GET', '/api/1/auth/me', { headers: authorization === '' ? {} : { authorization } });
    expect({ status: answer.status, message: message(answer) }).toEqual({ status, message: true });
  });

  it('answers JSON everywhere but for the health check', async () => {
    expect((await world().admin.get('/users')).headers.get('content-type')).toMatch(/^application\/json/);
    const health = await world().anonymous.get('/healthcheck');
    expect({ status: health.status, text: health.text, type: health.headers.get('content-type')?.split(';')[0] }).toEqual({ status: 200, text: 'ok', type: 'text/html' });
  });

  it('forbids everyone to keep answers with keys and credentials', async () => {
    const certificate = await issue(world());
    const role = expectOk(await world().admin.post('/roles', { name: unique('role'), username: 'shared', password: 'secret' }));
    const answers = await Promise.all([
      world().admin.get(`/certificates/${certificate.id}/key`),
      world().admin.get(`/roles/${role.id}/credentials`),
      world().admin.post(`/certificates/${certificate.id}/export`, { plugin: { slug: 'openssl-export', pluginOptions: [{ name: 'type', value: 'PKCS12 (.p12)' }] } }),
    ]);
    for (const answer of answers) {
      expect({ status: answer.status, control: answer.headers.get('cache-control'), pragma: answer.headers.get('pragma') }).toEqual({
        status: 200,
        control: 'private, max-age=0, no-cache, no-store',
        pragma: 'no-cache',
      });
    }
  });
});

describe('the order of checks', () => {
  const body = (text: string, headers: Record<string, string> = {}) => ({ text, headers });

  it.each([
    ['a stranger with a bad body is told of the token', 'anonymous', 'POST', '/users', body('{'), 401],
    ['a wrong content type', 'admin', 'POST', '/users', body('a=1', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
    ['text as content type', 'admin', 'POST', '/certificates', body('{}', { 'content-type': 'text/plain' }), 415],
    ['no JSON', 'admin', 'POST', '/users', body('{"a":'), 400],
    ['an empty body', 'admin', 'POST', '/users', body(''), 400],
    ['an empty body at a certificate', 'admin', 'POST', '/certificates', body(''), 400],
    ['a non-empty array', 'admin', 'POST', '/users', body('[1]'), 400],
    ['a string', 'admin', 'POST', '/users', body('"text"'), 400],
    ['a bad body is told before the missing right', 'plain', 'POST', '/users', body('{}'), 400],
    ['a bad role body too', 'plain', 'POST', '/roles', body('{}'), 400],
    ['a bad authority too', 'plain', 'POST', '/authorities', body('{}'), 400],
    ['a bad certificate too', 'readOnly', 'POST', '/certificates', body('{}'), 400],
    ['a bad upload too', 'readOnly', 'POST', '/certificates/upload', body('{}'), 400],
    ['a bad domain too', 'readOnly', 'POST', '/domains', body('{}'), 400],
    ['the outer guard comes before the body', 'plain', 'PUT', '/roles/1', body('{'), 403],
    ['the outer guard comes before the object', 'plain', 'DELETE', '/roles/99999', body(''), 403],
    ['an anonymous caller without content type', 'anonymous', 'PUT', '/roles/1', body('{'), 401],
    ['a JSON suffix is JSON', 'plain', 'POST', '/domains', body('{"name":"suffix.corp.test"}', { 'content-type': 'application/vnd.api+json' }), 200],
    ['a charset is no matter', 'plain', 'POST', '/domains', body('{"name":"charset.corp.test"}', { 'content-type': 'application/json; charset=utf-8' }), 200],
    ['upper case is no matter', 'plain', 'POST', '/domains', body('{"name":"upper.corp.test"}', { 'content-type': 'Application/JSON' }), 200],
    ['an operation without input needs no content type', 'plain', 'GET', '/auth/me', null, 200],
  ] as const)('%s', async (_title, who, method, path, given, status) => {
    const answer = await world()[who].api(method, path, given?.text, undefined, given?.headers);
    expect({ status: answer.status, message: status === 200 || message(answer) }).toEqual({ status, message: true });
  });

  it('reads the query where the body is falsy, or refuses what is missing', async () => {
    for (const falsy of ['{}', '[]', 'null', '0', 'false', '""']) expect((await world().admin.api('POST', '/domains', falsy)).status).toBe(400);
  });
});

describe('input', () => {
  const create = (input: object) => world().admin.post('/certificates', { owner: 'team@corp.test', authority: { id: world().authority.id }, commonName: `${unique('in')}.corp.test`, ...input });

  it.each([
    ['camelCase', { validityYears: 1 }],
    ['snake_case', { validity_years: 1 }],
    ['kebab-case', { 'validity-years': 1 }],
    ['a numeric string', { validityYears: '1' }],
  ])('takes keys and numbers in %s', async (_title, input) => {
    const made = expectOk(await create(input));
    expect(new Date(made.notAfter).getUTCFullYear()).toBe(new Date(made.notBefore).getUTCFullYear() + 1);
  });

  it('takes snake_case names of everything', async () => {
    const answer = await world().admin.post('/certificates', { owner: 'Team@Corp.Test', authority: { id: world().authority.id }, common_name: 'snake.corp.test', key_type: 'ECCSECP384R1', rotation_policy: { name: 'default' } });
    expect(answer.body).toMatchObject({ cn: 'snake.corp.test', keyType: 'ECCSECP384R1', owner: 'team@corp.test', rotationPolicy: { id: 1, days: 30 } });
  });

  it.each([true, 1, '1', 't', 'T', 'true', 'True', 'TRUE'])('reads %p as true', async (rotation) => {
    expect(expectOk(await create({ rotation })).rotation).toBe(true);
  });
  it.each([false, 0, '0', 'f', 'F', 'false', 'False', 'FALSE'])('reads %p as false', async (rotation) => {
    expect(expectOk(await create({ rotation })).rotation).toBe(false);
  });
  it.each(['yes', 'on', 2, '', null, {}, []])('does not take %p for a boolean', async (rotation) => {
    const answer = await create({ rotation });
    expect({ status: answer.status, message: answer.body.message, field: typeof answer.body.reasons?.rotation }).toEqual({ status: 400, message: 'Validation Error.', field: 'string' });
  });

  const end = (time: string) => create({ validityStart: '2026-12-01T00:00:00', validityEnd: time });
  it.each([
    ['2027-06-01T10:20:30', '2027-06-01T10:20:30+00:00'],
    ['2027-06-01T10:20:30Z', '2027-06-01T10:20:30+00:00'],
    ['2027-06-01T10:20:30.123456', '2027-06-01T10:20:30+00:00'],
    ['2027-06-01T10:20:30.5Z', '2027-06-01T10:20:30+00:00'],
    ['2027-06-01T10:20:30+00:00', '2027-06-01T10:20:30+00:00'],
    ['2027-06-01T10:20:30+05:30', '2027-06-01T04:50:30+00:00'],
  ])('reads the time %s', async (given, read) => {
    expect(expectOk(await end(given)).notAfter).toBe(read);
  });
  it.each([['2027-06-01'], [''], ['tomorrow'], [1811808000], ['2027-02-30T00:00:00'], ['2027-13-01T00:00:00Z'], ['2027-06-01T25:00:00'], [true], [{}]])('does not take %p for a time', async (given) => {
    const answer = await create({ validityStart: '2026-12-01T00:00:00', validityEnd: given });
    expect({ status: answer.status, message: answer.body.message, field: typeof answer.body.reasons?.validityEnd }).toEqual({ status: 400, message: 'Validation Error.', field: 'string' });
  });

  it.each([
    [{ owner: 'word' }, 'owner'],
    [{ owner: 5 }, 'owner'],
    [{ owner: null }, 'owner'],
    [{ owner: '' }, 'owner'],
    [{ commonName: 5 }, 'commonName'],
    [{ commonName: null }, 'commonName'],
    [{ country: null }, 'country'],
    [{ organization: null }, 'organization'],
    [{ country: 'NOR' }, 'country'],
    [{ keyType: 'RSA' }, 'keyType'],
    [{ authority: { id: 99_999 } }, 'authority'],
    [{ authority: { name: 'no such authority' } }, 'authority'],
    [{ authority: 'text' }, 'authority'],
    [{ roles: [{ id: 99_999 }] }, 'roles'],
    [{ roles: [{ name: 'no such role' }] }, 'roles'],
    [{ roles: 'text' }, 'roles'],
    [{ replaces: [{ id: 99_999 }] }, 'replaces'],
    [{ rotationPolicy: { name: 'none such' } }, 'rotationPolicy'],
    [{ validityYears: 'abc' }, 'validityYears'],
    [{ validityYears: 1.5 }, 'validityYears'],
    [{ description: 5 }, 'description'],
    [{ csr: 'no csr' }, 'csr'],
    [{ destinations: [{ id: 1 }] }, 'destinations'],
    [{ notifications: [{ id: 99_999 }] }, 'notifications'],
    [{ extensions: { basicConstraints: { ca: false, path_length: 'x' } } }, 'extensions'],
    [{ extensions: 'text' }, 'extensions'],
  ])('refuses %j and names %s', async (input, field) => {
    const answer = await create(input);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe('Validation Error.');
    expect(Object.keys(answer.body.reasons)).toContain(field);
  });

  it('names what is missing as rule of the whole request', async () => {
    const answer = await world().admin.post('/certificates', { owner: 'not an address', commonName: 'a.corp.test' });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body.reasons)).toEqual(['Schema']);
    expect(Object.values(answer.body.reasons.Schema).every((rule) => Array.isArray(rule))).toBe(true);
  });

  it('mirrors the request in the refusal', async () => {
    const answer = await world().admin.post('/authorities', { name: 'x', owner: 'a@corp.test', commonName: 'x', plugin: { slug: 'nope' } });
    expect(answer.status).toBe(400);
    expect(answer.body.reasons.plugin).toBeDefined();
  });

  it('finds what is referred to by id or by name, and the id wins', async () => {
    const { authority, admin } = world();
    const role = expectOk(await admin.post('/roles', { name: unique('ref') }));
    expect(expectOk(await create({ authority: { name: authority.name } })).authority.id).toBe(authority.id);
    expect(expectOk(await create({ authority: { id: authority.id, name: 'something else' } })).authority.id).toBe(authority.id);
    expect(expectOk(await create({ authority: { id: String(authority.id) } })).authority.id).toBe(authority.id);
    expect(expectOk(await create({ roles: [{ name: role.name }] })).roles.map((r: { id: number }) => r.id)).toContain(role.id);
    expect(expectOk(await create({ roles: [{ id: role.id, name: 'other' }, { name: 'operator', id: 2 }] })).roles.map((r: { id: number }) => r.id)).toEqual(expect.arrayContaining([role.id, 2]));
    const first = await issue(world());
    expect(expectOk(await create({ replaces: [{ name: first.name }] })).replaces.map((r: { id: number }) => r.id)).toEqual([first.id]);
  });

  it('drops keys that it does not know', async () => {
    expect((await create({ validityDays: 4, foo: { bar: 1 }, id: 4 })).status).toBe(200);
  });
});
