import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, expectOk, type Json } from '../harness/index.js';
import { foreignCertificate } from './foreign.js';
import { createRole, createUser, issue, keysOf, sorted, useWorld } from './world.js';

const world = useWorld();
const list = async (path: string) => expectOk(await world().admin.get(path));
const idsOf = (answer: Json): number[] => answer.items.map((item: Json) => item.id);
const q = (filter: string) => `filter=${encodeURIComponent(filter)}`;

/** A small inventory with something to find by every filter. */
const made: Record<'shop' | 'api' | 'wild' | 'old' | 'uploaded', Json> = { shop: null, api: null, wild: null, old: null, uploaded: null };
let second: Json;
beforeAll(async () => {
  second = await createAuthority(world().admin, { name: 'Second Root', commonName: 'Second Root', owner: 'second@corp.test' });
  const names = (...values: string[]) => ({ subAltNames: { names: values.map((value) => ({ nameType: 'DNSName', value })) } });
  made.shop = await issue(world(), { owner: 'payments@corp.test', commonName: 'shop.corp.test', description: 'Shop Front', extensions: names('shop.corp.test', 'cart.corp.test'), rotation: true });
  made.api = await issue(world(), { owner: 'api@corp.test', commonName: 'api.corp.test', notify: false, keyType: 'RSA2048' }, world().admin);
  made.wild = await issue(world(), { authority: { id: second.id }, owner: 'payments@corp.test', commonName: '*.wild.corp.test', replaces: [{ id: made.api.id }] });
  const soon = new Date(Date.now() + 10 * 86_400_000).toISOString();
  made.old = await issue(world(), { commonName: 'old.corp.test', validityStart: new Date().toISOString(), validityEnd: soon });
  const upload = await issue(world(), { commonName: 'up_100%.corp.test'.replace('_', '-').replace('%', '') });
  made.uploaded = expectOk(await world().plain.post('/certificates/upload', { owner: 'up@corp.test', body: upload.body, name: 'under_score 100%', description: '100% \\ _sure_' }));
});

describe('paging', () => {
  it.each(['/users', '/roles', '/authorities', '/certificates', '/domains', '/keys', '/logs'])('%s: ten by default, in a fixed envelope', async (path) => {
    const answer = await list(path);
    expect(keysOf(answer).filter((key) => key !== 'nextCursor')).toEqual(['items', 'total']);
    expect(answer.items.length).toBe(Math.min(10, answer.total));
    const beyond = await list(`${path}?page=1000`);
    expect(beyond).toEqual({ items: [], total: answer.total });
    expect((await list(`${path}?count=0`)).items).toEqual([]);
    expect((await list(`${path}?count=0`)).total).toBe(answer.total);
    expect(await list(`${path}?id=2000000000`)).toEqual({ items: [], total: 0 });
  });

  it.each(['/users', '/roles', '/authorities', '/certificates', '/domains', '/keys', '/logs'])('%s: refuses what is no page, and takes any page size', async (path) => {
    for (const bad of ['count=-1', 'page=0', 'page=-1', 'count=abc', 'page=1.5', 'page=99999999999', 'count=99999999999', 'id=abc', 'id=1,,2', 'id=1;2', 'cursor=nonsense']) {
      const answer = await world().admin.get(`${path}?${bad}`);
      expect({ bad, status: answer.status, message: typeof answer.body.message }).toEqual({ bad, status: 400, message: 'string' });
    }
    for (const large of ['count=1000', 'count=5000', 'count=100000']) expect((await list(`${path}?${large}`)).items.length).toBeGreaterThan(0);
  });

  it.each(['/users', '/roles', '/authorities', '/certificates', '/domains', '/keys', '/logs'])('%s: pages neither repeat nor miss anything, by number and by cursor', async (path) => {
    const whole = idsOf(await list(`${path}?count=1000&sortBy=id&sortDir=asc`));
    expect(whole).toEqual([...whole].sort((a, b) => a - b));
    expect(idsOf(await list(`${path}?count=1000&sort_by=id&sort_dir=desc`))).toEqual([...whole].reverse());
    const byPage: number[] = [];
    for (let page = 1; byPage.length < whole.length; page += 1) byPage.push(...idsOf(await list(`${path}?count=2&page=${page}&sortBy=id&sortDir=asc`)));
    expect(byPage).toEqual(whole);
    const byCursor: number[] = [];
    let cursor: string | undefined = undefined;
    do {
      const answer: Json = await list(`${path}?count=3${cursor === undefined ? '' : `&cursor=${cursor}`}`);
      byCursor.push(...idsOf(answer));
      cursor = answer.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(byCursor).toEqual(whole);
  });

  it('reads to the end by cursor while others insert, sorted by any column', async () => {
    for (const sort of ['sortBy=name&sortDir=desc', 'sortBy=description&sortDir=asc', 'sortBy=notAfter&sortDir=asc', 'sortBy=status&sortDir=desc', 'sortBy=rotation&sortDir=asc', 'sortBy=bits&sortDir=desc']) {
      const before = idsOf(await list(`/certificates?count=1000&showExpired=1&${sort}`));
      const seen: number[] = [];
      let cursor: string | undefined = undefined;
      do {
        const answer: Json = await list(`/certificates?count=4&showExpired=1&${sort}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
        seen.push(...idsOf(answer));
        cursor = answer.nextCursor ?? undefined;
        if (seen.length < 9) await issue(world(), { description: ['', 'a', 'zzz'][seen.length % 3] });
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => before.includes(id))).toEqual(before);
    }
  });

  it('carries long values in cursors', async () => {
    await issue(world(), { description: 'ü'.repeat(1_024) });
    await issue(world(), { description: 'ü'.repeat(1_023) });
    const first = await list('/certificates?count=1&sortBy=description&sortDir=desc');
    expect(first.items[0].description).toHaveLength(1_024);
    const next = await list(`/certificates?count=1&sortBy=description&sortDir=desc&cursor=${first.nextCursor}`);
    expect(next.items[0].description).toHaveLength(1_023);
  });
});

describe('sorting', () => {
  it('happens when both parts are there', async () => {
    const sortedNames = (await list('/users?count=100&sortBy=username&sortDir=desc')).items.map((user: Json) => user.username);
    expect(sortedNames.length).toBeGreaterThan(3);
    expect(sortedNames).toEqual([...sortedNames].sort().reverse());
    for (const half of ['sortBy=username', 'sortDir=desc', 'sortBy=&sortDir=desc', 'sortBy=username&sortDir=']) {
      const ids = idsOf(await list(`/users?count=100&${half}`));
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
    expect((await list('/users?count=100&sortBy=username&sortDir=anything')).items.map((u: Json) => u.username)).toEqual([...sortedNames].reverse());
  });

  it.each([
    ['/certificates', 'dateCreated'],
    ['/certificates', 'date_created'],
    ['/certificates', 'notAfter'],
    ['/certificates', 'owner'],
    ['/certificates', 'cn'],
    ['/certificates', 'keyType'],
    ['/authorities', 'name'],
    ['/authorities', 'pluginName'],
    ['/authorities', 'dateCreated'],
    ['/roles', 'description'],
    ['/roles', 'thirdParty'],
    ['/users', 'email'],
    ['/users', 'profilePicture'],
    ['/domains', 'sensitive'],
    ['/keys', 'ttl'],
    ['/keys', 'issuedAt'],
    ['/logs', 'loggedAt'],
    ['/logs', 'logType'],
  ])('%s by %s', async (path, column) => {
    expect((await list(`${path}?sortBy=${column}&sortDir=asc`)).total).toBeGreaterThan(0);
  });

  it.each([
    ['/users', 'password'],
    ['/roles', 'password'],
    ['/certificates', 'privateKey'],
    ['/certificates', 'private_key'],
    ['/certificates', 'nonsense'],
    ['/domains', '__proto__'],
    ['/keys', 'constructor'],
    ['/authorities', 'a.id; drop table'],
    ['/logs', "id'--"],
  ])('%s refuses %s and names it, for sorting and for filtering', async (path, column) => {
    for (const ask of [`sortBy=${encodeURIComponent(column)}&sortDir=asc`, ...(column.includes(';') ? [] : [q(`${column};x`)])]) {
      const answer = await world().admin.get(`${path}?${ask}`);
      expect(answer.status).toBe(400);
      expect(answer.body.message).toMatch(/is not sortable or filterable/);
      expect(answer.body.message.replaceAll('_', '').toLowerCase()).toContain(column.split(';')[0]?.replaceAll('_', '').toLowerCase());
    }
  });
  it('says it in the words that old scripts look for', async () => {
    expect((await world().admin.get('/users?filter=password;a')).body.message).toContain("'password' is not sortable or filterable");
    for (const spelling of ['privateKey', 'private_key'])
      expect((await world().admin.get(`/certificates?filter=${spelling};a`)).body.message).toContain("'private_key' is not sortable or filterable");
  });
});

describe('filters of certificates', () => {
  const found = async (query: string) => idsOf(await list(`/certificates?count=1000&sortBy=id&sortDir=asc&${query}`));
  const has = async (query: string, yes: (keyof typeof made)[], no: (keyof typeof made)[]) => {
    const ids = await found(query);
    expect({ query, yes: yes.filter((name) => ids.includes(made[name].id)), no: no.filter((name) => ids.includes(made[name].id)) }).toEqual({ query, yes, no: [] });
  };

  it.each([
    ['issuer;secondroot', ['wild'], ['shop', 'api']],
    ['issuer;Second Root', ['wild'], ['shop', 'api']],
    ['issuer;"SecondRoot"', ['wild'], ['shop']],
    ['issuer;"Second"', [], ['wild']],
    ['cn;SHOP', ['shop'], ['api', 'wild']],
    ['cn;cart.corp', ['shop'], ['api']],
    ['cn;"shop.corp.test"', ['shop'], ['api']],
    ['cn;"hop.corp.test"', [], ['shop']],
    ['cn;%', [], ['shop', 'api', 'wild']],
    ['cn;_hop', [], ['shop']],
    ['name;cart', ['shop'], ['api']],
    ['name;shop', ['shop'], ['api']],
    ['name;under', [], ['shop']],
    ['name;"cart.corp.test"', ['shop'], []],
    ['owner;PAYMENTS', ['shop', 'wild'], ['api']],
    ['owner;payments@corp.test', ['shop', 'wild'], ['api']],
    ['description;shop front', ['shop'], ['api']],
    ['description;100%', ['uploaded'], ['shop']],
    ['description;\\ _', ['uploaded'], ['shop']],
    ['description;100_', [], ['uploaded']],
    ['notify;true', ['shop', 'wild'], ['api']],
    ['notify;false', ['api'], ['shop']],
    ['notify;no', ['api'], ['shop']],
    ['active;true', ['shop'], ['api']],
    ['rotation;true', ['shop'], ['api', 'wild']],
    ['rotation;YES', ['shop'], ['api']],
    ['rotation;0', ['api', 'wild'], ['shop']],
    ['keyType;rsa', ['api'], ['shop']],
    ['key_type;RSA2048', ['api'], ['shop']],
    ['san;true', ['shop'], ['api']],
    ['bits;2048', ['api'], ['shop']],
    ['destination;1', [], ['shop', 'api', 'wild', 'old', 'uploaded']],
    ['status;valid', [], ['shop']],
    ['externalId;x', [], ['shop']],
    ['owner;payments;ignored', ['shop'], ['api']],
    ['signingAlgorithm;sha256', ['shop', 'api'], []],
    ['serial;zzz', [], ['shop']],
  ] as const)('%s', async (filter, yes, no) => has(q(filter), [...yes], [...no]));

  it('by what each of them is', async () => {
    const { shop } = made;
    await has(q(`id;${shop.id}`), ['shop'], ['api']);
    await has(`id=${shop.id},${made.api.id}`, ['shop', 'api'], ['wild']);
    await has(q(`fixedName;${shop.name}`), ['shop'], ['api']);
    await has(q(`fixedName;${shop.name.toUpperCase()}`), [], ['shop']);
    await has(q(`serial;${shop.serial}`), ['shop'], ['api']);
    await has(`serial=${shop.serial}`, ['shop'], ['api']);
    await has(`serial=0x${shop.serialHex}`, ['shop'], ['api']);
    await has(`serial=0x${shop.serialHex.toLowerCase()}`, ['shop'], ['api']);
    const padded = String(shop.serialHex).padStart(32, '0');
    await has(`serial=${encodeURIComponent(padded.match(/../g)?.join(':') ?? '')}`, ['shop'], ['api']);
    await has(`owner=payments@corp.test`, ['shop', 'wild'], ['api']);
    await has('active=true', ['shop'], ['api']);
    await has('active=false', ['api'], ['shop']);
    await has('rotation=true', ['shop'], ['api']);
    await has('timeRange=2', ['old'], ['shop', 'api']);
    await has('timeRange=1', [], ['old', 'shop']);
    await has('destinationId=1', [], ['shop', 'api']);
    await has('show=1', ['shop', 'api'], ['uploaded']);
    await has('creator=plain@corp.test', ['uploaded'], ['shop']);
    expect(idsOf(expectOk(await world().plain.get('/certificates?show=1&count=100')))).toEqual([made.uploaded.id]);
  });

  it.each(['filter=nosemicolon', q('id;abc'), q('bits;abc'), q('destination;abc'), 'serial=0xzz', 'serial=12:zz', 'serial=12ab', 'timeRange=abc', 'showExpired=abc', 'short=maybe', 'destinationId=abc', q('user_id;x')])(
    'refuses %s',
    async (query) => {
      const answer = await world().admin.get(`/certificates?${query}`);
      expect({ query, status: answer.status, message: typeof answer.body.message }).toEqual({ query, status: 400, message: 'string' });
    },
  );

  it('answers short objects with exactly their keys when asked', async () => {
    for (const short of ['true', '1']) {
      const [item] = (await list(`/certificates?short=${short}&id=${made.shop.id}`)).items;
      expect(keysOf(item)).toEqual(sorted('id name owner notify rotation authority issuer cn'));
      expect(keysOf(item.authority)).toEqual(sorted('id name owner description active plugin isCabCompliant isCnOptional maxIssuanceDays defaultValidityDays authorityCertificate'));
      expect(keysOf(item.authority.authorityCertificate)).toEqual(['notAfter', 'notBefore']);
    }
    for (const short of ['false', '0']) expect(keysOf((await list(`/certificates?short=${short}&id=${made.shop.id}`)).items[0]).length).toBeGreaterThan(40);
  });

  it('hides what ended more than a month ago, unless asked', async () => {
    const past = await pastCertificate(40);
    const recent = await pastCertificate(5);
    expect(await found(`id=${past.id},${recent.id}`)).toEqual([recent.id]);
    expect(await found(`id=${past.id},${recent.id}&showExpired=1`)).toEqual([past.id, recent.id]);
    expect(await found(`id=${past.id}&showExpired=0`)).toEqual([]);
    expect((await world().plain.get(`/certificates/${past.id}`)).status).toBe(200);
    expect((await world().plain.get(`/certificates/valid?filter=cn;${recent.cn}`)).status).toBe(404);
  });

  it('finds one by its exact name', async () => {
    const at = (name: string) => list(`/certificates/name/${encodeURIComponent(name)}`);
    expect(idsOf(await at(made.shop.name))).toEqual([made.shop.id]);
    expect((await at(made.shop.name)).total).toBe(1);
    expect(await at(made.shop.name.toUpperCase())).toEqual({ items: [], total: 0 });
    expect(await at('no/such name?')).toEqual({ items: [], total: 0 });
    expect(await at('x'.repeat(1_000))).toEqual({ items: [], total: 0 });
  });

  it('lists the valid ones of a name', async () => {
    const valid = (query: string) => world().plain.get(`/certificates/valid?${query}`);
    expect((await valid('')).status).toBe(400);
    expect((await valid('filter=owner;x')).status).toBe(400);
    expect(idsOf(expectOk(await valid('filter=cn;shop.corp.test')))).toEqual([made.shop.id]);
    expect(idsOf(expectOk(await valid('filter=cn;SHOP%25')))).toEqual([made.shop.id]);
    expect((await valid('filter=cn;shop')).status).toBe(404);
    expect((await valid('filter=cn;api.corp.test')).status).toBe(404);
    expect(expectOk(await valid('filter=cn;shop&count=10&page=1'))).toEqual({ items: [], total: 0 });
    expect(idsOf(expectOk(await valid('filter=cn;%25&san=cart%25')))).toEqual([made.shop.id]);
    expect(idsOf(expectOk(await valid('filter=cn;shop.corp.test&owner=payments@corp.test')))).toEqual([made.shop.id]);
    expect((await valid('filter=cn;shop.corp.test&owner=api@corp.test')).status).toBe(404);
    const paged = expectOk(await valid('filter=cn;%25&count=2&page=1'));
    expect(idsOf(paged)[0]).toBeGreaterThan(idsOf(paged)[1] ?? 0);
    const revoked = await issue(world(), { commonName: 'revoked.corp.test' });
    expectOk(await world().admin.put(`/certificates/${revoked.id}/revoke`, {}));
    expect((await valid('filter=cn;revoked.corp.test')).status).toBe(404);
  });

  it('counts them by metric', async () => {
    for (const metric of ['bits', 'issuer', 'not_after', 'signing_algorithm']) {
      const stats = await list(`/certificates/stats?metric=${metric}&range=5`);
      expect(keysOf(stats)).toEqual(['items', 'total']);
      expect(keysOf(stats.items)).toEqual(['labels', 'values']);
      expect(stats.total).toBe(2);
      expect(stats.items.labels).toHaveLength(stats.items.values.length);
      expect(stats.items.values.every(Number.isInteger)).toBe(true);
    }
    for (const bad of ['metric=notAfter', 'metric=', 'x=1', 'metric=password', "metric=bits'"]) expect((await world().admin.get(`/certificates/stats?${bad}`)).status).toBe(400);
  });
});

describe('filters of the rest', () => {
  it.each([
    ['/users', 'username;PLAI', 1],
    ['/users', 'email;admin@', 1],
    ['/users', 'active;true', 4],
    ['/users', 'active;no', 0],
    ['/users', 'profilePicture;x', 0],
    ['/roles', 'name;read-on', 1],
    ['/roles', 'description;zzz', 0],
    ['/roles', 'username;x', 0],
    ['/authorities', 'name;second', 1],
    ['/authorities', 'owner;second@corp.test', 1],
    ['/authorities', 'cn;SECOND ROOT', 1],
    ['/authorities', 'active;true', 2],
    ['/authorities', 'active;false', 0],
    ['/authorities', 'pluginName;cryptography', 2],
    ['/domains', 'name;cart', 1],
    ['/domains', 'sensitive;true', 0],
    ['/logs', 'user.email;plain@', 0],
    ['/logs', 'certificate.name;shop.corp', 1],
    ['/keys', 'name;admin', 1],
  ])('%s?filter=%s finds %d', async (path, filter, total) => {
    expect((await list(`${path}?${q(filter)}`)).total).toBe(total);
  });

  it('of authorities by their exact owner', async () => {
    expect(idsOf(await list('/authorities?owner=second@corp.test'))).toEqual([second.id]);
    expect(idsOf(await list('/authorities?owner=second'))).toEqual([]);
  });

  it('of logs by kind', async () => {
    await world().admin.get(`/certificates/${made.shop.id}/key`);
    expect((await list('/logs?count=100&logType=key_view')).items.map((entry: Json) => entry.logType)).toEqual(['key_view']);
    expect((await world().admin.get('/logs?logType=nonsense')).status).toBe(400);
    for (const bad of ['filter=logType;create', 'filter=nosemicolon', 'filter=user.password;x']) expect((await world().admin.get(`/logs?${bad}`)).status).toBe(400);
  });

  it.each(['type=issuer', 'type=export', ''])('of plugins with %s, sorted by title', async (query) => {
    const answer = await list(`/plugins?${query}`);
    const titles = answer.items.map((plugin: Json) => plugin.title);
    expect(titles).toEqual([...titles].sort());
    expect(answer.total).toBe(titles.length);
    // One that lacks settings of the installation says so; of the others nothing is said.
    for (const plugin of answer.items) expect(keysOf(plugin)).toEqual(sorted(`slug title description pluginOptions${plugin.isEnabled === false ? ' isEnabled disabledReason' : ''}`));
  });
  it('of plugins that there are none of', async () => {
    for (const type of ['nonsense', 'ISSUER', '__proto__']) expect((await world().plain.get(`/plugins?type=${type}`)).status).toBe(404);
    for (const slug of ['nonsense', '__proto__', 'constructor', '%00', '..%2f']) expect((await world().plain.get(`/plugins/${slug}`)).status).toBe(404);
  });

  it('take a repeated parameter by its first value, and ignore what they do not know', async () => {
    expect((await list('/users?count=1&count=5')).items).toHaveLength(1);
    expect((await list('/users?nonsense=5&__proto__=1&constructor=2')).total).toBeGreaterThan(0);
  });
});

describe('long lists', () => {
  it('are answered whole whatever their items weigh', async () => {
    const names = Array.from({ length: 400 }, (_, index) => ({ nameType: 'DNSName', value: `host-${index}.a-rather-long-subdomain-of.corp.test` }));
    const heavy = await Promise.all(Array.from({ length: 24 }, () => issue(world(), { commonName: 'heavy.corp.test', extensions: { subAltNames: { names } } })));
    const answer = await list(`/certificates?count=24&id=${heavy.map(({ id }) => id).join(',')}`);
    expect(answer.items).toHaveLength(24);
    expect(expectOk(await world().admin.get('/certificates/valid?filter=cn;heavy.corp.test')).items).toHaveLength(24);
    expect((await list('/logs?count=1000')).items.length).toBeGreaterThan(24);
    const replacing = await issue(world(), { replaces: heavy.map(({ id }) => ({ id })) });
    expect(replacing.replaces).toHaveLength(24);
    expect(expectOk(await world().admin.get(`/certificates/${replacing.id}/replacements`)).items).toHaveLength(24);
  });

  it('of authorities and roles too', async () => {
    const role = await createRole(world().admin, { users: [{ id: (await createUser(world().admin)).id }] });
    for (let index = 0; index < 4; index += 1)
      await Promise.all(Array.from({ length: 5 }, () => createAuthority(world().admin, { roles: [{ id: role.id }], description: 'x'.repeat(1_024) })));
    expect((await list('/authorities?count=1000')).items.length).toBeGreaterThan(20);
    expect(expectOk(await world().admin.get(`/roles/${role.id}`)).authorities).toHaveLength(20);
  });
});

/** Uploads a certificate that ended some days ago. */
async function pastCertificate(daysAgo: number): Promise<Json> {
  const day = (offset: number) => new Date(Date.now() - offset * 86_400_000);
  const { body } = await foreignCertificate({ subject: `CN=past-${daysAgo}.corp.test`, notBefore: day(daysAgo + 30), notAfter: day(daysAgo) });
  return expectOk(await world().admin.post('/certificates/upload', { owner: 'past@corp.test', body }));
}
