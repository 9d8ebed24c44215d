import { HttpApi, type PluginContext, type TlsTrust } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { EntrustAccess } from './entrust-options.js';

const Faults = z.object({ errors: z.array(z.object({ code: z.unknown(), message: z.string() })).min(1) });
const TrackingId = z.union([z.int(), z.string().min(1)]).transform(String);

/** 201: with certificate. 202: somebody has to approve it. */
const Ordered = z.object({ trackingId: TrackingId, endEntityCert: z.string().nullish(), chainCerts: z.array(z.string()).nullish() });
const Certificate = Ordered.extend({
  status: z.string(),
  certType: z.string().nullish(),
  eku: z.string().nullish(),
  tracking: z.object({ requesterEmail: z.string().nullish() }).nullish(),
});
const Listed = z.object({ uri: z.string().max(2_048), dn: z.string().nullish() });
const CertificatePage = z.object({ certificates: z.array(Listed).default([]), summary: z.object({ limit: z.int().min(1), total: z.int().min(0) }) });
const Organizations = z.object({ organizations: z.array(z.object({ name: z.string(), clientId: z.int(), verificationStatus: z.string() })) });
const Application = z.object({ application: z.object({ name: z.string() }).optional() });

export type Ordered = z.output<typeof Ordered>;
export type Certificate = z.output<typeof Certificate>;
export type EntrustListed = z.output<typeof Listed>;
export type Organization = z.output<typeof Organizations>['organizations'][number];

/** Entrust Certificate Services API (api.entrust.net/enterprise/v2/documentation). */
export class EntrustApi {
  private readonly api: HttpApi;

  constructor(options: EntrustAccess, context: PluginContext) {
    const { url, api_user: user, api_password: password, client_certificate: certificate, client_key: key } = options;
    const trust: TlsTrust = certificate !== undefined && key !== undefined ? { clientCertificatePem: certificate, clientKeyPem: key } : {};
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    this.api = new HttpApi({
      name: 'Entrust',
      url,
      context,
      fetch: context.outbound.fetchWith(trust),
      headers: { authorization: `Basic ${credentials}` },
      secrets: [password, credentials],
      explain: (body) => Faults.safeParse(body).data?.errors.map(({ message }) => message).join('; '),
    });
  }

  order(order: object): Promise<Ordered> {
    return this.api.read(Ordered, '/certificates', { method: 'POST', json: order });
  }

  certificate(trackingId: string): Promise<Certificate> {
    return this.api.read(Certificate, `/certificates/${encodeURIComponent(trackingId)}`);
  }

  /** Active certificates that Entrust itself issued. */
  activeCertificates(offset: number): Promise<z.output<typeof CertificatePage>> {
    return this.api.read(CertificatePage, '/certificates', { query: { status: 'ACTIVE', isThirdParty: 'false', fields: 'uri,dn', offset } });
  }

  /** @returns null when it is gone */
  async found(trackingId: string): Promise<Certificate | null> {
    const path = `/certificates/${encodeURIComponent(trackingId)}`;
    const answer = await this.api.send(path, { accepts: [404] });
    return answer.status === 404 ? null : this.api.parse(Certificate, answer, path);
  }

  async revoke(trackingId: string, revocation: { crlReason: string; revocationComment: string }): Promise<void> {
    await this.api.send(`/certificates/${encodeURIComponent(trackingId)}/revocations`, { method: 'POST', json: revocation });
  }

  async deactivate(trackingId: string): Promise<void> {
    await this.api.send(`/certificates/${encodeURIComponent(trackingId)}/deactivations`, { method: 'POST' });
  }

  async organizations(): Promise<Organization[]> {
    return (await this.api.read(Organizations, '/organizations')).organizations;
  }

  async version(): Promise<void> {
    await this.api.read(Application, '/application/version');
  }
}
