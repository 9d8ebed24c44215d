import { GoogleSession } from '@sifaka/google';
import type { ApiRequest, PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { GooglecaOptions } from './options.js';

const scope = 'https://www.googleapis.com/auth/cloud-platform';

const Authority = z.object({ state: z.string(), pemCaCertificates: z.array(z.string()).default([]) });
const Certificate = z.object({ name: z.string().optional(), pemCertificate: z.string().min(1), pemCertificateChain: z.array(z.string()).default([]), revocationDetails: z.unknown().optional() });
const Granted = z.object({ permissions: z.array(z.string()).default([]) });

export type Authority = z.output<typeof Authority>;
export type Certificate = z.output<typeof Certificate>;

/** Certificate Authority Service, REST v1 (cloud.google.com/certificate-authority-service/docs/reference/rest). */
export class GooglecaApi {
  private readonly api: GoogleSession;
  private readonly pool: string;

  constructor(
    private readonly options: GooglecaOptions,
    context: PluginContext,
  ) {
    const { url, Project: project, Location: location, CAPool: pool, service_account_key: key } = options;
    this.pool = `/v1/projects/${project}/locations/${location}/caPools/${pool}`;
    this.api = new GoogleSession({ name: 'Google CA', url, serviceAccountKey: key, scope, context });
  }

  authority(): Promise<Authority> {
    return this.api.read(Authority, `${this.pool}/certificateAuthorities/${this.options.CAName}`);
  }

  /** @returns null when there is one of that id already */
  async create({ id, requestId, ...json }: { id: string; requestId: string; pemCsr: string; lifetime: string }): Promise<Certificate | null> {
    const path = `${this.pool}/certificates`;
    const query = { certificateId: id, issuingCertificateAuthorityId: this.options.CAName, requestId };
    const answer = await this.api.send(path, { method: 'POST', query, json, accepts: [409] });
    return answer.status === 409 ? null : this.api.parse(Certificate, answer, path);
  }

  certificate(id: string): Promise<Certificate> {
    return this.api.read(Certificate, `${this.pool}/certificates/${id}`);
  }

  /** A certificate in another state is no fault yet: it may be revoked already. */
  async revoke(id: string, revocation: { reason: string; requestId: string }): Promise<{ isDone: true } | { isDone: false; refusal: Error }> {
    const path = `${this.pool}/certificates/${id}:revoke`;
    const request: ApiRequest = { method: 'POST', json: revocation, accepts: [400] };
    const answer = await this.api.send(path, request);
    return answer.status === 400 ? { isDone: false, refusal: this.api.refusal(path, request, answer) } : { isDone: true };
  }

  /** Which of the permissions the service account has on the pool; null where that cannot be asked. */
  async granted(permissions: readonly string[]): Promise<string[] | null> {
    const path = `${this.pool}:testIamPermissions`;
    const answer = await this.api.send(path, { method: 'POST', json: { permissions }, accepts: [403, 404, 501] });
    return answer.status >= 400 ? null : this.api.parse(Granted, answer, path).permissions;
  }
}
