import { certificatePem, pkcs7Pem } from '@sifaka/pki';
import { standInCa, startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import { certify } from './certify.js';
import { Troubles } from './troubles.js';

export const cisApiKey = 'cis-key-1';

const Order = z.object({
  profile_name: z.literal('servers'),
  common_name: z.string().min(1),
  additional_dns_names: z.array(z.string()),
  csr: z.string(),
  signature_hash: z.enum(['sha256', 'sha384', 'sha512']),
  validity: z.object({ valid_to: z.iso.datetime() }),
  organization: z.object({ name: z.string() }),
  use_csr_fields: z.literal(true).optional(),
});

interface Issued {
  der: Buffer;
  polls: number;
  status: string;
  /** In place of the certificate. */
  broken: string | null;
}

const refused = (status: number, message: string): StandInAnswer => ({ status, body: { errors: [{ code: 'error', message }] } });

/**
 * The Certificate Issuing Service as DigiCert documents it: order, download as PKCS#7 once it is issued, revoke, search page by page, read one
 * certificate.
 */
export async function startDigicertCis(now: () => Date, { pageSize = 3 } = {}) {
  const ca = standInCa(now());
  const issued = new Map<string, Issued>();
  const revoked: { id: string; body: unknown }[] = [];
  const settings = { issueAfter: 0, revokeStatus: 204 };
  const troubles = new Troubles();

  function answer(request: SeenRequest): StandInAnswer {
    const { method, path, headers, json, query, url } = request;
    const trouble = troubles.next(url);
    if (trouble !== null) return trouble;
    if (headers['x-dc-devkey'] !== cisApiKey) return refused(401, 'unauthorized');
    const [, , , , id = '', action] = path.split('/');
    if (method === 'POST') return order(json);
    if (id === 'search') return search(query);
    const found = issued.get(id);
    if (action === undefined) return found === undefined ? refused(404, 'not found') : { headers: { 'content-type': 'application/x-pem-file' }, body: found.broken ?? certificatePem(found.der) };
    if (action === 'download') {
      if (!String(headers.accept).includes('application/x-pkcs7-certificates')) return refused(406, 'not acceptable');
      if (found === undefined || (found.polls += 1) <= settings.issueAfter) return refused(404, 'not in issued state');
      return { headers: { 'content-type': 'application/x-pkcs7-certificates' }, body: pkcs7Pem([found.der, ca.issuingDer, ca.rootDer]) };
    }
    revoked.push({ id, body: json });
    return { status: settings.revokeStatus };
  }

  function order(json: unknown): StandInAnswer {
    const parsed = Order.safeParse(json);
    if (!parsed.success) return refused(400, parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    try {
      return { status: 201, body: { id: hold(ca.sign(parsed.data.csr, { notBefore: now(), notAfter: new Date(parsed.data.validity.valid_to) })) } };
    } catch {
      return refused(400, 'the request cannot be decoded');
    }
  }

  function search(query: URLSearchParams): StandInAnswer {
    const page = Number(query.get('page') ?? '1');
    if (query.get('status') !== 'issued' || !(page >= 1)) return refused(400, 'status and page are wrong');
    const all = [...issued].filter(([, { status }]) => status === 'issued');
    const certificates = all.slice((page - 1) * pageSize, page * pageSize).map(([id, { status }]) => ({ id, status, serial_number: '0A' }));
    return { body: { certificates, page, total_pages: Math.ceil(all.length / pageSize) } };
  }

  function hold(der: Buffer, changes: Partial<Issued> = {}): string {
    const id = `cis-${issued.size + 1}`;
    issued.set(id, { der, polls: 0, status: 'issued', broken: null, ...changes });
    return id;
  }

  const add = (name: string, changes?: Partial<Issued>) => hold(certify(ca, name), changes);
  return { ...(await startStandIn(answer)), ca, issued, revoked, settings, troubles, add };
}
