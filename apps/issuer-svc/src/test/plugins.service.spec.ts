import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority, getAuthority, listIssuerPlugins, revokeCertificate, updateAuthority, type AuthorityRecord, type RequestOf } from '@sifaka/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the two are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import { AppError } from '@sifaka/kernel';
import { testPlatform, type TestPlatform } from '@sifaka/testing';
import { issuerServiceWith } from '../issuer.service.js';
import { issuerPlugins } from '../plugins/hosted-plugins.js';
import { aProbingIssuer, anAcmeService } from './a-probing-issuer.js';
import { admin, anAuthorityRequest, issue } from './an-issuer.js';

const { probe, plugin } = aProbingIssuer();
const acme = anAcmeService();
const inside = createServer((_request, response) => void response.end('metadata'));
let platform: TestPlatform;

beforeAll(async () => {
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  platform = await testPlatform({
    services: [keyvaultService, issuerServiceWith([...issuerPlugins, plugin]), acme.service],
    env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64'), issuer: { PROBING_URL: 'https://configured.example/', SIFAKA_PLUGINS: 'sifaka-plugin-that-is-not-there' } },
  });
});
afterAll(async () => {
  inside.close();
  await platform.stop();
});
beforeEach(() => {
  probe.asked = [];
  probe.answer = () => Promise.resolve();
});

const ask = (pluginOptions: { name: string; value: string | null }[], parts: Partial<RequestOf<typeof createAuthority>> = {}) =>
  platform.call('gateway', createAuthority, anAuthorityRequest({ plugin: { slug: plugin.slug, pluginOptions }, ...parts }), { principal: admin });
const change = ({ id, owner, active }: AuthorityRecord, options: unknown) =>
  platform.call('gateway', updateAuthority, { id, owner, ownerRoleId: 10, description: null, active, roleIds: [], options: JSON.stringify(options) }, { principal: admin });
const count = async (service: 'issuer' | 'keyvault', sql: string) => (await platform.database(service).query<{ count: string }>(sql))[0]?.count;
const secrets = () => count('keyvault', 'select count(*) from secret');

describe('options of an issuer plugin', () => {
  it('are proven at the other side before anything is stored', async () => {
    probe.answer = () => Promise.reject(new AppError('permission_denied', 'CA says: token is not allowed to sign', { reason: 'ca.token' }));
    const before = [await secrets(), await count('issuer', 'select count(*) from authority')];
    await expect(ask([{ name: 'url', value: 'https://ca.example/' }, { name: 'token', value: 'hunter2' }])).rejects.toMatchObject({
      code: 'invalid_argument',
      reason: 'ca.token',
      fields: [{ path: 'plugin.pluginOptions', message: 'CA says: token is not allowed to sign' }],
    });
    expect(probe.asked).toEqual([{ url: 'https://ca.example/', token: 'hunter2' }]);
    expect([await secrets(), await count('issuer', 'select count(*) from authority')]).toEqual(before);
  });

  it('reach no private address unless an administrator allowed it', async () => {
    probe.answer = async ({ fetch }, url) => {
      await fetch(url);
    };
    const { port } = inside.address() as AddressInfo;
    await expect(ask([{ name: 'url', value: `http://127.0.0.1:${port}/` }])).rejects.toMatchObject({
      code: 'invalid_argument',
      reason: 'outbound.refused',
      fields: [{ path: 'plugin.pluginOptions', message: expect.stringContaining('SIFAKA_OUTBOUND_ALLOWED_HOSTS') }],
    });
  });

  it('come from the installation where they are not given, and are free in the form then', async () => {
    await ask([]);
    expect(probe.asked).toEqual([{ url: 'https://configured.example/', token: undefined }]);
    const { plugins } = await platform.call('gateway', listIssuerPlugins, {}, { principal: admin });
    const shown = plugins.find(({ slug }) => slug === plugin.slug);
    expect(shown?.pluginOptions[0]).toMatchObject({ name: 'url', required: false, helpMessage: 'Address (left empty: SIFAKA_PROBING_URL of this installation)' });
    expect(JSON.stringify(shown)).not.toContain('configured.example');
  });

  it('are proven again when they change, with the secret that stays, and not otherwise', async () => {
    const authority = await ask([{ name: 'url', value: 'https://ca.example/' }, { name: 'token', value: 'hunter2' }]);
    probe.asked = [];
    await change(authority, [{ name: 'url', value: 'https://ca.example/' }, { name: 'token', value: null }]);
    expect(probe.asked).toEqual([]);
    probe.answer = () => Promise.reject(new AppError('failed_precondition', 'no such profile'));
    await expect(change(authority, [{ name: 'url', value: 'https://ca.example/' }, { name: 'token', value: null }, { name: 'profile', value: 'web' }])).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'plugin.pluginOptions' }] });
    expect(probe.asked).toEqual([{ url: 'https://ca.example/', token: 'hunter2' }]);
    const stored = await platform.call('gateway', getAuthority, { ref: { id: authority.id } }, { principal: admin });
    expect(stored.options).not.toContain('profile');
  });

  it('want their secret again for another address, so that nobody has it sent to a place of his own', async () => {
    const authority = await ask([{ name: 'url', value: 'https://ca.example/' }, { name: 'token', value: 'hunter2' }]);
    probe.asked = [];
    await expect(change(authority, [{ name: 'url', value: 'https://me.example/' }, { name: 'token', value: null }])).rejects.toMatchObject({
      code: 'invalid_argument',
      fields: [{ path: 'options.token', message: expect.stringContaining('because url changed') }],
    });
    expect(probe.asked).toEqual([]);
    await change(authority, [{ name: 'url', value: 'https://new.example/' }, { name: 'token', value: 'hunter3' }]);
    expect(probe.asked).toEqual([{ url: 'https://new.example/', token: 'hunter3' }]);
  });
});

describe('a package with a plugin that cannot be had', () => {
  it('is listed, disabled, with the reason', async () => {
    const { plugins } = await platform.call('gateway', listIssuerPlugins, {}, { principal: admin });
    expect(plugins.at(-1)).toMatchObject({ slug: 'sifaka-plugin-that-is-not-there', isEnabled: false, disabledReason: 'package sifaka-plugin-that-is-not-there is not installed' });
    expect(plugins.slice(0, -1).every(({ isEnabled }) => isEnabled)).toBe(true);
  });
});

describe('revoking by ACME', () => {
  it('hands the key of the certificate along, which the account may not have', async () => {
    const authority = await ask([]);
    const certificate = await issue(platform, authority);
    await platform.call('gateway', revokeCertificate, { id: certificate.id, crlReason: 'keyCompromise', comments: '' }, { principal: admin });
    const [row] = await platform.database('issuer').query<{ key_id: string }>('select key_id from certificate where id = $1', [certificate.id]);
    expect(acme.revoked).toMatchObject([{ authority: authority.name, crlReason: 'keyCompromise', keyId: row?.key_id }]);
    expect(row?.key_id).toEqual(expect.any(String));
  });
});
