import type { EndpointIssue } from '@sifaka/contracts';
import type { FoundEndpoint } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { PresentedCertificate } from '../endpoint/endpoint-row.js';
import type { ReportedEndpoint } from '../endpoint/report-endpoints.js';

/** An endpoint with its certificates as far as they are known: those of names are looked for at the end of the run. */
export const StagedEndpoint = z.object({
  name: z.string(),
  dnsname: z.string(),
  port: z.int(),
  type: z.string(),
  externalId: z.string().nullable(),
  aliases: z.array(z.string()),
  policy: z.object({ name: z.string(), ciphers: z.array(z.string()) }).nullable(),
  registryType: z.string().nullable(),
  certificatePath: z.string().nullable(),
  store: z.string().nullable(),
  serverName: z.string().nullable(),
  startTls: z.enum(['smtp', 'imap', 'pop3', 'ftp', 'ldap', 'postgres', 'mysql', 'xmpp']).nullable(),
  scope: z.string(),
  issues: z.array(z.object({ name: z.string(), value: z.string() })),
  certificates: z.array(z.object({ name: z.string().nullable(), externalId: z.string().nullable(), certificateId: z.int().nullable(), isDefault: z.boolean() })),
});
export type StagedEndpoint = z.output<typeof StagedEndpoint>;

export function stagedOf(found: FoundEndpoint, certificateIds: readonly (number | null)[], issues: readonly EndpointIssue[]): StagedEndpoint {
  return {
    name: text(found.name, 128) || text(found.dnsName, 128),
    dnsname: dnsNameOf(found.dnsName),
    port: found.port,
    type: text(found.type, 128),
    externalId: textOrNull(found.externalId, 2_048),
    aliases: [...new Set(found.aliases.map(dnsNameOf))].filter((alias) => alias !== '').sort(),
    policy: found.policy === null ? null : { name: text(found.policy.name, 256), ciphers: found.policy.ciphers.slice(0, 1_000).map((name) => text(name, 256)) },
    registryType: textOrNull(found.registryType, 128),
    certificatePath: textOrNull(found.certificatePath, 256),
    store: textOrNull(found.store, 1_024),
    serverName: textOrNull(found.serverName, 256),
    startTls: found.startTls,
    scope: found.scope ?? '',
    issues: [...issues],
    certificates: found.certificates.map(({ name, externalId, isDefault }, index) => ({
      name: textOrNull(name, 2_048),
      externalId: textOrNull(externalId, 2_048),
      certificateId: certificateIds[index] ?? null,
      isDefault,
    })),
  };
}

/** What is wrong with an endpoint as such; null when nothing is. */
export function endpointFault({ dnsname, port }: Pick<StagedEndpoint, 'dnsname' | 'port'>): string | null {
  if (dnsname === '') return 'it has no DNS name';
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return `${port} is no port`;
  return null;
}

/** The default one first; one that stands there twice counts once. */
export function reportedOf({ certificates, externalId, registryType, certificatePath, serverName, startTls, ...rest }: StagedEndpoint): ReportedEndpoint {
  return {
    ...rest,
    external_id: externalId,
    registry_type: registryType,
    certificate_path: certificatePath,
    server_name: serverName,
    start_tls: startTls,
    certificates: presented(certificates),
  };
}

function presented(certificates: StagedEndpoint['certificates']): PresentedCertificate[] {
  const known = certificates.flatMap(({ certificateId, ...rest }) => (certificateId === null ? [] : [{ certificateId, ...rest }]));
  const sorted = known.sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || a.certificateId - b.certificateId);
  return [...new Map(sorted.toReversed().map((each) => [each.certificateId, each])).values()].reverse().map((each, index) => ({ ...each, isDefault: each.isDefault && index === 0 }));
}

/** Names are compared as DNS does. */
export const dnsNameOf = (name: string): string => text(name, 256).trim().toLowerCase().replace(/\.$/, '');

const text = (value: string, max: number): string => value.replaceAll('\0', '').slice(0, max);

const textOrNull = (value: string | null, max: number): string | null => (value === null || value === '' ? null : text(value, max));
