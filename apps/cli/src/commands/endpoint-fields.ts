import type { EndpointView } from '@sifaka/contracts';

const issueWords = ({ issues }: EndpointView): string[] => issues.map(({ name, value }) => (value === '' ? name : `${name}: ${value}`));

export const endpointColumns = {
  id: (row: EndpointView) => row.id,
  name: (row: EndpointView) => row.name,
  address: (row: EndpointView) => `${row.dnsname}:${row.port}`,
  type: (row: EndpointView) => row.type,
  source: (row: EndpointView) => row.sourceLabel,
  certificate: (row: EndpointView) => row.certificate?.name,
  issues: (row: EndpointView) => [...issueWords(row), ...(row.lastError === null ? [] : [row.lastError])],
};

export const endpointFields = {
  Id: (row: EndpointView) => row.id,
  Name: (row: EndpointView) => row.name,
  Address: (row: EndpointView) => `${row.startTls === null ? '' : `${row.startTls}:`}${row.dnsname}:${row.port}${row.serverName === null ? '' : `#${row.serverName}`}`,
  Aliases: (row: EndpointView) => row.dnsAliases,
  Type: (row: EndpointView) => row.type,
  Active: (row: EndpointView) => (row.active ? 'yes' : 'no'),
  Owner: (row: EndpointView) => row.owner,
  Source: (row: EndpointView) => row.sourceLabel,
  Destination: (row: EndpointView) => row.destinationId,
  Certificate: (row: EndpointView) => row.certificate?.name,
  'Others by name': (row: EndpointView) => row.certificates.filter(({ isDefault }) => !isDefault).map(({ name }) => name),
  'Should present': (row: EndpointView) => row.expectedCertificate?.name,
  Issues: (row: EndpointView) => issueWords(row).join('\n'),
  Policy: (row: EndpointView) => row.policy?.name,
  'Last looked at': (row: EndpointView) => row.lastCheckedAt,
  'Last error': (row: EndpointView) => row.lastError,
  'Not reported since': (row: EndpointView) => row.missingSince,
  'Rotated by': (row: EndpointView) => row.rotatesBy,
};
