import { z } from 'zod';
import { AuthorityRecord, AuthoritySummary } from '../rpc/authority.js';
import { CertificateRecord, NestedCertificate } from '../rpc/certificate-record.js';
import { LogRecord } from '../rpc/inventory.js';
import { PluginOption, PluginView } from '../rpc/plugin.js';
import { Id } from '../values.js';

/** What a client sees: the services' records with users, roles and the rest put in. */
export const NestedUser = z.object({ id: Id, username: z.string(), email: z.string(), active: z.boolean() });
export type NestedUser = z.output<typeof NestedUser>;

export const RoleReference = z.object({ id: Id, name: z.string() });

export const NestedRole = RoleReference.extend({ description: z.string().nullable() });
export type NestedRole = z.output<typeof NestedRole>;

const OptionedPlugin = z.object({ id: Id, label: z.string(), description: z.string().nullable(), options: z.array(PluginOption), plugin: PluginView });
export const NestedDestination = OptionedPlugin;
export const NestedNotification = OptionedPlugin.extend({ active: z.boolean() });
export const NestedSource = OptionedPlugin;
export const NestedEndpoint = z.object({
  id: Id,
  name: z.string(),
  dnsname: z.string(),
  owner: z.string().nullable(),
  type: z.string(),
  active: z.boolean(),
});
export const NestedDnsProvider = z.object({ id: Id, name: z.string(), providerType: z.string() });

export const CertificateView = CertificateRecord.omit({ userId: true, roleIds: true }).extend({
  user: NestedUser.nullable(),
  roles: z.array(NestedRole),
  destinations: z.array(NestedDestination),
  notifications: z.array(NestedNotification),
  endpoints: z.array(NestedEndpoint),
  dnsProvider: NestedDnsProvider.nullable(),
  dnsProviderId: Id.nullable(),
});
export type CertificateView = z.output<typeof CertificateView>;

/** Whether it is compliant or needs a common name is in its `options`, as Lemur's clients read it; the nested form says it in keys. */
export const AuthorityView = AuthorityRecord.omit({ roleIds: true, userId: true, parentId: true, isCabCompliant: true, isCnOptional: true }).extend({
  roles: z.array(RoleReference),
  authorityCertificate: AuthorityRecord.shape.authorityCertificate.omit({ userId: true }).extend({ user: NestedUser.nullable() }),
});
export type AuthorityView = z.output<typeof AuthorityView>;

export const NestedAuthority = AuthoritySummary;

export const LogView = LogRecord.omit({ userId: true }).extend({ user: NestedUser.nullable(), certificate: NestedCertificate.nullable() });
export type LogView = z.output<typeof LogView>;

export const DefaultsView = z.object({
  country: z.string(),
  state: z.string(),
  location: z.string(),
  organization: z.string(),
  organizationalUnit: z.string(),
  issuerPlugin: z.string().nullable(),
  authority: NestedAuthority.nullable(),
});

/** Every refusal (house-style, Errors); `reasons` mirrors the request where fields were refused. */
export const ErrorView = z.object({
  message: z.string(),
  reasons: z.record(z.string(), z.json()).optional(),
  code: z.string(),
  reason: z.string().optional(),
  traceId: z.string().optional(),
});

export const Acknowledged = z.object({ result: z.literal(true) });
