import { AppError } from '@sifaka/kernel';
import { encodePem, fromPkcs8Der, toPkcs8Pem } from '@sifaka/pki';
import { HttpApi, type DeployableCertificate, type DeployedCertificate, type Destination, type DestinationContext } from '@sifaka/plugin-sdk';
import { signatureHeaders } from '@sifaka/signed-webhook';
import { z } from 'zod';
import type { WebhookOptions } from './options.js';

type Event = 'certificate.deployed' | 'certificate.removed' | 'connection.test';

/** What the receiver may call it; an answer of another shape says nothing. */
const Taken = z.object({ externalId: z.string().min(1).max(255) });
const Held = z.object({ fingerprint: z.string() });

/** It has it already. */
const conflict = 409;
/** It has it no longer. */
const absent: readonly number[] = [404, 410];
const gone = 410;

/** Somebody's program that is told of certificates and puts them where they belong. */
export class WebhookDestination implements Destination {
  readonly place: string;
  readonly verify?: (certificate: DeployedCertificate) => Promise<boolean>;
  private readonly api: HttpApi;

  constructor(
    private readonly options: WebhookOptions,
    private readonly context: DestinationContext,
  ) {
    const { host } = new URL(options.url);
    this.place = host;
    this.api = new HttpApi({
      name: `the webhook at ${host}`,
      url: options.url,
      secrets: [options.secret],
      context,
      followsRedirects: false,
      ...(options.ca_bundle !== undefined && { fetch: context.outbound.fetchWith({ caPem: options.ca_bundle }) }),
    });
    if (options.verifyByGet) this.verify = ({ fingerprint }) => this.holds(fingerprint);
  }

  async check(): Promise<void> {
    await this.tell('connection.test', null, {}, []);
  }

  async upload(certificate: DeployableCertificate): Promise<{ externalId: string | null }> {
    const { privateKeyPkcs8Der: key, replaces = [], fingerprint } = certificate;
    if (this.options.includePrivateKey && key === null) throw new AppError('failed_precondition', `certificate "${certificate.name}" has no stored private key, and it is to be sent`, { reason: 'destination.no_key' });
    const content = {
      certificate: {
        ...describe(certificate),
        certificatePem: pemOf([certificate.certificateDer]),
        chainPem: pemOf(certificate.chainDer),
        ...(this.options.includePrivateKey && key !== null && { privateKeyPem: `${toPkcs8Pem(fromPkcs8Der(key))}\n` }),
      },
      replaces: replaces.map((replaced) => ({ ...describe(replaced), externalId: replaced.externalId })),
    };
    const { status, body } = await this.tell('certificate.deployed', fingerprint, content, [conflict, gone]);
    if (status === gone) throw new AppError('failed_precondition', `the webhook at ${this.place} answered 410: it wants no more certificates`, { reason: 'destination.webhook_gone' });
    return { externalId: Taken.safeParse(body).data?.externalId ?? null };
  }

  /** The receiver knows by the fingerprint whether it is still this one that it holds. */
  async remove(certificate: DeployedCertificate): Promise<void> {
    await this.tell('certificate.removed', certificate.fingerprint, { certificate: { ...describe(certificate), externalId: certificate.externalId } }, [conflict, ...absent]);
  }

  private async holds(fingerprint: string): Promise<boolean> {
    const { searchParams } = new URL(this.options.url);
    searchParams.set('fingerprint', fingerprint);
    const { status, body } = await this.api.send('', { query: { fingerprint }, headers: this.signed(searchParams.toString()), accepts: absent });
    return status < 300 && Held.safeParse(body).data?.fingerprint.toLowerCase() === fingerprint;
  }

  private tell(event: Event, fingerprint: string | null, content: object, accepts: readonly number[]) {
    const json = { event, ...content };
    // The same for each attempt, so that a receiver who has done it already can say so.
    const key: Record<string, string> = fingerprint === null ? {} : { 'x-sifaka-fingerprint': fingerprint, 'idempotency-key': `${event}:${fingerprint}` };
    return this.api.send('', { method: 'POST', json, headers: { ...this.signed(JSON.stringify(json)), 'x-sifaka-event': event, ...key }, accepts });
  }

  private signed(content: string): Record<string, string> {
    return signatureHeaders(this.options.secret, this.context.clock.now(), content);
  }
}

const describe = ({ name, commonName, fingerprint }: Pick<DeployedCertificate, 'name' | 'commonName' | 'fingerprint'>) => ({ name, commonName, fingerprint });

const pemOf = (ders: readonly Uint8Array[]): string => ders.map((der) => `${encodePem('CERTIFICATE', der)}\n`).join('');
