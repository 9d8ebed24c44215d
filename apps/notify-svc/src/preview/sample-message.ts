import type { MessageType } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';
import type { NotifiedCertificate } from '@sifaka/plugin-sdk';
import { messageData, type MessageData } from '../template/message-data.js';

const dayMs = 86_400_000;

interface Installation {
  publicUrl: string | null;
  contacts: readonly string[];
}

/** A message with certificates that do not exist, for previews and tests of templates. */
export function sampleMessage(type: MessageType, at: Date, { publicUrl, contacts }: Installation): MessageData {
  const later = (days: number) => new Date(at.getTime() + days * dayMs);
  const certificate = (id: number, name: string, days: number): NotifiedCertificate => ({
    ...{ id, name: `SAN-${name}-ExampleCA-20260101-20270101`, commonName: name, names: [name, `www.${name}`], owner: 'payments@corp.example', issuer: 'ExampleCA' },
    ...{ serialHex: `0A1B2C3D4E${id}`, description: 'Shop front <and more>', notBefore: later(days - 90), notAfter: later(days), endpointCount: id % 3, replaces: [], replacedBy: [] },
    url: publicUrl === null ? null : `${publicUrl}/certificates/${id}`,
  });
  const shop = certificate(41, 'shop.corp.example', 15);
  const api = certificate(42, 'api.corp.example', 14);
  const common = { publicUrl, contacts: [...contacts], owner: shop.owner };
  const of = (facts: Partial<MessageData>) => messageData(at, { ...common, ...facts });
  const failed = { error: 'the authority answered: the account is out of quota', attempts: 3, nextTryAt: later(0.25) };

  switch (type) {
    case 'expiration':
      return of({ certificates: [api, shop], intervalDays: 15 });
    case 'expiration_summary':
      return of({ owner: null, certificates: [api, shop], thresholdDays: 14, groups: [{ daysLeft: 14, certificates: [api] }, { daysLeft: 15, certificates: [shop] }] });
    case 'authority_expiration':
      return of({ certificates: [shop], intervalDays: 180, authorities: [{ id: 7, name: 'Example CA', isSelfSigned: true, issuedCount: 1_204, certificate: shop }] });
    case 'rotation':
      return of({ certificates: [shop], successor: api, endpoints: [{ name: 'shop-elb', dnsname: 'shop-1.elb.example', port: 443 }] });
    case 'reissued_with_no_endpoints':
      return of({ certificates: [shop], successor: api });
    case 'reissue_failed':
      return of({ certificates: [shop], ...failed });
    case 'renewal_late':
      return of({ certificates: [shop], ...failed, isLastCall: true });
    case 'revocation':
      return of({ certificates: [shop], revocation: { reason: 'keyCompromise', revokedAt: at, isFound: false } });
    case 'failed':
      return of({ request: { id: 3, name: 'SAN-new.corp.example-ExampleCA', commonName: 'new.corp.example', names: ['new.corp.example'], url: publicUrl === null ? null : `${publicUrl}/pending-certificates/3` }, ...failed, nextTryAt: null });
    case 'deployment_failed':
      return of({ certificates: [shop], destination: { label: 'edge-sftp', plugin: 'sftp-destination' }, ...failed, nextTryAt: null });
    case 'expiring_deployed_certificate':
      return of({ certificates: [shop], served: [{ certificate: shop, domains: [{ name: 'shop.corp.example', ports: [443, 8443] }] }] });
    case 'test':
      return of({ owner: null, notificationLabel: 'DEFAULT_PAYMENTS_30_DAY' });
    default:
      return assertNever(type);
  }
}
