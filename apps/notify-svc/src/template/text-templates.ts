import type { MessageType } from '@sifaka/contracts';

/** Templates in the language of eta. `-%>` takes the end of its line with it. */
const certificates = `<% for (const certificate of it.certificates) { -%>
- <%= certificate.name %>
  <%= it.end(certificate.notAfter) %>, on <%= it.time(certificate.notAfter) %>
<% if (it.hasSeveralOwners) { -%>
  owner <%= certificate.owner %>
<% } -%>
  issued by <%= certificate.issuer %>, <%= it.count(certificate.endpointCount, 'endpoint') %> detected
<% if (certificate.replacedBy.length > 0) { -%>
  replaced by <%= it.short(certificate.replacedBy.join(', '), 300) %>
<% } -%>
<% if (certificate.url !== null) { -%>
  <%= certificate.url %>
<% } -%>
<% } -%>
<% if (it.moreCertificates > 0) { -%>
- and <%= it.count(it.moreCertificates, 'more certificate', 'more certificates') %>
<% } -%>
`;

const lead = `<% for (const sentence of it.lead) { -%>
<%= sentence %>

<% } -%>
`;

const error = `<% if (it.error !== null) { -%>
What was said: <%= it.short(it.error, 2000) %>

<% } -%>
`;

const end = `<% for (const sentence of it.advice) { -%>

<%= sentence %>
<% } -%>

--
Sent by Sifaka<% if (it.publicUrl !== null) { %>, <%= it.publicUrl %><% } %>

<% if (it.contacts.length > 0) { -%>
Questions: <%= it.contacts.join(', ') %>
<% } -%>
`;

/** What templates include by name. */
export const textParts: Readonly<Record<string, string>> = { '@certificates': certificates, '@lead': lead, '@error': error, '@end': end };

const withCertificates = `<%~ include('@lead') -%>
<%~ include('@error') -%>
<%~ include('@certificates') -%>
<%~ include('@end') -%>
`;

const digest = `<%~ include('@lead') -%>
<% for (const group of it.groups) { -%>
<%= group.daysLeft === 0 ? 'Less than a day left' : it.count(group.daysLeft, 'day') + ' left' %>:
<%~ include('@certificates', { certificates: group.certificates, hasSeveralOwners: true, moreCertificates: 0 }) %>
<% } -%>
<% if (it.moreCertificates > 0) { -%>
... and <%= it.count(it.moreCertificates, 'more certificate', 'more certificates') %>
<% } -%>
<% for (const certificate of it.held) { -%>
- <%= certificate.name %>
  on hold, ends <%= it.when(certificate.notAfter) %>, on <%= it.time(certificate.notAfter) %>, owner <%= certificate.owner %>
<% if (certificate.url !== null) { -%>
  <%= certificate.url %>
<% } -%>
<% } -%>
<% if (it.moreHeld > 0) { -%>
- and <%= it.moreHeld %> more on hold
<% } -%>
<%~ include('@end') -%>
`;

const authorities = `<%~ include('@lead') -%>
<% for (const authority of it.authorities) { -%>
- <%= authority.name %> (<%= authority.isSelfSigned ? 'root' : 'intermediate' %>)
  <%= it.end(authority.certificate.notAfter) %>, on <%= it.time(authority.certificate.notAfter) %>
  owner <%= authority.certificate.owner %>, <%= it.count(authority.issuedCount, 'certificate') %> issued
<% if (authority.certificate.url !== null) { -%>
  <%= authority.certificate.url %>
<% } -%>
<% } -%>
<%~ include('@end') -%>
`;

const rotation = `<%~ include('@lead') -%>
<% for (const endpoint of it.endpoints) { -%>
- <%= endpoint.name %> (<%= endpoint.dnsname %>:<%= endpoint.port %>)
<% } -%>
<% if (it.moreEndpoints > 0) { -%>
- and <%= it.count(it.moreEndpoints, 'more endpoint', 'more endpoints') %>
<% } -%>

<% if (it.successor !== null) { -%>
<%~ include('@certificates', { certificates: [it.successor], moreCertificates: 0 }) -%>
<% } -%>
<%~ include('@end') -%>
`;

const reissued = `<%~ include('@lead') -%>
Old:
<%~ include('@certificates') -%>
<% if (it.successor !== null) { -%>

New:
<%~ include('@certificates', { certificates: [it.successor], moreCertificates: 0 }) -%>
<% } -%>
<%~ include('@end') -%>
`;

const failed = `<%~ include('@lead') -%>
<%~ include('@error') -%>
<% if (it.request !== null) { -%>
<% if (it.request.names.length > 0) { -%>
Names: <%= it.short(it.request.names.join(', '), 1000) %>
<% } -%>
<% if (it.owner !== null) { -%>
Owner: <%= it.owner %>
<% } -%>
<% if (it.request.url !== null) { -%>
<%= it.request.url %>
<% } -%>
<% } -%>
<%~ include('@end') -%>
`;

const served = `<%~ include('@lead') -%>
<% for (const each of it.served) { -%>
- <%= each.certificate.name %>
  <%= it.end(each.certificate.notAfter) %>, on <%= it.time(each.certificate.notAfter) %>, owner <%= each.certificate.owner %>
<% for (const domain of each.domains) { -%>
  presented by <%= domain.name %>, <%= domain.ports.length === 1 ? 'port' : 'ports' %> <%= domain.ports.join(', ') %>
<% } -%>
<% if (each.certificate.url !== null) { -%>
  <%= each.certificate.url %>
<% } -%>
<% } -%>
<% if (it.moreServed > 0) { -%>
- and <%= it.count(it.moreServed, 'more certificate', 'more certificates') %>
<% } -%>
<%~ include('@end') -%>
`;

export const textTemplates: Readonly<Record<MessageType, string>> = {
  expiration: withCertificates,
  expiration_summary: digest,
  authority_expiration: authorities,
  rotation,
  reissued_with_no_endpoints: reissued,
  reissue_failed: withCertificates,
  renewal_late: withCertificates,
  revocation: withCertificates,
  failed,
  deployment_failed: withCertificates,
  expiring_deployed_certificate: served,
  test: `<%~ include('@lead') -%>\n<%~ include('@end') -%>\n`,
};
