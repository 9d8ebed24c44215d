import { Inject, Injectable } from '@nestjs/common';
import { type Clock } from '@sifaka/kernel';
import { allow, type AccessRules } from '@sifaka/authz';
import { authorityUpdated, type AuthorityRecord, type InputOf, type updateAuthority } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { auditEntry, newEvent, Outbox, type CallContext } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { ACCESS_RULES } from '../access-rules.js';
import { AuthorityReader } from '../listing/authority-reader.js';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';
import { hostFacts, keepSecrets, parseOptionsText, refuseReferences, type StoredOption } from '../plugins/stored-options.js';
import { AuthorityRepository, type LockedAuthority } from './authority.repository.js';

type Input = InputOf<typeof updateAuthority>;

/** Changes owner, description, roles, state and options of an authority. */
@Injectable()
export class UpdateAuthority {
  constructor(
    private readonly database: Database,
    private readonly authorities: AuthorityRepository,
    private readonly changes: AuthorityChangeParts,
    private readonly reader: AuthorityReader,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ACCESS_RULES) private readonly rules: AccessRules,
  ) {}

  async run(input: Input, { principal }: CallContext): Promise<AuthorityRecord> {
    const at = this.clock.now();
    await this.database.transaction(async (tx) => {
      const authority = await this.authorities.lock(tx, input.id);
      allow(principal, 'authority:update', authority, this.rules);
      const options = input.options === null ? authority.options : await this.newOptions(input.options, authority);
      const owner = input.owner.toLowerCase();
      // AU-13: a new owner can use what it owns.
      const roleIds = [...new Set([...input.roleIds, input.ownerRoleId])];
      const change = { owner, ownerRoleId: input.ownerRoleId, roleIds, description: input.description, active: input.active, options, ...hostFacts(options) };
      await this.authorities.change(tx, input.id, change);

      const { id, name, pluginSlug: issuer, certificateId, parentId } = authority;
      const details = { ownerBefore: authority.owner, owner, activeBefore: authority.active, active: input.active, roleIds, optionsChanged: input.options !== null };
      const entry = auditEntry(principal, { at, service: 'issuer', action: 'authority.updated', object: { type: 'authority', id, name }, details });
      const event = newEvent(authorityUpdated, { id, name, owner, active: input.active, issuer, certificateId, parentId, roleIds }, { subject: String(id), at });
      await this.changes.outbox.record(tx, [entry], [event]);
    });
    const [record] = await this.reader.records([input.id]);
    if (record === undefined) throw new Error('a changed authority was not found');
    return record;
  }

  private async newOptions(text: string, authority: LockedAuthority): Promise<StoredOption[]> {
    const given = parseOptionsText(text);
    refuseReferences(given, authority.options, 'options');
    const options = keepSecrets(given, authority.options);
    const { issuers } = this.changes;
    // Whether the plugin takes them: it has no side effects before it is used.
    await issuers.make(authority.pluginSlug, options);
    return issuers.withoutSecrets(authority.pluginSlug, options, `authority ${authority.name}`);
  }
}

@Injectable()
export class AuthorityChangeParts {
  constructor(
    readonly issuers: IssuerPlugins,
    readonly outbox: Outbox,
  ) {}
}
