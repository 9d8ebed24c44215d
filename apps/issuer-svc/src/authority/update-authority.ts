import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { allow, type AccessRules } from '@sifaka/authz';
import { authorityUpdated, type AuthorityRecord, type InputOf, type updateAuthority } from '@sifaka/contracts';
import { auditEntry, newEvent, type CallContext } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { ACCESS_RULES } from '../access-rules.js';
import { AuthorityReader } from '../listing/authority-reader.js';
import { hostFacts } from '../plugins/stored-options.js';
import { AuthorityOptions } from './authority-options.js';
import { AuthorityRepository } from './authority.repository.js';

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
    const at = this.clock.now();
    await this.authorities.transaction(async (tx) => {
      const authority = await this.authorities.lock(tx, input.id);
      allow(principal, 'authority:update', authority, this.rules);
      const options = input.options === null ? authority.options : await this.options.replace(authority, input.options);
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
    const [record] = await this.reader.records([input.id]);
    if (record === undefined) throw new Error('a changed authority was not found');
    return record;
  }
}
