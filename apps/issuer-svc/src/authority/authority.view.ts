import type { AuthorityRecord, AuthoritySummary, PluginView } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import type { CertificateFormat } from '@sifaka/plugin-sdk';
import { bodyText, chainText } from '../certificate/format.js';

/** An authority with the certificate it signs with. */
export interface AuthorityRow {
  id: number;
  name: string;
  owner: string;
  role_ids: number[];
  description: string | null;
  active: boolean;
  plugin_slug: string;
  /** JSON as it was given; secrets are references. */
  options: unknown;
  cab_compliant: boolean | null;
  cn_optional: boolean;
  user_id: number | null;
  parent_id: number | null;
  certificate_id: number;
  certificate_name: string;
  certificate_owner: string;
  certificate_description: string | null;
  certificate_notify: boolean;
  certificate_status: string | null;
  certificate_bits: number;
  certificate_cn: string | null;
  certificate_format: CertificateFormat;
  certificate_der: Buffer;
  certificate_chain: Buffer[] | null;
  certificate_not_before: Date;
  certificate_not_after: Date;
  certificate_user_id: number | null;
}

/** Validity that an authority advises (rest-api §5). */
export interface ValidityDefaults {
  defaultValidityDays: number;
  publicCaMaxValidityDays: number;
  publicCaDefaultValidityDays: number;
}

export function authoritySummary(row: AuthorityRow, plugin: PluginView, defaults: ValidityDefaults): AuthoritySummary {
  const isPublic = row.cab_compliant === true;
  return {
    id: row.id,
    name: row.name,
    owner: row.owner,
    description: row.description,
    active: row.active,
    plugin,
    isCabCompliant: row.cab_compliant,
    isCnOptional: row.cn_optional,
    maxIssuanceDays: isPublic ? defaults.publicCaMaxValidityDays : null,
    defaultValidityDays: isPublic ? defaults.publicCaDefaultValidityDays : defaults.defaultValidityDays,
    authorityCertificate: { notBefore: timestamp(row.certificate_not_before), notAfter: timestamp(row.certificate_not_after) },
  };
}

export function authorityRecord(row: AuthorityRow, plugin: PluginView, defaults: ValidityDefaults): AuthorityRecord {
  return {
    ...authoritySummary(row, plugin, defaults),
    options: row.options === null ? null : JSON.stringify(withoutSecrets(row.options)),
    roleIds: row.role_ids,
    userId: row.user_id,
    parentId: row.parent_id,
    authorityCertificate: {
      id: row.certificate_id,
      name: row.certificate_name,
      owner: row.certificate_owner,
      description: row.certificate_description,
      active: row.certificate_notify,
      // Lemur's truth value of a text: any status at all is true.
      status: row.certificate_status === null ? null : true,
      bits: row.certificate_bits,
      cn: row.certificate_cn,
      body: bodyText(row.certificate_format, row.certificate_der),
      chain: chainText(row.certificate_format, row.certificate_chain),
      notBefore: timestamp(row.certificate_not_before),
      notAfter: timestamp(row.certificate_not_after),
      userId: row.certificate_user_id,
    },
  };
}

/** References into the key vault mean nothing to a client, and say that there is a secret: they leave as null. */
function withoutSecrets(options: unknown): unknown {
  if (typeof options === 'string') return options.startsWith('secret:') ? null : options;
  if (Array.isArray(options)) return options.map(withoutSecrets);
  if (typeof options !== 'object' || options === null) return options;
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, withoutSecrets(value)]));
}
