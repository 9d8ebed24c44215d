import { createConnection } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { expectOk, type Answer, type Json } from '../harness/index.js';
import { unique, useWorld, issue } from './world.js';

const world = useWorld();
let operations: { method: string; path: string; parameters: Json[]; body: Json }[] = [];
beforeAll(async () => {
  const document = (await world().anonymous.send('GET', '/api/docs/openapi.json')).body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Json)
      .filter(([method]) => ['get', 'post', 'put', 'delete'].includes(method))
      .map(([method, operation]: [string, Json]) => ({
        method: method.toUpperCase(),
        path: path.replace(/^\/api\/1/, ''),
        parameters: (operation.parameters ?? []).map((parameter: Json) => resolved(document, parameter)),
        body: operation.requestBody === undefined ? null : resolved(document, operation.requestBody.content['application/json'].schema),
      })),
  );
  expect(operations.length).toBeGreaterThan(60);
});

const resolved = (document: Json, node: Json): Json => (typeof node?.$ref === 'string' ? node.$ref.slice(2).split('/').reduce((at: Json, part: string) => at[part], document) : node);

// What must never be in an answer: words of the machine room.
/** A protocol that endpoints may speak is no word of ours about our database. */
const protocols = 'smtp, imap, pop3, ftp, ldap, postgres, mysql, xmpp';
const leaks =
  /node_modules|\.[jt]s:\d+|\n\s+at |QueryFailed|pg_catalog|relation "|column "|syntax error at|violates|duplicate key|_constraint|constraint "|TypeError|SyntaxError|RangeError|ZodError|ERR_|Cannot read|is not a function|undefined|\[object Object\]|nats|rpc\.|postgres|sifaka_|error:[0-9A-F]{8}/i;

/** Problems of an answer to a hostile request; none for a good one. */
function problems(answer: Answer, elapsedMs: number): string[] {
  const found: string[] = [];
  if (answer.status >= 500) found.push(`status ${answer.status}: ${answer.text.slice(0, 300)}`);
  if (answer.status >= 400 && typeof answer.body?.message !== 'string') found.push(`no message: ${answer.status} ${answer.text.slice(0, 200)}`);
  if (answer.status >= 400 && leaks.test(answer.text.replaceAll(protocols, ''))) found.push(`leak: ${answer.text.slice(0, 400)}`);
  if (elapsedMs > 10_000) found.push(`took ${elapsedMs} ms`);
  return found;
}

interface Shot {
  method: string;
  path: string;
  body?: string | undefined;
  headers?: Record<string, string>;
}

/** One shot of so many is fired, scattered over all; SIFAKA_TEST_FUZZ=all fires every one of about 12,000. */
const thinning = process.env.SIFAKA_TEST_FUZZ === 'all' ? 1 : 10;

/** Sends them eight at a time, and returns what was wrong with the answers. */
async function volley(shots: Shot[]): Promise<string[]> {
  const wrong: string[] = [];
  const queue = shots.filter((_, index) => (Math.imul(index, 0x9e3779b1) >>> 8) % thinning === 0);
  const shooter = async () => {
    for (let shot = queue.pop(); shot !== undefined; shot = queue.pop()) {
      const startedAt = Date.now();
      try {
        const answer = await world().admin.api(shot.method, shot.path, shot.body, undefined, shot.headers);
        for (const problem of problems(answer, Date.now() - startedAt)) wrong.push(`${shot.method} ${shot.path} ${(shot.body ?? '').slice(0, 160)} → ${problem}`);
      } catch (error) {
        wrong.push(`${shot.method} ${shot.path} ${(shot.body ?? '').slice(0, 160)} → ${String(error)} ${error instanceof Error && error.cause instanceof Error ? error.cause.message : ''}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, shooter));
  return wrong;
}

const texts = ['', ' ', '\u0000', 'a\u0000b', '\ud800', '\udfff\ud800', '🦊'.repeat(50), '\u202e\u200bx', "' or 1=1 --", '"; drop table users; --', '%00', '../../../etc/passwd', '${7*7}{{7*7}}', '%s%n', '<script>', 'a'.repeat(100_000), '\n\r\t', 'null', '-1', '1e309', 'NaN', '2026-13-45T99:99:99Z', '9999-12-31T23:59:59+99:99', '0001-01-01T00:00:00Z', '((((((a+)+)+)+)+)+)$', '\\', '*', '[', '(?:'];
const others: unknown[] = [null, true, 0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 1e21, [], [null], [[[[]]]], {}, { id: null }, { id: -1 }, { id: 1e308 }, { id: '1; drop' }, { name: '\u0000' }, { name: 5 }, { length: 5 }, { toString: 1 }, { then: 1 }, [{ id: 1 }, { id: 1 }], Array.from({ length: 300 }, (_, id) => ({ id: id + 1 })), { a: { b: { c: { d: {} } } } }];
const hostileValues: unknown[] = [...texts, ...others];

/** Paths with things that exist; `hostile` puts something else where the first parameter is. */
const fill = (path: string, hostile?: string) => {
  let isFirst = true;
  return path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => {
    if (isFirst && hostile !== undefined) {
      isFirst = false;
      return hostile;
    }
    return parameter === 'slug' ? 'openssl-export' : parameter === 'name' ? 'any' : '1';
  });
};

/** A body that would pass, so that one bad field is reached. */
const bases: Record<string, () => Json> = {
  'POST /auth/login': () => ({ username: 'nobody', password: 'x' }),
  'POST /users': () => ({ username: unique('f'), email: `${unique('f')}@corp.test`, password: 'Correct-horse-4!', active: true, roles: [] }),
  'POST /roles': () => ({ name: unique('f'), users: [] }),
  'POST /authorities': () => ({ name: unique('F'), owner: 'f@corp.test', commonName: unique('F'), keyType: 'ECCPRIME256V1', validityYears: 1, plugin: { slug: 'cryptography-issuer' } }),
  'POST /certificates': () => ({ owner: 'f@corp.test', authority: { id: world().authority.id }, commonName: 'fuzz.corp.test' }),
  'POST /certificates/upload': () => ({ owner: 'f@corp.test', body: world().authority.authorityCertificate.body }),
  'POST /domains': () => ({ name: 'fuzz.corp.test' }),
  'POST /keys': () => ({ name: 'fuzz', ttl: 1 }),
  'PUT /certificates/{id}': () => ({ owner: 'f@corp.test' }),
  'PUT /authorities/{id}': () => ({ owner: 'pki@corp.test', description: 'x', roles: world().authority.roles }),
  'POST /certificates/{id}/export': () => ({ plugin: { slug: 'openssl-export', pluginOptions: [{ name: 'type', value: 'PKCS12 (.p12)' }] } }),
};

describe('any operation', () => {
  it('survives hostile path segments', async () => {
    const segments = ['0', '00', '2147483647', '2147483648', '99999999999999999999', '-1', '1e3', '0x1', '%00', '1%00', '%2e%2e%2f', '..%2f..', '%F0%9F%A6%8A', '%C0%AF', '%ZZ', '%', '1;x', "1'--", '1%0d%0aX-Injected:1', 'a'.repeat(2_000), '１', '%EF%BC%91', '{id}', '[1]', 'null'];
    const wrong = await volley(operations.filter(({ path }) => path.includes('{')).flatMap(({ method, path, body }) => segments.map((segment) => ({ method, path: fill(path, segment), ...(body !== null && { body: '{}' }) }))));
    expect(wrong).toEqual([]);
  });

  it('survives hostile parameters', async () => {
    const values = [...texts.filter((text) => text.length < 2_000), 'a'.repeat(7_000), '0', '1', '-0', '1,2,3', Array.from({ length: 1_500 }, (_, id) => id).join(','), '00000000000000000001', '٣', 'true,false', 'name;', ';', ';;;', 'name;%', 'name;\\', 'owner;"', 'id;99999999999999999999', 'id;1e5', 'notAfter;x', 'name;'.padEnd(1_000, 'x'), 'certificate.name;'.padEnd(900, 'x'), 'user.email;'.padEnd(900, '%'), 'cn;'.padEnd(900, '%_'), 'constructor;x', '__proto__;x'];
    const shots = operations
      .filter(({ method }) => method === 'GET')
      .flatMap(({ method, path, parameters }) =>
        parameters
          .filter((parameter) => parameter.in === 'query')
          .flatMap((parameter) => values.map((value) => ({ method, path: `${fill(path)}?${parameter.name}=${wellFormed(value)}${parameter.name === 'sortBy' ? '&sortDir=asc' : ''}` }))),
      );
    expect(shots.length).toBeGreaterThan(2_000);
    expect(await volley(shots)).toEqual([]);
  });

  it('survives malformed queries', async () => {
    const queries = ['%', '%ZZ=1', 'count=%ff', 'count[]=1', 'count[$gt]=1', 'filter[0]=a&filter[1]=b', '&&&===', 'count=1&count=2&count=3', 'a=1&'.repeat(2_000), 'count', '=5', 'sort_by=name&sort-dir=asc', '__proto__[x]=1', 'count=1%00'];
    expect(await volley(operations.filter(({ method }) => method === 'GET').flatMap(({ method, path }) => queries.map((query) => ({ method, path: `${fill(path)}?${query}` }))))).toEqual([]);
  });

  it('survives cursors that nobody gave out', async () => {
    const made = await Promise.all(['/users', '/roles', '/domains', '/logs', '/certificates', '/authorities', '/keys'].map(async (path) => ({ path, cursor: expectOk(await world().admin.get(`${path}?count=1`)).nextCursor })));
    const mutations = (cursor: Json): unknown[] => [
      ...Object.keys(cursor).flatMap((key) => hostileValues.filter((value) => JSON.stringify(value).length < 2_000).map((value) => ({ ...cursor, [key]: value }))),
      ...['id', 'name', 'not_after', 'notAfter', 'active', 'sensitive', 'loggedAt', 'ttl', 'bits'].flatMap((by) => ['x', '1', null, 'infinity', '99999999999999999999'].map((value) => ({ ...cursor, by, sortBy: by, value }))),
    ];
    const shots = made
      .filter(({ cursor }) => typeof cursor === 'string')
      .flatMap(({ path, cursor }) =>
        mutations(JSON.parse(Buffer.from(cursor, 'base64url').toString())).flatMap((changed) => {
          const by = typeof changed === 'object' && changed !== null && 'by' in changed && typeof changed.by === 'string' ? `&sortBy=${encodeURIComponent(changed.by.toWellFormed())}&sortDir=asc` : '';
          return { method: 'GET', path: `${path}?count=2&cursor=${Buffer.from(JSON.stringify(changed)).toString('base64url')}${by}` };
        }),
      );
    expect(shots.length).toBeGreaterThan(500);
    expect(await volley(shots)).toEqual([]);
  });

  it('survives hostile bodies', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const raw = ['', '{', '}', '{"a":', '{"a":1,}', "{'a':1}", '[1,2', '"', 'nul', 'NaN', '-', '1', '"text"', '[]', '[[]]', 'true', deep, `{"a":${deep}}`, `{${'"a":{'.repeat(5_000)}${'}'.repeat(5_001)}`, '{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"x":1}}}', '{"a":"\\u0000"}', '{"\\u0000":1}', '{"a":"\\ud800"}', '{"a":1e400}', '{"a":-1e-400}', `{"a":${'9'.repeat(10_000)}}`, '\ufeff{}', '\u0000{}', `{"owner":"${'a'.repeat(400_000)}"}`, `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join(',')}}`, '{"owner":1,"owner":2}', '/* */{}', '{}{}', '<xml/>'];
    const shots = operations.filter(({ body }) => body !== null).flatMap(({ method, path }) => raw.map((body) => ({ method, path: fill(path), body, headers: { 'content-type': 'application/json' } })));
    expect(await volley(shots)).toEqual([]);
  });

  it('survives one hostile field in a body that is good otherwise', async () => {
    const shots = operations
      .filter(({ body, path }) => body !== null && path !== '/auth/login')
      .flatMap(({ method, path, body }) => {
        const base = bases[`${method} ${path}`] ?? (() => ({}));
        return Object.keys(body.properties ?? {}).flatMap((field) =>
          hostileValues.map((value) => ({ method, path: fill(path), body: JSON.stringify({ ...base(), [field]: value }) })),
        );
      });
    expect(shots.length).toBeGreaterThan(2_000);
    expect(await volley(shots)).toEqual([]);
  });

  it('survives hostile logins', async () => {
    const shots = ['username', 'password'].flatMap((field) => hostileValues.map((value) => ({ method: 'POST', path: '/auth/login', body: JSON.stringify({ username: 'nobody', password: 'x', [field]: value }) })));
    expect(await volley(shots)).toEqual([]);
  });

  it('survives hostile extensions and plugin options', async () => {
    const names = (value: unknown) => ({ subAltNames: { names: [{ nameType: 'DNSName', value }] } });
    const extensions: unknown[] = [
      ...hostileValues.flatMap((value) => [names(value), { subAltNames: value }, { subAltNames: { names: value } }, { subAltNames: { names: [value] } }, { keyUsage: value }, { keyUsage: { useDigitalSignature: value } }, { extendedKeyUsage: value }, { basicConstraints: value }, { basicConstraints: { ca: true, path_length: value } }, { authorityKeyIdentifier: value }, { crlDistributionPoints: { includeCrlDp: value } }, { certificateInfoAccess: { includeAIA: value } }, { custom: value }, { custom: [value] }]),
      ...hostileValues.flatMap((value) => ['IPAddress', 'IPNetwork', 'uniformResourceIdentifier', 'rfc822Name', 'registeredID', 'directoryName', 'otherName'].map((nameType) => ({ subAltNames: { names: [{ nameType, value }] } }))),
      ...hostileValues.flatMap((value) => ['oid', 'encoding', 'value', 'isCritical'].map((key) => ({ custom: [{ oid: '1.2.3', encoding: 'b64asn1', value: 'BQA=', isCritical: false, [key]: value }] }))),
      ...['0.0', '2.999.1', '1.40', '3.1', '1.2.99999999999999999999999', '1', '1..2', '2.5.29.15', '2.5.29.19', '2.5.29.17'].map((oid) => ({ custom: [{ oid, encoding: 'string', value: 'x', isCritical: true }] })),
      ...['1.2', '0.39.1', '2.100000000000000000', '1.2.3.', 'a.b'].map((value) => ({ subAltNames: { names: [{ nameType: 'registeredID', value }] } })),
      ...['-a.b', 'a..b', '.', 'a.', '*', '*.*.x', 'x.*.y', `${'a'.repeat(64)}.x`, `${'a.'.repeat(127)}x`, 'a b', 'a/b', 'xn--', 'xn--a', '::1', '1.2.3.4', 'http://x', '_acme.x', 'İ.x', 'ß.x', '☃.x'].map(names),
    ];
    const shots = [
      ...extensions.map((value) => ({ method: 'POST', path: '/certificates', body: JSON.stringify({ ...bases['POST /certificates']?.(), extensions: value }) })),
      ...hostileValues.flatMap((value) => [
        { method: 'POST', path: '/authorities', body: JSON.stringify({ ...bases['POST /authorities']?.(), plugin: { slug: 'cryptography-issuer', pluginOptions: value } }) },
        { method: 'POST', path: '/authorities', body: JSON.stringify({ ...bases['POST /authorities']?.(), plugin: { slug: 'cryptography-issuer', pluginOptions: [{ name: 'cab_compliant', value }] } }) },
        { method: 'POST', path: '/authorities', body: JSON.stringify({ ...bases['POST /authorities']?.(), plugin: { slug: value } }) },
        ...['type', 'passphrase', 'alias', 'nonsense'].map((name) => ({ method: 'POST', path: '/certificates/1/export', body: JSON.stringify({ plugin: { slug: 'openssl-export', pluginOptions: [{ name: 'type', value: 'PKCS12 (.p12)' }, { name, value }] } }) })),
        ...['java-keystore-jks', 'java-truststore-jks'].flatMap((slug) => ['passphrase', 'alias'].map((name) => ({ method: 'POST', path: '/certificates/1/export', body: JSON.stringify({ plugin: { slug, pluginOptions: [{ name, value }] } }) }))),
        { method: 'PUT', path: `/authorities/${world().authority.id}`, body: JSON.stringify({ ...bases['PUT /authorities/{id}']?.(), options: JSON.stringify(value) }) },
        { method: 'PUT', path: `/authorities/${world().authority.id}`, body: JSON.stringify({ ...bases['PUT /authorities/{id}']?.(), options: JSON.stringify([{ name: 'cab_compliant', value }]) }) },
      ]),
    ];
    expect(await volley(shots)).toEqual([]);
  });

  it('survives other encodings of a body', async () => {
    const body = JSON.stringify({ name: 'encoded.corp.test' });
    const statuses: Record<string, number> = {};
    const send = async (title: string, bytes: Buffer | string, headers: Record<string, string>) => {
      const startedAt = Date.now();
      const token = expectOk(await world().anonymous.post('/auth/login', { username: 'admin', password: world().platform.administrator.password })).token;
      const answer = await world().anonymous.send('POST', '/api/1/domains', { body: bytes, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers } });
      expect({ title, problems: problems(answer, Date.now() - startedAt) }).toEqual({ title, problems: [] });
      statuses[title] = answer.status;
    };
    await send('utf-16', Buffer.from(body, 'utf16le'), { 'content-type': 'application/json; charset=utf-16' });
    await send('latin-1', Buffer.from('{"name":"\u00fcber.corp.test"}', 'latin1'), {});
    await send('broken utf-8', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"}')]), {});
    await send('gzip', gzipSync(body), { 'content-encoding': 'gzip' });
    await send('zeros', Buffer.alloc(1_000), {});
    await send('multipart', '--x\r\n\r\n--x--', { 'content-type': 'multipart/form-data; boundary=x' });
    await send('no type', body, { 'content-type': '' });
    await send('long type', body, { 'content-type': `application/json; x=${'a'.repeat(5_000)}` });
    await send('too large', JSON.stringify({ name: 'a'.repeat(10_000_000) }), {});
    expect(statuses).toMatchObject({ 'multipart': 415, 'too large': 413, 'zeros': 400 });
  });

  it('keeps working afterwards, for itself and for others', async () => {
    expect((await world().admin.get('/healthcheck')).text).toBe('ok');
    expect((await issue(world())).id).toBeGreaterThan(0);
    for (const path of ['/certificates', '/users', '/roles', '/authorities', '/domains', '/keys', '/logs'])
      for (const sort of ['', '&sortBy=id&sortDir=desc']) expectOk(await world().admin.get(`${path}?count=1000${sort}`));
    const log = world().platform.log;
    expect(log).not.toMatch(/unhandled|uncaught|out of memory/i);
  });
});

describe('a connection', () => {
  const speak = (text: string | Buffer) =>
    new Promise<string>((resolve) => {
      const socket = createConnection(world().platform.port, '127.0.0.1');
      let heard = '';
      socket.setTimeout(4_000, () => socket.destroy());
      socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(heard));
      socket.write(text);
    });
  const request = (lines: string[], body = '') => `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`;

  it.each([
    ['two lengths', request(['POST /api/1/auth/login HTTP/1.1', 'Host: x', 'Content-Length: 2', 'Content-Length: 3'], '{}')],
    ['a length and chunks', request(['POST /api/1/auth/login HTTP/1.1', 'Host: x', 'Content-Length: 2', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
    ['a negative length', request(['POST /api/1/auth/login HTTP/1.1', 'Host: x', 'Content-Length: -5'], '{}')],
    ['no HTTP at all', '\u0016\u0003\u0001\u0002\u0000nonsense\r\n\r\n'],
    ['a header of 100 kB', request(['GET /api/1/users HTTP/1.1', 'Host: x', `X-Long: ${'a'.repeat(100_000)}`])],
    ['an address of 50 kB', request([`GET /api/1/users?filter=${'a'.repeat(50_000)} HTTP/1.1`, 'Host: x'])],
    ['a thousand headers', request(['GET /api/1/users HTTP/1.1', 'Host: x', ...Array.from({ length: 1_000 }, (_, index) => `X-${index}: a`)])],
    ['a header with a control character', request(['GET /api/1/users HTTP/1.1', 'Host: x', 'X-Bad: a\u0001b'])],
    ['a folded header', request(['GET /api/1/users HTTP/1.1', 'Host: x', 'Authorization: Bearer', ' folded'])],
    ['two tokens', request(['GET /api/1/users HTTP/1.1', 'Host: x', 'Authorization: Bearer a.b.c', 'Authorization: Bearer d.e.f'])],
    ['an absolute address', request(['GET http://elsewhere.test/api/1/users HTTP/1.1', 'Host: x'])],
    ['another version', request(['GET /api/1/users HTTP/9.9', 'Host: x'])],
    ['chunks that are none', request(['POST /api/1/auth/login HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n')],
    ['an upgrade', request(['GET /api/1/users HTTP/1.1', 'Host: x', 'Upgrade: websocket'])],
    ['a method of its own', request(['BREW /api/1/users HTTP/1.1', 'Host: x'])],
    ['CONNECT', request(['CONNECT elsewhere.test:443 HTTP/1.1', 'Host: x'])],
    ['TRACE', request(['TRACE /api/1/users HTTP/1.1', 'Host: x'])],
  ])('with %s is refused, not broken', async (_title, text) => {
    const heard = await speak(text);
    if (heard !== '') expect(heard).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(heard).not.toMatch(leaks);
    expect((await world().anonymous.get('/healthcheck')).status).toBe(200);
  });
});

/** Surrogates without a partner have no UTF-8 form; percent-encoded they become what a broken client sends. */
function wellFormed(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}
