import { AccessToken, HttpApi, type ApiAnswer, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { GooglecaOptions } from './options.js';
import { ServiceAccount } from './service-account.js';

const Fault = z.object({ error: z.object({ status: z.string().optional(), message: z.string() }) });
const Authority = z.object({ state: z.string(), pemCaCertificates: z.array(z.string()).default([]) });
const Certificate = z.object({ name: z.string().optional(), pemCertificate: z.string().min(1), pemCertificateChain: z.array(z.string()).default([]), revocationDetails: z.unknown().optional() });
const Granted = z.object({ permissions: z.array(z.string()).default([]) });

export type Authority = z.output<typeof Authority>;
export type Certificate = z.output<typeof Certificate>;

/** Certificate Authority Service, REST v1 (cloud.google.com/certificate-authority-service/docs/reference/rest). */
export class GooglecaApi {
  private readonly api: HttpApi;
  private readonly token: AccessToken;
  private readonly pool: string;

  constructor(
    private readonly options: GooglecaOptions,
    context: PluginContext,
  ) {
    const { url, Project: project, Location: location, CAPool: pool, service_account_key: key } = options;
    const secrets: string[] = [];
    const account = new ServiceAccount(key, context);
    this.pool = `/v1/projects/${project}/locations/${location}/caPools/${pool}`;
    this.token = new AccessToken({ grant: () => account.grant(), clock: context.clock, secrets });
    this.api = new HttpApi({ name: 'Google CA', url, context, secrets, explain });
  }

  authority(): Promise<Authority> {
    return this.read(Authority, `${this.pool}/certificateAuthorities/${this.options.CAName}`);
  }

  /** @returns null when there is one of that id already */
  async create({ id, requestId, ...json }: { id: string; requestId: string; pemCsr: string; lifetime: string }): Promise<Certificate | null> {
    const path = `${this.pool}/certificates`;
    const query = { certificateId: id, issuingCertificateAuthorityId: this.options.CAName, requestId };
    const answer = await this.send(path, { method: 'POST', query, json, accepts: [409] });
    return answer.status === 409 ? null : this.api.parse(Certificate, answer, path);
  }

  certificate(id: string): Promise<Certificate> {
    return this.read(Certificate, `${this.pool}/certificates/${id}`);
  }

  /** A certificate in another state is no fault yet: it may be revoked already. */
  async revoke(id: string, revocation: { reason: string; requestId: string }): Promise<{ isDone: true } | { isDone: false; refusal: Error }> {
    const path = `${this.pool}/certificates/${id}:revoke`;
    const request: ApiRequest = { method: 'POST', json: revocation, accepts: [400] };
    const answer = await this.send(path, request);
    return answer.status === 400 ? { isDone: false, refusal: this.api.refusal(path, request, answer) } : { isDone: true };
  }

  /** Which of the permissions the service account has on the pool; null where that cannot be asked. */
  async granted(permissions: readonly string[]): Promise<string[] | null> {
    const path = `${this.pool}:testIamPermissions`;
    const answer = await this.send(path, { method: 'POST', json: { permissions }, accepts: [403, 404, 501] });
    return answer.status >= 400 ? null : this.api.parse(Granted, answer, path).permissions;
  }

  private async read<Schema extends z.ZodType>(schema: Schema, path: string): Promise<z.output<Schema>> {
    return this.api.parse(schema, await this.send(path, {}), path);
  }

  private async send(path: string, { accepts = [], ...request }: ApiRequest): Promise<ApiAnswer> {
    const answer = await this.token.with((token) => this.api.send(path, { ...request, headers: { authorization: `Bearer ${token}` }, accepts: [401, ...accepts] }));
    if (answer.status === 401) throw this.api.refusal(path, request, answer);
    return answer;
  }
}

function explain(body: unknown): string | undefined {
  const fault = Fault.safeParse(body).data?.error;
  return fault === undefined ? undefined : [fault.status ?? [], fault.message].flat().join(': ');
}
