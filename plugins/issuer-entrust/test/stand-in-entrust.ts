import { certificatePem, encodeName, organizationOf, parseCsr, subjectFrom } from '@sifaka/pki';
import { standInCa, startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';

const Order = z.object({
  signingAlg: z.literal('SHA-2'),
  eku: z.enum(['SERVER_AUTH', 'CLIENT_AUTH', 'SERVER_AND_CLIENT_AUTH']),
  certType: z.enum(['STANDARD_SSL', 'ADVANTAGE_SSL', 'WILDCARD_SSL']),
  certExpiryDate: z.iso.date(),
  tracking: z.object({ requesterName: z.string(), requesterEmail: z.email(), requesterPhone: z.string() }),
  org: z.string().optional(),
  clientId: z.literal(42),
  csr: z.string(),
});

/**
 * Entrust's Certificate Services API v2 as its documentation describes it: basic authentication (and a client certificate where the account
 * asks for one), version, organizations, order (201 with certificate, 202 for approval), read, revoke and deactivate.
 */
export async function startEntrust({ now = () => new Date(), requiresClientCertificate = false } = {}) {
  const ca = standInCa(now());
  const settings = { needsApproval: false, answersGarbage: false };
  const certificates = new Map<string, { der: Buffer; status: string }>();
  const revocations: { id: string; body: unknown }[] = [];
  const orders: z.output<typeof Order>[] = [];
  const refused = (status: number, message: string): StandInAnswer => ({ status, body: { status, errors: [{ code: 'x', message }] } });
  const shown = (id: string) => {
    const { der, status } = certificates.get(id) ?? { der: Buffer.alloc(0), status: 'UNKNOWN' };
    return { trackingId: Number(id), status, ...(status !== 'PENDING' && { endEntityCert: certificatePem(der), chainCerts: [certificatePem(der), ca.issuingPem, ca.rootPem] }) };
  };

  function answer(request: SeenRequest): StandInAnswer {
    if (requiresClientCertificate && request.clientName !== 'platform') return refused(403, 'client certificate required');
    if (request.headers.authorization !== `Basic ${Buffer.from('api:entrust-pass').toString('base64')}`) return refused(401, 'bad credentials');
    const [, kind, id = '', action] = request.path.split('/');
    if (kind === 'application') return { body: { application: { name: 'Entrust Certificate Services' } } };
    if (kind === 'organizations') return { body: { organizations: [{ name: 'Other', clientId: 7, verificationStatus: 'PENDING' }, { name: 'Example', clientId: 42, verificationStatus: 'APPROVED' }] } };
    if (request.method === 'POST' && id === '') return order(request);
    const found = certificates.get(id);
    if (found === undefined) return refused(404, 'no such certificate');
    if (action === 'revocations') return (revocations.push({ id, body: request.json }), { status: 200, body: {} });
    if (action === 'deactivations') return (Object.assign(found, { status: 'DEACTIVATED' }), { status: 200, body: {} });
    return { body: shown(id) };
  }

  function order({ json }: SeenRequest): StandInAnswer {
    const parsed = Order.safeParse(json);
    if (!parsed.success) return refused(400, parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    orders.push(parsed.data);
    try {
      const der = ca.sign(parsed.data.csr, { notBefore: now(), notAfter: new Date(`${parsed.data.certExpiryDate}T23:59:59Z`) });
      const id = String(9_000 + certificates.size);
      certificates.set(id, { der, status: settings.needsApproval ? 'PENDING' : 'ACTIVE' });
      return { status: settings.needsApproval ? 202 : 201, body: settings.answersGarbage ? { ...shown(id), endEntityCert: 'garbage' } : shown(id) };
    } catch {
      return refused(400, 'The CSR is not valid');
    }
  }

  const client = ca.identity('platform');
  const tls = requiresClientCertificate ? { ...ca.identity(), ca: [ca.rootPem, ca.issuingPem], requestCert: true, rejectUnauthorized: false } : undefined;
  return { ...(await startStandIn(answer, tls)), ca, client, settings, certificates, revocations, orders };
}

/** For a request of another organization than the stand-in knows. */
export const subjectOf = (organization: string) => encodeName(subjectFrom({ commonName: 'www.example.test', organization }));
export const organizationIn = (csr: string) => organizationOf(parseCsr(csr).subject);
