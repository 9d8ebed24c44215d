import { AppError } from '@sifaka/kernel';
import { HttpApi, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { DigicertAccess } from './digicert-options.js';

const Faults = z.object({ errors: z.array(z.object({ code: z.string().optional(), message: z.string() })).min(1) });
const Id = z.union([z.int(), z.string().regex(/^\d+$/)]).transform(String);
const Placed = z.object({ id: Id, certificate_id: Id.optional(), certificate_chain: z.array(z.object({ pem: z.string() })).optional() });
const Order = z.object({ status: z.string(), certificate: z.object({ id: Id.optional() }).optional() });
const ListedOrder = z.object({
  id: Id,
  status: z.string(),
  certificate: z.object({ id: Id.optional(), common_name: z.string().nullish() }).optional(),
  product: z.object({ name: z.string().nullish() }).nullish(),
});
const OrderPage = z.object({ orders: z.array(ListedOrder).default([]), page: z.object({ total: z.int().min(0), limit: z.int().optional(), offset: z.int().optional() }) });
const Organization = z.object({ name: z.string(), status: z.string().optional() });
const Products = z.object({ products: z.array(z.object({ name_id: z.string() })) });

export type Order = z.output<typeof Order>;
export type DigicertListedOrder = z.output<typeof ListedOrder>;

/** Server platform whose download is one PEM text of the whole path. */
const nginx = 29;

const ordersPath = '/services/v2/order/certificate';

/** DigiCert CertCentral Services API v2 (dev.digicert.com/certcentral-apis/services-api). */
export class DigicertApi {
  private readonly api: HttpApi;

  constructor(options: Pick<DigicertAccess, 'url' | 'api_key'>, context: PluginContext) {
    this.api = new HttpApi({
      name: 'DigiCert',
      url: options.url,
      context,
      headers: { 'x-dc-devkey': options.api_key },
      secrets: [options.api_key],
      explain: (body) => Faults.safeParse(body).data?.errors.map(({ message }) => message).join('; '),
    });
  }

  place(product: string, order: object): Promise<z.output<typeof Placed>> {
    return this.api.read(Placed, `${ordersPath}/${product}`, { method: 'POST', json: order });
  }

  order(id: string): Promise<Order> {
    return this.api.read(Order, `${ordersPath}/${segment(id)}`);
  }

  /** Issued orders of an organization, the oldest first: new ones come behind those that were read. */
  issuedOrders(organizationId: number, { offset, limit }: { offset: number; limit: number }): Promise<z.output<typeof OrderPage>> {
    return this.api.read(OrderPage, ordersPath, { query: { 'filters[status]': 'issued', 'filters[organization_id]': organizationId, sort: 'id', offset, limit } });
  }

  /** @returns false when the order is gone */
  async cancel(id: string, note: string): Promise<boolean> {
    const { status } = await this.api.send(`${ordersPath}/${segment(id)}/status`, { method: 'PUT', json: { status: 'CANCELED', note }, accepts: [404] });
    return status !== 404;
  }

  /** @returns PEM text of the certificate and all above it */
  async certificate(id: string): Promise<string> {
    const { body } = await this.api.send(`/services/v2/certificate/${segment(id)}/download/format/pem_all`);
    if (typeof body === 'string') return body;
    throw new AppError('upstream_failed', `DigiCert answered with no certificate for ${id}`, { reason: 'digicert.no_certificate' });
  }

  /** As `certificate`, in the form for nginx; null when it is gone. */
  async bundle(id: string): Promise<string | null> {
    const { status, body } = await this.api.send(`/services/v2/certificate/${segment(id)}/download/platform/${nginx}`, { headers: { accept: '*/*' }, accepts: [404] });
    if (status === 404) return null;
    if (typeof body === 'string') return body;
    throw new AppError('upstream_failed', `DigiCert answered with no certificate for ${id}`, { reason: 'source.unreadable' });
  }

  async revoke(id: string, revocation: { comments: string; revocation_reason?: string }): Promise<void> {
    await this.api.send(`/services/v2/certificate/${segment(id)}/revoke`, { method: 'PUT', json: revocation });
  }

  organization(id: number): Promise<z.output<typeof Organization>> {
    return this.api.read(Organization, `/services/v2/organization/${id}`);
  }

  async products(): Promise<string[]> {
    const { products } = await this.api.read(Products, '/services/v2/product');
    return products.map(({ name_id: name }) => name);
  }
}

const segment = (id: string): string => encodeURIComponent(id);
