import { certificatePem } from '@sifaka/pki';
import { standInCa, startStandIn, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import { certify } from './certify.js';
import { Troubles } from './troubles.js';

export const apiKey = 'digicert-key-5f0a';

const PlacedOrder = z.object({
  certificate: z.object({ common_name: z.string().min(1), csr: z.string(), signature_hash: z.enum(['sha256', 'sha384', 'sha512']), dns_names: z.array(z.string()) }),
  organization: z.object({ id: z.literal(17) }),
  custom_expiration_date: z.iso.date(),
  alternative_order_id: z.string().max(32),
});

interface Order {
  status: string;
  certificateId: number | null;
  der: Buffer | null;
  polls: number;
  /** In place of the certificate. */
  broken?: string;
}

/**
 * CertCentral's Services API v2 as dev.digicert.com describes it: place an order, read it, cancel it, download and revoke a certificate,
 * read organization and products, list orders page by page. `issueAfter` polls an order is issued; null: it waits for an approval.
 */
export async function startDigicert({ issueAfter = 1, now = () => new Date() }: { issueAfter?: number | null; now?: () => Date } = {}) {
  const ca = standInCa(now());
  const orders = new Map<string, Order>();
  const placed = new Set<string>();
  const revoked: { id: string; body: unknown }[] = [];
  const settings = { issueAfter };
  const troubles = new Troubles();

  function answer(request: SeenRequest): StandInAnswer {
    const trouble = troubles.next(request.url);
    if (trouble !== null) return trouble;
    if (request.headers['x-dc-devkey'] !== apiKey) return refused(403, 'access_denied', `API key ${String(request.headers['x-dc-devkey'])} is not valid`);
    const [, , , kind, ...rest] = request.path.split('/');
    if (kind === 'organization') return rest[0] === '17' ? { body: { id: 17, name: 'Corp', status: 'active' } } : refused(404, 'not_found|organization', 'Organization not found');
    if (kind === 'product') return { body: { products: [{ name_id: 'ssl_plus' }, { name_id: 'private_ssl_plus' }] } };
    if (kind === 'certificate') return certificate(request, rest);
    return request.method === 'POST' ? place(request) : order(request, rest);
  }

  function place({ json }: SeenRequest): StandInAnswer {
    const parsed = PlacedOrder.safeParse(json);
    if (!parsed.success) return refused(400, 'invalid_request', JSON.stringify(parsed.error.issues));
    if (placed.has(parsed.data.alternative_order_id)) return refused(400, 'duplicate_alternative_order_id', 'Alternative order ID is already in use.');
    let der: Buffer;
    try {
      der = ca.sign(parsed.data.certificate.csr, { notBefore: now(), notAfter: new Date(`${parsed.data.custom_expiration_date}T23:59:59Z`) });
    } catch {
      return refused(400, 'invalid_csr', 'The CSR could not be decoded.');
    }
    placed.add(parsed.data.alternative_order_id);
    const id = 1_000 + orders.size;
    const isIssued = settings.issueAfter === 0;
    orders.set(String(id), { status: isIssued ? 'issued' : 'pending', certificateId: isIssued ? id + 5_000 : null, der, polls: 0 });
    return { status: 201, body: { id, requests: [{ id: 1, status: 'pending' }], ...(isIssued && { certificate_id: id + 5_000 }) } };
  }

  function order({ method, json, query }: SeenRequest, [, id = '', action]: string[]): StandInAnswer {
    if (id === '') return listed(orders, query);
    const found = orders.get(id);
    if (found === undefined) return refused(404, 'not_found|order', 'Order not found');
    if (method === 'PUT' && action === 'status') {
      found.status = z.object({ status: z.literal('CANCELED'), note: z.string() }).parse(json).status.toLowerCase();
      return { status: 204 };
    }
    found.polls += 1;
    if (found.status === 'pending' && settings.issueAfter !== null && found.polls >= settings.issueAfter) Object.assign(found, { status: 'issued', certificateId: Number(id) + 5_000 });
    return { body: { id: Number(id), status: found.status, certificate: { ...(found.certificateId !== null && { id: found.certificateId }), common_name: 'www.example.test' } } };
  }

  function certificate({ method, json }: SeenRequest, [id = '', action]: string[]): StandInAnswer {
    if (method !== 'PUT' || action !== 'revoke') return download(orders, id, [ca.issuingPem, ca.rootPem]);
    revoked.push({ id, body: json });
    return { status: 201, body: { id: 9, status: 'submitted' } };
  }

  /** An order of somebody else. */
  const add = (changes: Partial<Order> = {}): Buffer => {
    const id = 1_000 + orders.size;
    const der = certify(ca, `www${id}.example.test`);
    orders.set(String(id), { status: 'issued', certificateId: id + 5_000, der, polls: 0, ...changes });
    return der;
  };
  return { ...(await startStandIn(answer)), ca, orders, revoked, settings, troubles, add };
}

const refused = (status: number, code: string, message: string): StandInAnswer => ({ status, body: { errors: [{ code, message }] } });

function listed(orders: ReadonlyMap<string, Order>, query: URLSearchParams): StandInAnswer {
  if (query.get('filters[organization_id]') !== '17') return { body: { orders: [], page: { total: 0, limit: 0, offset: 0 } } };
  const [offset, limit] = [Number(query.get('offset') ?? '0'), Number(query.get('limit') ?? '1000')];
  // The real filter lets orders through that were issued and are something else by now.
  const all = [...orders].filter(([, { certificateId }]) => certificateId !== null);
  const shown = all.slice(offset, offset + limit).map(([id, { status, certificateId }]) => ({ id: Number(id), status, certificate: { id: certificateId, common_name: `www${id}.example.test` }, product: { name_id: 'ssl_plus', name: 'Standard SSL' } }));
  return { body: { orders: shown, page: { total: all.length, limit, offset } } };
}

function download(orders: ReadonlyMap<string, Order>, id: string, above: readonly string[]): StandInAnswer {
  const found = [...orders.values()].find(({ certificateId }) => String(certificateId) === id);
  if (found === undefined || found.der === null) return refused(404, 'not_found|certificate', 'Certificate not found');
  return { body: found.broken ?? [certificatePem(found.der), ...above].join('\r\n') };
}
