import { setting } from '@sifaka/config';
import { z } from 'zod';
import { CertificateFilterSetting, filterForm } from '../certificate-filter.setting.js';

/** Ids or names, as Lemur's configuration has the one here and the other there. */
const authorities = z.array(z.union([z.int().transform(String), z.string().min(1).max(128)])).max(1_000).default([]);

/** What the platform switches on and off by itself (domain-rules AR, DU). */
export const autoRotationSettings = {
  enableAutoRotateAllAuthorities: setting(z.boolean().default(false), {
    env: ['SIFAKA_ENABLE_AUTO_ROTATE_ALL_AUTHORITIES', 'ENABLE_AUTO_ROTATE_ALL_AUTHORITIES'],
    describe: 'The tasks that switch rotation on do so for certificates of every authority.',
  }),
  enableAutoRotateAuthority: setting(authorities, {
    env: ['SIFAKA_ENABLE_AUTO_ROTATE_AUTHORITY', 'ENABLE_AUTO_ROTATE_AUTHORITY'],
    describe: 'Authorities, by id or name, for whose certificates the tasks switch rotation on.',
  }),
  enableAutoRotateDestinationType: setting(z.string().max(64).optional(), {
    env: ['SIFAKA_ENABLE_AUTO_ROTATE_DESTINATION_TYPE', 'ENABLE_AUTO_ROTATE_DESTINATION_TYPE'],
    describe: 'Slug of a destination plugin: only certificates at such destinations count for `enable_autorotate_for_certs_attached_to_destination`.',
  }),
  enableAutorotationFilter: setting(CertificateFilterSetting.default({}), {
    env: ['SIFAKA_ENABLE_AUTOROTATION_FILTER', 'ENABLE_AUTOROTATION_FILTER'],
    describe: `Certificates with destinations whose rotation is switched on: ${filterForm}`,
  }),
  enableAutorotationFilterForEndpoint: setting(CertificateFilterSetting.default({}), {
    env: ['SIFAKA_ENABLE_AUTOROTATION_FILTER_FOR_ENDPOINT', 'ENABLE_AUTOROTATION_FILTER_FOR_ENDPOINT'],
    describe: 'The same for certificates with endpoints.',
  }),
  disableAutorotationFilter: setting(CertificateFilterSetting.optional(), {
    env: ['SIFAKA_DISABLE_AUTOROTATION_FILTER', 'DISABLE_AUTOROTATION_FILTER'],
    describe: 'Certificates without endpoints whose rotation `disable_autorotate_without_endpoint` switches off, in the same form; without it the task changes nothing.',
  }),
  authorityToDisableRotateOfDuplicateCertificates: setting(authorities, {
    env: ['SIFAKA_AUTHORITY_TO_DISABLE_ROTATE_OF_DUPLICATE_CERTIFICATES', 'AUTHORITY_TO_DISABLE_ROTATE_OF_DUPLICATE_CERTIFICATES'],
    describe: 'Authorities, by id or name, of whose duplicates only one keeps its rotation; none: the task does nothing.',
  }),
  daysSinceIssuanceDisableRotateOfDuplicateCertificates: setting(z.int().min(1).max(36_500).optional(), {
    env: ['SIFAKA_DAYS_SINCE_ISSUANCE_DISABLE_ROTATE_OF_DUPLICATE_CERTIFICATES', 'DAYS_SINCE_ISSUANCE_DISABLE_ROTATE_OF_DUPLICATE_CERTIFICATES'],
    describe: 'Only certificates issued within so many days are looked at for duplicates.',
  }),
  certificateExpiryWindowForMetrics: setting(z.int().min(1).max(36_500).optional(), {
    env: ['SIFAKA_CERTIFICATE_EXPIRY_WINDOW_FOR_METRICS', 'CERTIFICATE_EXPIRY_WINDOW_FOR_METRICS'],
    describe: 'Days within which certificates end that are measured by `certificate_expirations_metrics`; all by default.',
  }),
};
