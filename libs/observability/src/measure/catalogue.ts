import { counted, gauged, tallied, timed } from './definition.js';

const status = ['status'] as const;
const every = 'gateway issuer keyvault acme discovery deploy notify';
const autorotation = { tags: ['certificate', 'certificate_id', 'authority_id', 'authority_name'], labels: ['authority_name'] } as const;
const withDestinations = { tags: [...autorotation.tags, 'destination_names'], labels: autorotation.labels } as const;
const oneCertificate = { tags: ['status', 'certificate_name', 'certificate_id'], labels: status } as const;
const rotated = ['status', 'old_certificate_name', 'new_certificate_name', 'endpoint_name', 'message'] as const;
const ran = ['task_name', 'task_id', 'sender_hostname', 'receiver_hostname'] as const;

/**
 * Lemur's metrics, by its names. Providers get them as they stand here; what becomes of name and unit in Prometheus stands in
 * docs/reference/metrics.md. A name with `<part>` is one metric for each value of that tag, which is then no tag of its own.
 *
 * Add a metric here before it is measured: the name is typed, and the reference page is made of this list.
 */
export const catalogue = {
  response_time: timed('gateway', 'Time from a request to its answer', {
    tags: ['endpoint', 'request_method', 'status_code'],
    labels: ['endpoint', 'request_method', 'status_code'],
  }),
  'status_code_<code>': counted('gateway', 'Answers with this HTTP status'),
  login: counted('gateway', 'Logins', { tags: status, labels: status }),
  user_authentication: counted('gateway', 'Requests with a token', { tags: ['application_name', 'user_id', 'endpoint', 'aid'], labels: ['status', 'kind'] }),
  jwt_decode: counted('gateway', 'Tokens whose signature was verified where several secrets are configured; each once, until it is forgotten', {
    tags: ['kid', 'fingerprint', 'sub', 'aid', 'iat', 'exp'],
    labels: ['kid'],
  }),

  authority_created: counted('issuer', 'Authorities that were created', { tags: ['owner'] }),
  certificate_issued: counted('issuer', 'Certificates that were issued', { tags: ['owner', 'issuer'], labels: ['issuer'] }),
  certificate_authority_translation: counted('issuer', 'Renewals at another authority than the one before', {
    tags: ['original_authority', 'new_authority'],
    labels: ['original_authority', 'new_authority'],
  }),
  certificate_reissue: counted('issuer', 'Certificates that were to be renewed', { tags: ['status', 'certificate'], labels: status }),
  certificate_reissue_job: counted('issuer', 'Runs over all that is due for renewal', { tags: status, labels: status }),
  certificate_revoke: counted('issuer', 'Revocations that were asked for', { tags: status, labels: status }),
  certificate_revoked: counted('issuer', 'Certificates that are to be revoked, one by one', oneCertificate),
  certificate_revoked_progress: counted('issuer', 'Pages of the look at revocation', { tags: ['page'] }),
  certificate_revoked_checked: gauged('issuer', 'Certificates whose revocation was looked at in the last run'),
  certificate_revoked_ocsp_error: gauged('issuer', 'Certificates of the last run whose OCSP responder gave no usable answer'),
  certificate_revoked_crl_error: gauged('issuer', 'Certificates of the last run whose CRL could not be used'),
  check_revocation_ocsp_verify: counted('issuer', 'Questions to OCSP responders', { tags: ['status', 'url'], labels: status }),
  certificate_deactivate: counted('issuer', 'Certificates that were deactivated at their CA', oneCertificate),
  'certificates.days_until_expiration': gauged('issuer', 'Days that a valid, unreplaced certificate has left; in Prometheus the least of each group', {
    tags: ['cert_id', 'common_name', 'has_active_endpoints', 'is_replacement'],
    labels: ['has_active_endpoints', 'is_replacement'],
  }),
  expiration_metrics_job: counted('issuer', 'Runs over the days that certificates have left', { tags: status, labels: status }),
  automatically_enable_autorotate_with_endpoint: counted('issuer', 'Certificates whose rotation was switched on for their endpoints', autorotation),
  'automatically_enable_autorotate_with_endpoint.filtered': counted('issuer', 'The same that the filter kept out', autorotation),
  automatically_enable_autorotate_with_destination: counted('issuer', 'Certificates whose rotation was switched on for their destinations', withDestinations),
  'automatically_enable_autorotate_with_destination.filtered': counted('issuer', 'The same that the filter kept out', withDestinations),
  automatically_disable_autorotate_without_endpoint: counted('issuer', 'Certificates whose rotation was switched off for want of endpoints', autorotation),
  disable_rotation_duplicates: counted('issuer', 'Duplicates whose rotation was switched off', { tags: ['status', 'certificate'], labels: status }),
  'fetch_acme_cert.resolved': gauged('issuer', 'Pending certificates that the last look found issued'),
  'fetch_acme_cert.failed': gauged('issuer', 'Pending certificates that the last look found failed'),
  'fetch_acme_cert.wrong_issuer': gauged('issuer', 'Pending certificates that the last look passed over: they are not of an ACME CA'),

  get_all_zones: counted('acme', 'Runs over the zones of all DNS providers', { tags: status, labels: status }),

  destination_upload: counted('deploy', 'Certificates that were put to destinations', {
    tags: ['status', 'certificate', 'destination'],
    labels: ['status', 'plugin', 'destination'],
  }),
  delete_certificate_destination_association: counted('deploy', 'Certificates that were taken from destinations', {
    tags: ['status', 'destination', 'certificate'],
    labels: ['status', 'destination'],
  }),
  endpoint_rotation: counted('deploy', 'Endpoints that were to present another certificate', { tags: ['status', 'certificate_name', 'endpoint'], labels: status }),
  endpoint_rotation_job: counted('deploy', 'Runs over the endpoints that are to be rotated', { tags: rotated, labels: status }),
  endpoint_rotation_region_job: counted('deploy', 'The same for one region', { tags: [...rotated, 'endpoint', 'region'], labels: ['status', 'region'] }),
  endpoint_rotation_region: counted('deploy', 'Endpoints that were rotated in a run for one region', { tags: ['region', 'new_certificate_name', 'endpoint_name'], labels: ['region'] }),
  endpoint_rotation_region_skipped: counted('deploy', 'Endpoints of other regions in a run for one', { tags: ['region', 'new_certificate_name', 'endpoint_name'], labels: ['region'] }),

  endpoint_added: counted('discovery', 'Endpoints that were found', { tags: ['source', 'type'], labels: ['source', 'type'] }),
  endpoint_updated: counted('discovery', 'Endpoints that were seen again', { tags: ['source', 'type'], labels: ['source', 'type'] }),
  endpoint_expired: counted('discovery', 'Endpoints that were deleted because nobody saw them any more', { tags: ['source', 'endpoint'], labels: ['source'] }),
  'endpoint.certificate.not.found': counted('discovery', 'Endpoints whose certificate is in no inventory', { tags: ['cert', 'endpoint', 'acct'] }),
  'endpoint.certificate.conflict': gauged('discovery', 'Certificates that fit what an endpoint presents, where there are several', { tags: ['cert', 'endpoint', 'acct', 'dnsname'] }),
  sync_certificates_count: gauged('discovery', 'Certificates that the last run found at a source', { tags: ['source'], labels: ['source'] }),
  sync_certificates_unlinked: gauged('discovery', 'Certificates that a source has no more, as of the last run', { tags: ['source'], labels: ['source'] }),
  'sync.updated_certs_by_hash': gauged('discovery', 'Certificates of the last run that the inventory had already', { tags: ['source'], labels: ['source'] }),
  'sync.updated_endpoints_by_hash': gauged('discovery', 'Endpoints of the last run that the inventory had already', { tags: ['source'], labels: ['source'] }),
  source_sync: counted('discovery', 'Runs over sources', { tags: ['source', 'status'], labels: ['source', 'status'] }),
  source_sync_fail: counted('discovery', 'Runs over sources that failed', { tags: ['source', 'status'], labels: ['source', 'status'] }),
  sync_source_timeout: counted('discovery', 'Runs over sources that took too long', { tags: ['source'], labels: ['source'] }),
  certificate_clean: counted('discovery', 'Expired certificates that were to be removed from sources', { tags: ['status', 'source', 'certificate'], labels: ['status', 'source'] }),
  delete_certificate_source_association: counted('discovery', 'Certificates that belong to a source no more', { tags: ['status', 'source', 'certificate'], labels: ['status', 'source'] }),
  identify_expiring_deployed_certificates: counted('discovery', 'Looks for certificates that end soon and are still presented', { tags: status, labels: status }),
  deployed_certificate_check: timed('discovery', 'Time that a host took to present its certificate', {
    tags: ['certificate', 'domain', 'port', 'status', 'match'],
    labels: ['status', 'match'],
  }),

  notification: counted('notify', 'Messages', { tags: ['status', 'event_type', 'plugin'], labels: ['status', 'event_type', 'plugin'] }),
  expiration_notification_job: counted('notify', 'Runs over certificates that end soon', { tags: status, labels: status }),
  authority_expiration_notification_job: counted('notify', 'Runs over authorities that end soon', { tags: status, labels: status }),
  security_expiration_notification_job: counted('notify', 'Digests to the security team', { tags: status, labels: status }),
  notify_expiring_deployed_certificates_job: counted('notify', 'Runs over what ends soon and is still presented', { tags: status, labels: status }),

  'celery.new_pending_task': tallied(every, 'Runs of tasks that began', { tags: ran, labels: ['task_name'] }),
  'celery.successful_task': tallied(every, 'Runs of tasks that succeeded', { tags: ran, labels: ['task_name'] }),
  'celery.failed_task': tallied(every, 'Runs of tasks that failed', { tags: [...ran, 'error'], labels: ['task_name'] }),
  'celery.revoked_task': tallied(every, 'Runs of tasks that were cut off because their service stops', { tags: ran, labels: ['task_name'] }),
  'celery.timeout': counted(every, 'Runs of tasks that passed their time limit', { tags: ['function'], labels: ['function'] }),
  '<task>.success': counted(every, 'Runs of the task that succeeded'),
  '<task>.time_since_last_success': gauged('gateway', 'Seconds since the task last succeeded'),
} as const;

type Catalogue = typeof catalogue;

export type MetricName = keyof Catalogue;

/** Names of the metrics of one type. */
export type NameOf<Type extends 'counter' | 'gauge' | 'timer'> = { [Name in MetricName]: Type extends Catalogue[Name]['type'] ? Name : never }[MetricName];

/** Null is left out. */
export type TagValue = string | number | boolean | null;

type Part<Name extends string> = Name extends `${string}<${infer Tag}>${string}` ? Tag : never;

/** What is said with one measurement: Lemur's tags, labels of our own, and what stands in the name. */
export type TagsOf<Name extends MetricName> = Readonly<Record<Catalogue[Name]['tags'][number] | Catalogue[Name]['labels'][number] | Part<Name>, TagValue>>;
