import { Controller } from '@nestjs/common';
import {
  createRotationPolicy,
  deleteRotationPolicy,
  getRenewal,
  getRotationPolicy,
  issuerTimeline,
  listRotationPolicies,
  reissueCertificate,
  updateRotationPolicy,
  type InputOf,
  type RenewalRecord,
  type RotationPolicyRecord,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { Handles } from '@sifaka/messaging';
import { aCertificateRecord, at } from './records.js';

/** What issuer-svc would keep of renewals, and what it was asked. */
export const renewalWorld = { policies: new Map<number, RotationPolicyRecord>(), reissues: new Array<InputOf<typeof reissueCertificate>>() };

export const aRenewalRecord = (certificateId: number): RenewalRecord => ({
  certificateId,
  state: 'planned',
  reason: 'rotation policy "default": 30 days before its end',
  windowStart: at,
  plannedAt: at,
  lateAt: at,
  isLate: false,
  attempts: 0,
  lastError: null,
  lastAttemptAt: null,
  nextTryAt: null,
  successorId: null,
  pendingCertificateId: null,
});

@Controller()
export class RenewalStandIn {
  @Handles(getRenewal)
  renewal({ id }: InputOf<typeof getRenewal>) {
    if (id === 404) throw new AppError('not_found', 'there is no certificate 404');
    return aRenewalRecord(id);
  }

  @Handles(issuerTimeline)
  timeline({ certificateId }: InputOf<typeof issuerTimeline>) {
    const entry = { state: 'planned' as const, detail: null, object: null };
    return {
      entries: [
        { ...entry, at: '2026-12-31T00:00:00Z', kind: 'expiry' as const, title: `Expires ${certificateId}` },
        { ...entry, at: '2026-12-01T00:00:00Z', kind: 'renewal' as const, title: 'Renewal' },
      ],
    };
  }

  @Handles(reissueCertificate)
  reissue(input: InputOf<typeof reissueCertificate>) {
    renewalWorld.reissues.push(input);
    const plan = { certificateId: input.id, name: 'shop', commonName: 'shop.corp.test', names: ['shop.corp.test'], authority: { id: 1, name: 'CA' }, validityStart: at, validityEnd: at };
    return { plan, issued: input.isDryRun ? null : { certificate: aCertificateRecord({ id: 900 + renewalWorld.reissues.length }) } };
  }

  @Handles(listRotationPolicies)
  list({ ids }: InputOf<typeof listRotationPolicies>) {
    const items = [...renewalWorld.policies.values()].filter(({ id }) => ids === null || ids.includes(id));
    return { items, total: items.length, nextCursor: null };
  }

  @Handles(getRotationPolicy)
  get({ id }: InputOf<typeof getRotationPolicy>) {
    return known(id);
  }

  @Handles(createRotationPolicy)
  create(settings: InputOf<typeof createRotationPolicy>) {
    return keep({ ...settings, id: renewalWorld.policies.size + 1, certificateCount: 0 });
  }

  @Handles(updateRotationPolicy)
  update({ id, ...settings }: InputOf<typeof updateRotationPolicy>) {
    return keep({ ...known(id), ...settings });
  }

  @Handles(deleteRotationPolicy)
  delete({ id }: InputOf<typeof deleteRotationPolicy>) {
    if (known(id).certificateCount > 0) throw new AppError('failed_precondition', 'certificates have it', { reason: 'rotation_policy.in_use' });
    renewalWorld.policies.delete(id);
    return { id };
  }
}

function known(id: number): RotationPolicyRecord {
  const policy = renewalWorld.policies.get(id);
  if (policy === undefined) throw new AppError('not_found', `there is no rotation policy ${id}`);
  return policy;
}

function keep(policy: RotationPolicyRecord): RotationPolicyRecord {
  renewalWorld.policies.set(policy.id, policy);
  return policy;
}
