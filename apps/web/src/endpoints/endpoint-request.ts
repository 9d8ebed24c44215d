import type { RequestOf } from '@sifaka/api-client';
import type { createEndpointOperation, EndpointView } from '@sifaka/contracts';
import { byFirstPart } from '../ui/form-refusal.js';

export interface EndpointForm {
  name: string;
  dnsname: string;
  port: number | string;
  /** Empty: the connection begins with TLS. */
  startTls: string;
  serverName: string;
  dnsAliases: string[];
  owner: string;
  active: boolean;
  /** Id of the certificate that it should present. */
  certificate: string | null;
  /** Id of the destination that puts certificates there. */
  destination: string | null;
}

export const emptyForm: EndpointForm = { name: '', dnsname: '', port: 443, startTls: '', serverName: '', dnsAliases: [], owner: '', active: true, certificate: null, destination: null };

export const fieldOf = byFirstPart(Object.keys(emptyForm));

const protocols = ['smtp', 'imap', 'pop3', 'ftp', 'ldap', 'postgres', 'mysql', 'xmpp'] as const;

export const startTlsChoices = [
  { value: '', label: 'TLS from the first byte' },
  { value: 'smtp', label: 'SMTP, then STARTTLS' },
  { value: 'imap', label: 'IMAP, then STARTTLS' },
  { value: 'pop3', label: 'POP3, then STLS' },
  { value: 'ftp', label: 'FTP, then AUTH TLS' },
  { value: 'ldap', label: 'LDAP, then StartTLS' },
  { value: 'postgres', label: 'PostgreSQL' },
  { value: 'mysql', label: 'MySQL' },
  { value: 'xmpp', label: 'XMPP' },
];

type EndpointBody = RequestOf<typeof createEndpointOperation>['body'];

/** @param before as it is, where it exists: what the form does not ask for stays */
export function requestOf(form: EndpointForm, before: Pick<EndpointView, 'type'> | null = null): EndpointBody {
  const { name, dnsname, port, startTls, serverName, owner, certificate, destination, dnsAliases, active } = form;
  return {
    name: name.trim() === '' ? dnsname.trim() : name.trim(),
    dnsname: dnsname.trim(),
    port: typeof port === 'number' ? port : port === '' ? 443 : Number(port),
    dnsAliases,
    active,
    startTls: protocols.find((protocol) => protocol === startTls) ?? null,
    serverName: serverName.trim() === '' ? null : serverName.trim(),
    certificate: certificate === null ? null : { id: Number(certificate) },
    destination: destination === null ? null : { id: Number(destination) },
    ...(owner.trim() !== '' && { owner: owner.trim() }),
    ...(before !== null && { type: before.type }),
  };
}

export const formOf = (endpoint: EndpointView): EndpointForm => ({
  name: endpoint.name,
  dnsname: endpoint.dnsname,
  port: endpoint.port,
  startTls: endpoint.startTls ?? '',
  serverName: endpoint.serverName ?? '',
  dnsAliases: endpoint.dnsAliases,
  owner: endpoint.owner ?? '',
  active: endpoint.active,
  certificate: endpoint.expectedCertificate === null ? null : String(endpoint.expectedCertificate.id),
  destination: endpoint.destinationId === null ? null : String(endpoint.destinationId),
});
