import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteDestination, destinationStats, findDestinations, getDestination, listDestinations, resolveDestination, testDestination, tryDestination, updateDestination } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { aPrincipal } from '@sifaka/testing';
import { aDeployService, admin, aDestination, named, type DeployPlatform } from './a-deploy-service.js';
import { memoryPlace } from './memory-destination.js';

let deploy: DeployPlatform;
beforeAll(async () => (deploy = await aDeployService()), 60_000);
afterAll(() => deploy.stop());
beforeEach(() => memoryPlace.reset());

const nobody = aPrincipal({ roles: [] });
const window = { offset: 0, limit: 50, sortBy: null, sortDir: null };
const call: DeployPlatform['platform']['call'] = (...question) => deploy.platform.call(...question);
const get = (id: number) => call('gateway', getDestination, { id });
const list = (filter: string | null = null) => call('gateway', listDestinations, { window, filter, ids: null });
const change = (id: number, options: Parameters<typeof named>[0] | { name: string; value?: never }[], parts: { label?: string; slug?: string } = {}) =>
  call('gateway', updateDestination, { id, label: parts.label ?? `changed-${id}`, description: 'new', plugin: { slug: parts.slug ?? 'memory-destination', pluginOptions: Array.isArray(options) ? options : named(options) } }, { principal: admin });
const remove = (id: number, isForced = false) => call('gateway', deleteDestination, { id, isForced }, { principal: admin });
const valueOf = ({ options }: { options: readonly { name: string; value?: unknown }[] }, name: string) => options.find((option) => option.name === name)?.value;
const secretCount = async () => (await deploy.platform.database('keyvault').query<{ count: number }>('select count(*)::int as count from secret'))[0]?.count ?? 0;

describe('a destination', () => {
  it('is tried before it is kept, and shown with every option of its plugin', async () => {
    const made = await aDestination(deploy, { label: 'first' });
    expect(memoryPlace.calls).toEqual(['check']);
    expect(made).toMatchObject({ label: 'first', description: 'of a test', plugin: { slug: 'memory-destination', title: 'Memory' } });
    expect(made.options.map(({ name, value }) => [name, value])).toEqual([['host', 'edge.example.test'], ['port', 22], ['password', null], ['path', '/'], ['fingerprint', 'key-1'], ['exportPlugin', null]]);
    expect(made.options[2]).toMatchObject({ sensitive: true, type: 'str' });
    expect(await get(made.id)).toEqual(made);
    await deploy.events.waitFor(({ type, data }) => type === 'sifaka.v1.destination.created' && Object(data).id === made.id);
  });

  it('keeps its credentials in the key vault, those of its export plugin too', async () => {
    const exportPlugin = { slug: 'openssl-export', plugin_options: [{ name: 'type', value: 'PKCS12 (.p12)' }, { name: 'passphrase', value: 'phrase-of-the-file' }] };
    const made = await aDestination(deploy, { options: named({ host: 'a', password: 'very-secret', exportPlugin }) });
    const shown = [{ name: 'type', value: 'PKCS12 (.p12)' }, { name: 'passphrase', value: null }];
    expect(valueOf(made, 'exportPlugin')).toEqual({ slug: 'openssl-export', title: 'OpenSSL', plugin_options: shown, pluginOptions: shown });
    const everything = await deploy.platform.database('deploy').query(`select row_to_json(d)::text as text from destination d union all select row_to_json(a)::text from audit_entry a union all select payload::text from outbox`);
    for (const secret of ['very-secret', 'phrase-of-the-file']) {
      expect(JSON.stringify(everything)).not.toContain(secret);
      expect(JSON.stringify(deploy.events.heard)).not.toContain(secret);
    }
    expect(JSON.stringify(everything)).toContain('destination.created');
    await call('gateway', testDestination, { id: made.id }, { principal: admin });
    expect(memoryPlace.passwords.at(-1)).toBe('very-secret');
    const before = await secretCount();
    await remove(made.id);
    expect(await secretCount()).toBe(before - 2);
  });

  it('is refused with the words of the other side, and nothing of it is kept', async () => {
    const before = await secretCount();
    await expect(aDestination(deploy, { label: 'refused', options: named({ host: 'a', password: 'wrong' }) })).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'plugin.pluginOptions', message: 'the other side says: unknown password' }] });
    memoryPlace.faults.set('check', new AppError('unavailable', 'the other side is away'));
    await expect(aDestination(deploy, { label: 'refused' })).rejects.toMatchObject({ code: 'upstream_failed', message: 'the other side is away' });
    expect((await list('label;refused')).total).toBe(0);
    expect(await secretCount()).toBe(before);
  });

  it('has each wrong option named, without its value', async () => {
    await expect(aDestination(deploy, { options: named({ port: 'many', colour: 'red', password: 'hidden' }) })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.not.stringContaining('hidden'),
      fields: expect.arrayContaining([expect.objectContaining({ path: 'plugin.pluginOptions.host' }), expect.objectContaining({ path: 'plugin.pluginOptions.colour' })]),
    });
    await expect(aDestination(deploy, { slug: 'nothing' })).rejects.toMatchObject({ fields: [{ path: 'plugin._schema' }] });
    const exportPlugin = { slug: 'openssl-export', pluginOptions: [{ name: 'type', value: 'ZIP' }] };
    await expect(aDestination(deploy, { options: named({ host: 'a', exportPlugin }) })).rejects.toMatchObject({ fields: [{ path: 'plugin.pluginOptions.exportPlugin.pluginOptions.type' }] });
    await expect(aDestination(deploy, { options: named({ host: 'a', exportPlugin: { slug: 'no-export' } }) })).rejects.toMatchObject({ fields: [{ path: 'plugin.pluginOptions.exportPlugin.slug' }] });
    await expect(aDestination(deploy, { options: named({ host: 'a', password: 'secret:6f1f5c1e-6b7e-4c60-8f5e-0d3f6f6f6f6f' }) })).rejects.toMatchObject({ fields: [{ path: 'plugin.pluginOptions.password' }] });
  });

  it('is changed, and its secret stays when it comes back as it was shown', async () => {
    const made = await aDestination(deploy, { options: named({ host: 'a', password: 'kept' }) });
    memoryPlace.faults.set('check', new AppError('unavailable', 'away'));
    const renamed = await change(made.id, made.options as never, { label: 'renamed' });
    expect(renamed).toMatchObject({ label: 'renamed', description: 'new' });
    memoryPlace.reset();
    await change(made.id, { host: 'a', path: '/b', password: null });
    expect(memoryPlace.passwords.at(-1)).toBe('kept');
    await change(made.id, { host: 'a', path: '/b', password: '' });
    expect(memoryPlace.passwords.at(-1)).toBeUndefined();
    await expect(change(made.id, { host: 'a', password: 'wrong' })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(change(999_999, { host: 'a' })).rejects.toMatchObject({ code: 'not_found' });
    await deploy.events.waitFor(({ type, data }) => type === 'sifaka.v1.destination.updated' && Object(data).label === 'renamed');
  });

  it.each([
    ['another host', { host: 'elsewhere', port: 22 }, 'host'],
    ['another port', { host: 'home', port: 2222 }, 'port'],
  ])('does not send the secret that it keeps to %s', async (_what, options, moved) => {
    const made = await aDestination(deploy, { options: named({ host: 'home', password: 'entered-for-home' }) });
    memoryPlace.passwords.length = 0;
    const fields = [{ path: 'plugin.pluginOptions.password', message: expect.stringContaining(`because ${moved} changed`) }];
    await expect(change(made.id, { ...options, password: null })).rejects.toMatchObject({ code: 'invalid_argument', fields });
    expect(memoryPlace.passwords).toEqual([]);
    await change(made.id, { ...options, password: 'entered-again' });
    expect(memoryPlace.passwords.at(-1)).toBe('entered-again');
  });

  it('does not send it to a host that is to be known by another key, and sends it to the one that it has met', async () => {
    const made = await aDestination(deploy, { options: named({ host: 'home', password: 'entered-for-home' }) });
    const fields = [{ path: 'plugin.pluginOptions.password', message: expect.stringContaining('because fingerprint changed') }];
    await expect(change(made.id, { host: 'home', fingerprint: 'key-9', password: null })).rejects.toMatchObject({ code: 'invalid_argument', fields });
    expect(valueOf(await change(made.id, { host: 'home', fingerprint: 'key-1', path: '/b', password: null }), 'fingerprint')).toBe('key-1');
    expect(memoryPlace.passwords.at(-1)).toBe('entered-for-home');
  });

  it('does not send the secret of its export plugin anywhere else either', async () => {
    const format = (url: string, token: string | null) => ({ slug: 'travelling-export', pluginOptions: [{ name: 'url', value: url }, { name: 'token', value: token }] });
    const made = await aDestination(deploy, { options: named({ host: 'home', exportPlugin: format('https://signer.test', 'of-the-signer') }) });
    const fields = [{ path: 'plugin.pluginOptions.exportPlugin.pluginOptions.token', message: expect.stringContaining('because url changed') }];
    await expect(change(made.id, { host: 'home', exportPlugin: format('https://mine.test', null) })).rejects.toMatchObject({ code: 'invalid_argument', fields });
    await change(made.id, { host: 'home', exportPlugin: format('https://signer.test', null) });
    await change(made.id, { host: 'home', exportPlugin: format('https://mine.test', 'given again') });
  });

  it('may become one of another plugin, which inherits nothing', async () => {
    const made = await aDestination(deploy);
    const before = await secretCount();
    expect(await change(made.id, {}, { slug: 'plain-destination' })).toMatchObject({ plugin: { slug: 'plain-destination' }, options: [] });
    expect(await secretCount()).toBe(before - 1);
  });

  it('trusts the host that it met first, until it is told of another or leads elsewhere', async () => {
    const made = await aDestination(deploy, { options: named({ host: 'trusted' }) });
    memoryPlace.hostKey = 'key-2';
    expect(await call('gateway', testDestination, { id: made.id }, { principal: admin })).toMatchObject({ isWorking: false, detail: 'the host shows key-2, not key-1' });
    await expect(change(made.id, { host: 'trusted', password: 'new' })).rejects.toMatchObject({ message: expect.stringContaining('the host shows key-2') });
    expect(valueOf(await change(made.id, { host: 'trusted', password: 'new', fingerprint: 'key-2' }), 'fingerprint')).toBe('key-2');
    const moved = await aDestination(deploy, { options: named({ host: 'here' }) });
    memoryPlace.hostKey = 'key-3';
    expect(valueOf(await change(moved.id, { host: 'there' }), 'fingerprint')).toBe('key-3');
  });

  it('is tested, stored or not, and a refusal is the answer', async () => {
    const made = await aDestination(deploy);
    expect(await call('gateway', testDestination, { id: made.id }, { principal: admin })).toMatchObject({ isWorking: true });
    const tried = await call('gateway', tryDestination, { plugin: { slug: 'memory-destination', pluginOptions: named({ host: 'a', password: 'wrong' }) } }, { principal: admin });
    expect(tried).toMatchObject({ isWorking: false, detail: expect.stringContaining('unknown password') });
    await expect(call('gateway', testDestination, { id: 999_999 }, { principal: admin })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is open to administrators alone where anything is changed', async () => {
    const { id } = await aDestination(deploy);
    const asked = [
      aDestination(deploy, {}, nobody),
      call('gateway', deleteDestination, { id, isForced: true }, { principal: nobody }),
      call('gateway', testDestination, { id }, { principal: nobody }),
      call('gateway', updateDestination, { id, label: 'x', description: '', plugin: { slug: 'plain-destination', pluginOptions: [] } }, { principal: nobody }),
    ];
    for (const each of asked) await expect(each).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('is deleted; deleting it again is no fault', async () => {
    const { id } = await aDestination(deploy);
    expect(await remove(id)).toEqual({ isDeleted: true });
    expect(await remove(id)).toEqual({ isDeleted: false });
    await expect(get(id)).rejects.toMatchObject({ code: 'not_found' });
    await deploy.events.waitFor(({ type, data }) => type === 'sifaka.v1.destination.deleted' && Object(data).id === id);
  });
});

describe('destinations', () => {
  it('are listed, filtered, and found by id and label, of which several may have one', async () => {
    const one = await aDestination(deploy, { label: 'twin', description: 'alpha' });
    const two = await aDestination(deploy, { label: 'twin', slug: 'plain-destination', options: [] });
    expect((await list('label;TWI')).items.map(({ id }) => id)).toEqual([one.id, two.id]);
    expect((await list('description;alph')).items).toEqual([expect.objectContaining({ id: one.id })]);
    expect((await list('pluginName;plain')).items.map(({ id }) => id)).toContain(two.id);
    expect((await call('gateway', findDestinations, { ids: [two.id, 999_999] })).destinations).toEqual([{ id: two.id, label: 'twin', plugin: 'plain-destination' }]);
    const resolved = (ref: string) => call('gateway', resolveDestination, { ref }).then(({ destinations }) => destinations.map(({ id, takesTokens }) => [id, takesTokens]));
    expect(await resolved('twin')).toEqual([[one.id, true], [two.id, false]]);
    expect(await resolved(String(one.id))).toEqual([[one.id, true]]);
    expect(await resolved('999999')).toEqual([]);
    const { labels, values } = await call('gateway', destinationStats, {});
    expect(labels).toContain('twin');
    expect(values).toEqual(labels.map(() => 0));
  });
});
