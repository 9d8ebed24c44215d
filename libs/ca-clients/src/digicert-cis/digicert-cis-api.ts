import { AppError } from '@sifaka/kernel';
import { parsePkcs7 } from '@sifaka/pki';
import { HttpApi, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { DigicertCisAccess } from './digicert-cis-options.js';

const Faults = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });
const Id = z.union([z.string().min(1), z.int()]).transform(String);
const Placed = z.object({ id: Id });
const Listed = z.object({ id: Id, status: z.string().optional(), common_name: z.string().nullish() });
const SearchPage = z.object({ certificates: z.array(Listed), total_pages: z.coerce.number().int().min(0) });
/** A body of its own, or wrapped. */
const Wrapped = z.union([z.object({ certificate: z.string() }).transform(({ certificate }) => certificate), z.object({ pem: z.string() }).transform(({ pem }) => pem)]);

export type DigicertCisListed = z.output<typeof Listed>;

const path = '/platform/cis/certificate';
const pkcs7 = 'application/x-pkcs7-certificates';

/** DigiCert's Certificate Issuing Service. */
export class DigicertCisApi {
  private readonly api: HttpApi;

  constructor({ url, api_key: key }: DigicertCisAccess, context: PluginContext) {
    this.api = new HttpApi({
      name: 'DigiCert CIS',
      url,
      context,
      headers: { 'x-dc-devkey': key },
      secrets: [key],
      explain: (body) => Faults.safeParse(body).data?.errors.map(({ message }) => message).join('; '),
    });
  }

  /** @returns id of the certificate that was ordered */
  async order(order: object): Promise<string> {
    return (await this.api.read(Placed, path, { method: 'POST', json: order })).id;
  }

  /** @returns null until it is issued: the service answers with 404 */
  async download(id: string): Promise<Buffer[] | null> {
    const { status, body } = await this.api.send(`${path}/${segment(id)}/download`, { headers: { accept: pkcs7 }, accepts: [404] });
    return status === 404 ? null : certificatesOf(body);
  }

  async revoke(id: string, comments: string): Promise<void> {
    const { status } = await this.api.send(`${path}/${segment(id)}/revoke`, { method: 'PUT', json: { comments } });
    if (status !== 204) throw new AppError('upstream_failed', `DigiCert CIS answered the revocation of ${id} with ${status} instead of 204`, { reason: 'digicert_cis.not_revoked' });
  }

  /** Asks for a certificate that cannot be: the key is refused, or the certificate is not found. */
  async checkKey(): Promise<void> {
    await this.api.send(`${path}/connection-check/download`, { headers: { accept: pkcs7 }, accepts: [400, 404] });
  }

  /** @param page counted from 1 */
  search(page: number): Promise<z.output<typeof SearchPage>> {
    return this.api.read(SearchPage, `${path}/search`, { query: { status: 'issued', page } });
  }

  /** @returns PEM text of an issued certificate, or PKCS#7 in PEM; null when it is gone */
  async certificate(id: string): Promise<string | null> {
    const { status, body } = await this.api.send(`${path}/${segment(id)}`, { headers: { accept: `${pkcs7}, application/x-pem-file;q=0.9, */*;q=0.5` }, accepts: [404] });
    if (status === 404) return null;
    const text = typeof body === 'string' ? body : Wrapped.safeParse(body).data;
    if (text !== undefined) return text;
    throw new AppError('upstream_failed', `DigiCert CIS answered with no certificate for ${id}`, { reason: 'source.unreadable' });
  }
}

function certificatesOf(body: unknown): Buffer[] {
  try {
    if (typeof body === 'string') return parsePkcs7(body);
  } catch (error) {
    throw new AppError('upstream_failed', 'DigiCert CIS answered with something that is not PKCS#7', { reason: 'digicert_cis.no_certificate', cause: error });
  }
  throw new AppError('upstream_failed', 'DigiCert CIS answered without certificates', { reason: 'digicert_cis.no_certificate' });
}

const segment = (id: string): string => encodeURIComponent(id);
