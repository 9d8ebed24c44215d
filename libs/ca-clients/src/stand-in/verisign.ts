import { certificatePem } from '@sifaka/pki';
import { loopbackOutbound, standInCa, startStandIn, testContext, type SeenRequest, type StandInAnswer } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';
import { certify } from './certify.js';
import { Troubles } from './troubles.js';

const Enrollment = z.strictObject({
  challenge: z.string().length(24),
  firstName: z.string().min(1),
  lastName: z.string().min(1),
  email: z.email(),
  csr: z.string(),
  certProductType: z.enum(['Server', 'HAServer', 'GlobalServer', 'PrivateServer']),
  serverType: z.enum(['Apache', 'Microsoft']),
  validityPeriod: z.enum(['1Y', '2Y']),
  specificEndDate: z.string().regex(/^\d\d\/\d\d\/\d{4}$/).optional(),
  signatureAlgorithm: z.enum(['sha256WithRSAEncryption', 'ECDSAwithSHA256']),
  ctLogOption: z.enum(['public', 'nolog']),
  subject_alt_names: z.string().optional(),
});

export const response = (code: string, inner = '', message = 'success'): StandInAnswer => ({
  headers: { 'content-type': 'text/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response xmlns="urn:symantec:api"><StatusCode>${code}</StatusCode><Message>${message}</Message>${inner}</Response>`,
});
export const refusal = (code: string, message: string): StandInAnswer => ({ ...response(code), body: `<Error xmlns="urn:symantec:api"><StatusCode>${code}</StatusCode><Message>${message}</Message></Error>` });

interface Settings {
  needsApproval: boolean;
  units: { type: string; remaining: string }[];
  /** In place of the right answers. */
  enroll: StandInAnswer | null;
  pickup: StandInAnswer | null;
  reject: StandInAnswer | null;
  tokens: StandInAnswer | null;
}

/**
 * The VICE 2.0 web services as their documentation describes them, over TLS with the administrator's client certificate: enroll, pickup, reject,
 * getTokens, and the detail report.
 */
export async function startVerisign(now: () => Date) {
  const ca = standInCa(now());
  const transactions = new Map<string, { der: Buffer; state: 'pending' | 'approved' }>();
  const orders: z.output<typeof Enrollment>[] = [];
  const rejected: string[] = [];
  const troubles = new Troubles();
  const placed = new Map<string, Date>();
  const settings: Settings = { needsApproval: false, enroll: null, pickup: null, reject: null, tokens: null, units: [{ type: 'AdminID', remaining: '6' }, { type: 'Server', remaining: '11' }] };

  function answer(request: SeenRequest): StandInAnswer {
    if (request.clientName !== 'administrator') return { status: 403, headers: { 'content-type': 'text/html' }, body: '<html><body>Client certificate required</body></html>' };
    const trouble = troubles.next(request.url);
    if (trouble !== null) return trouble;
    const id = request.query.get('transaction_id') ?? '';
    if (request.method === 'POST' && request.path === '/vswebservices/rest/services/enroll') return settings.enroll ?? enroll(request);
    if (request.method === 'POST' && request.path === '/vswebservices/rest/services/getTokens') return settings.tokens ?? response('0x00', settings.units.map(({ type, remaining }) => `<Order type="${type}" orderNumber="1" ordered="11" used="0" remaining="${remaining}" expiration="JUN 16, 2027" />`).join('\n'));
    if (request.method === 'GET' && request.path === '/vswebservices/rest/services/pickup') return settings.pickup ?? pickup(id);
    if (request.method === 'GET' && request.path === '/vswebservices/rest/services/reject') return settings.reject ?? reject(id);
    if (request.method === 'POST' && request.path === '/vswebservices/reportingws') return report(placed, new URLSearchParams(request.text));
    return { status: 404, body: 'not found' };
  }

  function enroll({ text }: SeenRequest): StandInAnswer {
    const asked = Enrollment.safeParse(Object.fromEntries(new URLSearchParams(text)));
    if (!asked.success) return refusal('0x6000', asked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    orders.push(asked.data);
    try {
      const der = ca.sign(asked.data.csr, { notBefore: now() });
      const id = `98345f3ebc1ba8d743ab5616051d${(0x4f00 + transactions.size).toString(16)}`;
      transactions.set(id, { der, state: settings.needsApproval ? 'pending' : 'approved' });
      return response('0x00', `${settings.needsApproval ? '' : `<Certificate>\n${certificatePem(der)}\n</Certificate><CertificateFormat>x509</CertificateFormat>`}<Transaction_ID>${id}</Transaction_ID>`);
    } catch {
      return refusal('0x9511', 'CSR cannot be parsed');
    }
  }

  function pickup(id: string): StandInAnswer {
    const found = transactions.get(id);
    if (found === undefined) return refusal('0x3301', 'Bad transaction id');
    return found.state === 'approved' ? response('0x00', `<Certificate>${certificatePem(found.der)}</Certificate>`) : response('0x00', '', 'order is pending');
  }

  function reject(id: string): StandInAnswer {
    if (!transactions.delete(id)) return refusal('0x3301', 'Bad transaction id');
    rejected.push(id);
    return response('0x00');
  }

  /** A certificate that somebody else ordered on that day. */
  const add = (day: Date, { broken }: { broken?: Buffer } = {}): Buffer => {
    const id = `98345f3ebc1ba8d743ab5616051e${(0x1000 + placed.size).toString(16)}`;
    const der = certify(ca, `www${placed.size}.example.test`);
    transactions.set(id, { der: broken ?? der, state: 'approved' });
    placed.set(id, day);
    return der;
  };
  const { cert, key } = ca.identity('administrator');
  const standIn = await startStandIn(answer, { ...ca.identity(), ca: [ca.rootPem, ca.issuingPem], requestCert: true, rejectUnauthorized: false });
  /** Trusts the stand-in's TLS certificate, as the system trusts that of the web services. */
  const context = () => testContext({ now: now(), outbound: { ...loopbackOutbound(), fetchWith: (trust) => loopbackOutbound().fetchWith({ ...trust, caPem: ca.rootPem }) } });
  return { ...standIn, url: `${standIn.url}/vswebservices`, ca, clientPem: `${cert}\n${key}`, client: { cert, key }, settings, troubles, add, placed, transactions, orders, rejected, context };
}

function report(placed: ReadonlyMap<string, Date>, form: URLSearchParams): StandInAnswer {
  const [from = Number.NaN, to = Number.NaN] = [form.get('startDate') ?? '', form.get('endDate') ?? ''].map((day) => (/^\d\d\/\d\d\/\d{4}$/.test(day) ? Date.parse(`${day} UTC`) : Number.NaN));
  if (!(from <= to) || form.get('reportType') !== 'detail' || form.get('certStatus') !== 'Valid') return refusal('0x6000', 'a parameter is wrong');
  if (form.get('certProductType') !== 'Server') return { body: {} };
  const orderNumber = [...placed].filter(([, at]) => at.getTime() >= from && at.getTime() < to + 86_400_000).map(([id]) => id);
  return orderNumber.length === 0 ? response('0x00') : { body: { orderNumber, commonName: orderNumber.map(() => 'www.example.test') } };
}
