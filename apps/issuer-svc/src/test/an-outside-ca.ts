import { AppError } from '@sifaka/kernel';
import { definePlugin, outsideAuthority, type IssueOutcome, type IssuerCertificateRequest, type PendingOrderReference, type PendingOutcome, type Plugin } from '@sifaka/plugin-sdk';
import { standInCa, type StandInCa } from '@sifaka/plugin-sdk/conformance';
import { z } from 'zod';

/** A CA elsewhere whose answers the test decides. A question that nobody prepared an answer for fails. */
export interface OutsideCa extends StandInCa {
  create: (request: IssuerCertificateRequest) => Promise<IssueOutcome>;
  poll: (reference: PendingOrderReference) => Promise<IssueOutcome>;
  cancel: (reference: PendingOrderReference) => Promise<void>;
  asked: { created: IssuerCertificateRequest[]; polled: PendingOrderReference[]; cancelled: PendingOrderReference[] };
  /** The certificate of a request, as the CA delivers it. */
  issued(csr: Uint8Array, externalId?: string | null): IssueOutcome;
  plugins: Plugin<'issuer'>[];
}

const unprepared = (): Promise<never> => Promise.reject(new Error('nobody expected this question'));

/** `outside-poll` is asked again and again, `outside-uncancelled` too and cannot be cancelled, `outside-order` leaves it to an ACME order, `outside-upload` knows neither poll nor cancel. */
export function anOutsideCa(): OutsideCa {
  const ca: OutsideCa = {
    ...standInCa(),
    create: unprepared,
    poll: unprepared,
    cancel: unprepared,
    asked: { created: [], polled: [], cancelled: [] },
    issued: (csr, externalId = null) => ({ status: 'issued', certificateDer: ca.sign(csr), chainDer: [ca.issuingDer, ca.rootDer], externalId }),
    plugins: [],
  };
  const create = (request: IssuerCertificateRequest) => {
    ca.asked.created.push(request);
    return ca.create(request);
  };
  const asking = {
    poll: (reference: PendingOrderReference) => {
      ca.asked.polled.push(reference);
      return ca.poll(reference);
    },
    cancel: (reference: PendingOrderReference) => {
      ca.asked.cancelled.push(reference);
      return ca.cancel(reference);
    },
  };
  const plugin = (slug: string, further: Partial<typeof asking>) =>
    definePlugin({
      kind: 'issuer',
      slug,
      title: slug,
      description: 'a CA elsewhere, for tests',
      version: '1.0.0',
      options: z.object({ label: z.string().default('').describe('Says which version of the options is used') }),
      create: () => ({
        createCertificate: create,
        createAuthority: async (request) => outsideAuthority(request, `${ca.issuingPem}\n${ca.rootPem}`, 'certificate'),
        ...further,
      }),
    });
  ca.plugins.push(plugin('outside-poll', asking), plugin('outside-uncancelled', { poll: asking.poll }), plugin('outside-order', {}), plugin('outside-upload', {}));
  return ca;
}

const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);

export const later = (parts: Partial<Extract<PendingOutcome, { settledBy: 'poll' }>> = {}): PendingOutcome => ({
  status: 'pending',
  settledBy: 'poll',
  externalId: 'order-7',
  until: inDays(3),
  retryAfterMs: 3_600_000,
  ...parts,
});

export const byHand = (until = inDays(90)): PendingOutcome => ({ status: 'pending', settledBy: 'upload', externalId: null, until });

export const byOrder = (until = inDays(7)): PendingOutcome => ({
  status: 'pending',
  settledBy: 'order',
  externalId: null,
  until,
  order: { challenge: 'dns-01', preferredIssuer: null, dropsLastCertificate: false, profile: 'short', tokenDestination: null },
});

export const refused = (code: 'failed_precondition' | 'upstream_failed' | 'rate_limited', detail: string, retryAfterMs?: number): AppError =>
  new AppError(code, detail, retryAfterMs === undefined ? {} : { retryAfterMs });
