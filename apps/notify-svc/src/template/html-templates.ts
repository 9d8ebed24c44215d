import type { MessageType } from '@sifaka/contracts';

/** Styles stand at the elements: mail programs drop what stands in the head. */
const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const cell = 'padding:10px 12px 10px 0;border-bottom:1px solid #e4e7eb;vertical-align:top;text-align:left';
const head = `${cell};color:#5f6b7a;font-size:12px;font-weight:600;white-space:nowrap`;
const small = 'color:#5f6b7a;font-size:12px';

const layout = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light">
<title>Sifaka: <%= it.subject %></title>
</head>
<body style="margin:0;padding:0;background:#f2f4f7">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f7"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:680px;background:#ffffff;border:1px solid #dfe3e8;border-radius:8px;border-collapse:separate">
<tr><td style="height:6px;line-height:6px;font-size:0;border-radius:8px 8px 0 0;background:<%= it.type === 'test' || it.type === 'rotation' ? '#2f6fb0' : it.type === 'expiration_summary' || it.type === 'expiration' || it.type === 'authority_expiration' || it.type === 'reissued_with_no_endpoints' ? '#c77700' : '#b3261e' %>">&nbsp;</td></tr>
<tr><td style="padding:24px 28px 28px;${font};font-size:15px;line-height:1.5;color:#1c2733">
<p style="margin:0 0 6px;${small};letter-spacing:.04em;text-transform:uppercase">Sifaka</p>
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3;font-weight:600;word-break:break-word"><%= it.headline %></h1>
<%~ it.body %>
<% for (const sentence of it.advice) { %>
<p style="margin:16px 0 0"><%= sentence %></p>
<% } %>
</td></tr>
<tr><td style="padding:14px 28px;border-top:1px solid #e4e7eb;${font};${small};line-height:1.5">
Sent by <% if (it.publicUrl !== null) { %><a href="<%= it.publicUrl %>" style="color:#2f6fb0">Sifaka</a><% } else { %>Sifaka<% } %> on <%= it.time(it.createdAt) %>.
<% if (it.contacts.length > 0) { %> Questions: <%= it.contacts.join(', ') %>.<% } %>
</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;

const lead = `<% for (const sentence of it.lead) { %><p style="margin:0 0 12px;word-break:break-word"><%= sentence %></p><% } %>
`;

const error = `<% if (it.error !== null) { %>
<p style="margin:0 0 16px;padding:10px 14px;background:#fdf1f0;border-left:3px solid #b3261e;word-break:break-word"><%= it.short(it.error, 2000) %></p>
<% } %>
`;

const certificates = `<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px;margin:4px 0 0">
<tr><th style="${head}">Certificate</th><th style="${head}">Expires</th><th style="${head}">Endpoints</th></tr>
<% for (const certificate of it.certificates) { %>
<tr>
<td style="${cell};word-break:break-word"><% if (certificate.url !== null) { %><a href="<%= certificate.url %>" style="color:#2f6fb0;font-weight:600"><%= it.short(certificate.name, 300) %></a><% } else { %><strong><%= it.short(certificate.name, 300) %></strong><% } %>
<br><span style="${small}"><% if (it.hasSeveralOwners) { %>owner <%= it.short(certificate.owner, 130) %> &middot; <% } %>issued by <%= it.short(certificate.issuer, 100) %><% if (certificate.replacedBy.length > 0) { %> &middot; replaced by <%= it.short(certificate.replacedBy.join(', '), 300) %><% } %></span></td>
<td style="${cell}"><%= it.when(certificate.notAfter) %><br><span style="${small}"><%= it.time(certificate.notAfter) %></span></td>
<td style="${cell}"><%= certificate.endpointCount %></td>
</tr>
<% } %>
</table>
<% if (it.moreCertificates > 0) { %><p style="margin:12px 0 0">and <%= it.count(it.moreCertificates, 'more certificate', 'more certificates') %></p><% } %>
`;

/** What templates include by name; `@layout` is the page around `it.body`. */
export const htmlParts: Readonly<Record<string, string>> = { '@layout': layout, '@lead': lead, '@error': error, '@certificates': certificates };

const page = "<% layout('@layout') %><%~ include('@lead') %><%~ include('@error') %>";

const withCertificates = `${page}<%~ include('@certificates') %>`;

const digest = `${page}
<% for (const group of it.groups) { %>
<h2 style="margin:22px 0 2px;font-size:15px"><%= group.daysLeft === 0 ? 'Less than a day left' : it.count(group.daysLeft, 'day') + ' left' %></h2>
<%~ include('@certificates', { certificates: group.certificates, hasSeveralOwners: true, moreCertificates: 0 }) %>
<% } %>
<% if (it.moreCertificates > 0) { %><p style="margin:12px 0 0">and <%= it.count(it.moreCertificates, 'more certificate', 'more certificates') %></p><% } %>
<% if (it.held.length > 0) { %>
<h2 style="margin:22px 0 2px;font-size:15px">On hold</h2>
<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px">
<% for (const certificate of it.held) { %>
<tr>
<td style="${cell};word-break:break-word"><% if (certificate.url !== null) { %><a href="<%= certificate.url %>" style="color:#2f6fb0;font-weight:600"><%= it.short(certificate.name, 300) %></a><% } else { %><strong><%= it.short(certificate.name, 300) %></strong><% } %><br><span style="${small}">owner <%= it.short(certificate.owner, 130) %></span></td>
<td style="${cell}">on hold, ends <%= it.when(certificate.notAfter) %><br><span style="${small}"><%= it.time(certificate.notAfter) %></span></td>
</tr>
<% } %>
</table>
<% if (it.moreHeld > 0) { %><p style="margin:12px 0 0">and <%= it.moreHeld %> more on hold</p><% } %>
<% } %>
`;

const authorities = `${page}
<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px">
<tr><th style="${head}">Authority</th><th style="${head}">Expires</th><th style="${head}">Issued</th></tr>
<% for (const authority of it.authorities) { %>
<tr>
<td style="${cell};word-break:break-word"><% if (authority.certificate.url !== null) { %><a href="<%= authority.certificate.url %>" style="color:#2f6fb0;font-weight:600"><%= it.short(authority.name, 300) %></a><% } else { %><strong><%= it.short(authority.name, 300) %></strong><% } %>
<br><span style="${small}"><%= authority.isSelfSigned ? 'root' : 'intermediate' %> &middot; owner <%= it.short(authority.certificate.owner, 130) %></span></td>
<td style="${cell}"><%= it.when(authority.certificate.notAfter) %><br><span style="${small}"><%= it.time(authority.certificate.notAfter) %></span></td>
<td style="${cell}"><%= authority.issuedCount.toLocaleString('en-US') %></td>
</tr>
<% } %>
</table>
`;

const rotation = `${page}
<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px">
<tr><th style="${head}">Endpoint</th><th style="${head}">Address</th></tr>
<% for (const endpoint of it.endpoints) { %>
<tr><td style="${cell};word-break:break-word"><%= it.short(endpoint.name, 200) %></td><td style="${cell};word-break:break-word"><%= it.short(endpoint.dnsname, 260) %>:<%= endpoint.port %></td></tr>
<% } %>
</table>
<% if (it.moreEndpoints > 0) { %><p style="margin:12px 0 0">and <%= it.count(it.moreEndpoints, 'more endpoint', 'more endpoints') %></p><% } %>
<% if (it.successor !== null) { %><h2 style="margin:22px 0 2px;font-size:15px">What they serve now</h2><%~ include('@certificates', { certificates: [it.successor], moreCertificates: 0 }) %><% } %>
`;

const reissued = `${page}
<% if (it.successor !== null) { %><h2 style="margin:22px 0 2px;font-size:15px">The new one</h2><%~ include('@certificates', { certificates: [it.successor], moreCertificates: 0 }) %><% } %>
<h2 style="margin:22px 0 2px;font-size:15px">The old one</h2>
<%~ include('@certificates') %>
`;

const failed = `${page}
<% if (it.request !== null) { %>
<table cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px">
<tr><th style="${head}">Request</th><td style="${cell};word-break:break-word"><% if (it.request.url !== null) { %><a href="<%= it.request.url %>" style="color:#2f6fb0;font-weight:600"><%= it.short(it.request.name, 300) %></a><% } else { %><strong><%= it.short(it.request.name, 300) %></strong><% } %></td></tr>
<% if (it.request.names.length > 0) { %><tr><th style="${head}">Names</th><td style="${cell};word-break:break-word"><%= it.short(it.request.names.join(', '), 1000) %></td></tr><% } %>
<% if (it.owner !== null) { %><tr><th style="${head}">Owner</th><td style="${cell}"><%= it.short(it.owner, 130) %></td></tr><% } %>
</table>
<% } %>
`;

const served = `${page}
<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px">
<tr><th style="${head}">Certificate</th><th style="${head}">Expires</th><th style="${head}">Presented by</th></tr>
<% for (const each of it.served) { %>
<tr>
<td style="${cell};word-break:break-word"><% if (each.certificate.url !== null) { %><a href="<%= each.certificate.url %>" style="color:#2f6fb0;font-weight:600"><%= it.short(each.certificate.name, 300) %></a><% } else { %><strong><%= it.short(each.certificate.name, 300) %></strong><% } %><br><span style="${small}">owner <%= it.short(each.certificate.owner, 130) %></span></td>
<td style="${cell}"><%= it.when(each.certificate.notAfter) %><br><span style="${small}"><%= it.time(each.certificate.notAfter) %></span></td>
<td style="${cell};word-break:break-word"><% for (const domain of each.domains) { %><%= it.short(domain.name, 260) %>, <%= domain.ports.length === 1 ? 'port' : 'ports' %> <%= domain.ports.join(', ') %><br><% } %></td>
</tr>
<% } %>
</table>
<% if (it.moreServed > 0) { %><p style="margin:12px 0 0">and <%= it.count(it.moreServed, 'more certificate', 'more certificates') %></p><% } %>
`;

export const htmlTemplates: Readonly<Record<MessageType, string>> = {
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
  test: page,
};
