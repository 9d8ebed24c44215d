import { Injectable } from '@nestjs/common';
import { certificateOwnerProposed, changeCertificateOwner, getCertificate, type EventDataOf, type Principal } from '@sifaka/contracts';
import { isAppError } from '@sifaka/kernel';
import { OnEvent, RpcClient } from '@sifaka/messaging';
import { z } from 'zod';
import { OwnerRole } from '../composition/owner-role.js';

/** What is found belongs to its source's owner first; where the place names another, who may have no role yet, it is handed over. */
@Injectable()
export class HandOverFound {
  constructor(
    private readonly rpc: RpcClient,
    private readonly ownerRole: OwnerRole,
  ) {}

  /** Heard twice it does nothing: the owner is another by then. */
  @OnEvent(certificateOwnerProposed, { durable: 'hand-over-found', isIdempotent: true })
  async proposed({ id, owner: ownerThen, proposedOwner }: EventDataOf<typeof certificateOwnerProposed>): Promise<void> {
    const owner = ProposedOwner.safeParse(proposedOwner);
    if (!owner.success || owner.data === ownerThen) return;
    // Somebody may have handed it on meanwhile, and knows better.
    if ((await this.ownerNow(id)) !== ownerThen) return;
    await this.ownerRole.during(owner.data, self, (ownerRoleId) =>
      this.rpc.call(changeCertificateOwner, { id, owner: owner.data, ownerRoleId }, { principal: self }),
    );
  }

  private async ownerNow(id: number): Promise<string | null> {
    try {
      return (await this.rpc.call(getCertificate, { id }, { principal: self })).owner;
    } catch (error) {
      if (isAppError(error) && error.code === 'not_found') return null;
      throw error;
    }
  }
}

/** As roles are named: whatever else a place writes there proposes nobody. */
const ProposedOwner = z.email().max(128).toLowerCase();

const self: Principal = { kind: 'system', service: 'gateway' };
