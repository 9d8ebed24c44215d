import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCertificate, expectOk, type Client, type Json } from '../harness/index.js';
import { describeWithPeers } from '../harness/suite.js';
import { signedUp, useWorld } from '../rest/world.js';
import { ForeignCa, type ForeignLeaf } from './foreign-ca.js';

describeWithPeers(['openssl'], 'whether a certificate was revoked', () => {
  const world = useWorld({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' } });
  let ca: ForeignCa;
  beforeAll(async () => void (ca = await ForeignCa.start()));
  afterAll(() => ca.stop());

  const upload = async (client: Client, leaf: ForeignLeaf): Promise<Json> =>
    expectOk(await client.post('/certificates/upload', { owner: 'team@corp.test', body: leaf.body, chain: ca.certificate }));
  const check = (client: Client, id: number) => client.post(`/certificates/${id}/revocation`, {});

  it('is asked of its CA, by OCSP and by its list, and is then its status', async () => {
    const { admin } = world();
    const leaves = [await ca.issue('2001', 'ocsp'), await ca.issue('2002', 'ocsp', 'superseded'), await ca.issue('2003', 'crl'), await ca.issue('2004', 'crl', 'keyCompromise')];
    await ca.serve();
    const found: unknown[] = [];
    for (const leaf of leaves) {
      const { id } = await upload(admin, leaf);
      expect(expectOk(await admin.get(`/certificates/${id}/revocation`))).toEqual({ check: null });
      const answer = expectOk(await check(admin, id));
      expect(expectOk(await admin.get(`/certificates/${id}/revocation`))).toEqual({ check: answer });
      const { status } = expectOk(await admin.get(`/certificates/${id}`));
      found.push([answer.status, answer.saidBy, answer.crlReason, status]);
    }
    expect(found).toEqual([
      ['good', 'ocsp', null, 'valid'],
      ['revoked', 'ocsp', 'superseded', 'revoked'],
      ['good', 'crl', null, 'valid'],
      ['revoked', 'crl', 'keyCompromise', 'revoked'],
    ]);
    expect(ca.visits).toEqual(['/ca.crl']);
  });

  it('is known without asking where the authority is ours', async () => {
    const { admin, authority } = world();
    const { id } = await createCertificate(admin, { authority: { id: authority.id } });
    expect(expectOk(await check(admin, id))).toMatchObject({ status: 'good', saidBy: 'inventory', steps: [] });
  });

  it('is asked by those who may change the certificate', async () => {
    const { admin, anonymous, readOnly, authority } = world();
    const { id } = await createCertificate(admin, { authority: { id: authority.id } });
    const stranger = await signedUp(admin, 'stranger', []);
    expect([(await check(anonymous, id)).status, (await check(readOnly, id)).status, (await check(stranger, id)).status, (await check(admin, 999_999)).status]).toEqual([401, 403, 403, 404]);
    expect([(await anonymous.get(`/certificates/${id}/revocation`)).status, (await readOnly.get(`/certificates/${id}/revocation`)).status]).toEqual([401, 200]);
  });
});
