/** Columns of `RenewalFacts`, as JSON of camel case, over `certificate c`. Needs the joins below. */
export const factsColumns = `
  c.id, c.name, c.cn as "commonName", c.owner, c.issuer, c.notify, c.rotation, c.status, c.revocation_reason as "revocationReason",
  c.deleted as "isDeleted", c.not_before as "notBefore", c.not_after as "notAfter", encode(c.fingerprint_sha256, 'hex') as fingerprint,
  case when a.id is not null then json_build_object('id', a.id, 'name', a.name, 'plugin', a.plugin_slug) end as authority,
  c.root_authority_id is not null as "isAuthorityCertificate", c.key_id is not null as "hasKey", c.csr is not null as "hasRequest",
  c.renewal_of is not null as "isRenewal",
  array(select json_build_object('id', n.id, 'name', n.name) from certificate_replacement l join certificate n on n.id = l.certificate_id
    where l.replaced_id = c.id order by n.id limit 20) as "replacedBy",
  (select json_build_object('id', n.id, 'name', n.name) from certificate n where n.renewal_of = c.id order by n.id limit 1) as "renewedBy",
  case when p.id is not null then json_build_object('id', p.id, 'version', p.version, 'name', p.name, 'days', p.days, 'hours', p.hours,
    'lifetimeFraction', p.lifetime_fraction) end as policy,
  s.window_start as "suggestedStart", s.window_end as "suggestedEnd"`;

export const factsJoins = `
  left join authority a on a.id = c.authority_id
  left join rotation_policy p on p.id = coalesce(c.rotation_policy_id, (select d.id from rotation_policy d where d.name = 'default'))
  left join suggested_renewal s on s.fingerprint_sha256 = c.fingerprint_sha256`;

/** Columns of `StoredRenewal` over `certificate_renewal r`. */
export const renewalColumns = `
  r.certificate_id as "certificateId", r.state, r.reason, r.revision, r.planned_revision as "plannedRevision", r.authority_id as "authorityId",
  r.window_start as "windowStart", r.planned_at as "plannedAt", r.late_at as "lateAt", r.next_try_at as "nextTryAt", r.attempts,
  r.last_error as "lastError", r.last_attempt_at as "lastAttemptAt", r.claim, r.trigger, r.request_key as "requestKey",
  r.pending_certificate_id as "pendingCertificateId", r.successor_id as "successorId"`;
