import { accessSettings, defineConfig, setting, type ConfigOf } from '@sifaka/config';
import { outboundSettings } from '@sifaka/outbound';
import { thirdPartySettings } from '@sifaka/plugin-host';
import { domainPatternFault } from '@sifaka/policy';
import { z } from 'zod';
import { autoRotationSettings } from './auto-rotation/auto-rotation.config.js';
import { CertificateFilterSetting, filterForm } from './certificate-filter.setting.js';
import { publicationSettings } from './revocation/publication.config.js';
import { revocationCheckSettings } from './revocation-check/revocation-check.config.js';

const subjectPart = (max: number) => z.string().max(max).default('');
const days = z.int().min(1).max(36_500);

/** Refused with all other faults of the configuration, not when the first name is judged. */
const DomainPattern = z.string().max(1_024).check((context) => {
  const fault = domainPatternFault(context.value);
  if (fault !== null) context.issues.push({ code: 'custom', message: fault, input: context.value });
});

/** Id or name of an authority. */
const AuthorityKey = z.string().min(1).max(128);

/** Plain HTTP is usual here: what is fetched is signed, and the client that fetches it cannot verify TLS yet. */
const publishedUrls = z.array(z.url({ protocol: /^https?$/ }).max(1_024)).max(10).default([]);

export const issuerConfig = defineConfig('issuer', {
  ...accessSettings,
  ...outboundSettings,
  ...thirdPartySettings,
  allowedDomains: setting(z.array(DomainPattern).max(1_000).default([]), {
    env: ['SIFAKA_ALLOWED_DOMAINS', 'LEMUR_ALLOWED_DOMAINS'],
    describe: 'Regular expressions (RE2 syntax); a domain name that none matches from its start is issued to administrators and `sensitiveDomainRoles` only. Empty: every name.',
  }),
  allowCertDeletion: setting(z.boolean().default(false), {
    env: ['SIFAKA_ALLOW_CERT_DELETION', 'ALLOW_CERT_DELETION'],
    describe: 'Certificates may be flagged as deleted, and are then hidden from the list.',
  }),
  allowWeekendExpiration: setting(z.boolean().default(true), {
    env: ['SIFAKA_ALLOW_WEEKEND_EXPIRATION', 'LEMUR_ALLOW_WEEKEND_EXPIRATION'],
    describe: 'Certificates may end on a Saturday or Sunday (UTC).',
  }),
  ownerEmailInSubject: setting(z.boolean().default(true), {
    env: ['SIFAKA_OWNER_EMAIL_IN_SUBJECT', 'LEMUR_OWNER_EMAIL_IN_SUBJECT'],
    describe: 'The owner stands in the subject of certificates as e-mail address.',
  }),
  defaultCountry: setting(z.union([z.literal(''), z.string().regex(/^[A-Za-z]{2}$/)]).default(''), {
    env: ['SIFAKA_DEFAULT_COUNTRY', 'LEMUR_DEFAULT_COUNTRY'],
    describe: 'Country of subjects that name none: two letters.',
  }),
  defaultState: setting(subjectPart(128), { env: ['SIFAKA_DEFAULT_STATE', 'LEMUR_DEFAULT_STATE'], describe: 'State or province of subjects that name none.' }),
  defaultLocation: setting(subjectPart(128), { env: ['SIFAKA_DEFAULT_LOCATION', 'LEMUR_DEFAULT_LOCATION'], describe: 'Locality of subjects that name none.' }),
  defaultOrganization: setting(subjectPart(64), {
    env: ['SIFAKA_DEFAULT_ORGANIZATION', 'LEMUR_DEFAULT_ORGANIZATION'],
    describe: 'Organization of subjects that name none.',
  }),
  defaultOrganizationalUnit: setting(subjectPart(64), {
    env: ['SIFAKA_DEFAULT_ORGANIZATIONAL_UNIT', 'LEMUR_DEFAULT_ORGANIZATIONAL_UNIT'],
    describe: 'Organizational unit of subjects that name none.',
  }),
  defaultAuthority: setting(z.string().max(128).optional(), {
    env: ['SIFAKA_DEFAULT_AUTHORITY', 'LEMUR_DEFAULT_AUTHORITY'],
    describe: 'Name of the authority that forms preselect.',
  }),
  defaultIssuerPlugin: setting(z.string().max(64).optional(), {
    env: ['SIFAKA_DEFAULT_ISSUER_PLUGIN', 'LEMUR_DEFAULT_ISSUER_PLUGIN'],
    describe: 'Slug of the issuer plugin that forms preselect.',
  }),
  aiaCaIssuersUrls: setting(publishedUrls, {
    env: 'SIFAKA_AIA_CA_ISSUERS_URLS',
    describe: 'Where certificates of authorities are published, for requests with `certificateInfoAccess.includeAIA` and no address of their own; `{authority}` stands for the slug of its name.',
  }),
  aiaOcspUrls: setting(publishedUrls, {
    env: 'SIFAKA_AIA_OCSP_URLS',
    describe: 'OCSP responders for the same requests; `{authority}` likewise.',
  }),
  ...publicationSettings,
  ...revocationCheckSettings,
  ...autoRotationSettings,
  crlUrls: setting(publishedUrls, {
    env: 'SIFAKA_CRL_URLS',
    describe: 'Where revocation lists are published, for requests with `crlDistributionPoints.includeCrlDp` `yes` or `default`; `{authority}` likewise.',
  }),
  privateAuthorityPluginNames: setting(z.array(z.string()).default([]), {
    env: ['SIFAKA_PRIVATE_AUTHORITY_PLUGIN_NAMES', 'LEMUR_PRIVATE_AUTHORITY_PLUGIN_NAMES'],
    describe: 'Slugs of issuer plugins whose authorities are private: no domain authorization plugin is asked. Takes effect with the first such plugin; none is hosted yet.',
  }),
  defaultValidityDays: setting(days.default(365), {
    env: ['SIFAKA_DEFAULT_VALIDITY_DAYS', 'DEFAULT_VALIDITY_DAYS'],
    describe: 'Validity of certificates for which none is asked.',
  }),
  publicCaMaxValidityDays: setting(days.default(397), {
    env: ['SIFAKA_PUBLIC_CA_MAX_VALIDITY_DAYS', 'PUBLIC_CA_MAX_VALIDITY_DAYS'],
    describe: 'Longest validity that authorities with option `cab_compliant` advise.',
  }),
  publicCaDefaultValidityDays: setting(days.optional(), {
    env: ['SIFAKA_PUBLIC_CA_DEFAULT_VALIDITY_DAYS', 'PUBLIC_CA_DEFAULT_VALIDITY_DAYS'],
    describe: 'Validity of certificates of such an authority for which none is asked; by default the longest.',
  }),
  authorityValidityDays: setting(days.default(3_652), {
    env: 'SIFAKA_AUTHORITY_VALIDITY_DAYS',
    describe: 'Validity of new authorities for which none is asked; below a parent never longer than the parent.',
  }),
  defaultRotationIntervalDays: setting(z.int().min(0).max(36_500).default(30), {
    env: ['SIFAKA_DEFAULT_ROTATION_INTERVAL', 'LEMUR_DEFAULT_ROTATION_INTERVAL'],
    describe: 'Days before its end at which the rotation policy `default`, made at the first start, renews a certificate.',
  }),
  autorotationUseDefaultValidity: setting(z.boolean().default(false), {
    env: ['SIFAKA_AUTOROTATION_USE_DEFAULT_VALIDITY', 'LEMUR_AUTOROTATION_USE_DEFAULT_VALIDITY'],
    describe: 'Renewed certificates with rotation on are valid for as long as their authority gives by default, instead of for as long as the certificate before.',
  }),
  rotateAuthorityTranslation: setting(z.record(AuthorityKey, z.union([AuthorityKey, z.int().min(1)])).default({}), {
    env: ['SIFAKA_ROTATE_AUTHORITY_TRANSLATION', 'ROTATE_AUTHORITY_TRANSLATION'],
    describe: 'Authorities whose certificates are renewed by another one: ids or names, as `{"OldCA": "NewCA"}`. One of digits alone is an id.',
  }),
  reissueFilter: setting(CertificateFilterSetting.default({}), {
    env: ['SIFAKA_REISSUE_FILTER', 'REISSUE_FILTER'],
    describe: `Which certificates with rotation on are renewed: ${filterForm}`,
  }),
  renewalsPerHour: setting(z.int().min(0).max(1_000_000).default(0), {
    env: 'SIFAKA_RENEWALS_PER_HOUR',
    describe: 'Renewals that an authority is asked for in an hour at most, whatever that costs; 0: as many as it takes to be in time, levelled.',
  }),
  renewalsPerHourOf: setting(z.record(AuthorityKey, z.int().min(0).max(1_000_000)).default({}), {
    env: 'SIFAKA_RENEWALS_PER_HOUR_OF',
    describe: 'The same for single authorities by name, as `{"PublicCA": 100}`.',
  }),
  issueLimitSeconds: setting(z.int().min(5).max(600).default(60), {
    env: 'SIFAKA_ISSUE_LIMIT_SECONDS',
    describe: 'Seconds within which a requested certificate is stored or given up. What a stop left in the key vault is swept up after twice that time.',
  }),
  hideExpiredCertsAfterMonths: setting(z.int().min(-1_200).max(1_200).default(-1), {
    env: ['SIFAKA_HIDE_EXPIRED_CERTS_AFTER_MONTHS', 'HIDE_EXPIRED_CERTS_AFTER_MONTHS'],
    describe: 'Certificates that ended this many months from today or earlier are not listed unless asked for; -1 is one month ago.',
  }),
});

export type IssuerConfig = ConfigOf<typeof issuerConfig>;
