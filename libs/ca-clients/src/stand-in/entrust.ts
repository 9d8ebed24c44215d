import { certificatePem, encodeName, subjectFrom } from '@sifaka/pki';
import { standInCa, startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import { certify } from './certify.js';
import { Troubles } from './troubles.js';

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
 * asks for one), version, organizations, lists page by page, order (201 with certificate, 202 for approval), read, revoke and deactivate.
 */
export async function startEntrust({ now = () => new Date(), requiresClientCertificate = false, pageSize = 3 } = {}) {
  const troubles = new Troubles();
  const ca = standInCa(now());
  /** `pages`: what an offset counts. */
  const settings: { needsApproval: boolean; answersGarbage: boolean; offsetOf: 'pages' | 'certificates' } = { needsApproval: false, answersGarbage: false, offsetOf: 'pages' };
  const certificates = new Map<string, { der: Buffer; status: string; garbage?: string; requester?: string }>();
  const revocations: { id: string; body: unknown }[] = [];
  const orders: z.output<typeof Order>[] = [];
  const refused = (status: number, message: string): StandInAnswer => ({ status, body: { status, errors: [{ code: 'x', message }] } });
  const shown = (id: string) => {
    const { der, status, garbage, requester } = certificates.get(id) ?? { der: Buffer.alloc(0), status: 'UNKNOWN', garbage: undefined, requester: undefined };
    const details = { certType: 'STANDARD_SSL', eku: 'SERVER_AND_CLIENT_AUTH', ...(requester !== undefined && { tracking: { requesterEmail: requester } }) };
    return { trackingId: Number(id), status, ...details, ...(status !== 'PENDING' && { endEntityCert: garbage ?? certificatePem(der), chainCerts: [certificatePem(der), ca.issuingPem, ca.rootPem] }) };
  };

  function answer(request: SeenRequest): StandInAnswer {
    const trouble = troubles.next(request.url);
    if (trouble !== null) return trouble;
    if (requiresClientCertificate && request.clientName !== 'platform') return refused(403, 'client certificate required');
    if (request.headers.authorization !== `Basic ${Buffer.from('api:entrust-pass').toString('base64')}`) return refused(401, 'bad credentials');
    const [, kind, id = '', action] = request.path.split('/');
    if (kind === 'application') return { body: { application: { name: 'Entrust Certificate Services' } } };
    if (kind === 'organizations') return { body: { organizations: [{ name: 'Other', clientId: 7, verificationStatus: 'PENDING' }, { name: 'Example', clientId: 42, verificationStatus: 'APPROVED' }] } };
    if (request.method === 'POST' && id === '') return order(request);
    if (id === '') return list(request.query);
    const found = certificates.get(id);
    if (found === undefined) return refused(404, 'no such certificate');
    if (action === 'revocations') return (revocations.push({ id, body: request.json }), { status: 200, body: {} });
    if (action === 'deactivations') return (Object.assign(found, { status: 'DEACTIVATED' }), { status: 200, body: {} });
    return { body: shown(id) };
  }

  function list(query: URLSearchParams): StandInAnswer {
    if (query.get('isThirdParty') !== 'false') return refused(400, 'isThirdParty');
    const all = [...certificates].filter(([, { status }]) => status === query.get('status'));
    const from = Number(query.get('offset') ?? '0') * (settings.offsetOf === 'pages' ? pageSize : 1);
    const shown = all.slice(from, from + pageSize).map(([id]) => ({ uri: `/enterprise/v2/certificates/${id}`, dn: `cn=${id}` }));
    return { body: { summary: { timestamp: now().toISOString(), offset: Number(query.get('offset')), limit: pageSize, total: all.length }, certificates: shown } };
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

  /** A certificate that somebody else ordered. */
  const add = (changes: Partial<{ status: string; garbage: string; requester: string }> = {}): Buffer => {
    const id = String(9_000 + certificates.size);
    const der = certify(ca, `www${id}.example.test`);
    certificates.set(id, { der, status: 'ACTIVE', requester: 'ada@example.test', ...changes });
    return der;
  };
  const client = ca.identity('platform');
  const tls = requiresClientCertificate ? { ...ca.identity(), ca: [ca.rootPem, ca.issuingPem], requestCert: true, rejectUnauthorized: false } : undefined;
  return { ...(await startStandIn(answer, tls)), ca, client, settings, troubles, add, certificates, revocations, orders };
}

/** For a request of another organization than the stand-in knows. */
export const subjectOf = (organization: string) => encodeName(subjectFrom({ commonName: 'www.example.test', organization }));
