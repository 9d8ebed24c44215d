import { deprecatedCiphers, type EndpointIssue, type EndpointRecord, type RotatableEndpoint } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import type { EndpointRow } from './endpoint-row.js';

type Policy = EndpointRecord['policy'];

export function endpointView(row: EndpointRow, policy: Policy): EndpointRecord {
  return {
    id: row.id,
    name: row.name,
    dnsname: row.dnsname,
    port: row.port,
    dnsAliases: row.aliases,
    sourceId: row.source_id,
    sourceLabel: row.source_label,
    destinationId: row.destination_id,
    isManual: row.is_manual,
    owner: row.owner,
    type: row.type,
    active: row.active,
    certificatePath: row.certificate_path,
    registryType: row.registry_type,
    startTls: row.start_tls,
    serverName: row.server_name,
    certificateId: row.certificate_id,
    certificates: row.certificates.map(({ certificateId, isDefault }) => ({ certificateId, isDefault })),
    expectedCertificateId: row.expected_certificate_id,
    policy,
    issues: [...policyIssues(policy), ...mismatch(row), ...row.issues],
    rotatesBy: rotatesBy(row),
    lastCheckedAt: time(row.last_checked_at),
    lastError: row.last_error,
    missingSince: time(row.missing_since),
    dateCreated: timestamp(row.created_at),
    lastUpdated: timestamp(row.updated_at),
  };
}

export const rotatableView = (row: EndpointRow, policy: Policy): RotatableEndpoint => ({ ...endpointView(row, policy), store: row.store, scope: row.scope });

function rotatesBy({ source_id: sourceId, can_rotate: canRotate, destination_id: destinationId }: EndpointRow): EndpointRecord['rotatesBy'] {
  if (sourceId !== null && canRotate === true) return 'source';
  return destinationId === null ? null : 'destination';
}

/** TLS 1.1 is as deprecated as TLS 1.0 (RFC 8996); Lemur's clients know the older ones as ciphers. */
function policyIssues(policy: Policy): EndpointIssue[] {
  return (policy?.ciphers ?? []).flatMap(({ name }) => {
    if (deprecatedCiphers.includes(name)) return [{ name: 'deprecated cipher', value: `${name} is deprecated: turn it off` }];
    return name === 'Protocol-TLSv1.1' ? [{ name: 'deprecated protocol', value: `${name} is deprecated (RFC 8996): turn it off` }] : [];
  });
}

/** Nothing to say while it has not been seen what it presents. */
function mismatch({ expected_certificate_id: expected, certificate_id: presented, certificates }: EndpointRow): EndpointIssue[] {
  if (expected === null || presented === null || certificates.some(({ certificateId }) => certificateId === expected)) return [];
  return [{ name: 'wrong certificate', value: `it presents certificate ${presented} where ${expected} is expected` }];
}

const time = (date: Date | null): string | null => (date === null ? null : timestamp(date));
