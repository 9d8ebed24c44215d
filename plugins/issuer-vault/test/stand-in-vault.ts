import { certificatePem, parseCertificate } from '@sifaka/pki';
import { standInCa, startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';

const refused = (status: number, ...errors: string[]): StandInAnswer => ({ status, body: { errors } });

/** The least that the platform needs, as in the plugin's README. */
const policy: Record<string, string[]> = { 'pki/sign/web': ['update'], 'pki/revoke': ['update'], 'sys/capabilities-self': ['update'] };

const Sign = z.object({ csr: z.string(), ttl: z.string().regex(/^\d+s$/) });

/**
 * Vault's API as developer.hashicorp.com/vault/api-docs describes it: `auth/approle/login`, `sys/capabilities-self`, and of the PKI engine
 * `sign`, `revoke` and `cert/ca_chain`. It enforces the policy of the README.
 */
export async function startVault({ maxTtlSeconds = 90 * 86_400, now = () => new Date() } = {}) {
  const ca = standInCa(now());
  const tokens = new Map<string, Record<string, string[]>>([['s.good', policy], ['s.poor', { 'pki/sign/web': ['update'], 'sys/capabilities-self': ['update'] }]]);
  const revoked: string[] = [];
  const issued = new Set<string>();
  let logins = 0;

  const answer = (request: SeenRequest): StandInAnswer => {
    const path = request.path.replace('/v1/', '');
    if (path === 'auth/approle/login') {
      const { role_id: roleId, secret_id: secretId } = z.object({ role_id: z.string(), secret_id: z.string() }).parse(request.json);
      if (roleId !== 'role-1' || secretId !== 'secret-1') return refused(400, 'invalid role or secret ID');
      logins += 1;
      const token = `s.login${logins}`;
      tokens.set(token, policy);
      return { body: { auth: { client_token: token, lease_duration: 3_600, renewable: true } } };
    }
    // The CA's certificates are public.
    if (path === 'pki/cert/ca_chain') return { body: { data: { certificate: ca.issuingPem, ca_chain: `${ca.issuingPem}\n${ca.rootPem}\n` } } };
    const rights = tokens.get(String(request.headers['x-vault-token']));
    if (rights === undefined || rights[path]?.includes('update') !== true) return refused(403, '1 error occurred:\n\t* permission denied\n\n');
    if (path === 'sys/capabilities-self') {
      const { paths } = z.object({ paths: z.array(z.string()) }).parse(request.json);
      return { body: { data: Object.fromEntries(paths.map((each) => [each, rights[each] ?? ['deny']])) } };
    }
    if (path === 'pki/sign/web') return sign(request);
    const { serial_number: serial } = z.object({ serial_number: z.string() }).parse(request.json);
    if (!issued.has(serial)) return refused(400, `certificate with serial ${serial} not found`);
    revoked.push(serial);
    return { body: { data: { revocation_time: 1, state: 'revoked' } } };
  };

  function sign({ json }: SeenRequest): StandInAnswer {
    const { csr, ttl } = Sign.parse(json);
    if (!csr.includes('BEGIN CERTIFICATE REQUEST')) return refused(400, 'csr contains no data');
    const seconds = Math.min(Number(ttl.slice(0, -1)), maxTtlSeconds);
    try {
      const der = ca.sign(csr, { notBefore: new Date(now().getTime() - 30_000), notAfter: new Date(now().getTime() + seconds * 1_000) });
      const serial = parseCertificate(der).serial.toString(16).replace(/^(.(?:..)*)$/, (hex) => (hex.length % 2 === 0 ? hex : `0${hex}`)).replace(/(..)(?!$)/g, '$1:');
      issued.add(serial);
      return { body: { data: { certificate: certificatePem(der), issuing_ca: ca.issuingPem, ca_chain: [ca.issuingPem], serial_number: serial, expiration: 1 } } };
    } catch (error) {
      return refused(400, String(error));
    }
  }

  const server = await startStandIn(answer);
  return { ...server, ca, revoked, logins: () => logins, forgetLogins: () => [...tokens.keys()].filter((token) => token.startsWith('s.login')).forEach((token) => tokens.delete(token)) };
}
