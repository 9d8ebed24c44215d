import { Injectable } from '@nestjs/common';
import { getAuthority, updateAuthority, type AuthorityRecord, type RequestFor, type updateAuthorityOperation, type UserPrincipal } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { z } from 'zod';
import { OwnerRole } from '../composition/owner-role.js';
import { ResolveReferences } from '../composition/resolve-references.js';
import { CheckDestinationOptions } from '../destination/check-destination-options.js';

type Body = RequestFor<typeof updateAuthorityOperation>['body'];

/** Options as Lemur's clients send them back: JSON in a text. What is not like that is refused where the authority lives. */
const OptionTexts = z.array(z.looseObject({ name: z.string(), value: z.unknown().optional() }));

/** Changes an authority, whose new owner may need a role first. */
@Injectable()
export class UpdateAuthority {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: ResolveReferences,
    private readonly ownerRole: OwnerRole,
    private readonly destinationOptions: CheckDestinationOptions,
  ) {}

  async run(id: number, { owner, description, active, options, roles }: Body, principal: UserPrincipal): Promise<AuthorityRecord> {
    const roleIds = await this.references.roleIds(roles);
    const given = options === undefined || options === '' ? null : options;
    if (given !== null) await this.checkDestinations(id, given, principal);
    return this.ownerRole.during(owner, principal, (ownerRoleId) =>
      this.rpc.call(updateAuthority, { id, owner, ownerRoleId, description, active, roleIds, options: given }, { principal }),
    );
  }

  private async checkDestinations(id: number, text: string, principal: UserPrincipal): Promise<void> {
    const options = OptionTexts.safeParse(parsed(text)).data ?? [];
    if (!options.some(({ value }) => typeof value === 'string' || typeof value === 'number')) return;
    const { plugin } = await this.rpc.call(getAuthority, { ref: { id } }, { principal });
    await this.destinationOptions.run(plugin.slug, options);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
