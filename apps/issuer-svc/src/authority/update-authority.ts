import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import { allow, type AccessRules } from '@sifaka/authz';
import { authorityUpdated, type AuthorityRecord, type InputOf, type Principal, type updateAuthority } from '@sifaka/contracts';
import { auditEntry, newEvent, type CallContext } from '@sifaka/messaging';
import type { StoredOption } from '@sifaka/plugin-host';
import { CLOCK } from '@sifaka/runtime';
import { ACCESS_RULES } from '../access-rules.js';
import { AuthorityReader } from '../listing/authority-reader.js';
import { hostFacts } from '../plugins/host-options.js';
import { AuthorityOptions } from './authority-options.js';
import { AuthorityRepository, type LockedAuthority } from './authority.repository.js';

type Input = InputOf<typeof updateAuthority>;

/** Changes owner, description, roles, state and options of an authority. */
@Injectable()
export class UpdateAuthority {
  constructor(
    private readonly authorities: AuthorityRepository,
    private readonly options: AuthorityOptions,
    private readonly reader: AuthorityReader,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: Input, { principal }: CallContext): Promise<AuthorityRecord> {
    const before = await this.authorities.read(input.id);
    allow(principal, 'authority:update', before, this.rules);
    // Before the row is locked: the key vault is another service.
    const options = input.options === null ? before.options : await this.options.replace(before, input.options);
    try {
      await this.change(input, principal, before, options);
    } catch (error) {
      await this.options.discard(options);
      throw error;
    }
    await this.options.discard(before.options);
    const [record] = await this.reader.records([input.id]);
    if (record === undefined) throw new Error('a changed authority was not found');
    return record;
  }

  private async change(input: Input, principal: Principal, before: LockedAuthority, prepared: readonly StoredOption[] | null): Promise<void> {
    const at = this.clock.now();
    await this.authorities.transaction(async (tx) => {
      const authority = await this.authorities.lock(tx, input.id);
      allow(principal, 'authority:update', authority, this.rules);
      if (input.options !== null && !isSame(authority.options, before.options)) throw changedMeanwhile(authority.name);
      const options = input.options === null ? authority.options : prepared;
      const owner = input.owner.toLowerCase();
      // AU-13: exactly the roles that were asked for may issue; a new owner is not let in by the way.
      const roleIds = [...new Set(input.roleIds)];
      const change = { owner, ownerRoleId: input.ownerRoleId, roleIds, description: input.description, active: input.active, options, ...hostFacts(options) };
      const { id, name, pluginSlug: issuer, certificateId, parentId } = authority;
      const details = { ownerBefore: authority.owner, owner, activeBefore: authority.active, active: input.active, roleIds, optionsChanged: input.options !== null };
      const entry = auditEntry(principal, { at, service: 'issuer', action: 'authority.updated', object: { type: 'authority', id, name }, details });
      const event = newEvent(authorityUpdated, { id, name, owner, active: input.active, issuer, certificateId, parentId, roleIds }, { subject: String(id), at });
      await this.authorities.change(tx, input.id, change, { entry, event });
    });
  }
}

const isSame = (a: readonly StoredOption[] | null, b: readonly StoredOption[] | null): boolean => JSON.stringify(a) === JSON.stringify(b);

const changedMeanwhile = (name: string): AppError =>
  new AppError('conflict', `the options of authority "${name}" were changed by somebody else at the same time: read them again, then decide`, { reason: 'authority.changed' });
