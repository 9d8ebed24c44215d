import { AppError } from '@sifaka/kernel';
import { dnsName, HttpApi, requireZoneOf, type DnsProvider, type DnsRecord, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { AcmeDnsOptions } from './options.js';

const Updated = z.object({ txt: z.string() });
const Fault = z.object({ error: z.string() });

/** The server takes nothing else: base64url of a SHA-256 digest. */
const digest = /^[A-Za-z0-9_-]{43}$/;

/**
 * An acme-dns server (https://github.com/joohoi/acme-dns). It keeps two values for each registered subdomain: one more takes the place of
 * the older one.
 */
export class AcmeDnsProvider implements DnsProvider {
  private readonly api: HttpApi;
  private readonly subdomain: string;
  private readonly served: readonly string[];

  constructor({ url, username, password, subdomain, fulldomain, zones = '' }: AcmeDnsOptions, context: PluginContext) {
    this.subdomain = subdomain;
    this.served = [...new Set([...zones.split(/[\s,]+/), fulldomain].map(dnsName).filter((name) => name !== ''))];
    this.api = new HttpApi({ name: 'acme-dns', url, headers: { 'X-Api-User': username, 'X-Api-Key': password }, secrets: [password], explain, context });
  }

  /** Sends a value that the server refuses, but only after it has accepted user, password and subdomain: nothing is changed. */
  async check(): Promise<void> {
    const request = { ...this.update('connection check'), accepts: [400] };
    const answer = await this.api.send('/update', request);
    if (answer.status !== 400) throw new AppError('upstream_failed', 'the server took a value that is no ACME digest: it is no acme-dns server');
    if (explain(answer.body) !== 'bad_txt') throw this.api.refusal('/update', request, answer);
  }

  /** What is configured: the server knows its own subdomains alone. */
  async zones(): Promise<string[]> {
    return [...this.served];
  }

  async addTxt({ name, value }: DnsRecord): Promise<void> {
    requireZoneOf(name, this.served, 'this acme-dns account');
    if (!digest.test(value)) throw new AppError('failed_precondition', `acme-dns takes ACME digests alone, 43 characters of base64url; this value has ${value.length} characters`);
    await this.api.read(Updated, '/update', this.update(value));
  }

  /** The server has no way to remove a value, and needs none: it keeps two, and the next ones take their place. */
  removeTxt(): Promise<void> {
    return Promise.resolve();
  }

  private update(txt: string) {
    return { method: 'POST', json: { subdomain: this.subdomain, txt } } as const;
  }
}

function explain(body: unknown): string | undefined {
  const fault = Fault.safeParse(body);
  return fault.success ? fault.data.error : undefined;
}
