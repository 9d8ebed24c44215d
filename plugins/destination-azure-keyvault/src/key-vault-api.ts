import { AzureSession } from '@sifaka/azure';
import type { AppError } from '@sifaka/kernel';
import type { ApiAnswer, ApiRequest, PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { ImportRequest } from './import-request.js';
import type { KeyVaultOptions } from './options.js';

/** The oldest version that has all of this, so that every cloud has it. */
const apiVersion = '7.1';

const Bundle = z.object({ cer: z.base64(), attributes: z.object({ enabled: z.boolean().default(true) }).default({ enabled: true }), tags: z.record(z.string(), z.string()).nullish() });
const Fault = z.object({ error: z.object({ code: z.string(), message: z.string(), innererror: z.looseObject({ code: z.string().optional() }).nullish() }) });

/** The version of a certificate that is current. */
export interface HeldCertificate {
  certificateDer: Buffer;
  isEnabled: boolean;
  tags: Record<string, string>;
}

/** Rights on certificates, as access policies name them. */
export type CertificateRight = 'get' | 'import' | 'delete' | 'recover';

/** `recoverable`: deleted, and its name is taken until it is recovered or purged. `changing`: it is being deleted, recovered or changed this moment. */
export type ImportOutcome = { state: 'imported' } | { state: 'recoverable' | 'changing'; fault: AppError };

/** Answers to what cannot succeed anyway; only a 403 among them speaks of rights. */
const pointlessAnswers = [400, 403, 404, 405, 409, 500, 501];

/** Certificates of a Key Vault (https://learn.microsoft.com/rest/api/keyvault/certificates/operation-groups). */
export class KeyVaultApi {
  private readonly api: AzureSession;
  private readonly secrets: string[] = [];

  constructor({ vaultUrl, azureTenant: tenant, appID: clientId, azurePassword: clientSecret, authority_url: authorityUrl, scope }: KeyVaultOptions, context: PluginContext) {
    this.api = new AzureSession({ name: 'Key Vault', url: vaultUrl, apiVersion, login: { authorityUrl, tenant, clientId, clientSecret, scope }, secrets: this.secrets, explain, context });
  }

  /** Null: there is no such certificate, or it is deleted. */
  async current(name: string): Promise<HeldCertificate | null> {
    const path = `/certificates/${name}`;
    const answer = await this.api.send(path, { accepts: [404] });
    if (answer.status === 404) return null;
    const { cer, attributes, tags } = this.api.parse(Bundle, answer, path);
    return { certificateDer: Buffer.from(cer, 'base64'), isEnabled: attributes.enabled, tags: tags ?? {} };
  }

  /** A new version of the certificate, or its first. */
  async import(name: string, json: ImportRequest): Promise<ImportOutcome> {
    const path = `/certificates/${name}/import`;
    const request: ApiRequest = { method: 'POST', json, accepts: [409] };
    this.secrets.push(json.pwd);
    try {
      const answer = await this.api.send(path, request);
      if (answer.status !== 409) {
        this.api.parse(Bundle, answer, path);
        return { state: 'imported' };
      }
      return { state: innerCode(answer) === 'ObjectIsDeletedButRecoverable' ? 'recoverable' : 'changing', fault: this.api.refusal(path, request, answer) };
    } finally {
      this.secrets.splice(this.secrets.indexOf(json.pwd), 1);
    }
  }

  /** All versions of it. Where the vault keeps what is deleted, it can be recovered for a while. */
  async delete(name: string): Promise<void> {
    await this.api.send(`/certificates/${name}`, { method: 'DELETE', accepts: [404] });
  }

  /** It is there again a few seconds later. */
  async recover(name: string): Promise<void> {
    await this.api.send(`/deletedcertificates/${name}/recover`, { method: 'POST', accepts: [404, 409] });
  }

  /**
   * Which rights are missing, by calls that cannot succeed: on a name that is not there, with nothing to import. Rights are checked before.
   *
   * @param name of no certificate
   */
  async missing(name: string, rights: readonly CertificateRight[]): Promise<{ right: CertificateRight; fault: AppError }[]> {
    const attempts: Record<CertificateRight, { path: string; request: ApiRequest }> = {
      get: { path: `/certificates/${name}`, request: { accepts: [403, 404] } },
      import: { path: `/certificates/${name}/import`, request: { method: 'POST', json: { value: '' }, accepts: pointlessAnswers } },
      delete: { path: `/certificates/${name}`, request: { method: 'DELETE', accepts: pointlessAnswers } },
      recover: { path: `/deletedcertificates/${name}/recover`, request: { method: 'POST', accepts: pointlessAnswers } },
    };
    const missing: { right: CertificateRight; fault: AppError }[] = [];
    for (const right of rights) {
      const { path, request } = attempts[right];
      const answer = await this.api.send(path, request);
      if (answer.status === 403) missing.push({ right, fault: this.api.refusal(path, request, answer) });
      // A page in place of an answer is no vault.
      else if (right === 'get' && answer.status !== 404) this.api.parse(Bundle, answer, path);
    }
    return missing;
  }
}

const innerCode = ({ body }: ApiAnswer): string | undefined => Fault.safeParse(body).data?.error.innererror?.code;

function explain(body: unknown): string | undefined {
  const fault = Fault.safeParse(body).data?.error;
  return fault === undefined ? undefined : `${fault.innererror?.code ?? fault.code}: ${fault.message}`;
}
