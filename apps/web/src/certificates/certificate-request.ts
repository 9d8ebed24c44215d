import { generalNameOf, type RequestOf } from '@sifaka/api-client';
import type { createCertificateOperation } from '@sifaka/contracts';
import { byFirstPart } from '../ui/form-refusal.js';
import { emptySubject, subjectFields, type Subject } from '../ui/subject.js';
import { refsOf } from './certificate-edit.js';

export type Usage = 'server' | 'client' | 'both' | 'authority';

/** What the form holds: text as typed. */
export interface CertificateForm extends Subject {
  authority: string | null;
  commonName: string;
  names: string[];
  owner: string;
  description: string;
  keyType: string;
  csr: string;
  usage: Usage;
  /** Names to log in as, for a user certificate of an SSH authority. */
  principals: string[];
  /** Id of the DNS provider that proves the names to an ACME CA; null leaves the choice to the platform. */
  dnsProvider: string | null;
  hasEnd: boolean;
  /** A day, `2026-12-31`; counts to its end. */
  end: string;
  name: string;
  rotation: boolean;
  /** Id of the rotation policy; null is the default one. */
  rotationPolicy: string | null;
  /** Ids of the places where it is put. */
  destinations: string[];
  /** Ids of those who are told before it ends; none: those of its owner. */
  notifications: string[];
}

export const emptyForm: CertificateForm = {
  authority: null,
  commonName: '',
  names: [],
  owner: '',
  description: '',
  keyType: 'ECCPRIME256V1',
  csr: '',
  usage: 'server',
  principals: [],
  dnsProvider: null,
  hasEnd: false,
  end: '',
  name: '',
  rotation: false,
  rotationPolicy: null,
  destinations: [],
  notifications: [],
  ...emptySubject,
};

const fieldNames = [
  'authority',
  'commonName',
  'names',
  'owner',
  'description',
  'keyType',
  'csr',
  'end',
  'principals',
  'dnsProvider',
  'name',
  'rotation',
  'rotationPolicy',
  'destinations',
  'notifications',
  ...subjectFields,
];

/** Which input a refused path of the request belongs to. */
export const fieldOf = byFirstPart(fieldNames, { 'extensions.subAltNames': 'names', 'extensions.ssh.principals': 'principals', validityEnd: 'end', validityStart: 'end' });

/** The request that the form asks for. With a CSR, its key and names count. */
export function requestOf(form: CertificateForm): RequestOf<typeof createCertificateOperation>['body'] {
  const { authority, names, usage, principals, dnsProvider, hasEnd, end, csr, name, keyType, rotationPolicy, destinations, notifications, ...rest } = form;
  const all = [...new Set([rest.commonName.trim(), ...names].filter((value) => value !== ''))];
  return {
    ...rest,
    commonName: rest.commonName.trim(),
    ...(authority !== null && { authority: { id: Number(authority) } }),
    ...(dnsProvider !== null && { dnsProvider: { id: Number(dnsProvider) } }),
    ...(name !== '' && { name }),
    ...(rotationPolicy !== null && { rotationPolicy: { id: Number(rotationPolicy) } }),
    ...(notifications.length > 0 && { notifications: refsOf(notifications) }),
    ...(destinations.length > 0 && { destinations: refsOf(destinations) }),
    ...(csr.trim() === '' ? { keyType } : { csr }),
    ...(hasEnd && end !== '' && { validityStart: new Date().toISOString(), validityEnd: `${end}T23:59:59Z` }),
    extensions: {
      ...usageOf(usage, keyType),
      ...(all.length > 0 && { subAltNames: { names: all.map(generalNameOf) } }),
      ...(usage === 'client' && principals.length > 0 && { ssh: { principals } }),
    },
  };
}

/** Key encipherment is RSA's own: with other keys it means nothing (RFC 5280, section 4.2.1.3; RFC 8446 does without). */
function usageOf(usage: Usage, keyType: string) {
  if (usage === 'authority') return {};
  return {
    keyUsage: { useDigitalSignature: true, ...(keyType.startsWith('RSA') && usage !== 'client' && { useKeyEncipherment: true }) },
    extendedKeyUsage: {
      ...(usage !== 'client' && { useServerAuthentication: true }),
      ...(usage !== 'server' && { useClientAuthentication: true }),
    },
  };
}
