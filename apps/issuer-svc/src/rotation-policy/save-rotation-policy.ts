import { Inject, Injectable } from '@nestjs/common';
import { isAdmin } from '@sifaka/authz';
import type { createRotationPolicy, deleteRotationPolicy, InputOf, Principal, RotationPolicyRecord, updateRotationPolicy } from '@sifaka/contracts';
import { uniqueViolation } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { auditEntry, Jobs, Outbox, type CallContext } from '@sifaka/messaging';
import { defaultPolicyName } from '@sifaka/policy';
import { CLOCK } from '@sifaka/runtime';
import { renewJob } from '../renewal/renew-job.js';
import { RotationPolicyRepository, type RotationPolicySettings } from './rotation-policy.repository.js';

/** Rotation policies are made, changed and deleted by administrators. */
@Injectable()
export class SaveRotationPolicy {
  constructor(
    private readonly policies: RotationPolicyRepository,
    private readonly outbox: Outbox,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(input: InputOf<typeof createRotationPolicy>, { principal }: CallContext): Promise<RotationPolicyRecord> {
    assertAdmin(principal);
    assertSaysWhen(input);
    const id = await named(input.name, () =>
      this.policies.transaction(async (tx) => {
        const made = await this.policies.insert(tx, input);
        await this.outbox.record(tx, [this.entry(principal, 'rotation_policy.created', { id: made, name: input.name }, { ...input })]);
        return made;
      }),
    );
    return this.record(id);
  }

  async update({ id, ...settings }: InputOf<typeof updateRotationPolicy>, { principal }: CallContext): Promise<RotationPolicyRecord> {
    assertAdmin(principal);
    assertSaysWhen(settings);
    await named(settings.name, () =>
      this.policies.transaction(async (tx) => {
        const before = await this.policies.lock(tx, id);
        if (before === null) throw unknown(id);
        if (before.name === defaultPolicyName && settings.name !== defaultPolicyName) throw keepsName();
        await this.policies.update(tx, id, settings);
        await this.outbox.record(tx, [this.entry(principal, 'rotation_policy.updated', before, { before, after: settings })]);
      }),
    );
    await this.jobs.runNow(renewJob);
    return this.record(id);
  }

  async delete({ id }: InputOf<typeof deleteRotationPolicy>, { principal }: CallContext): Promise<{ id: number }> {
    assertAdmin(principal);
    await this.policies.transaction(async (tx) => {
      const before = await this.policies.lock(tx, id);
      if (before === null) throw unknown(id);
      if (before.name === defaultPolicyName) throw inUse('rotation policy "default" is that of all certificates that name none: it cannot be deleted');
      const uses = await this.policies.uses(tx, id);
      if (uses > 0) throw inUse(`rotation policy "${before.name}" is that of ${uses >= 1_000 ? 'many' : uses} certificates: it cannot be deleted`);
      await this.policies.delete(tx, id);
      await this.outbox.record(tx, [this.entry(principal, 'rotation_policy.deleted', before, {})]);
    });
    return { id };
  }

  private async record(id: number): Promise<RotationPolicyRecord> {
    const [record] = await this.policies.records([id]);
    if (record === undefined) throw unknown(id);
    return record;
  }

  private entry(principal: Principal, action: string, { id, name }: { id: number; name: string }, details: AuditDetails) {
    return auditEntry(principal, { at: this.clock.now(), service: 'issuer', action, object: { type: 'rotation_policy', id, name }, details });
  }
}

type AuditDetails = Parameters<typeof auditEntry>[1]['details'];

function assertAdmin(principal: Principal): void {
  if (!isAdmin(principal)) throw new AppError('permission_denied', 'rotation policies are changed by administrators');
}

function assertSaysWhen({ days, hours, lifetimeFraction }: RotationPolicySettings): void {
  if (days > 0 || hours > 0 || lifetimeFraction !== null) return;
  throw refused('days', 'a policy needs days, hours or lifetimeFraction: with none of them nothing would ever be renewed', 'rotation_policy.empty');
}

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (uniqueViolation(error) === null) throw error;
    throw new AppError('already_exists', `there is a rotation policy "${name}" already`, { reason: 'rotation_policy.name_taken', fields: [{ path: 'name', message: `there is a rotation policy "${name}" already` }] });
  }
}

export const unknown = (id: number): AppError => new AppError('not_found', `there is no rotation policy ${id}`);
const inUse = (detail: string): AppError => new AppError('failed_precondition', detail, { reason: 'rotation_policy.in_use' });
const keepsName = (): AppError => refused('name', 'rotation policy "default" is that of all certificates that name none: it keeps its name', 'rotation_policy.default');

function refused(path: string, message: string, reason: string): AppError {
  return new AppError('invalid_argument', `${path}: ${message}`, { reason, fields: [{ path, message }] });
}
