/** Columns of a `Deployment`, of `deployment p`. */
export const deploymentColumns = `p.id, p.certificate_id, p.destination_id, p.destination_label, p.plugin, p.fingerprint, p.wanted, p.state, p.phase, p.is_held,
  p.external_id, p.attempts, p.last_error, p.next_try_at, p.is_rolled_back, p.is_passing, p.proofs, p.served_before, p.note, p.ended_by, p.displaces, p.blocked_by, p.is_beside, p.version, p.requested_at,
  p.deployed_at, p.removed_at, p.updated_at`;
