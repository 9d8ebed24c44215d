import { createHash, generateKeyPairSync } from 'node:crypto';
import { certificatePem, parseCertificate } from '@sifaka/pki';
import { standInCa, startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { CompactEncrypt, importJWK, jwtVerify, type JWK } from 'jose';
import { z } from 'zod';

const password = 'provisioner-password';

/**
 * step-ca's API as smallstep.com/docs/step-ca describes it: `root/{fingerprint}`, `provisioners` in pages, `intermediates`, `1.0/sign` and
 * `1.0/revoke`. It verifies one-time tokens: signature, issuer, audience, age, names, and that none is used twice.
 */
export async function startStepCa(now: () => Date, maxTLSCertDuration = '48h0m0s') {
  const ca = standInCa(now());
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk: JWK = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256', use: 'sig' };
  const privateJwk = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' });
  const encryptedKey = await new CompactEncrypt(Buffer.from(privateJwk)).setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', cty: 'jwk+json' }).encrypt(Buffer.from(password));
  const provisioners = [
    { type: 'ACME', name: 'acme' },
    { type: 'JWK', name: 'platform', key: publicJwk, encryptedKey, claims: { maxTLSCertDuration } },
    { type: 'JWK', name: 'keyless', key: publicJwk },
  ];
  const fingerprint = createHash('sha256').update(ca.rootDer).digest('hex');
  const used = new Set<string>();
  const revoked: { serial: string; reasonCode: number }[] = [];
  const refused = (status: number, message: string): StandInAnswer => ({ status, body: { status, message } });

  async function claimsOf(request: SeenRequest, ott: string) {
    const { payload } = await jwtVerify(ott, await importJWK(publicJwk, 'ES256'), {
      issuer: 'platform',
      audience: `https://${String(request.headers.host)}${request.path}`,
      currentDate: now(),
      requiredClaims: ['jti', 'exp', 'nbf', 'iat', 'sub'],
    });
    if (used.has(payload.jti ?? '')) throw new Error('token already used');
    used.add(payload.jti ?? '');
    return payload;
  }

  async function sign(request: SeenRequest): Promise<StandInAnswer> {
    const body = z.object({ csr: z.string(), ott: z.string(), notBefore: z.iso.datetime(), notAfter: z.iso.datetime() }).parse(request.json);
    const claims = await claimsOf(request, body.ott);
    const [notBefore, notAfter] = [new Date(body.notBefore), new Date(body.notAfter)];
    if (notAfter.getTime() - notBefore.getTime() > 48 * 3_600_000) return refused(403, 'The request was forbidden by the certificate authority: requested duration is more than the authorized maximum');
    const der = ca.sign(body.csr, { notBefore, notAfter });
    const names = parseCertificate(der).sans.map((name) => ('value' in name ? String(name.value) : ''));
    if (JSON.stringify(names.toSorted()) !== JSON.stringify((claims.sans as string[]).toSorted())) return refused(403, 'certificate request does not contain the valid SANs');
    return { status: 201, body: { crt: certificatePem(der), ca: ca.issuingPem, certChain: [certificatePem(der), ca.issuingPem] } };
  }

  async function answer(request: SeenRequest): Promise<StandInAnswer> {
    if (request.path === `/root/${fingerprint}`) return { body: { ca: ca.rootPem } };
    if (request.path.startsWith('/root/')) return refused(404, 'certificate not found');
    if (request.path === '/intermediates') return { status: 201, body: { crts: [ca.issuingPem] } };
    if (request.path === '/provisioners') {
      const from = Number(request.query.get('cursor') ?? 0);
      return { body: { provisioners: provisioners.slice(from, from + 1), nextCursor: from + 1 < provisioners.length ? String(from + 1) : '' } };
    }
    try {
      if (request.path === '/1.0/sign') return await sign(request);
      const { serial, reasonCode, ott } = z.object({ serial: z.string(), reasonCode: z.int(), ott: z.string() }).parse(request.json);
      const { sub } = await claimsOf(request, ott);
      if (sub !== serial) return refused(401, 'token subject and serial do not match');
      revoked.push({ serial, reasonCode });
      return { body: { status: 'ok' } };
    } catch (error) {
      return refused(request.path === '/1.0/sign' && String(error).includes('request') ? 400 : 401, String(error));
    }
  }

  return { ...(await startStandIn(answer, ca.identity())), ca, fingerprint, password, privateJwk, revoked };
}
