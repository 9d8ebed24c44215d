import type { MessageType } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';
import type { NotifiedCertificate } from '@sifaka/plugin-sdk';
import { messageData, type MessageData } from './message-data.js';

const day = 86_400_000;

export interface SampleTerms {
  publicUrl: string | null;
  contacts: readonly string[];
  at: Date;
}

/** Made-up messages of a type, for previews and to try templates with: one that says all there is to say, and one in which everything that may be missing is. */
export function sampleMessages(type: MessageType, terms: SampleTerms): [full: MessageData, bare: MessageData] {
  const { publicUrl, contacts, at } = terms;
  const sample = new Sample(terms);
  return [messageData(at, { publicUrl, contacts, owner: 'joe@example.com', ...sample.full(type) }), messageData(at, sample.bare(type))];
}

class Sample {
  constructor(private readonly terms: SampleTerms) {}

  full(type: MessageType): Partial<MessageData> {
    const renewed = this.certificate('www.example.com', 9, { endpointCount: 3 });
    const failure = { certificates: [renewed], error: 'the CA "Example CA" did not answer within 30 s', attempts: 4, nextTryAt: this.inDays(0.25) };
    switch (type) {
      case 'expiration':
        return { certificates: [this.certificate('www.example.com', 30.2, { endpointCount: 2 }), this.certificate('api.example.com', 30.4)], intervalDays: 30 };
      case 'expiration_summary':
        return { owner: null, thresholdDays: 14, held: [this.certificate('held.example.com', 6.4)], groups: [{ daysLeft: 0, certificates: [this.certificate('today.example.com', 0.5)] }, { daysLeft: 5, certificates: [this.certificate('shop.example.com', 5.2, { endpointCount: 1 }), this.certificate('mail.example.com', 5.9, { owner: 'ann@example.com' })] }] };
      case 'authority_expiration':
        return { intervalDays: 180, authorities: [{ id: 3, name: 'Example Issuing CA', isSelfSigned: false, issuedCount: 1_204, certificate: this.certificate('Example Issuing CA', 180) }] };
      case 'rotation':
        return { certificates: [renewed], successor: this.certificate('www.example.com-2', 90), endpoints: [{ name: 'public load balancer', dnsname: 'lb-1.example.com', port: 443 }, { name: 'edge', dnsname: 'edge.example.com', port: 8_443 }] };
      case 'reissued_with_no_endpoints':
        return { certificates: [this.certificate('www.example.com', 9)], successor: this.certificate('www.example.com-2', 99) };
      case 'reissue_failed':
        return failure;
      case 'renewal_late':
        return { ...failure, certificates: [this.certificate('www.example.com', 1.1, { endpointCount: 3 })], isLastCall: true };
      case 'revocation':
        return { certificates: [renewed], revocation: { reason: 'keyCompromise', revokedAt: this.inDays(-0.1), isFound: true } };
      case 'failed':
        return { request: { id: 12, name: 'new.example.com', commonName: 'new.example.com', names: ['new.example.com', 'www.new.example.com'], url: this.url('/pending_certificates/12') }, error: 'no authorization for www.new.example.com: the TXT record was not found', attempts: 10, nextTryAt: null };
      case 'deployment_failed':
        return { ...failure, destination: { label: 'edge servers', plugin: 'sftp-destination' } };
      case 'expiring_deployed_certificate':
        return { owner: 'joe@example.com', thresholdDays: 14, served: [{ certificate: renewed, domains: [{ name: 'www.example.com', ports: [443, 8_443] }, { name: 'example.com', ports: [443] }] }] };
      case 'test':
        return { notificationLabel: 'platform team' };
      default:
        return assertNever(type);
    }
  }

  bare(type: MessageType): Partial<MessageData> {
    const certificate = this.certificate('bare.example.com', 1, { commonName: null, names: [], url: null, replacedBy: ['bare.example.com-2'] });
    const listed = { certificates: [certificate] };
    if (type === 'expiration_summary' || type === 'test') return {};
    if (type === 'authority_expiration') return { authorities: [{ id: 3, name: 'Bare CA', isSelfSigned: true, issuedCount: 0, certificate }] };
    if (type === 'failed') return { request: { id: 12, name: 'bare.example.com', commonName: null, names: [], url: null } };
    return type === 'expiring_deployed_certificate' ? { served: [{ certificate, domains: [{ name: 'bare.example.com', ports: [443] }] }] } : listed;
  }

  private certificate(name: string, daysLeft: number, changes: Partial<NotifiedCertificate> = {}): NotifiedCertificate {
    return {
      id: 1_042,
      name,
      commonName: name,
      names: [name],
      owner: 'joe@example.com',
      issuer: 'Example Issuing CA',
      serialHex: '3c9a01',
      description: 'Made up, to show what messages look like',
      notBefore: this.inDays(daysLeft - 90),
      notAfter: this.inDays(daysLeft),
      endpointCount: 0,
      replaces: [],
      replacedBy: [],
      url: this.url(`/certificates/${encodeURIComponent(name)}`),
      ...changes,
    };
  }

  private url(path: string): string | null {
    const { publicUrl } = this.terms;
    return publicUrl === null ? null : `${publicUrl}${path}`;
  }

  private inDays(days: number): Date {
    return new Date(this.terms.at.getTime() + days * day);
  }
}
